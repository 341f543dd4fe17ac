//! What the normalizer tells the scorer.

use serde::{Deserialize, Serialize};
use twinhost::{Document, Payload};

use crate::name::queue_name;
use crate::{CostEvent, Series};

/// Something that costs money, or would have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Observation {
    /// A call that succeeded.
    Cost(CostEvent),
    /// A call that was refused.
    Attempt(Attempt),
}

/// A call that was refused: it costs nothing, and who tries what is news all the same.
///
/// It is kept so that a second delivery of it is known for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What would have happened, at what cost.
    pub would_be: CostEvent,
    /// Why it did not: `Client.VcpuLimitExceeded`.
    pub error_code: String,
    /// The same in the service's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

impl Document for Attempt {
    const COLLECTION: &'static str = "attempts";

    fn key(&self) -> String {
        self.would_be.source_id.clone()
    }
}

impl Observation {
    /// The event that happened, or would have.
    #[must_use]
    pub fn event(&self) -> &CostEvent {
        match self {
            Self::Cost(event) => event,
            Self::Attempt(attempt) => &attempt.would_be,
        }
    }

    /// The history it belongs to.
    #[must_use]
    pub fn series(&self) -> Series {
        self.event().series()
    }
}

impl Payload for Observation {
    const TOPIC: &'static str = "observations";

    /// The series: a baseline learns its events one after the other.
    fn group(&self) -> String {
        queue_name(&self.series().to_string())
    }
}
