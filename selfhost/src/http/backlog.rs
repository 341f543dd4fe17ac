//! Back-pressure: what would be queued is refused while too much waits already.
//!
//! A queue without end only moves the trouble: the disk fills, and what comes last waits for hours. Whoever sends
//! webhooks tries again, and keeps them meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use twinhost::Grant;
use twinhost::manifest::{HandlerManifest, Manifest};

use crate::health::Health;

/// How old a figure may be before it is asked for again. Nobody asks while nobody sends, and nobody waits for it.
const FRESH: Duration = Duration::from_secs(1);

/// How much waits in the queues, and how much may.
#[derive(Debug)]
pub(super) struct Backlog {
    health: Health,
    limit: u64,
    last: Mutex<Last>,
}

/// What was found last.
#[derive(Debug, Default)]
struct Last {
    waiting: BTreeMap<String, u64>,
    at: Option<Instant>,
    asking: bool,
}

impl Backlog {
    pub(super) fn new(health: &Health, limit: u64) -> Arc<Self> {
        Arc::new(Self { health: health.clone(), limit, last: Mutex::default() })
    }

    /// Whether one of these queues has as many messages as may wait, by the last figures there are.
    pub(super) fn is_full(self: &Arc<Self>, queues: &[&'static str]) -> bool {
        let mut last = self.lock();
        if !last.asking && !queues.is_empty() && last.at.is_none_or(|at| at.elapsed() > FRESH) {
            last.asking = true;
            let backlog = Arc::clone(self);
            tokio::spawn(async move { backlog.ask().await });
        }
        queues
            .iter()
            .any(|queue| last.waiting.get(*queue).is_some_and(|count| *count >= self.limit))
    }

    async fn ask(&self) {
        let stats = self.health.queues().await;
        let mut last = self.lock();
        // While the database does not answer, what was known last is as good as anything.
        if !stats.is_empty() {
            last.waiting = stats.into_iter().map(|stats| (stats.queue, stats.backlog)).collect();
        }
        last.at = Some(Instant::now());
        last.asking = false;
    }

    fn lock(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The queues that a handler may send to: those of every consumer of a topic that it may publish to.
pub(super) fn queues_behind(handler: &HandlerManifest, manifest: &Manifest) -> Vec<&'static str> {
    let topics = handler.grants.iter().filter_map(|grant| match grant {
        Grant::Publish(topic) => Some(*topic),
        _ => None,
    });
    topics.flat_map(|topic| manifest.consumers(topic)).map(|consumer| consumer.name).collect()
}
