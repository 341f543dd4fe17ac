//! Execution environments: a process each, with a Runtime API of its own.

mod process;
mod runtime_api;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tokio::process::Command;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use self::process::Process;
use self::runtime_api::{Init, Order, RuntimeApi};
use crate::invocation::{FunctionError, Invocation, InvokeResult, kind};

/// The largest event and the largest answer, in bytes (AWS: 6 MB).
pub const LAMBDA_PAYLOAD_BYTES: usize = 6_291_556;

/// Time from the start of a process until it asks for its first invocation (AWS).
const INIT: Duration = Duration::from_secs(10);

/// What is run, and in which environment.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) executable: PathBuf,
    pub(crate) arn: String,
    pub(crate) variables: BTreeMap<String, String>,
    /// Where the process's output goes.
    pub(crate) log: PathBuf,
}

/// A process that is ready for invocations, one at a time.
#[derive(Debug)]
pub(crate) struct Environment {
    process: Process,
    api: RuntimeApi,
    /// From the start of the process until it asked for its first invocation.
    pub(crate) init: Duration,
}

impl Environment {
    /// A cold start: the process is started, and has asked for its first invocation.
    pub(crate) async fn start(
        recipe: &Recipe,
        started: impl FnOnce(u32, CancellationToken),
    ) -> Result<Self, FunctionError> {
        let entrypoint = |why: String| FunctionError::new(kind::ENTRYPOINT, why);
        let api = RuntimeApi::start(recipe.arn.clone())
            .await
            .map_err(|error| entrypoint(format!("no Runtime API: {error}")))?;
        let began = Instant::now();
        let command = command(recipe, &api.address.to_string());
        let process = command.and_then(Process::start).map_err(|error| {
            let program = recipe.executable.display();
            entrypoint(format!("Couldn't find valid bootstrap(s): [{program}]: {error}"))
        })?;
        started(process.pid(), process.killer());
        let mut environment = Self { process, api, init: Duration::ZERO };
        environment.ready().await?;
        environment.init = began.elapsed();
        Ok(environment)
    }

    async fn ready(&mut self) -> Result<(), FunctionError> {
        let mut init = self.api.init.clone();
        let failed = tokio::select! {
            // What it said is more than how it ended.
            biased;
            init = init.wait_for(|init| *init != Init::Running) => match init.as_deref() {
                Ok(Init::Failed(error)) => Some(error.clone()),
                _ => None,
            },
            why = self.process.ended() => Some(FunctionError::new(kind::EXITED, why)),
            () = tokio::time::sleep(INIT) => {
                let message = format!("Init timed out after {:.2} seconds", INIT.as_secs_f64());
                Some(FunctionError::new(kind::TIMED_OUT, message))
            }
        };
        failed.map_or(Ok(()), Err)
    }

    /// Whether it can take another invocation.
    pub(crate) fn is_alive(&self) -> bool {
        self.process.runs()
    }

    /// Gives the process an invocation, and kills it when it does not answer in time.
    pub(crate) async fn invoke(
        &mut self,
        invocation: Invocation,
        timeout: Duration,
    ) -> InvokeResult {
        let id = invocation.id.clone();
        let (answer, answered) = oneshot::channel();
        let order = Order { invocation, deadline: SystemTime::now() + timeout, answer };
        if self.api.orders.try_send(order).is_err() {
            return Err(FunctionError::of(&id, kind::EXITED, "the environment is busy"));
        }
        tokio::select! {
            // A process may answer and end at once.
            biased;
            answer = answered => answer.unwrap_or_else(|_| {
                Err(FunctionError::of(&id, kind::EXITED, "the process asked for the next invocation instead of answering"))
            }),
            why = self.process.ended() => Err(FunctionError::of(&id, kind::EXITED, &why)),
            () = tokio::time::sleep(timeout) => {
                self.process.killer().cancel();
                self.process.ended().await;
                Err(FunctionError::timed_out(&id, timeout))
            }
        }
    }

    /// Ends the process at once, and waits until it has.
    pub(crate) async fn shut_down(mut self) {
        self.process.killer().cancel();
        self.process.ended().await;
    }
}

fn command(recipe: &Recipe, api: &str) -> std::io::Result<Command> {
    let log = open_log(&recipe.log)?;
    let mut command = Command::new(&recipe.executable);
    command.env_clear().envs(&recipe.variables).env("AWS_LAMBDA_RUNTIME_API", api);
    command.stdout(log.try_clone()?).stderr(log);
    Ok(command)
}

fn open_log(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    File::options().create(true).append(true).open(path)
}
