//! Occurrences of schedules: which ticks were fired, each once however many nodes try.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::query_as;
use twinhost::ports::PortError;
use twinhost::schedule::{self as ledger, Failure, Outcome};

use crate::connections::Connections;
use crate::error::port;
use crate::queue::{Wakes, queue_name, storable, timestamp};
use crate::store::headers;

/// The schedules of an application, in Postgres.
#[derive(Debug)]
pub struct PgSchedules {
    server: Arc<str>,
    connections: Arc<Connections>,
    wakes: Arc<Wakes>,
}

/// An occurrence in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// The schedule: its handler's name.
    pub schedule: String,
    /// When it was due.
    pub scheduled_at: Timestamp,
    /// How many ticks before it were missed, for which it stands too.
    pub missed: u64,
    /// The node that wrote it down.
    pub node: String,
    /// When it was fired, or given up.
    pub fired_at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// How many ticks were sent; unknown for what an earlier version fired.
    pub ticks: Option<u32>,
    /// How many were left out, because an earlier tick of their tenant was not done.
    pub skipped: u32,
    /// Why, when it was not fired.
    pub reason: Option<String>,
}

type OccurrenceRow = (String, i64, i64, String, i64, String, Option<i32>, i32, Option<String>);

impl PgSchedules {
    pub(crate) fn new(
        server: &Arc<str>,
        connections: &Arc<Connections>,
        wakes: Arc<Wakes>,
    ) -> Self {
        Self { server: Arc::clone(server), connections: Arc::clone(connections), wakes }
    }

