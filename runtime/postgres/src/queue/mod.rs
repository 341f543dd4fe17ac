//! Queues on pgmq's tables, by the rules of SQS: FIFO, or standard where a topic has no order.

mod letters;
mod name;
mod sql;
mod turns;
mod wakes;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::QueryAs;
use sqlx::{FromRow, Postgres, query_as};
use twinhost::TenantId;
use twinhost::crash::CrashPoint;
use twinhost::mutants::Mutant;
use twinhost::ports::{
    DeadLetter, LONGEST_LEASE, Peeked, PortError, Queue, QueueStats, Received, Release,
    note_expired,
};
use twinhost::queue_options::DEAD_LETTERS_RETENTION;
use twinhost::unit::Receipt;
use twinhost::{Manifest, QueueOptions};

use crate::connections::Connections;
use crate::error::port;
pub(crate) use name::{Handle, queue_name};
use sql::{MOVE_BATCH, Statements, checked};
use turns::{Range, Turns};
pub(crate) use wakes::{Wakes, announce, listen};

/// Order groups that one statement looks at, which takes it a few hundredths of a second.
const HEADS: i64 = 2_000;

/// Statements of one receive that finds nothing: a queue of more groups, all hidden, is gone through in several.
const SCANS: usize = 16;

/// The queues of an application, in Postgres.
#[derive(Debug)]
pub struct PgQueue {
    server: Arc<str>,
    connections: Arc<Connections>,
    wakes: Arc<Wakes>,
    /// How the application's queues are, by handler. One that it does not have is ordered.
    options: HashMap<String, QueueOptions>,
    queues: Mutex<HashMap<String, Arc<OneQueue>>>,
}

/// What is known of a queue.
#[derive(Debug)]
struct OneQueue {
    /// As pgmq knows it.
    name: String,
    options: QueueOptions,
    statements: Statements,
    /// Whose turn it is.
    turns: Mutex<Turns>,
}

/// What one statement took.
struct Taken {
    rows: Vec<ReceivedRow>,
    /// How many were deleted because they were kept too long.
    expired: u64,
    /// The group at which it stopped because it had looked at [`HEADS`].
    stopped: Option<String>,
}

#[derive(FromRow)]
struct ReceivedRow {
    /// In the last row only: how many were deleted because they were kept too long. Its `name` is where the scan stopped.
    expired: Option<i64>,
    msg_id: i64,
    read_ct: i32,
    receive_count: i32,
    unanswered: bool,
    sent_at: i64,
    id: Option<String>,
    tenant: Option<String>,
    name: Option<String>,
    body: Option<String>,
    trace: Option<String>,
}

#[derive(FromRow)]
struct PeekedRow {
    id: Option<String>,
    tenant: Option<String>,
    name: Option<String>,
    body: Option<String>,
    receive_count: i32,
    sent_at: i64,
    visible_at: i64,
    reason: Option<String>,
}

impl PgQueue {
    pub(crate) fn new(
        server: &Arc<str>,
        connections: &Arc<Connections>,
        wakes: Arc<Wakes>,
        manifest: &Manifest,
    ) -> Self {
        let options = manifest
            .queues()
            .map(|handler| (handler.name.to_owned(), handler.trigger.queue().unwrap_or_default()));
        Self {
            server: Arc::clone(server),
            connections: Arc::clone(connections),
            wakes,
            options: options.collect(),
            queues: Mutex::default(),
        }
    }

