//! Whether this host is well, for machines and for people.
//!
//! - `/healthz`: the process lives.
//! - `/readyz`: 200 when it takes requests; 503 while it starts, drains or has no database.
//! - `/health`: version, database and queues.
//!
//! Whoever asks often is answered from what was found within the last second.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, timeout};
use twinhost::App;
use twinhost::ports::{Queue, QueueStats};
use twinhost_postgres::Vitals;

use crate::backend::Backend;

/// For how long an answer is good.
const FRESH: Duration = Duration::from_secs(1);

/// For how long the database is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a host is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Not yet taking requests.
    Starting,
    /// Taking requests.
    Ready,
    /// Finishing what is in hand.
    Draining,
}

/// Whether this host is well. Clones share it.
#[derive(Clone, Debug)]
pub struct Health(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: &'static str,
    node: String,
    queues: Vec<&'static str>,
    queue: Arc<dyn Queue>,
    backend: Arc<dyn Backend>,
    phase: watch::Sender<Phase>,
    began: Instant,
    database: Recent<bool>,
    stats: Recent<Vec<QueueStats>>,
    vitals: Recent<Option<Vitals>>,
}

/// The last answer to a question, which is good for a moment: whoever asks meanwhile gets it, too.
#[derive(Debug, Default)]
struct Recent<T>(Mutex<Option<(Instant, T)>>);

impl<T: Clone> Recent<T> {
    async fn or(&self, ask: impl Future<Output = T>) -> T {
        let mut last = self.0.lock().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < FRESH
        {
            return answer.clone();
        }
        let answer = ask.await;
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

impl Health {
    /// The health of a host that is starting.
    #[must_use]
    pub fn new(app: &App, node: &str, queue: Arc<dyn Queue>, backend: Arc<dyn Backend>) -> Self {
        Self(Arc::new(Inner {
            app: app.name(),
            node: node.to_owned(),
            queues: app.manifest().queues().map(|handler| handler.name).collect(),
            queue,
            backend,
            phase: watch::Sender::new(Phase::Starting),
            began: Instant::now(),
            database: Recent::default(),
            stats: Recent::default(),
            vitals: Recent::default(),
        }))
    }

    /// What the host is doing.
    #[must_use]
    pub fn phase(&self) -> Phase {
        *self.0.phase.borrow()
    }

    /// Says what the host is doing from now on.
    pub fn set(&self, phase: Phase) {
        self.0.phase.send_replace(phase);
    }

    /// Whether the database answers.
    pub async fn database(&self) -> bool {
        let backend = &self.0.backend;
        let ask = async { matches!(timeout(PATIENCE, backend.check()).await, Ok(Ok(()))) };
        self.0.database.or(ask).await
    }

    /// The figures of the queues; none when they cannot be had in time.
    pub async fn queues(&self) -> Vec<QueueStats> {
        // One after the other: whoever watches must not crowd out the work.
        let all = async {
            let mut stats = Vec::new();
            for queue in &self.0.queues {
                stats.extend(self.0.queue.stats(queue).await.ok());
            }
            stats
        };
        self.0.stats.or(async { timeout(PATIENCE, all).await.unwrap_or_default() }).await
    }

    /// Whether the database clears away after itself; `None` when it does not say so in time.
    pub async fn vitals(&self) -> Option<Vitals> {
        let backend = &self.0.backend;
        let ask = async { timeout(PATIENCE, backend.vitals()).await.ok().and_then(Result::ok) };
        self.0.vitals.or(ask).await
    }

    /// The answer of `/readyz`.
    pub(crate) async fn readiness(&self) -> (StatusCode, &'static str) {
        let unready = StatusCode::SERVICE_UNAVAILABLE;
        match self.phase() {
            Phase::Starting => (unready, "starting"),
            Phase::Draining => (unready, "draining"),
            Phase::Ready if self.database().await => (StatusCode::OK, "ready"),
            Phase::Ready => (unready, "the database does not answer"),
        }
    }

    /// The answer of `/health`.
    pub(crate) async fn report(&self) -> (StatusCode, Json<serde_json::Value>) {
        let database = self.database().await;
        let queues = if database { self.queues().await } else { Vec::new() };
        let well = database && self.phase() == Phase::Ready;
        let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let Inner { app, node, began, .. } = &*self.0;
        let report = json!({
            "app": app,
            "version": env!("CARGO_PKG_VERSION"),
            "node": node,
            "phase": self.phase(),
            "uptime_seconds": began.elapsed().as_secs(),
            "database": if database { "ok" } else { "does not answer" },
            "queues": queues,
        });
        (status, Json(report))
    }
}
