//! Where every record of a payload went.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::Document;

/// What became of the records of one slice of a payload; each is counted exactly once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadReport {
    /// The source of the payload.
    pub source: String,
    /// The payload's id.
    pub payload: String,
    /// Where its bytes rest.
    pub object: String,
    /// Its first record in this slice, from 0.
    pub offset: usize,
    /// How many records this slice has.
    pub records: u64,
    /// How many became a [`CostEvent`](crate::CostEvent).
    pub cost_events: u64,
    /// How many were refused calls that would have cost money.
    pub attempts: u64,
    /// How many were dropped, by reason: `read_only`, `no_cost`, …
    pub dropped: BTreeMap<String, u64>,
    /// Whether this is the payload's last slice.
    pub complete: bool,
    /// When the payload arrived.
    pub received_at: Timestamp,
}

impl PayloadReport {
    /// The records accounted for: equal to `records`, or something was lost.
    #[must_use]
    pub fn accounted(&self) -> u64 {
        self.cost_events + self.attempts + self.dropped.values().sum::<u64>()
    }
}

impl Document for PayloadReport {
    const COLLECTION: &'static str = "payload_reports";

    fn key(&self) -> String {
        format!("{}/{}/{:06}", self.source, self.payload, self.offset)
    }
}

/// An event that was delivered again: counted, and otherwise without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// The event's id.
    pub event: String,
    /// The archived record of the second delivery.
    pub raw_ref: String,
    /// When the second delivery arrived.
    pub received_at: Timestamp,
}

impl Document for Duplicate {
    const COLLECTION: &'static str = "duplicates";

    /// The moment tells apart deliveries of the same bytes.
    fn key(&self) -> String {
        format!("{}@{}@{}", self.event, self.raw_ref, self.received_at)
    }
}
