//! Fires the ticks of schedules into the queues of their handlers.
//!
//! Each occurrence is a row of the ledger, unique by schedule and scheduled time, written together with its tick
//! messages: one firing a tick, however many nodes run. From then on a tick is a message like any other.
//!
//! What fell due while every node was down, what is due while an earlier tick is not done, and what cannot be handed
//! over is as the schedule [says](twinhost::Schedule); the ledger tells what became of each.

mod entry;
mod postgres;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use twinhost::manifest::{Manifest, Trigger};
use twinhost::mutants::Mutant;
use twinhost::ports::{Documents, PortError, Ports};
use twinhost::schedule::{Failure, Occurrence, Outcome, Timetable, messages};
use twinhost::unit::Outgoing;
use twinhost::{Overlap, TenantId, Tick};

use crate::quiet::Quiet;
use entry::{Due, Entry, until};

/// How long the clock may go unread, so that a jump of it is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Pause after the database did not answer.
const PAUSE: Duration = Duration::from_secs(5);

/// Remembers which occurrences of schedules have been fired.
#[async_trait]
pub trait Occurrences: std::fmt::Debug + Send + Sync {
    /// The time by which ticks are due: that of where they are remembered, on which all nodes agree. The clock of a node
    /// may be wrong, and a tick that it fires an hour early would silence its schedule for an hour on all.
    async fn now(&self) -> Result<Timestamp, PortError>;

    /// When the schedule was first seen by any node; now, if it never was.
    async fn first_seen(&self, schedule: &str) -> Result<Timestamp, PortError>;

    /// When the newest occurrence that was written down was due.
    async fn last(&self, schedule: &str) -> Result<Option<Timestamp>, PortError>;