    fn queue(&self, handler: &str) -> Result<Arc<OneQueue>, PortError> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(handler) {
            return Ok(Arc::clone(queue));
        }
        let name = queue_name(handler)?;
        let options = self.options.get(handler).copied().unwrap_or_default();
        let statements = Statements::of(&name, options.ordered);
        let queue = Arc::new(OneQueue { name, options, statements, turns: Mutex::default() });
        queues.insert(handler.to_owned(), Arc::clone(&queue));
        Ok(queue)
    }

    /// The rows of a statement on a queue.
    async fn fetch<'q, Row>(
        &self,
        statement: impl Fn() -> QueryAs<'q, Postgres, Row, PgArguments> + Send + Sync,
    ) -> Result<Vec<Row>, PortError>
    where
        Row: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.connections.fetch(statement).await.map_err(|error| port(&self.server, &error))
    }

    /// Runs a statement that answers how many messages it moved, until it finds less than a batch of them.
    async fn in_batches<'q>(
        &self,
        statement: impl Fn() -> QueryAs<'q, Postgres, (i64,), PgArguments> + Send + Sync,
    ) -> Result<u64, PortError> {
        let mut total = 0;
        loop {
            let moved: i64 = self.fetch(&statement).await?.iter().map(|(moved,)| moved).sum();
            let moved = u64::try_from(moved).unwrap_or(0);
            total += moved;
            if moved < MOVE_BATCH {
                return Ok(total);
            }
        }
    }

    /// Takes messages, and deletes those of them that were kept too long.
    async fn take(
        &self,
        one: &OneQueue,
        circle: &[Range],
        (max, per_group): (usize, usize),
        lease: Duration,
    ) -> Result<Taken, PortError> {
        let limit = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let statement = || {
            let query = query_as(checked(&one.statements.receive))
                .bind(limit(max))
                .bind(micros(lease))
                .bind(micros(one.options.retention));
            let (lows, highs): (Vec<&str>, Vec<&str>) =
                circle.iter().map(|(low, high)| (low.as_str(), high.as_str())).unzip();
            if one.options.ordered {
                query.bind(lows).bind(limit(per_group.min(max))).bind(highs).bind(HEADS)
            } else {
                query.bind(lows).bind(highs)
            }
        };
        let mut rows: Vec<ReceivedRow> = self.fetch(statement).await?;
        let last = rows.extract_if(.., |row| row.expired.is_some()).next();
        let (expired, stopped) = last.map_or((None, None), |row| (row.expired, row.name));
        let expired = expired.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        Ok(Taken { rows, expired, stopped })
    }

    /// Deletes what was kept too long, of every queue. Answers how many messages.
    pub(crate) async fn expire(&self) -> Result<u64, PortError> {
        let mut total = 0;
        for handler in self.options.keys() {
            let one = self.queue(handler)?;
            let (batch, retention) = (MOVE_BATCH.cast_signed(), micros(one.options.retention));
            let (mut after, mut more) = (0_i64, true);
            while more {
                let statement = || {
                    query_as(checked(&one.statements.expire))
                        .bind(after)
                        .bind(batch)
                        .bind(retention)
                };
                let rows: Vec<(i64, i64, bool)> = self.fetch(statement).await?;
                let (gone, last, full) = rows.into_iter().next().unwrap_or_default();
                let gone = u64::try_from(gone).unwrap_or(0);
                note_expired(handler, false, gone);
                total += gone;
                (after, more) = (last, full);
            }
            let retention = micros(DEAD_LETTERS_RETENTION);
            let statement =
                || query_as(checked(&one.statements.expire_dead)).bind(batch).bind(retention);
            let gone = self.in_batches(statement).await?;
            note_expired(handler, true, gone);
            total += gone;
        }
        Ok(total)
    }

    /// The message in a row, or why there is none: not everybody who can write to pgmq's tables is us.
    fn received(queue: &str, row: ReceivedRow) -> Result<Received, DeadLetter> {
        let handle = Handle { message: row.msg_id, receives: row.read_ct };
        let receipt = Receipt { queue: queue.to_owned(), handle: handle.to_string() };
        let unreadable = |why: &str| DeadLetter {
            receipt: receipt.clone(),
            reason: format!("not a message of this host: {why}"),
        };
        let missing = |what| unreadable(&format!("it has no {what}"));
        let tenant = row.tenant.ok_or_else(|| missing("tenant"))?;
        let tenant = tenant.parse::<TenantId>().map_err(|error| unreadable(&error.to_string()))?;
        Ok(Received {
            tenant,
            id: row.id.ok_or_else(|| missing("id"))?,
            body: row.body.ok_or_else(|| missing("body"))?,
            group: row.name.unwrap_or_default(),
            receive_count: u32::try_from(row.receive_count).unwrap_or(0),
            unanswered: row.unanswered,
            sent_at: timestamp(row.sent_at),
            trace: row.trace.and_then(|trace| trace.parse().ok()),
            receipt,
        })
    }
}

/// Items by queue, each with its delivery; what has no handle of ours is passed over.
fn by_queue<T>(items: &[T], receipt: impl Fn(&T) -> &Receipt) -> HashMap<&str, Vec<(Handle, &T)>> {
    let mut queues: HashMap<&str, Vec<(Handle, &T)>> = HashMap::new();
    for item in items {
        let receipt = receipt(item);
        if let Ok(handle) = receipt.handle.parse() {
            queues.entry(&receipt.queue).or_default().push((handle, item));
        }
    }
    // Rows are locked in one order everywhere.
    queues.values_mut().for_each(|items| items.sort_by_key(|(handle, _)| handle.message));
    queues
}

