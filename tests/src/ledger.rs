//! Load with a ledger: what was sent, what was acknowledged, and what must therefore be there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::eventually;
use crate::home::Home;
use crate::sender::{Sender, log_file};

/// How long a sender waits before it tries again.
const PAUSE: Duration = Duration::from_millis(100);

/// Deliveries by a few senders side by side, each tried again until it is acknowledged.
#[derive(Debug)]
pub struct Load {
    shared: Arc<Shared>,
    workers: JoinSet<anyhow::Result<Ledger>>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    next: AtomicUsize,
    acknowledged: AtomicUsize,
    refused: AtomicUsize,
    stop: AtomicBool,
}

/// What became of every delivery.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The ids that were acknowledged.
    pub acknowledged: Vec<String>,
    /// The ids that were sent and not acknowledged; the receiver may have them all the same.
    pub open: Vec<String>,
    /// How many attempts were answered with each status; 0 stands for no answer.
    pub answers: BTreeMap<u16, usize>,
    /// The longest time to an answer.
    pub slowest: Duration,
}

impl Load {
    /// Starts sending; each of `senders` has one delivery in hand at a time. `name` begins the ids.
    #[must_use]
    pub fn start(name: &str, senders: &[Sender]) -> Self {
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            next: AtomicUsize::new(0),
            acknowledged: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let mut workers = JoinSet::new();
        for sender in senders {
            workers.spawn(Arc::clone(&shared).work(sender.clone()));
        }
        Self { shared, workers }
    }

    /// How many deliveries have been acknowledged by now.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        self.shared.acknowledged.load(Ordering::SeqCst)
    }

    /// How many attempts have been refused, or not answered, by now.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::SeqCst)
    }

    /// Waits until so many more attempts have been refused.
    ///
    /// # Errors
    ///
    /// When that does not happen.
    pub async fn more_refused(&self, count: usize) -> anyhow::Result<()> {
        let wanted = self.refused() + count;
        eventually("more is refused", async || Ok((self.refused() >= wanted).then_some(()))).await
    }

    /// Waits until so many more have been acknowledged.
    ///
    /// # Errors
    ///
    /// When that does not happen.
    pub async fn more(&self, count: usize) -> anyhow::Result<()> {
        let wanted = self.acknowledged() + count;
        eventually("more is acknowledged", async || {
            Ok((self.acknowledged() >= wanted).then_some(()))
        })
        .await
    }

    /// Begins nothing more and tries nothing again.
    ///
    /// # Errors
    ///
    /// When a sender failed by itself.
    pub async fn stop(mut self) -> anyhow::Result<Ledger> {
        self.shared.stop.store(true, Ordering::SeqCst);
        let mut all = Ledger::default();
        while let Some(worker) = self.workers.join_next().await {
            all.absorb(worker??);
        }
        Ok(all)
    }
}

impl Shared {
    async fn work(self: Arc<Self>, sender: Sender) -> anyhow::Result<Ledger> {
        let mut ledger = Ledger::default();
        while !self.stop.load(Ordering::SeqCst) {
            let id = format!("{}-{}", self.name, self.next.fetch_add(1, Ordering::SeqCst));
            loop {
                if ledger.attempt(&sender, &id).await? {
                    self.acknowledged.fetch_add(1, Ordering::SeqCst);
                    ledger.acknowledged.push(id);
                    break;
                }
                self.refused.fetch_add(1, Ordering::SeqCst);
                if self.stop.load(Ordering::SeqCst) {
                    ledger.open.push(id);
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(ledger)
    }
}

impl Ledger {
    /// Adds another's entries.
    pub fn absorb(&mut self, other: Self) {
        let Self { acknowledged, open, answers, slowest } = other;
        self.acknowledged.extend(acknowledged);
        self.open.extend(open);
        for (status, times) in answers {
            *self.answers.entry(status).or_default() += times;
        }
        self.slowest = self.slowest.max(slowest);
    }

    async fn attempt(&mut self, sender: &Sender, id: &str) -> anyhow::Result<bool> {
        let began = Instant::now();
        let answer = sender.post(id, &log_file(id)).await?;
        self.slowest = self.slowest.max(began.elapsed());
        let status = answer.status.map_or(0, |status| status.as_u16());
        *self.answers.entry(status).or_default() += 1;
        Ok(answer.is_accepted())
    }

    /// Sends what is open until all is acknowledged.
    ///
    /// # Errors
    ///
    /// When that does not happen.
    pub async fn settle(&mut self, sender: &Sender) -> anyhow::Result<()> {
        for id in std::mem::take(&mut self.open) {
            let last = eventually("what was refused is accepted", async || {
                let answer = sender.post(&id, &log_file(&id)).await?;
                Ok(answer.is_accepted().then_some(()))
            });
            last.await?;
            self.acknowledged.push(id);
        }
        Ok(())
    }

    /// Checks, once nothing is left to do, that every acknowledged delivery is there and none twice.
    ///
    /// # Errors
    ///
    /// When the home's own account of it does not come to the same.
    pub async fn agrees_with(&self, home: &Home, tenant: &str) -> anyhow::Result<()> {
        ensure!(self.open.is_empty(), "{} deliveries are open", self.open.len());
        let count = self.acknowledged.len();
        let summary = drained(home, tenant, count).await?;
        let expected = json!({
            "payloads": count, "records": count, "accounted": count, "cost_events": count, "duplicates": 0,
            "dropped": {}, "attempts": 0, "dead_letters": {}, "waiting": {},
        });
        for (name, value) in expected.as_object().context("an object")? {
            ensure!(
                summary[name] == *value,
                "`{name}` should be {value}: {summary}\n{}",
                home.log_tail()
            );
        }
        Ok(())
    }

    /// Checks that all that was acknowledged is there, and nothing that was never sent.
    ///
    /// # Errors
    ///
    /// When something is missing, or too much.
    pub async fn is_kept_by(&self, home: &Home, tenant: &str) -> anyhow::Result<()> {
        let least = self.acknowledged.len() as u64;
        let summary = drained(home, tenant, self.acknowledged.len()).await?;
        let most = least + self.open.len() as u64;
        let cost_events = summary["cost_events"].as_u64().context("no number")?;
        ensure!(
            (least..=most).contains(&cost_events),
            "{least} to {most} should be there: {summary}"
        );
        ensure!(summary["payloads"] == summary["cost_events"], "not one each: {summary}");
        Ok(())
    }
}

/// The summary, once all that was acknowledged has been worked on.
async fn drained(home: &Home, tenant: &str, count: usize) -> anyhow::Result<Value> {
    let mut last = Value::Null;
    let waited = eventually("nothing is left to do", async || {
        // A home that is coming back cannot be asked yet.
        let Ok(summary) = home.json(&["events", "summary", "--tenant", tenant]).await else {
            return Ok(None);
        };
        last.clone_from(&summary);
        let enough = summary["payloads"].as_u64() >= Some(count as u64);
        Ok((enough && summary["complete"] == true && summary["waiting"] == json!({}))
            .then_some(summary))
    });
    waited
        .await
        .with_context(|| format!("{count} were acknowledged; last: {last}\n{}", home.log_tail()))
}
