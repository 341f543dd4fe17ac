//! Something a person should know.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::Document;

use crate::{Series, Severity, Trait};

/// A cost, or an attempt at one, that is out of the ordinary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// The [`CostEvent`](crate::CostEvent) or attempt it is about.
    pub event: String,
    /// When that happened.
    pub at: Timestamp,
    /// How much it matters.
    pub severity: Severity,
    /// Where people are with it.
    pub status: AnomalyStatus,
    /// What happened, in a sentence.
    pub what: String,
    /// Why it is out of the ordinary, most telling first, in words.
    pub why: Vec<String>,
    /// The history it was compared with.
    pub series: Series,
    /// Who did it.
    pub actor: String,
    /// Where.
    pub region: String,
    /// Micro-USD an hour at stake: what this, or with its like this hour, adds to the run rate.
    pub impact_micro_usd_per_hour: Option<i64>,
    /// The same a month.
    pub impact_micro_usd_per_month: Option<i64>,
    /// How many standard deviations over the mean, once there is a history to say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<f64>,
    /// What was never seen before, or long ago.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub novel: Vec<Trait>,
    /// The call was refused: nothing is being charged.
    pub attempt: bool,
    /// How many of its like were not told since the last one.
    pub suppressed_before: u64,
    /// The archived record.
    pub raw_ref: String,
}

/// Where people are with an anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnomalyStatus {
    /// Nobody has looked.
    Open,
    /// Somebody is on it.
    Acknowledged,
    /// Done with.
    Closed,
}

impl Document for Anomaly {
    const COLLECTION: &'static str = "anomalies";

    /// Time first, so that the order of keys is the order of events.
    fn key(&self) -> String {
        format!("{}/{}", self.at.strftime("%Y-%m-%dT%H:%M:%SZ"), self.event)
    }
}
