use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;

use super::PortError;
use crate::TenantId;
use crate::trace::Trace;
use crate::unit::Receipt;

/// One delivery of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The right to acknowledge this delivery.
    pub receipt: Receipt,
    /// The message's id, the same at every delivery.
    pub id: String,
    /// Whose message it is.
    pub tenant: TenantId,
    /// The order group, with the tenant.
    pub group: String,
    /// The payload as JSON, to the byte as it was sent.
    pub body: String,
    /// Deliveries so far, this one included.
    pub receive_count: u32,
    /// Whether it was delivered before and nobody said what became of it: its host ended, or lost its lease. Where the
    /// host has no account of it (SQS), `false`.
    pub unanswered: bool,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The trace of the event that caused it.
    pub trace: Option<Trace>,
}

/// Gives a delivery back before its lease runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Which delivery.
    pub receipt: Receipt,
    /// How long the message stays invisible from now on.
    pub delay: Duration,
    /// Whether a handler has seen it; if not, the delivery does not count.
    pub attempted: bool,
    /// Why, for whoever peeks.
    pub reason: Option<String>,
}

/// A message as an operator sees it, without receiving it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Peeked {
    /// The message's id.
    pub id: String,
    /// Whose message it is.
    pub tenant: String,
    /// The order group.
    pub group: String,
    /// The payload.
    pub body: String,
    /// Deliveries so far.
    pub receive_count: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Until when it is invisible; in the past when it can be received.
    pub visible_at: Timestamp,
    /// Why it last failed, or why it is a dead letter.
    pub reason: Option<String>,
}

/// Figures of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct QueueStats {
    /// The queue: its consumer's handler name.
    pub queue: String,
    /// Messages not yet acknowledged, in flight or not.
    pub backlog: u64,
    /// Messages that are invisible now: in flight or backing off.
    pub in_flight: u64,
    /// Age of the oldest message in seconds.
    pub oldest_age_seconds: u64,
    /// Messages in its dead-letter queue.
    pub dead_letters: u64,
}

/// Moves a delivery to the dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Which delivery.
    pub receipt: Receipt,
    /// Why.
    pub reason: String,
}

/// The longest that a message can be hidden since it was received, extensions included (SQS).
pub const LONGEST_LEASE: Duration = Duration::from_hours(12);

impl PortError {
    /// A receive cannot hide messages for so long.
    #[must_use]
    pub fn too_long_a_lease(queue: &str, lease: Duration) -> Self {
        Self::invalid(
            format!("a receive from `{queue}`"),
            format!("a lease of {lease:?} is not possible; use 12 hours at the most"),
        )
    }
}

/// Says of messages that were kept too long that they are deleted: nothing is lost without a word.
pub fn note_expired(queue: &str, dead: bool, count: u64) {
    if count > 0 {
        let kind = if dead { "dead-letter" } else { "message" };
        metrics::counter!("twinhost_queue_expired_total", "queue" => queue.to_owned(), "kind" => kind)
            .increment(count);
        tracing::warn!(
            queue,
            kind,
            count,
            "deleted what was kept longer than the queue's retention"
        );
    }
}

/// The queues of a host that polls them itself.
///
/// # Contract
///
/// A receive may return, for each order group, only a prefix, in the order
/// sent, of the undeleted messages in which every message is visible. A
/// receipt is good until its lease runs out or the message is received again. Of a
/// queue [without order](crate::QueueOptions::ordered) each message is a group of its own.
///
/// What was sent longer ago than the queue's retention is deleted when nobody has
/// it, and never delivered again, [with a word](note_expired).
/// Sending and acknowledging are part of [`Commit`](super::Commit).
#[async_trait]
pub trait Queue: Debug + Send + Sync {
    /// Takes up to `max` messages, at most `per_group` of one order group, and hides them for `lease`.
    ///
    /// Messages of one group are next to each other, in order. A lease is at most [`LONGEST_LEASE`].
    async fn receive(
        &self,
        queue: &str,
        max: usize,
        per_group: usize,
        lease: Duration,
    ) -> Result<Vec<Received>, PortError>;

    /// Waits until a message of the queue may have become receivable, or for `at_most`.
    ///
    /// May return early for no reason; a send committed before the call counts.
    async fn wait(&self, queue: &str, at_most: Duration);

    /// Extends leases from now; answers those that were no longer good, or that would be longer than
    /// [`LONGEST_LEASE`] in all: these are not extended.
    async fn extend(
        &self,
        receipts: &[Receipt],
        lease: Duration,
    ) -> Result<Vec<Receipt>, PortError>;

    /// Gives deliveries back; a stale receipt is passed over.
    async fn release(&self, releases: &[Release]) -> Result<(), PortError>;

    /// Moves deliveries to the dead-letter queue, each atomically; a stale receipt is passed over.
    async fn dead_letter(&self, letters: &[DeadLetter]) -> Result<(), PortError>;

    /// The queue's figures.
    async fn stats(&self, queue: &str) -> Result<QueueStats, PortError>;

    /// Looks at up to `max` messages, oldest first, and changes nothing.
    async fn peek(&self, queue: &str, dead: bool, max: usize) -> Result<Vec<Peeked>, PortError>;

    /// Sends dead letters back to their queue as new messages; all, or those of these ids. Answers how many.
    async fn redrive(&self, queue: &str, ids: Option<&[String]>) -> Result<u64, PortError>;

    /// Deletes every message of the queue, or of its dead-letter queue. Answers how many.
    async fn purge(&self, queue: &str, dead: bool) -> Result<u64, PortError>;
}
