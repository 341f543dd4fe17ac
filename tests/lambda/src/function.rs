//! A function: environments that are started when they are needed, used again, and replaced.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::environment::{Environment, LAMBDA_PAYLOAD_BYTES, Recipe};
use crate::invocation::{FunctionError, Invocation, InvokeResult};

/// The account of everything here; moto's, too.
pub(crate) const ACCOUNT: &str = "123456789012";

/// What a function is.
#[derive(Clone, Debug)]
pub struct FunctionOptions {
    /// Its name.
    pub name: String,
    /// What is run.
    pub executable: PathBuf,
    /// Its own variables, beside those that Lambda sets.
    pub variables: BTreeMap<String, String>,
    /// The region that it believes to be in.
    pub region: String,
    /// Time for one invocation.
    pub timeout: Duration,
    /// Memory in MB, as the function is told.
    pub memory_mb: u32,
    /// Environments at the same time: Lambda's reserved concurrency.
    pub concurrency: usize,
    /// The file that its processes' output is added to.
    pub log: PathBuf,
}

/// A function and its execution environments.
#[derive(Debug)]
pub struct Function {
    name: String,
    timeout: Duration,
    recipe: Recipe,
    slots: Arc<Semaphore>,
    /// Environments that wait for an invocation, the last used last.
    idle: Mutex<Vec<Environment>>,
    /// Kills a process, by its id.
    processes: Mutex<BTreeMap<u32, CancellationToken>>,
}

/// The right to one invocation: a function's concurrency is never exceeded.
#[derive(Debug)]
pub struct Slot {
    function: Arc<Function>,
    _permit: OwnedSemaphorePermit,
}

impl Function {
    /// A function of which nothing runs yet.
    #[must_use]
    pub fn new(options: FunctionOptions) -> Self {
        let FunctionOptions { name, executable, variables, region, timeout, memory_mb, .. } =
            options;
        let arn = format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}");
        let lambda = [
            ("AWS_REGION", region.clone()),
            ("AWS_DEFAULT_REGION", region),
            ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mb.to_string()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "emulator".to_owned()),
            ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
            ("TZ", ":UTC".to_owned()),
        ];
        let mut all = variables;
        all.extend(lambda.map(|(name, value)| (name.to_owned(), value)));
        let recipe = Recipe { executable, arn, variables: all, log: options.log };
        let slots = Arc::new(Semaphore::new(options.concurrency));
        let (idle, processes) = (Mutex::default(), Mutex::default());
        Self { name, timeout, recipe, slots, idle, processes }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Time for one invocation.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Waits until another invocation is within the concurrency.
    pub async fn slot(self: &Arc<Self>) -> Slot {
        let slots = Arc::clone(&self.slots);
        loop {
            // Never closed.
            if let Ok(permit) = Arc::clone(&slots).acquire_owned().await {
                return Slot { function: Arc::clone(self), _permit: permit };
            }
        }
    }

    /// The right to an invocation now; `None` when it would be throttled.
    #[must_use]
    pub fn slot_now(self: &Arc<Self>) -> Option<Slot> {
        let permit = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        Some(Slot { function: Arc::clone(self), _permit: permit })
    }

    /// Invokes it with an event, as soon as its concurrency allows.
    ///
    /// # Errors
    ///
    /// The function's own error, or the service's for it.
    pub async fn invoke(self: &Arc<Self>, payload: impl Into<Bytes>) -> InvokeResult {
        self.slot().await.invoke(payload.into(), None).await
    }

    /// Starts an environment that no invocation waits for, as provisioned concurrency does. Answers how long its
    /// init took: from the start of the process until it asked for its first invocation.
    ///
    /// # Errors
    ///
    /// When it cannot start.
    pub async fn provision(&self) -> Result<Duration, FunctionError> {
        let environment = self.start().await?;
        let init = environment.init;
        lock(&self.idle).push(environment);
        Ok(init)
    }

    /// The ids of its processes.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        let processes = lock(&self.processes);
        processes.iter().filter(|(_, kill)| !kill.is_cancelled()).map(|(pid, _)| *pid).collect()
    }

    /// Kills a process of it (`SIGKILL`), whatever that does; false when it has none with this id.
    pub fn kill(&self, pid: u32) -> bool {
        let kill = lock(&self.processes).get(&pid).filter(|kill| !kill.is_cancelled()).cloned();
        kill.map(|kill| kill.cancel()).is_some()
    }

    /// What its processes have printed.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.recipe.log).unwrap_or_default()
    }

    /// Ends its idle processes. Those at work end with their invocation's future.
    pub async fn shut_down(&self) {
        let idle = std::mem::take(&mut *lock(&self.idle));
        futures::future::join_all(idle.into_iter().map(Environment::shut_down)).await;
    }

    /// An environment that is ready: one that has been used, or a new one.
    async fn environment(&self) -> Result<Environment, FunctionError> {
        loop {
            let Some(environment) = lock(&self.idle).pop() else { break };
            if environment.is_alive() {
                return Ok(environment);
            }
            environment.shut_down().await;
        }
        self.start().await
    }

    async fn start(&self) -> Result<Environment, FunctionError> {
        lock(&self.processes).retain(|_, kill| !kill.is_cancelled());
        Environment::start(&self.recipe, |pid, kill| {
            lock(&self.processes).insert(pid, kill);
        })
        .await
    }
}

impl Slot {
    /// Invokes the function with an event; `trace` is the trace header that it continues.
    ///
    /// # Errors
    ///
    /// As [`Function::invoke`].
    pub async fn invoke(&self, payload: Bytes, trace: Option<String>) -> InvokeResult {
        if payload.len() > LAMBDA_PAYLOAD_BYTES {
            let message = format!(
                "{} byte payload is too large for the RequestResponse invocation type (limit {LAMBDA_PAYLOAD_BYTES} bytes)",
                payload.len()
            );
            return Err(FunctionError::new("RequestTooLargeException", message));
        }
        let function = &self.function;
        let mut environment = function.environment().await?;
        let result = environment.invoke(Invocation::new(payload, trace), function.timeout).await;
        if environment.is_alive() {
            lock(&function.idle).push(environment);
        } else {
            environment.shut_down().await;
        }
        result
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
