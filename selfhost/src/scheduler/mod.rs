//! Fires the ticks of schedules into the queues of their handlers.
//!
//! Each occurrence is a row, unique by schedule and scheduled time, written
//! together with its tick messages: one firing a tick, however many nodes run.
//! From then on a tick is a message like any other.
//!
//! Ticks missed while every node was down: only the newest is fired, once the
//! first node is back, and [`Tick::missed`] says how many it stands for.
//! EventBridge would have gone on firing; a handler that must act for each
//! occurrence can count on `missed`.

mod postgres;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use twinhost::manifest::{Manifest, Trigger};
use twinhost::mutants::Mutant;
use twinhost::ports::{Clock, Documents, PortError, Ports};
use twinhost::schedule::{Expression, Ticks, messages};
use twinhost::unit::Outgoing;
use twinhost::{Scope, TenantId, Tick};

use crate::quiet::Quiet;

/// How long the clock may go unread, so that a jump of it is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Pause after the database did not answer.
const PAUSE: Duration = Duration::from_secs(5);

/// Remembers which occurrences of schedules have been fired.
#[async_trait]
pub trait Occurrences: std::fmt::Debug + Send + Sync {
    /// When the schedule was first seen by any node; now, if it never was.
    async fn first_seen(&self, schedule: &str) -> Result<Timestamp, PortError>;

    /// The newest occurrence that was fired.
    async fn last(&self, schedule: &str) -> Result<Option<Timestamp>, PortError>;

    /// Records an occurrence and sends its ticks, both or neither.
    /// False when it was recorded before, by whichever node.
    async fn fire(&self, occurrence: Occurrence<'_>) -> Result<bool, PortError>;
}

/// One occurrence of a schedule.
#[derive(Clone, Debug)]
pub struct Occurrence<'a> {
    /// The schedule: its handler's name.
    pub schedule: &'a str,
    /// When it was due.
    pub scheduled_at: Timestamp,
    /// How many earlier ones it stands for.
    pub missed: u64,
    /// The node that fires it.
    pub node: &'a str,
    /// The messages that it means.
    pub ticks: Vec<(TenantId, Outgoing)>,
}

/// A schedule of the manifest.
#[derive(Clone, Debug)]
struct Entry {
    name: &'static str,
    expression: Expression,
    zone: TimeZone,
    scope: Scope,
}

/// A schedule that the scheduler cannot run or does not know.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// It is not in the manifest.
    #[error("there is no schedule `{name}`; schedules are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Those there are.
        known: String,
    },
    /// Its expression or zone cannot be read.
    #[error("`{name}`: {why}")]
    Invalid {
        /// The schedule.
        name: &'static str,
        /// Why not.
        why: String,
    },
    /// The database does not answer, or refuses.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// A schedule as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Status {
    /// The schedule: its handler's name.
    pub schedule: &'static str,
    /// When it is due.
    pub expression: String,
    /// When it last was due and fired.
    pub last: Option<Timestamp>,
    /// When it is due next; `None` when never again.
    pub next: Option<Timestamp>,
}

/// Fires ticks when they are due.
#[derive(Clone, Debug)]
pub struct Scheduler {
    entries: Vec<Entry>,
    occurrences: Arc<dyn Occurrences>,
    documents: Arc<dyn Documents>,
    clock: Arc<dyn Clock>,
    node: String,
}

impl Scheduler {
    /// A scheduler of the manifest's schedules.
    ///
    /// # Errors
    ///
    /// When an expression or a zone cannot be read.
    pub fn new(
        manifest: &Manifest,
        ports: &Ports,
        occurrences: Arc<dyn Occurrences>,
        node: &str,
    ) -> Result<Self, ScheduleError> {
        let mut entries = Vec::new();
        for handler in &manifest.handlers {
            let Trigger::Schedule { expression, zone, scope, .. } = &handler.trigger else {
                continue;
            };
            let name = handler.name;
            let expression =
                expression.parse().map_err(|error: twinhost::schedule::InvalidExpression| {
                    ScheduleError::Invalid { name, why: error.to_string() }
                })?;
            let zone = TimeZone::get(zone)
                .map_err(|error| ScheduleError::Invalid { name, why: error.to_string() })?;
            entries.push(Entry { name, expression, zone, scope: *scope });
        }
        Ok(Self {
            entries,
            occurrences,
            documents: Arc::clone(&ports.documents),
            clock: Arc::clone(&ports.clock),
            node: node.to_owned(),
        })
    }

