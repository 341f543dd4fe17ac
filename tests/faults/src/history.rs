//! What came of a run, as the producers, the handlers and the database tell it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};

use crate::app::{Attempt, Effect, SCHEDULES, Task, Ticked};
use crate::ledger::Sent;

/// Somebody who had no right to send, and what they were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intrusion {
    /// The id in the body.
    pub id: String,
    /// The answer; 0 stands for none.
    pub status: u16,
}

/// An effect, and in whose data it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Whose data.
    pub tenant: String,
    /// The effect.
    pub effect: Effect,
}

/// A task that is still in a queue, or among its dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The task's id.
    pub id: String,
    /// How often it was delivered.
    pub receives: u32,
    /// Why it is a dead letter.
    pub reason: Option<String>,
}

/// Everything that was recorded.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// What was sent, in order.
    pub sent: Vec<Sent>,
    /// What was sent by who had no right to.
    pub intrusions: Vec<Intrusion>,
    /// What the tasks have done.
    pub effects: Vec<Found>,
    /// Each time that a worker began.
    pub attempts: Vec<Attempt>,
    /// What is still in the queue.
    pub waiting: Vec<Held>,
    /// What was given up.
    pub dead: Vec<Held>,
    /// What the schedules have done.
    pub ticked: Vec<Ticked>,
    /// How many occurrences of schedules were fired.
    pub occurrences: u64,
    /// Rejections that the runners have counted, in all their lives.
    pub rejections: u64,
    /// The time from the last fault's end until nothing was left to do; `None` when it never came.
    pub drained: Option<Duration>,
}

impl History {
    /// How many deliveries were not the first of their task.
    #[must_use]
    pub fn repeated(&self) -> usize {
        self.attempts.iter().filter(|attempt| attempt.attempt > 1).count()
    }

    /// Adds what the database tells.
    ///
    /// # Errors
    ///
    /// When it does not answer, or holds what the application never wrote.
    pub async fn ask(&mut self, database: &mut PgConnection) -> anyhow::Result<()> {
        // All of it as of one instant: a tick may be fired, or have its effect, between two questions.
        let mut database =
            database.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
        let documents = "SELECT tenant, body::text FROM twinhost.documents WHERE collection = $1";
        let effects: Vec<(String, String)> =
            sqlx::query_as(documents).bind("effects").fetch_all(&mut *database).await?;
        for (tenant, body) in effects {
            self.effects.push(Found { tenant, effect: serde_json::from_str(&body)? });
        }
        let ticked: Vec<(String, String)> =
            sqlx::query_as(documents).bind("ticked").fetch_all(&mut *database).await?;
        for (_, body) in ticked {
            self.ticked.push(serde_json::from_str(&body)?);
        }
        self.waiting = held(&mut database, "q_worker").await?;
        self.dead = held(&mut database, "q_worker_dlq").await?;
        let count = "SELECT count(*) FROM twinhost.occurrences WHERE outcome = 'fired'";
        let fired: i64 = sqlx::query_scalar(count).fetch_one(&mut *database).await?;
        // What was fired just now is in its queue, and has its effect when it leaves it.
        let mut waiting = 0;
        for schedule in SCHEDULES {
            waiting += queued(&mut database, schedule).await?;
        }
        self.occurrences = (fired - waiting).cast_unsigned();
        Ok(database.rollback().await?)
    }
}

/// What workers have written to a file.
///
/// # Errors
///
/// When the file is not theirs.
pub fn read_attempts(path: &Path) -> anyhow::Result<Vec<Attempt>> {
    // A file that is not there: nobody ran.
    let text = fs::read_to_string(path).unwrap_or_default();
    // Somebody may be in the middle of the last line.
    let lines = text.rfind('\n').map_or("", |end| &text[..end]).lines();
    lines.map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// How many messages wait in the application's queues.
///
/// # Errors
///
/// When the database does not answer.
pub async fn backlog(database: &mut PgConnection) -> anyhow::Result<i64> {
    let mut total = 0;
    for queue in ["worker"].iter().chain(&SCHEDULES) {
        total += queued(database, queue).await?;
    }
    Ok(total)
}

async fn queued(database: &mut PgConnection, queue: &str) -> anyhow::Result<i64> {
    let count = format!("SELECT count(*) FROM pgmq.q_{}", queue.replace('-', "_"));
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(database).await?)
}

async fn held(database: &mut PgConnection, table: &str) -> anyhow::Result<Vec<Held>> {
    let select =
        format!("SELECT message #>> '{{}}', read_ct, headers ->> 'reason' FROM pgmq.{table}");
    let rows: Vec<(String, i32, Option<String>)> =
        sqlx::query_as(sqlx::AssertSqlSafe(select)).fetch_all(database).await?;
    let read = |(body, receives, reason): (String, i32, Option<String>)| {
        let task: Task = serde_json::from_str(&body)?;
        Ok(Held { id: task.id, receives: receives.cast_unsigned(), reason })
    };
    rows.into_iter().map(read).collect()
}
