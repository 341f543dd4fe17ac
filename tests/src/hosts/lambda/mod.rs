//! The Lambda host: the real executables as processes, behind the emulator of Lambda, on an emulator of AWS.

mod tokens;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use lambda_emulator::{Aws, Cloud, CloudOptions, CloudQueues, Executables};
use serde_json::Value;
use tempfile::TempDir;
use twinhost::Manifest;
use twinhost::conformance::hosts::Host;
use twinhost::ports::{Peeked, Ports, Principal, Queue as _, SystemClock};
use twinhost_aws::AwsHost;

use self::tokens::Pool;
use super::exchange::exchange;
use crate::Wait;

/// Names a seeded fault: see `twinhost::mutants`.
const MUTANT: &str = "TWINHOST_MUTANT";

/// The most messages that are looked at.
const MANY: usize = 10_000;

/// An application on Lambda.
#[derive(Debug)]
pub struct LambdaHost {
    // In the order of their end: the functions, what they reach, and the folder of their logs.
    cloud: Cloud,
    queues: CloudQueues,
    ports: Ports,
    pool: Pool,
    aws: Aws,
    folder: TempDir,
}

impl LambdaHost {
    /// Runs these handlers of an application; all, if none is named.
    ///
    /// # Errors
    ///
    /// When the emulator of AWS or an executable is missing.
    pub async fn start(
        manifest: &Manifest,
        functions: &[&str],
        executables: Executables,
    ) -> anyhow::Result<Self> {
        Self::start_with(manifest, functions, executables, |_| {}).await
    }

    /// The same, with other settings.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn start_with(
        manifest: &Manifest,
        functions: &[&str],
        executables: Executables,
        configure: impl FnOnce(&mut CloudOptions),
    ) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("twinhost-lambda-").tempdir()?;
        let aws = Aws::start(&folder.path().join("aws"), 0).await?;
        let pool = Pool::start().await?;
        let mut options = CloudOptions::new(aws.url(), executables, folder.path().join("logs"));
        options.only = functions.iter().map(|name| (*name).to_owned()).collect();
        options.cognito = Some(pool.options());
        // A function has an environment of its own; a fault that this build is told to have is its, too.
        if let Ok(fault) = std::env::var(MUTANT) {
            options.variables.insert(MUTANT.to_owned(), fault);
        }
        // A test lets them fall due.
        options.schedules = false;
        configure(&mut options);
        let cloud = Cloud::start(manifest, options).await?;
        let clients = cloud.clients();
        let queues = CloudQueues::new(Arc::clone(&clients), aws.url(), cloud.options());
        let host = AwsHost::new(clients, cloud.options(), Arc::new(SystemClock))?;
        Ok(Self { cloud, queues, ports: host.ports(), pool, aws, folder })
    }

    /// The functions, the queues' pollers, and what can be made to go wrong.
    #[must_use]
    pub const fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// The emulator of AWS.
    #[must_use]
    pub const fn aws(&self) -> &Aws {
        &self.aws
    }

    /// The API's address.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.cloud.address()
    }

    /// All that a handler's processes have printed.
    #[must_use]
    pub fn log(&self, handler: &str) -> String {
        let path = self.folder.path().join("logs").join(format!("{handler}.log"));
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// The bodies of all mails that were sent, as SES was asked to.
    ///
    /// # Errors
    ///
    /// When the emulator of AWS has ended.
    pub async fn mails(&self) -> anyhow::Result<Vec<Value>> {
        let mails = self.aws.tell(&serde_json::json!({ "mails": null })).await?;
        Ok(mails.as_array().cloned().unwrap_or_default())
    }

    /// The first message of each order group in a queue: what is behind waits for it. Without order each is a first.
    async fn heads(&self, handler: &str) -> anyhow::Result<Vec<Peeked>> {
        let mut groups = HashSet::new();
        let mut waiting = self.waiting(handler).await?;
        waiting.retain(|message| {
            message.group.is_empty()
                || groups.insert((message.tenant.clone(), message.group.clone()))
        });
        Ok(waiting)
    }
}

#[async_trait]
impl Host for LambdaHost {
    fn name(&self) -> &'static str {
        "lambda"
    }

    fn ports(&self) -> Ports {
        self.ports.clone()
    }

    async fn token(&self, principal: &Principal) -> anyhow::Result<String> {
        self.pool.token(principal)
    }

    async fn request(
        &self,
        request: http::Request<Bytes>,
    ) -> anyhow::Result<http::Response<Bytes>> {
        exchange(self.address(), request).await
    }

    async fn fire(&self, handler: &str, scheduled_at: Timestamp) -> anyhow::Result<()> {
        self.cloud.fire(handler, scheduled_at).await
    }

    async fn settled(&self, handler: &str) -> anyhow::Result<()> {
        let Some(poller) = self.cloud.poller(handler) else { return Ok(()) };
        let wait = Wait::until("a queue has settled");
        loop {
            let before = poller.at_rest();
            let heads = self.heads(handler).await?;
            let now = Timestamp::now();
            let hidden = heads.iter().all(|head| head.visible_at > now);
            // Hidden, and not because it is being worked on.
            if hidden && before.is_some() && poller.at_rest() == before {
                return Ok(());
            }
            self.cloud.wake();
            wait.a_moment().await.with_context(|| self.log(handler))?;
        }
    }

    async fn drained(&self, handler: &str) -> anyhow::Result<()> {
        if self.cloud.poller(handler).is_none() {
            bail!("`{handler}` does not run here, so its queue is not emptied");
        }
        let wait = Wait::until("a queue is empty");
        loop {
            self.settled(handler).await?;
            let heads = self.heads(handler).await?;
            let Some(next) = heads.iter().map(|head| head.visible_at).min() else { return Ok(()) };
            // Nobody waits for a retry: time is moved for what is in queues.
            let left = next.duration_since(Timestamp::now()) + SignedDuration::from_millis(2);
            if left.is_positive() {
                self.aws.advance(Duration::try_from(left)?).await?;
            }
            self.cloud.wake();
            wait.a_moment().await.with_context(|| self.log(handler))?;
        }
    }

    async fn waiting(&self, handler: &str) -> anyhow::Result<Vec<Peeked>> {
        Ok(self.queues.peek(handler, false, MANY).await?)
    }

    async fn dead(&self, handler: &str) -> anyhow::Result<Vec<Peeked>> {
        Ok(self.queues.peek(handler, true, MANY).await?)
    }

    async fn redrive(&self, handler: &str) -> anyhow::Result<u64> {
        Ok(self.queues.redrive(handler, None).await?)
    }
}
