//! Dead letters sent back: in steps that survive a crash, or one with another body.

use std::num::NonZeroU32;

use async_trait::async_trait;
use sqlx::{FromRow, query_as};
use twinhost::ports::{
    DeadLetters, PortError, Redrive, RedriveState, Replay, Selection, check_rate,
};

use super::sql::checked;
use super::{PgQueue, storable, timestamp};

/// Dead letters that one step looks at; each step is a transaction of its own.
const STEP: i32 = 1000;

/// A queue has one redrive at a time.
const RUNNING: &str = "redrives_running";

/// The columns of a redrive.
const REDRIVES: &str = "
SELECT id, queue, selection::text, rate, state, moved, (extract(epoch FROM started_at) * 1000000)::bigint AS started_at,
    (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_at
FROM twinhost.redrives";

#[derive(FromRow)]
struct RedriveRow {
    id: i64,
    queue: String,
    selection: String,
    rate: Option<i32>,
    state: String,
    moved: i64,
    started_at: i64,
    updated_at: i64,
}

#[derive(FromRow)]
struct ReplayRow {
    message: String,
    of_tenant: String,
    by: String,
    at: i64,
    old_sha256: String,
    new_sha256: String,
}

impl ReplayRow {
    fn of(self, queue: &str) -> Replay {
        Replay {
            queue: queue.to_owned(),
            message: self.message,
            tenant: self.of_tenant,
            by: self.by,
            at: timestamp(self.at),
            old_sha256: self.old_sha256,
            new_sha256: self.new_sha256,
        }
    }
}

/// A redrive of the queue `handler`.
fn redrive(handler: &str, row: &RedriveRow) -> Result<Redrive, PortError> {
    let unreadable = |error: serde_json::Error| {
        PortError::invalid(format!("redrive {}", row.id), format!("its selection: {error}"))
    };
    Ok(Redrive {
        id: row.id,
        queue: handler.to_owned(),
        selection: serde_json::from_str(&row.selection).map_err(unreadable)?,
        rate: row.rate.and_then(|rate| NonZeroU32::new(rate.unsigned_abs())),
        state: match row.state.as_str() {
            "running" => RedriveState::Running,
            "done" => RedriveState::Done,
            _ => RedriveState::Cancelled,
        },
        moved: u64::try_from(row.moved).unwrap_or(0),
        started_at: timestamp(row.started_at),
        updated_at: timestamp(row.updated_at),
    })
}

impl PgQueue {
    async fn redrive_of(&self, id: i64) -> Result<Redrive, PortError> {
        let text = format!("{REDRIVES} WHERE id = $1");
        let rows: Vec<RedriveRow> = self.fetch(|| query_as(checked(&text)).bind(id)).await?;
        let row = rows.into_iter().next();
        let row =
            row.ok_or_else(|| PortError::invalid(format!("redrive {id}"), "there is none"))?;
        redrive(&row.queue.replace('_', "-"), &row)
    }
}

#[async_trait]
impl DeadLetters for PgQueue {
    async fn start_redrive(
        &self,
        queue: &str,
        selection: &Selection,
        rate: Option<NonZeroU32>,
    ) -> Result<Redrive, PortError> {
        check_rate(rate)?;
        let one = self.queue(queue)?;
        let selection = serde_json::to_value(selection)
            .map_err(|error| PortError::invalid("a selection", error.to_string()))?;
        let selection = storable(&without_nulls(selection).to_string());
        let rate = rate.map(|rate| i32::try_from(rate.get()).unwrap_or(i32::MAX));
        let statement = || {
            query_as("SELECT twinhost.start_redrive($1, $2::jsonb, $3)")
                .bind(&one.name)
                .bind(&selection)
                .bind(rate)
        };
        let started: Result<(i64,), sqlx::Error> = self.connections.fetch_one(statement).await;
        match started {
            Ok((id,)) => self.redrive_of(id).await,
            Err(error) if constraint(&error) == Some(RUNNING) => Err(PortError::under_way(queue)),
            Err(error) => Err(crate::error::port(&self.server, &error)),
        }
    }

    async fn step_redrive(&self, id: i64) -> Result<Redrive, PortError> {
        let statement = || query_as("SELECT twinhost.step_redrive($1, $2)").bind(id).bind(STEP);
        let stepped: Vec<(Option<String>,)> = self.fetch(statement).await?;
        if let Some((Some(name),)) = stepped.first() {
            self.wakes.sent(name);
        }
        self.redrive_of(id).await
    }

    async fn cancel_redrive(&self, id: i64) -> Result<Redrive, PortError> {
        let statement = || {
            query_as(
                "UPDATE twinhost.redrives SET state = 'cancelled', updated_at = clock_timestamp()
                WHERE id = $1 AND state = 'running'",
            )
            .bind(id)
        };
        let _cancelled: Vec<()> = self.fetch(statement).await?;
        self.redrive_of(id).await
    }

    async fn redrives(&self, queue: &str, max: usize) -> Result<Vec<Redrive>, PortError> {
        let one = self.queue(queue)?;
        let text = format!("{REDRIVES} WHERE queue = $1 ORDER BY id DESC LIMIT $2");
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let statement = || query_as(checked(&text)).bind(&one.name).bind(max);
        let rows: Vec<RedriveRow> = self.fetch(statement).await?;
        rows.iter().map(|row| redrive(queue, row)).collect()
    }

    async fn replay(
        &self,
        queue: &str,
        id: &str,
        body: &str,
        by: &str,
    ) -> Result<Option<Replay>, PortError> {
        let one = self.queue(queue)?;
        let (id, body, by) = (storable(id), storable(body), storable(by));
        let statement = || {
            query_as(checked(&one.statements.replay))
                .bind(&one.name)
                .bind(&id)
                .bind(&body)
                .bind(&by)
        };
        let rows: Vec<ReplayRow> = self.fetch(statement).await?;
        self.wakes.sent(&one.name);
        Ok(rows.into_iter().next().map(|row| row.of(queue)))
    }

    async fn replays(&self, queue: &str, max: usize) -> Result<Vec<Replay>, PortError> {
        let one = self.queue(queue)?;
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let statement = || {
            query_as(
                "SELECT message, of_tenant, by, (extract(epoch FROM at) * 1000000)::bigint AS at, old_sha256, new_sha256
                FROM twinhost.replays WHERE queue = $1 ORDER BY id DESC LIMIT $2",
            )
            .bind(&one.name)
            .bind(max)
        };
        let rows: Vec<ReplayRow> = self.fetch(statement).await?;
        Ok(rows.into_iter().map(|row| row.of(queue)).collect())
    }
}

/// An object without the fields that say nothing.
fn without_nulls(mut value: serde_json::Value) -> serde_json::Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    value
}

/// The constraint that a statement would have broken.
fn constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error()?.constraint()
}
