use std::fmt::Debug;
use std::num::NonZeroU32;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::PortError;

/// Which dead letters: those for which all that is set holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Those of these ids.
    pub ids: Option<Vec<String>>,
    /// Those of this tenant.
    pub tenant: Option<String>,
    /// Those of this order group, with the tenant, as [`Peeked`](super::Peeked) shows it.
    pub group: Option<String>,
    /// Those whose reason has this text in it.
    pub reason: Option<String>,
    /// Those that were sent before.
    pub sent_before: Option<Timestamp>,
}

/// A redrive: dead letters on their way back to their queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redrive {
    /// Its number.
    pub id: i64,
    /// The queue.
    pub queue: String,
    /// Which of the dead letters that there were when it began.
    pub selection: Selection,
    /// Messages a second at the most, if there is a limit.
    pub rate: Option<NonZeroU32>,
    /// How far it is.
    pub state: RedriveState,
    /// Messages moved so far.
    pub moved: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it last moved something, or ended.
    pub updated_at: Timestamp,
}

/// How far a redrive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RedriveState {
    /// There is more to move, by whoever takes the next step.
    Running,
    /// All is moved.
    Done,
    /// It was ended; what was moved by then is moved.
    Cancelled,
}

/// The record of a dead letter that was sent back with another body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// The queue.
    pub queue: String,
    /// The message's id.
    pub message: String,
    /// Whose message it is.
    pub tenant: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The SHA-256 of the body before, in hexadecimal.
    pub old_sha256: String,
    /// The SHA-256 of the body sent.
    pub new_sha256: String,
}

/// What an operator does about dead letters, beyond looking at them.
///
/// # Contract
///
/// A message is in its queue or among the dead letters, never in both and never
/// in neither: each step of a redrive is one transaction with the note of how far
/// it is. So a redrive whose process dies is where its last step left it, and
/// anybody can go on. What is sent back is sent as new: at the end of its queue,
/// now, with no deliveries. It keeps its id.
#[async_trait]
pub trait DeadLetters: Debug + Send + Sync {
    /// Begins a redrive of a queue, and moves nothing yet. A rate is 1 to 500 a second.
    ///
    /// `Invalid` when one is under way: a queue has one at a time.
    async fn start_redrive(
        &self,
        queue: &str,
        selection: &Selection,
        rate: Option<NonZeroU32>,
    ) -> Result<Redrive, PortError>;

    /// Moves the next messages of a redrive, no more than its rate allows by now: perhaps none.
    async fn step_redrive(&self, id: i64) -> Result<Redrive, PortError>;

    /// Ends a redrive that is running.
    async fn cancel_redrive(&self, id: i64) -> Result<Redrive, PortError>;

    /// The redrives of a queue, the latest first, `max` at the most.
    async fn redrives(&self, queue: &str, max: usize) -> Result<Vec<Redrive>, PortError>;

    /// Sends the oldest dead letter of this id back with another body, and notes who did it.
    ///
    /// `None` when there is no such dead letter.
    async fn replay(
        &self,
        queue: &str,
        id: &str,
        body: &str,
        by: &str,
    ) -> Result<Option<Replay>, PortError>;

    /// The record of replays of a queue, the latest first, `max` at the most.
    async fn replays(&self, queue: &str, max: usize) -> Result<Vec<Replay>, PortError>;
}

/// The most that a redrive can be asked to move in a second (SQS).
const FASTEST: u32 = 500;

/// Checks a redrive's rate.
///
/// # Errors
///
/// `Invalid` for one that SQS would refuse.
pub fn check_rate(rate: Option<NonZeroU32>) -> Result<(), PortError> {
    match rate.filter(|rate| rate.get() > FASTEST) {
        Some(rate) => Err(PortError::invalid(
            "a redrive",
            format!(
                "a rate of {rate} messages a second is not possible; use 1 to {FASTEST}, or none"
            ),
        )),
        None => Ok(()),
    }
}

impl PortError {
    /// A queue has one redrive at a time.
    #[must_use]
    pub fn under_way(queue: &str) -> Self {
        Self::invalid(
            format!("a redrive of `{queue}`"),
            "one is under way; go on with it (`--resume`) or cancel it first",
        )
    }
}
