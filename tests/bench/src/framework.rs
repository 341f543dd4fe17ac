//! Twinhost as a contestant: an application on the durable host, its routes served and its queues consumed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use events::CostEvent;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use twinhost::ports::{Commit, CommitError, Committed, Ports};
use twinhost::unit::{Outgoing, Unit};
use twinhost::{App, Document as _, Payload, TenantId};
use twinhost_selfhost::consumer::{Consumer, ConsumerOptions};
use twinhost_selfhost::health::Health;
use twinhost_selfhost::http::{Server as HttpServer, router};
use twinhost_selfhost::{Config, Host};

use crate::server::Database;

/// Messages in one unit when a queue is filled.
const FILL: usize = 1000;

/// An application on the durable host, all in this process.
#[derive(Debug)]
pub(crate) struct Framework {
    app: App,
    config: Config,
    host: Host,
    ports: Ports,
    pub(crate) meter: Arc<Meter>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    _folder: TempDir,
}

impl Framework {
    /// Opens the host on a database, as the runner does.
    pub(crate) async fn open(app: App, database: &Database) -> anyhow::Result<Self> {
        app.check()?;
        let folder = tempfile::tempdir()?;
        let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        config.database.url = Some(database.url.clone().into());
        let host = Host::open(&config, &app.manifest()).await?;
        let meter = Arc::new(Meter::new(Arc::clone(&host.ports.commit)));
        let ports = Ports { commit: Arc::clone(&meter) as _, ..host.ports.clone() };
        let (stop, tasks) = (CancellationToken::new(), JoinSet::new());
        Ok(Self { app, config, host, ports, meter, stop, tasks, _folder: folder })
    }

    pub(crate) fn tenant() -> anyhow::Result<TenantId> {
        Ok("bench".parse()?)
    }

    pub(crate) const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Serves the application's routes.
    pub(crate) async fn serve(&mut self) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let health = Health::new(
            &self.app,
            "bench",
            Arc::clone(&self.host.queue),
            Arc::clone(&self.host.database) as _,
        );
        let routes = router(
            &self.app,
            &self.app.manifest(),
            self.ports.clone(),
            &health,
            &self.config.http,
        )?;
        let server = HttpServer::new(listener, &self.config.http);
        self.tasks.spawn(server.serve(routes, self.stop.clone(), self.stop.clone()));
        Ok(address)
    }

    /// Consumes every queue of the application.
    pub(crate) fn consume(&mut self) {
        for handler in self.app.manifest().queues() {
            let consumer = Consumer::new(
                self.app.clone(),
                handler,
                self.ports.clone(),
                Arc::clone(&self.host.queue),
                ConsumerOptions::default(),
            );
            if let Some(consumer) = consumer {
                self.tasks.spawn(consumer.run(self.stop.clone(), CancellationToken::new()));
            }
        }
    }

    /// Puts messages on a queue.
    pub(crate) async fn fill<P: Payload>(
        &self,
        queue: &str,
        payloads: impl Iterator<Item = P>,
    ) -> anyhow::Result<()> {
        let mut unit = Unit::new(Self::tenant()?, "fill");
        let commit = async |unit: &mut Unit| -> anyhow::Result<()> {
            let sends = std::mem::take(&mut unit.sends);
            self.ports.commit.commit(vec![Unit { sends, ..unit.clone() }]).await?;
            Ok(())
        };
        for (number, payload) in payloads.enumerate() {
            unit.sends.push(Outgoing {
                id: format!("fill-{number}"),
                queue: queue.to_owned(),
                group: payload.group(),
                deduplication_id: payload.deduplication_id(),
                body: serde_json::to_string(&payload)?,
                ..Outgoing::default()
            });
            if unit.sends.len() == FILL {
                commit(&mut unit).await?;
            }
        }
        commit(&mut unit).await
    }

    /// Consumes until every message there is, or that comes of one, is acknowledged; answers how long that took.
    pub(crate) async fn drain(&mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        self.consume();
        while self.meter.pending.load(Ordering::Acquire) > 0 {
            ensure!(began.elapsed() < Duration::from_secs(300), "the queues do not become empty");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let took = began.elapsed();
        for handler in self.app.manifest().queues() {
            let stats = self.host.queue.stats(handler.name).await?;
            ensure!(stats.backlog + stats.dead_letters == 0, "not all was handled: {stats:?}");
        }
        Ok(took)
    }

    /// Stops what runs.
    pub(crate) async fn close(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.context("a task of the framework")?;
        }
        self.host.close().await;
        Ok(())
    }
}

/// Knows from what is committed how many messages are on the way, and when an event was scored.
#[derive(Debug)]
pub(crate) struct Meter {
    inner: Arc<dyn Commit>,
    pending: AtomicI64,
    scored: watch::Sender<Instant>,
}

impl Meter {
    fn new(inner: Arc<dyn Commit>) -> Self {
        let scored = watch::Sender::new(Instant::now());
        Self { inner, pending: AtomicI64::new(0), scored }
    }

    /// When the last score was stored.
    pub(crate) fn scored(&self) -> watch::Receiver<Instant> {
        self.scored.subscribe()
    }
}

#[async_trait]
impl Commit for Meter {
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        let sends: usize = units.iter().map(|unit| unit.sends.len()).sum();
        let acks = units.iter().filter(|unit| unit.ack.is_some()).count();
        let mut writes = units.iter().flat_map(|unit| &unit.writes);
        let scores = writes.any(|write| write.collection == CostEvent::COLLECTION);
        let committed = self.inner.commit(units).await?;
        self.pending.fetch_add(sends as i64 - acks as i64, Ordering::Release);
        if scores {
            self.scored.send_replace(Instant::now());
        }
        Ok(committed)
    }
}
