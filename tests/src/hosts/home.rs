//! The home host: its real routes on a socket, its real consumers, and a database of its own.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};
use twinhost::App;
use twinhost::conformance::hosts::Host;
use twinhost::dispatch::backoff;
use twinhost::manifest::{HandlerManifest, Manifest};
use twinhost::ports::{Peeked, Ports, Principal};
use twinhost_selfhost::scheduler::Scheduler;
use twinhost_selfhost::{Config, Runner, config};

use super::exchange::exchange;
use crate::Wait;
use crate::database::Database;

/// The most messages that are looked at.
const MANY: usize = 10_000;

/// How long a token of these tests is good.
const HOUR: Duration = Duration::from_secs(3600);

/// An application at home.
pub struct HomeHost {
    // In the order of their end: the runner, its stores, its database and its folder.
    _stop: DropGuard,
    address: std::net::SocketAddr,
    manifest: Manifest,
    running: Manifest,
    host: twinhost_selfhost::Host,
    _database: Database,
    _data: TempDir,
}

impl HomeHost {
    /// Runs these handlers of an application; all, if none is named.
    ///
    /// # Errors
    ///
    /// When there is no database, or the application cannot run.
    pub async fn start(app: App, functions: &[&str]) -> anyhow::Result<Self> {
        Self::start_with(app, functions, |_| {}).await
    }

    /// The same, with other settings.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn start_with(
        app: App,
        functions: &[&str],
        configure: impl FnOnce(&mut Config),
    ) -> anyhow::Result<Self> {
        let database = Database::create().await?;
        let data = tempfile::tempdir()?;
        let mut config = Config { data_dir: data.path().to_owned(), ..Config::default() };
        config.functions = functions.iter().copied().collect();
        config.database.url = Some(database.url().into());
        config.http.listen = ([127, 0, 0, 1], 0).into();
        config.admin.listen = ([127, 0, 0, 1], 0).into();
        configure(&mut config);
        let manifest = app.manifest();
        let running = config.functions.of(manifest.clone())?;
        let host = twinhost_selfhost::Host::open(&config, &manifest).await?;
        let (stop, address) = serve(app, &host, &config).await?;
        Ok(Self { _stop: stop, address, manifest, running, host, _database: database, _data: data })
    }
}

/// Starts the runner; it ends with the guard.
async fn serve(
    app: App,
    host: &twinhost_selfhost::Host,
    config: &config::Config,
) -> anyhow::Result<(DropGuard, std::net::SocketAddr)> {
    let runner = Runner {
        app,
        ports: host.ports.clone(),
        queue: Arc::clone(&host.queue),
        occurrences: Arc::clone(&host.schedules) as _,
        backend: Arc::clone(&host.database) as _,
        admin_token: host.secrets.admin_token.clone(),
    };
    let bound = runner.bind(config).await?;
    let address = bound.http_address;
    let stop = CancellationToken::new();
    tokio::spawn(bound.run(stop.clone()));
    Ok((stop.drop_guard(), address))
}

#[async_trait]
impl Host for HomeHost {
    fn name(&self) -> &'static str {
        "home"
    }

    fn ports(&self) -> Ports {
        self.host.ports.clone()
    }

    async fn token(&self, principal: &Principal) -> anyhow::Result<String> {
        Ok(self.host.auth.issue(principal, HOUR)?.expose_secret().to_owned())
    }

    async fn request(
        &self,
        request: http::Request<Bytes>,
    ) -> anyhow::Result<http::Response<Bytes>> {
        exchange(self.address, request).await
    }

    async fn fire(&self, handler: &str, scheduled_at: Timestamp) -> anyhow::Result<()> {
        let occurrences = Arc::clone(&self.host.schedules) as _;
        let scheduler = Scheduler::new(&self.manifest, &self.ports(), occurrences, "tests")?;
        // Whoever fires it looks at the clock a moment later.
        scheduler.run_as_of(handler, scheduled_at + Duration::from_millis(250)).await?;
        Ok(())
    }

    async fn settled(&self, handler: &str) -> anyhow::Result<()> {
        let Some(running) = self.running.handler(handler) else { return Ok(()) };
        let wait = Wait::until("a queue has settled");
        loop {
            let waiting = self.waiting(handler).await?;
            let mut groups = HashSet::new();
            let mut heads = waiting.iter().filter(|m| groups.insert((&m.tenant, &m.group)));
            if heads.all(|head| backs_off(running, head)) {
                return Ok(());
            }
            wait.a_moment().await?;
        }
    }

    async fn drained(&self, handler: &str) -> anyhow::Result<()> {
        if self.running.handler(handler).is_none() {
            bail!("`{handler}` does not run here, so its queue is not emptied");
        }
        let wait = Wait::until("a queue is empty");
        while self.host.queue.stats(handler).await?.backlog > 0 {
            wait.a_moment().await?;
        }
        Ok(())
    }

    async fn waiting(&self, handler: &str) -> anyhow::Result<Vec<Peeked>> {
        Ok(self.host.queue.peek(handler, false, MANY).await?)
    }

    async fn dead(&self, handler: &str) -> anyhow::Result<Vec<Peeked>> {
        Ok(self.host.queue.peek(handler, true, MANY).await?)
    }

    async fn redrive(&self, handler: &str) -> anyhow::Result<u64> {
        Ok(self.host.queue.redrive(handler, None).await?)
    }
}

/// Whether a message has failed and waits for another try. Who works on it at this moment holds it longer
/// than any pause after so few failures.
fn backs_off(handler: &HandlerManifest, message: &Peeked) -> bool {
    let left = message.visible_at.duration_since(Timestamp::now());
    let pause = backoff(message.receive_count).mul_f64(1.25);
    let lease = Duration::from_secs(handler.visibility_seconds());
    message.reason.is_some()
        && left > SignedDuration::ZERO
        && (pause >= lease || left <= SignedDuration::try_from(pause).unwrap_or_default())
}

impl std::fmt::Debug for HomeHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HomeHost").field("address", &self.address).finish_non_exhaustive()
    }
}