    /// Writes an occurrence down and sends its ticks, both or neither. Answers how many it sent; `None` when it was
    /// written down before, by whichever node.
    async fn fire(&self, occurrence: &Occurrence<'_>) -> Result<Option<usize>, PortError>;

    /// The occurrence that could not be handed over yet, if there is one.
    async fn failure(&self, schedule: &str) -> Result<Option<Failure>, PortError>;

    /// Writes down that an occurrence could not be handed over, in the place of what was written before.
    async fn fail(&self, schedule: &str, failure: &Failure) -> Result<(), PortError>;
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
            let Trigger::Schedule(schedule) = handler.trigger else { continue };
            let name = handler.name;
            let timetable = Timetable::of(name, &schedule)
                .map_err(|problems| ScheduleError::Invalid { name, why: problems.join("; ") })?;
            entries.push(Entry { name, schedule, timetable, first_seen: Arc::default() });
        }
        Ok(Self {
            entries,
            occurrences,
            documents: Arc::clone(&ports.documents),
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
                biased;
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
            let (start, last) = self.history(entry).await?;
            let now = self.occurrences.now().await?;
            let after = last.unwrap_or(now).max(now);
            all.push(Status {
                schedule: entry.name,
                expression: entry.timetable.expression().to_string(),
                last,
                next: entry.timetable.next_after(after, start),
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
        let now = self.occurrences.now().await?;
        self.run_as_of(schedule, now).await
    }

    /// The same, as if it were that time.
    ///
    /// # Errors
    ///
    /// As [`run_now`](Self::run_now).
    pub async fn run_as_of(
        &self,
        schedule: &str,
        now: Timestamp,
    ) -> Result<Option<usize>, ScheduleError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == schedule) else {
            let known: Vec<&str> = self.entries.iter().map(|entry| entry.name).collect();
            return Err(ScheduleError::Unknown {
                name: schedule.to_owned(),
                known: known.join(", "),
            });
        };
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let (start, last) = self.history(entry).await?;
        // Those that wait in their window, too: they are not fired any more.
        let overdue = entry.timetable.until(last, now, start);
        // An occurrence that is due this very second is the one that is fired.
        let missed = overdue.count - u64::from(overdue.newest == Some(second));
        let due = Due { scheduled_at: second, missed, outcome: Outcome::Fired };
        Ok(self.fire(entry, due).await?)
    }

    /// Fires what is due next and answers how long until there is more.
    async fn catch_up(&self, entry: &Entry) -> Result<Option<Duration>, PortError> {
        let (first_seen, mut last) = self.history(entry).await?;
        let (now, asked) = (self.occurrences.now().await?, Instant::now());
        if let Some(due) = entry.due(last, now, first_seen) {
            if let Some(pause) = self.hand_over(entry, due, now).await? {
                return Ok(Some(pause));
            }
            last = Some(due.scheduled_at);
        }
        let next = entry.timetable.next_firing(last, first_seen);
        Ok(next.map(|next| until(next.fires_at, now).saturating_sub(asked.elapsed())))
    }

    /// Has an occurrence written down. Answers how long until it is tried again, if that failed.
    async fn hand_over(
        &self,
        entry: &Entry,
        due: Due,
        now: Timestamp,
    ) -> Result<Option<Duration>, PortError> {
        let before = self.occurrences.failure(entry.name).await?;
        let before = before.filter(|before| before.scheduled_at == due.scheduled_at);
        if let Some(before) = &before
            && before.next_at > now
        {
            return Ok(Some(until(before.next_at, now)));
        }
        let Err(error) = self.fire(entry, due).await else { return Ok(None) };
        let Due { scheduled_at, missed, .. } = due;
        let (failure, is_last) = entry.failed(before, scheduled_at, now, error.to_string());
        let (schedule, attempts) = (entry.name, failure.attempts);
        if is_last {
            let reason = format!("tried {attempts} times; the last time: {error}");
            let dead = self.occurrence(entry, due, Outcome::Dead, Some(&reason), Vec::new());
            if self.occurrences.fire(&dead).await?.is_some() {
                count(schedule, Outcome::Dead);
                tracing::error!(schedule, %scheduled_at, missed, attempts, %error, "Gave an occurrence up");
            }
            return Ok(None);
        }
        // A database that is down counts no attempt: it answers here with an error, too.
        self.occurrences.fail(schedule, &failure).await?;
        tracing::warn!(schedule, %scheduled_at, attempts, %error, "Cannot hand an occurrence over");
        Ok(Some(until(failure.next_at, now)))
    }

    async fn history(&self, entry: &Entry) -> Result<(Timestamp, Option<Timestamp>), PortError> {
        let first_seen =
            entry.first_seen.get_or_try_init(|| self.occurrences.first_seen(entry.name)).await?;
        Ok((*first_seen, self.occurrences.last(entry.name).await?))
    }

    /// Writes an occurrence down and sends its ticks. Answers how many; `None` when it was written down before.
    async fn fire(&self, entry: &Entry, due: Due) -> Result<Option<usize>, PortError> {
        let Due { scheduled_at, missed, outcome } = due;
        let schedule = entry.name;
        if outcome != Outcome::Fired {
            let reason = "no node ran when it was due";
            let occurrence = self.occurrence(entry, due, outcome, Some(reason), Vec::new());
            let written = self.occurrences.fire(&occurrence).await?;
            if written.is_some() {
                count(schedule, outcome);
                tracing::warn!(schedule, %scheduled_at, missed, "Missed a schedule");
            }
            return Ok(written);
        }
        let said =
            if Mutant::TickOfNowAtHome.on() { self.occurrences.now().await? } else { scheduled_at };
        let tick = Tick { scheduled_at: said, missed };
        let ticks = messages(&*self.documents, schedule, &entry.schedule, &tick).await?;
        let wanted = ticks.len();
        let sent =
            self.occurrences.fire(&self.occurrence(entry, due, outcome, None, ticks)).await?;
        if let Some(ticks) = sent {
            let outcome = if ticks == 0 && wanted > 0 { Outcome::Skipped } else { outcome };
            let skipped = wanted - ticks;
            count(schedule, outcome);
            tracing::info!(schedule, %scheduled_at, missed, ticks, skipped, "Fired a schedule");
        }
        Ok(sent)
    }

    fn occurrence<'a>(
        &'a self,
        entry: &'a Entry,
        due: Due,
        outcome: Outcome,
        reason: Option<&'a str>,
        ticks: Vec<(TenantId, Outgoing)>,
    ) -> Occurrence<'a> {
        Occurrence {
            schedule: entry.name,
            scheduled_at: due.scheduled_at,
            missed: due.missed,
            node: &self.node,
            outcome,
            reason,
            skip_overlapping: entry.schedule.overlap == Overlap::Skip,
            ticks,
        }
    }
}

fn count(schedule: &'static str, outcome: Outcome) {
    metrics::counter!("twinhost_schedule_occurrences_total", "schedule" => schedule, "outcome" => outcome.as_str())
        .increment(1);
}