    /// The database's time.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database does not answer.
    pub async fn now(&self) -> Result<Timestamp, PortError> {
        let statement =
            || query_as("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
        let (now,) = self.connections.fetch_one(statement).await.map_err(|e| self.failed(&e))?;
        Ok(timestamp(now))
    }

    /// When the newest tick of a schedule that was fired was due.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database does not answer.
    pub async fn last(&self, schedule: &str) -> Result<Option<Timestamp>, PortError> {
        let statement = || {
            query_as(
                "SELECT (extract(epoch FROM max(scheduled_at)) * 1000000)::bigint FROM twinhost.occurrences WHERE schedule = $1",
            )
            .bind(schedule)
        };
        let (last,): (Option<i64>,) =
            self.connections.fetch_one(statement).await.map_err(|e| self.failed(&e))?;
        Ok(last.map(timestamp))
    }

    /// When a schedule was first known here; the first call makes it known. A rate counts from then.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database does not answer.
    pub async fn first_seen(&self, schedule: &str) -> Result<Timestamp, PortError> {
        let statement = || query_as("SELECT twinhost.first_seen($1)").bind(schedule);
        let (seen,) = self.connections.fetch_one(statement).await.map_err(|e| self.failed(&e))?;
        Ok(timestamp(seen))
    }

    /// Writes an occurrence down and sends its ticks in one transaction. Answers how many ticks were sent.
    ///
    /// Answers `None`, and sends nothing, when it was written down before, by whichever node.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database does not answer: it may have been fired; fire it again.
    /// `Invalid` when a queue does not exist.
    pub async fn fire(
        &self,
        occurrence: &ledger::Occurrence<'_>,
    ) -> Result<Option<usize>, PortError> {
        let mut queues = Vec::new();
        let mut all_headers = Vec::new();
        for (tenant, tick) in &occurrence.ticks {
            queues.push(queue_name(&tick.queue)?);
            all_headers.push(headers(tenant.as_str(), tick)?);
        }
        let bodies: Vec<&str> =
            occurrence.ticks.iter().map(|(_, tick)| tick.body.as_str()).collect();
        let statement = || {
            query_as("SELECT twinhost.fire_occurrence($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
                .bind(occurrence.schedule)
                .bind(occurrence.scheduled_at.as_microsecond())
                .bind(i64::try_from(occurrence.missed).unwrap_or(i64::MAX))
                .bind(occurrence.node)
                .bind(occurrence.outcome.as_str())
                .bind(occurrence.reason.map(storable))
                .bind(occurrence.skip_overlapping)
                .bind(&queues)
                .bind(&all_headers)
                .bind(&bodies)
        };
        let (sent,): (Option<i32>,) =
            self.connections.fetch_one(statement).await.map_err(|e| self.failed(&e))?;
        if sent.is_some_and(|sent| sent > 0) {
            queues.iter().for_each(|queue| self.wakes.sent(queue));
        }
        Ok(sent.map(|sent| usize::try_from(sent).unwrap_or(0)))
    }

    /// The occurrence of a schedule that could not be handed over yet.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database does not answer.
    pub async fn failure(&self, schedule: &str) -> Result<Option<Failure>, PortError> {
        let statement = || {
            query_as(
                "SELECT (extract(epoch FROM scheduled_at) * 1000000)::bigint, attempts,
                    (extract(epoch FROM first_at) * 1000000)::bigint,
                    (extract(epoch FROM next_at) * 1000000)::bigint, reason
                FROM twinhost.unfired WHERE schedule = $1",
            )
            .bind(schedule)
        };
        let rows: Vec<(i64, i32, i64, i64, String)> =
            self.connections.fetch(statement).await.map_err(|e| self.failed(&e))?;
        let failure = |(scheduled_at, attempts, first_at, next_at, reason)| Failure {
            scheduled_at: timestamp(scheduled_at),
            attempts: u32::try_from(attempts).unwrap_or(0),
            first_at: timestamp(first_at),
            next_at: timestamp(next_at),
            reason,
        };
        Ok(rows.into_iter().next().map(failure))
    }

    /// Writes down that an occurrence could not be handed over, in the place of what was written before.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database does not answer.
    pub async fn fail(&self, schedule: &str, failure: &Failure) -> Result<(), PortError> {
        let statement = || {
            query_as(
                "INSERT INTO twinhost.unfired (schedule, scheduled_at, attempts, first_at, next_at, reason)
                SELECT $1, 'epoch'::timestamptz + $2 * interval '1 microsecond', $3,
                    'epoch'::timestamptz + $4 * interval '1 microsecond',
                    'epoch'::timestamptz + $5 * interval '1 microsecond', $6
                ON CONFLICT (schedule) DO UPDATE SET scheduled_at = excluded.scheduled_at,
                    attempts = excluded.attempts, first_at = excluded.first_at, next_at = excluded.next_at,
                    reason = excluded.reason
                RETURNING attempts",
            )
            .bind(schedule)
            .bind(failure.scheduled_at.as_microsecond())
            .bind(i32::try_from(failure.attempts).unwrap_or(i32::MAX))
            .bind(failure.first_at.as_microsecond())
            .bind(failure.next_at.as_microsecond())
            .bind(storable(&failure.reason))
        };
        let _attempts: (i32,) =
            self.connections.fetch_one(statement).await.map_err(|e| self.failed(&e))?;
        Ok(())
    }

    /// The newest occurrences, of one schedule or of all, newest first.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database does not answer.
    pub async fn occurrences(
        &self,
        schedule: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Occurrence>, PortError> {
        let statement = || {
            query_as(
                "SELECT schedule, (extract(epoch FROM scheduled_at) * 1000000)::bigint, missed, node,
                    (extract(epoch FROM fired_at) * 1000000)::bigint, outcome, ticks, skipped, reason
                FROM twinhost.occurrences WHERE $1::text IS NULL OR schedule = $1
                ORDER BY scheduled_at DESC, schedule LIMIT $2",
            )
            .bind(schedule)
            .bind(i64::from(limit))
        };
        let rows: Vec<OccurrenceRow> =
            self.connections.fetch(statement).await.map_err(|e| self.failed(&e))?;
        let count = |number: i32| u32::try_from(number).unwrap_or(0);
        let occurrence = |row: OccurrenceRow| {
            let (schedule, scheduled_at, missed, node, fired_at, outcome, ticks, skipped, reason) =
                row;
            Occurrence {
                schedule,
                scheduled_at: timestamp(scheduled_at),
                missed: u64::try_from(missed).unwrap_or(0),
                node,
                fired_at: timestamp(fired_at),
                // The table takes no other word.
                outcome: outcome.parse().unwrap_or(Outcome::Fired),
                ticks: ticks.map(count),
                skipped: count(skipped),
                reason,
            }
        };
        Ok(rows.into_iter().map(occurrence).collect())
    }

    fn failed(&self, error: &sqlx::Error) -> PortError {
        port(&self.server, error)
    }
}