    /// Fires until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        if self.entries.is_empty() {
            return stop.cancelled().await;
        }
        let mut quiet = Quiet::default();
        while !stop.is_cancelled() {
            let mut sleep = LONGEST_SLEEP;
            let mut failed = false;
            for entry in &self.entries {
                match self.catch_up(entry).await {
                    Ok(next) => sleep = sleep.min(next.unwrap_or(LONGEST_SLEEP)),
                    Err(error) => {
                        failed = true;
                        sleep = sleep.min(PAUSE);
                        quiet.warn(|times| {
                            tracing::warn!(schedule = entry.name, %error, times, "Cannot fire a schedule");
                        });
                    }
                }
            }
            if !failed {
                quiet.recovered();
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    /// Every schedule, with its last and next occurrence.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn list(&self) -> Result<Vec<Status>, PortError> {
        let mut all = Vec::new();
        for entry in &self.entries {
            let (start, last) = self.history(entry.name).await?;
            let now = self.clock.now();
            let after = last.unwrap_or(now).max(now);
            all.push(Status {
                schedule: entry.name,
                expression: entry.expression.to_string(),
                last,
                next: entry.expression.next_after(after, &entry.zone, start),
            });
        }
        Ok(all)
    }

    /// Fires a schedule now, due or not. Answers how many ticks were sent; `None`
    /// when it has been fired within this second.
    ///
    /// Stands for the occurrences that are overdue.
    ///
    /// # Errors
    ///
    /// When there is no such schedule, or the database does not answer.
    pub async fn run_now(&self, schedule: &str) -> Result<Option<usize>, ScheduleError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == schedule) else {
            let known: Vec<&str> = self.entries.iter().map(|entry| entry.name).collect();
            return Err(ScheduleError::Unknown {
                name: schedule.to_owned(),
                known: known.join(", "),
            });
        };
        let now = self.clock.now();
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let (start, last) = self.history(entry.name).await?;
        let due = entry.due(last, start, now);
        // An occurrence that is due this very second is the one that is fired.
        let missed = due.count - u64::from(due.newest == Some(second));
        Ok(self.fire(entry, second, missed).await?)
    }

    /// Fires the newest occurrence that is due and answers how long until the next.
    async fn catch_up(&self, entry: &Entry) -> Result<Option<Duration>, PortError> {
        let (start, last) = self.history(entry.name).await?;
        let now = self.clock.now();
        let due = entry.due(last, start, now);
        if let Some(newest) = due.newest {
            let missed = due.count.saturating_sub(1);
            if let Some(ticks) = self.fire(entry, newest, missed).await? {
                tracing::info!(schedule = entry.name, scheduled_at = %newest, missed, ticks, "Fired a schedule");
            }
        }
        let now = self.clock.now();
        let next = entry.expression.next_after(now, &entry.zone, start);
        Ok(next.map(|next| {
            Duration::try_from(next.duration_since(now)).unwrap_or_default()
                + Duration::from_millis(1)
        }))
    }

    async fn history(&self, name: &str) -> Result<(Timestamp, Option<Timestamp>), PortError> {
        Ok((self.occurrences.first_seen(name).await?, self.occurrences.last(name).await?))
    }

    async fn fire(
        &self,
        entry: &Entry,
        scheduled_at: Timestamp,
        missed: u64,
    ) -> Result<Option<usize>, PortError> {
        let due = if Mutant::TickOfNowAtHome.on() { self.clock.now() } else { scheduled_at };
        let tick = Tick { scheduled_at: due, missed };
        let ticks = messages(&*self.documents, entry.name, entry.scope, &tick).await?;
        let count = ticks.len();
        let occurrence =
            Occurrence { schedule: entry.name, scheduled_at, missed, node: &self.node, ticks };
        Ok(self.occurrences.fire(occurrence).await?.then_some(count))
    }
}

impl Entry {
    /// The occurrences after the last one that was fired, until now.
    fn due(&self, last: Option<Timestamp>, start: Timestamp, now: Timestamp) -> Ticks {
        // A `rate` has its first tick at its start.
        let second = SignedDuration::from_secs(1);
        let before = start.checked_sub(second).unwrap_or(start);
        self.expression.ticks_between(last.unwrap_or(before), now, &self.zone, start)
    }
}