fn handles<T>(items: &[(Handle, T)]) -> (Vec<i64>, Vec<i32>) {
    items.iter().map(|(handle, _)| (handle.message, handle.receives)).unzip()
}

fn micros(duration: Duration) -> i64 {
    // A century, lest the date overflow.
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX).min(3_200_000_000_000_000)
}

/// The time of microseconds since 1970.
pub(crate) fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A text that Postgres can hold.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[async_trait]
impl Queue for PgQueue {
    async fn receive(
        &self,
        queue: &str,
        max: usize,
        per_group: usize,
        lease: Duration,
    ) -> Result<Vec<Received>, PortError> {
        if lease > LONGEST_LEASE {
            return Err(PortError::too_long_a_lease(queue, lease));
        }
        let one = self.queue(queue)?;
        let mut circle = one.turns.lock().unwrap_or_else(PoisonError::into_inner).circle();
        let mut scans = 0;
        let Taken { mut rows, stopped, .. } = loop {
            let taken = self.take(&one, &circle, (max, per_group), lease).await?;
            note_expired(queue, false, taken.expired);
            scans += 1;
            match &taken.stopped {
                _ if !taken.rows.is_empty() => break taken,
                Some(group) if scans < SCANS => circle = turns::behind(circle, group),
                // What was kept too long is no reason to say that there is nothing.
                None if taken.expired > 0 => {}
                _ => break taken,
            }
        };
        let ordered = one.options.ordered;
        let name = |row: &ReceivedRow| match (&row.name, &row.tenant) {
            (Some(group), _) if ordered => group.clone(),
            (_, Some(tenant)) if !ordered => format!("{tenant}/"),
            _ => String::new(),
        };
        rows.sort_by_cached_key(|row| {
            let name = name(row);
            let part = circle.iter().position(|(low, high)| name > *low && name <= *high);
            (part, name, row.msg_id)
        });
        let names: Vec<String> = rows.iter().map(name).collect();
        one.turns.lock().unwrap_or_else(PoisonError::into_inner).taken(
            names.iter().chain(&stopped).map(String::as_str),
            rows.len() == max || stopped.is_some(),
            ordered,
        );
        if Mutant::SwapTwoAtHome.on() && rows.len() > 1 && rows[0].name == rows[1].name {
            rows.swap(0, 1);
        }
        let mut messages = Vec::with_capacity(rows.len());
        let mut unreadable = Vec::new();
        for row in rows {
            match Self::received(queue, row) {
                Ok(message) => messages.push(message),
                Err(letter) => unreadable.push(letter),
            }
        }
        if !unreadable.is_empty() {
            // What is good must not wait for what is not, which comes again.
            if let Err(error) = self.dead_letter(&unreadable).await {
                tracing::warn!(queue, %error, "cannot move what is not a message to the dead letters");
            }
            // There may be more behind it.
            self.wakes.wake(&one.name);
        }
        Ok(messages)
    }

    async fn wait(&self, queue: &str, at_most: Duration) {
        match self.queue(queue) {
            Ok(queue) => {
                let woken = self.wakes.of(&queue.name);
                let _elapsed = tokio::time::timeout(at_most, woken.notified()).await;
            }
            Err(_) => tokio::time::sleep(at_most).await,
        }
    }

    async fn extend(
        &self,
        receipts: &[Receipt],
        lease: Duration,
    ) -> Result<Vec<Receipt>, PortError> {
        let mut good: Vec<&Receipt> = Vec::new();
        for (queue, items) in by_queue(receipts, |receipt| receipt) {
            let one = self.queue(queue)?;
            let (messages, receives) = handles(&items);
            let statement = || {
                query_as(checked(&one.statements.extend))
                    .bind(&messages)
                    .bind(&receives)
                    .bind(micros(lease))
                    .bind(micros(LONGEST_LEASE))
            };
            let extended: Vec<(i64, bool)> = self.fetch(statement).await?;
            for (handle, receipt) in items {
                if extended.contains(&(handle.message, true)) {
                    good.push(receipt);
                } else if extended.contains(&(handle.message, false)) {
                    tracing::warn!(
                        queue,
                        "a message has been hidden for almost 12 hours since it was received, which is the most; it \
                         comes again: cut the work into messages to itself"
                    );
                }
            }
        }
        Ok(receipts.iter().filter(|receipt| !good.contains(receipt)).cloned().collect())
    }

