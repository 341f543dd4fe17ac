//! Occurrences of schedules: which ticks were fired, each once however many nodes try.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::query_as;
use twinhost::TenantId;
use twinhost::ports::PortError;
use twinhost::unit::Outgoing;

use crate::connections::Connections;
use crate::error::port;
use crate::queue::{Wakes, queue_name, timestamp};
use crate::store::headers;

/// The schedules of an application, in Postgres.
#[derive(Debug)]
pub struct PgSchedules {
    server: Arc<str>,
    connections: Arc<Connections>,
    wakes: Arc<Wakes>,
}

/// A tick that was fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// The schedule: its handler's name.
    pub schedule: String,
    /// When it was due.
    pub scheduled_at: Timestamp,
    /// How many ticks before it were missed, for which it stands too.
    pub missed: u64,
    /// The node that fired it.
    pub node: String,
    /// When it was fired.
    pub fired_at: Timestamp,
}

impl PgSchedules {
    pub(crate) fn new(
        server: &Arc<str>,
        connections: &Arc<Connections>,
        wakes: Arc<Wakes>,
    ) -> Self {
        Self { server: Arc::clone(server), connections: Arc::clone(connections), wakes }
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

    /// Fires a tick: notes the occurrence and sends its messages in one transaction.
    ///
    /// Answers `false`, and sends nothing, when this tick was fired before.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database does not answer: it may have been fired; fire it again.
    /// `Invalid` when a queue does not exist.
    pub async fn fire(
        &self,
        schedule: &str,
        scheduled_at: Timestamp,
        missed: u64,
        node: &str,
        ticks: &[(TenantId, Outgoing)],
    ) -> Result<bool, PortError> {
        let mut queues = Vec::new();
        let mut all_headers = Vec::new();
        for (tenant, tick) in ticks {
            queues.push(queue_name(&tick.queue)?);
            all_headers.push(headers(tenant.as_str(), tick)?);
        }
        let bodies: Vec<&str> = ticks.iter().map(|(_, tick)| tick.body.as_str()).collect();
        let statement = || {
            query_as("SELECT twinhost.fire($1, $2, $3, $4, $5, $6, $7)")
                .bind(schedule)
                .bind(scheduled_at.as_microsecond())
                .bind(i64::try_from(missed).unwrap_or(i64::MAX))
                .bind(node)
                .bind(&queues)
                .bind(&all_headers)
                .bind(&bodies)
        };
        let (fired,): (bool,) =
            self.connections.fetch_one(statement).await.map_err(|e| self.failed(&e))?;
        if fired {
            queues.iter().for_each(|queue| self.wakes.sent(queue));
        }
        Ok(fired)
    }

    /// The newest ticks that were fired, of one schedule or of all, newest first.
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
                    (extract(epoch FROM fired_at) * 1000000)::bigint
                FROM twinhost.occurrences WHERE $1::text IS NULL OR schedule = $1
                ORDER BY scheduled_at DESC, schedule LIMIT $2",
            )
            .bind(schedule)
            .bind(i64::from(limit))
        };
        let rows: Vec<(String, i64, i64, String, i64)> =
            self.connections.fetch(statement).await.map_err(|e| self.failed(&e))?;
        let occurrence = |(schedule, scheduled_at, missed, node, fired_at)| Occurrence {
            schedule,
            scheduled_at: timestamp(scheduled_at),
            missed: u64::try_from(missed).unwrap_or(0),
            node,
            fired_at: timestamp(fired_at),
        };
        Ok(rows.into_iter().map(occurrence).collect())
    }

    fn failed(&self, error: &sqlx::Error) -> PortError {
        port(&self.server, error)
    }
}
