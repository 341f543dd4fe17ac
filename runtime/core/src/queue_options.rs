//! How the messages of a topic are queued.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// The longest that a message can be put off (SQS's `DelaySeconds`).
pub const LONGEST_DELAY: Duration = Duration::from_secs(900);

/// The shortest and the longest that a queue can keep a message (SQS's `MessageRetentionPeriod`).
pub const RETENTION: (Duration, Duration) =
    (Duration::from_secs(60), Duration::from_hours(14 * 24));

/// How long a dead letter is kept: as long as SQS can.
pub const DEAD_LETTERS_RETENTION: Duration = RETENTION.1;

/// How the messages of a topic are queued; a part of its [`Payload`](crate::Payload), so that producer,
/// consumer and deployment cannot disagree.
///
/// ```
/// use std::time::Duration;
/// use twinhost::{Payload, QueueOptions};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Thumbnail { photo: String }
///
/// impl Payload for Thumbnail {
///     const TOPIC: &'static str = "thumbnails";
///     const QUEUE: QueueOptions =
///         QueueOptions { retention: Duration::from_secs(3600), ..QueueOptions::UNORDERED };
///     fn group(&self) -> String { self.photo.clone() }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QueueOptions {
    /// Whether messages of one group are handled one after the other, in the order sent: an SQS FIFO
    /// queue. Without order every message is for itself, in no particular order: a standard queue.
    pub ordered: bool,
    /// How long a message waits before it is first delivered, in whole seconds (0 to 15 minutes).
    #[serde(rename = "delay_seconds", serialize_with = "seconds")]
    pub delay: Duration,
    /// How long a message is kept, from when it was sent, in whole seconds (1 minute to 14 days). Then it
    /// is deleted, delivered or not. A dead letter is kept for [14 days](DEAD_LETTERS_RETENTION).
    #[serde(rename = "retention_seconds", serialize_with = "seconds")]
    pub retention: Duration,
    /// Among which messages a [`deduplication_id`](crate::Payload::deduplication_id) names one.
    pub deduplication: Deduplication,
}

/// Among which messages an id for de-duplication names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deduplication {
    /// All of the tenant's in the queue.
    Queue,
    /// Those of the order group.
    Group,
}

impl QueueOptions {
    /// Ordered by group, without delay, kept for four days, ids of the queue: SQS's defaults.
    pub const ORDERED: Self = Self {
        ordered: true,
        delay: Duration::ZERO,
        retention: Duration::from_hours(4 * 24),
        deduplication: Deduplication::Queue,
    };

    /// The same without order.
    pub const UNORDERED: Self = Self { ordered: false, ..Self::ORDERED };

    /// Checks that SQS could be told so.
    ///
    /// # Errors
    ///
    /// Says what is not possible, and what is.
    pub(crate) fn check(&self) -> Result<(), String> {
        let whole = |duration: Duration| duration.subsec_nanos() == 0;
        if self.delay > LONGEST_DELAY || !whole(self.delay) {
            return Err(format!("a delay of {:?} is not possible; use 0 to 900 s", self.delay));
        }
        let (shortest, longest) = RETENTION;
        if self.retention < shortest || self.retention > longest || !whole(self.retention) {
            return Err(format!(
                "a retention of {:?} is not possible; use 60 s to 1,209,600 s (14 days)",
                self.retention
            ));
        }
        Ok(())
    }
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self::ORDERED
    }
}

/// Seconds read better than serde's own form.
fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sqs_would_refuse_is_refused_with_what_it_takes() {
        let of = |delay, retention| QueueOptions {
            delay: Duration::from_millis(delay),
            retention: Duration::from_millis(retention),
            ..QueueOptions::ORDERED
        };
        for good in [of(0, 60_000), of(900_000, 1_209_600_000)] {
            assert_eq!(good.check(), Ok(()));
        }
        for (bad, said) in [
            (of(901_000, 60_000), "0 to 900 s"),
            (of(1, 60_000), "0 to 900 s"),
            (of(0, 59_000), "60 s to"),
            (of(0, 1_209_601_000), "14 days"),
        ] {
            let error = bad.check().unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn as_data_it_is_in_seconds() {
        let json = serde_json::to_value(QueueOptions::UNORDERED).unwrap();
        let wanted = serde_json::json!({
            "ordered": false, "delay_seconds": 0, "retention_seconds": 345_600, "deduplication": "queue",
        });
        assert_eq!(json, wanted);
    }
}