    async fn release(&self, releases: &[Release]) -> Result<(), PortError> {
        for (queue, items) in by_queue(releases, |release| &release.receipt) {
            let one = self.queue(queue)?;
            let (messages, receives) = handles(&items);
            let delays: Vec<i64> = items.iter().map(|(_, r)| micros(r.delay)).collect();
            let attempted: Vec<bool> = items
                .iter()
                .map(|(_, r)| r.attempted || Mutant::CountTheUntouchedAtHome.on())
                .collect();
            let reasons: Vec<Option<String>> =
                items.iter().map(|(_, r)| r.reason.as_deref().map(storable)).collect();
            let statement = || {
                query_as(checked(&one.statements.release))
                    .bind(&messages)
                    .bind(&receives)
                    .bind(&delays)
                    .bind(&attempted)
                    .bind(&reasons)
            };
            let _released: Vec<()> = self.fetch(statement).await?;
            for delay in items.iter().map(|(_, release)| release.delay) {
                self.wakes.wake_after(&one.name, delay);
            }
        }
        Ok(())
    }

    async fn dead_letter(&self, letters: &[DeadLetter]) -> Result<(), PortError> {
        for (queue, items) in by_queue(letters, |letter| &letter.receipt) {
            let one = self.queue(queue)?;
            let (messages, receives) = handles(&items);
            let reasons: Vec<String> =
                items.iter().map(|(_, letter)| storable(&letter.reason)).collect();
            let statement = || {
                query_as(checked(&one.statements.dead_letter))
                    .bind(&messages)
                    .bind(&receives)
                    .bind(&reasons)
            };
            CrashPoint::BeforeDeadLetter.reached();
            let _moved: Vec<()> = self.fetch(statement).await?;
            CrashPoint::AfterDeadLetter.reached();
        }
        Ok(())
    }

    async fn stats(&self, queue: &str) -> Result<QueueStats, PortError> {
        let one = self.queue(queue)?;
        let rows: Vec<(i64, i64, i64, i64)> =
            self.fetch(|| query_as(checked(&one.statements.stats))).await?;
        let (backlog, in_flight, oldest, dead) = rows.into_iter().next().unwrap_or_default();
        let count = |value: i64| u64::try_from(value).unwrap_or(0);
        Ok(QueueStats {
            queue: queue.to_owned(),
            backlog: count(backlog),
            in_flight: count(in_flight),
            oldest_age_seconds: count(oldest),
            dead_letters: count(dead),
        })
    }

    async fn peek(&self, queue: &str, dead: bool, max: usize) -> Result<Vec<Peeked>, PortError> {
        let one = self.queue(queue)?;
        let statement = if dead { &one.statements.peek_dead } else { &one.statements.peek };
        let limit = i64::try_from(max).unwrap_or(i64::MAX);
        let rows: Vec<PeekedRow> = self.fetch(|| query_as(checked(statement)).bind(limit)).await?;
        // Whatever else may write to pgmq's tables, an operator must be able to see it.
        let peeked = rows.into_iter().map(|row| Peeked {
            id: row.id.unwrap_or_default(),
            tenant: row.tenant.unwrap_or_default(),
            group: row.name.unwrap_or_default(),
            body: row.body.unwrap_or_default(),
            receive_count: u32::try_from(row.receive_count).unwrap_or(0),
            sent_at: timestamp(row.sent_at),
            visible_at: timestamp(row.visible_at),
            reason: row.reason,
        });
        Ok(peeked.collect())
    }

    async fn redrive(&self, queue: &str, ids: Option<&[String]>) -> Result<u64, PortError> {
        let one = self.queue(queue)?;
        let limit = MOVE_BATCH.cast_signed();
        let statement = || query_as(checked(&one.statements.redrive)).bind(ids).bind(limit);
        let moved = self.in_batches(statement).await?;
        self.wakes.sent(&one.name);
        Ok(moved)
    }

    async fn purge(&self, queue: &str, dead: bool) -> Result<u64, PortError> {
        let one = self.queue(queue)?;
        let statement = if dead { &one.statements.purge_dead } else { &one.statements.purge };
        let limit = MOVE_BATCH.cast_signed();
        self.in_batches(|| query_as(checked(statement)).bind(&one.name).bind(limit)).await
    }
}
