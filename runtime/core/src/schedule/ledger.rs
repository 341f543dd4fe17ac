//! What is written down of the occurrences of schedules.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;

use crate::tenant::TenantId;
use crate::unit::Outgoing;

/// What became of an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Its ticks are in the queue.
    Fired,
    /// An earlier tick was not done for any tenant, and the schedule wants no [overlap](crate::Overlap::Skip).
    Skipped,
    /// It fell due while no node ran, and the schedule wants [none](crate::Missed::None) of those.
    Missed,
    /// It could not be handed over within its [retry policy](crate::RetryPolicy).
    Dead,
}

impl Outcome {
    /// The word for logs, metrics and the ledger.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Skipped => "skipped",
            Self::Missed => "missed",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text is none of the words of [`Outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an outcome is one of `fired`, `skipped`, `missed` and `dead`")]
pub struct InvalidOutcome;

impl FromStr for Outcome {
    type Err = InvalidOutcome;

    fn from_str(text: &str) -> Result<Self, InvalidOutcome> {
        [Self::Fired, Self::Skipped, Self::Missed, Self::Dead]
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or(InvalidOutcome)
    }
}

/// One occurrence of a schedule, to be written down together with its ticks.
#[derive(Clone, Debug)]
pub struct Occurrence<'a> {
    /// The schedule: its handler's name.
    pub schedule: &'a str,
    /// When it was due.
    pub scheduled_at: Timestamp,
    /// How many earlier ones it stands for.
    pub missed: u64,
    /// The node that writes it down.
    pub node: &'a str,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why, when it is not fired.
    pub reason: Option<&'a str>,
    /// Whether a tick is left out whose order group still has messages in the queue.
    pub skip_overlapping: bool,
    /// The messages that it means.
    pub ticks: Vec<(TenantId, Outgoing)>,
}

/// An occurrence that could not be handed over yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When it was due.
    pub scheduled_at: Timestamp,
    /// How often it has been tried.
    pub attempts: u32,
    /// When it was first tried.
    pub first_at: Timestamp,
    /// When to try again.
    pub next_at: Timestamp,
    /// Why it failed last.
    pub reason: String,
}
