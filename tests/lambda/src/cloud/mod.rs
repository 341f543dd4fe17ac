//! A whole application as it is on AWS: its resources on an emulator of AWS, and its functions here.

mod names;
mod options;
mod queues;
mod resources;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_sqs::config::Credentials;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use twinhost::manifest::{HandlerManifest, Manifest};
use twinhost_aws::hosts::function_timeout;
use twinhost_aws::{AwsOptions, Clients};

pub use self::names::Names;
pub use self::options::{CloudOptions, Executables};
pub use self::queues::CloudQueues;
use crate::front::Front;
use crate::function::{Function, FunctionOptions};
use crate::misbehaviour::Misbehaviour;
use crate::poller::{Poller, Source};
use crate::scheduler::Schedule;

/// The one region here.
pub const REGION: &str = "us-east-1";

/// Credentials that the emulator of AWS takes; it takes any.
const CREDENTIALS: [&str; 2] = ["AKIAEMULATED", "emulated"];

/// Bytes that a function's variables have, names and values (AWS: C3).
const VARIABLES_BYTES: usize = 4096;

/// How long work in flight may go on after a stop.
const GRACE: Duration = Duration::from_secs(5);

/// An application on this machine as it would be on AWS. It ends with this value: its processes are killed.
#[derive(Debug)]
pub struct Cloud {
    address: SocketAddr,
    clients: Arc<Clients>,
    options: AwsOptions,
    functions: BTreeMap<String, Arc<Function>>,
    pollers: BTreeMap<String, Poller>,
    schedules: BTreeMap<String, Schedule>,
    misbehaviour: Arc<Misbehaviour>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Cloud {
    /// Makes the resources that are not there yet, and starts everything.
    ///
    /// # Errors
    ///
    /// When an executable is missing, or the emulator of AWS or the port cannot be used.
    pub async fn start(manifest: &Manifest, options: CloudOptions) -> anyhow::Result<Self> {
        ensure!(
            options.listen.ip().is_loopback(),
            "`{}` is no address of loopback; this API is for this machine only, so use 127.0.0.1",
            options.listen
        );
        for name in &options.only {
            ensure!(manifest.handler(name).is_some(), "there is no handler `{name}` to run");
        }
        let clients = Arc::new(clients(&options.endpoint).await);
        let cognito = options.cognito.clone();
        let aws = resources::create(&clients, manifest, options.visibility_timeout, cognito)
            .await
            .with_context(|| format!("make the application's resources on {}", options.endpoint))?;
        let mut cloud = Self {
            address: options.listen,
            clients,
            options: aws,
            functions: BTreeMap::new(),
            pollers: BTreeMap::new(),
            schedules: BTreeMap::new(),
            misbehaviour: Arc::default(),
            wake: Arc::default(),
            stop: CancellationToken::new(),
            tasks: JoinSet::new(),
        };
        for handler in &manifest.handlers {
            if options.only.is_empty() || options.only.contains(handler.name) {
                cloud.add(manifest, handler, &options).await?;
            }
        }
        cloud.serve(manifest, &options).await?;
        Ok(cloud)
    }

    async fn add(
        &mut self,
        manifest: &Manifest,
        handler: &HandlerManifest,
        options: &CloudOptions,
    ) -> anyhow::Result<()> {
        let name = handler.name;
        let mut variables = options.variables.clone();
        variables.extend(resources::variables(&self.options, manifest, handler));
        AwsOptions::from_variables(variables.clone())?.check(manifest, name)?;
        let bytes: usize = variables.iter().map(|(name, value)| name.len() + value.len()).sum();
        ensure!(
            bytes <= VARIABLES_BYTES,
            "the variables of `{name}` have {bytes} bytes; Lambda takes {VARIABLES_BYTES}, so give it fewer"
        );
        let reach = [
            ("AWS_ENDPOINT_URL", &*options.endpoint),
            ("AWS_ACCESS_KEY_ID", CREDENTIALS[0]),
            ("AWS_SECRET_ACCESS_KEY", CREDENTIALS[1]),
        ];
        variables.extend(reach.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let function = Arc::new(Function::new(FunctionOptions {
            name: name.to_owned(),
            executable: options.executables.of(name)?,
            variables,
            region: REGION.to_owned(),
            timeout: function_timeout(Duration::from_secs(handler.timeout_seconds)),
            memory_mb: handler.memory_mb,
            concurrency: handler.concurrency.max(1) as usize,
            log: options.logs.join(format!("{name}.log")),
        }));
        if let Some(url) = self.options.queues.get(name) {
            let source = Source {
                url: url.clone(),
                arn: resources::arn(&self.clients, url).await?,
                region: REGION.to_owned(),
                batch: handler.trigger.batch(),
                window: Duration::from_secs(handler.trigger.batch_window_seconds().into()),
                filter: handler.trigger.filter()?,
                function: Arc::clone(&function),
            };
            let sqs = self.clients.sqs().clone();
            let (misbehaviour, wake) = (Arc::clone(&self.misbehaviour), Arc::clone(&self.wake));
            let poller = Poller::new(source, sqs, misbehaviour, wake);
            self.tasks.spawn(poller.clone().run(self.stop.clone()));
            self.pollers.insert(name.to_owned(), poller);
        }
        if let Some(schedule) = Schedule::of(manifest, &function, REGION, &self.wake)? {
            if options.schedules {
                self.tasks.spawn(schedule.clone().run(self.stop.clone()));
            }
            self.schedules.insert(name.to_owned(), schedule);
        }
        self.functions.insert(name.to_owned(), function);
        Ok(())
    }

    async fn serve(&mut self, manifest: &Manifest, options: &CloudOptions) -> anyhow::Result<()> {
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("listen on {}; is something else there?", options.listen))?;
        self.address = listener.local_addr()?;
        let wake = Arc::clone(&self.wake);
        let front = Front::new(manifest, self.functions.clone(), &options.stage, wake);
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            if let Err(error) = front.serve(listener, stop).await {
                tracing::error!(%error, "the API ended");
            }
        });
        Ok(())
    }

    /// Where the API listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the resources are.
    #[must_use]
    pub const fn options(&self) -> &AwsOptions {
        &self.options
    }

    /// Clients of the emulator of AWS.
    #[must_use]
    pub fn clients(&self) -> Arc<Clients> {
        Arc::clone(&self.clients)
    }

    /// The functions that run, by their handlers' names.
    #[must_use]
    pub const fn functions(&self) -> &BTreeMap<String, Arc<Function>> {
        &self.functions
    }

    /// The poller of a handler's queue, if it runs.
    #[must_use]
    pub fn poller(&self, handler: &str) -> Option<&Poller> {
        self.pollers.get(handler)
    }

    /// What goes wrong on purpose.
    #[must_use]
    pub fn misbehaviour(&self) -> &Misbehaviour {
        &self.misbehaviour
    }

    /// Says that queues may have been filled by somebody else, so that nobody waits for the next poll.
    pub fn wake(&self) {
        self.wake.notify_waiters();
    }

    /// Fires the occurrence of a handler's schedule that was due then.
    ///
    /// # Errors
    ///
    /// When it has no schedule or does not run, or its function fails again and again.
    pub async fn fire(&self, handler: &str, scheduled_at: Timestamp) -> anyhow::Result<()> {
        let schedule = self.schedules.get(handler);
        let schedule =
            schedule.with_context(|| format!("`{handler}` has no schedule, or does not run"))?;
        Ok(schedule.fire(scheduled_at).await?)
    }

    /// Takes nothing more, finishes what is in flight within a grace period, and ends every process.
    pub async fn shut_down(mut self) {
        self.stop.cancel();
        let done = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, done).await.is_err() {
            tracing::warn!("what was in flight is given up; its messages come again");
        }
        self.tasks.shutdown().await;
        let functions = self.functions.values().map(|function| function.shut_down());
        futures::future::join_all(functions).await;
    }
}

/// Clients of an emulator of AWS.
pub async fn clients(endpoint: &str) -> Clients {
    clients_as(endpoint, CREDENTIALS[0]).await
}

/// Clients of an emulator of AWS, with an access key of one's own.
pub async fn clients_as(endpoint: &str, access_key: &str) -> Clients {
    let [_, secret] = CREDENTIALS;
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(access_key, secret, None, None, "emulator"));
    Clients::load(config).await
}
