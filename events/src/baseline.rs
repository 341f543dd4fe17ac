//! What is usual for a series.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::Document;

use crate::{Series, Severity};

/// What is usual for a series: the costs it started so far, in micro-USD an hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Whose history this is.
    pub series: Series,
    /// The costs learned.
    pub usual: Moments,
    /// Costs far from the usual, waiting to be learned until they repeat.
    pub unusual: Moments,
    /// When its first event happened.
    pub first_seen: Timestamp,
    /// When its latest event happened.
    pub last_seen: Timestamp,
    /// Events counted, with or without a known cost.
    pub events: u64,
    /// What the current hour added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<Burst>,
    /// The last alarm told: its series is quiet for a while after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_alarm: Option<Alarm>,
}

/// Count, mean and squared deviations of numbers seen one at a time (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// How many numbers.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// The sum of their squared distances from the mean.
    pub m2: f64,
}

/// What one hour of the clock added to the run rate of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burst {
    /// The hour's number since 1970.
    pub hour: i64,
    /// Micro-USD an hour, added up over its events.
    pub added_micro_usd_per_hour: i64,
    /// How many events added it.
    pub events: u64,
}

/// An alarm that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// When what it tells of happened.
    pub at: Timestamp,
    /// How much it mattered.
    pub severity: Severity,
    /// How many like it were not told since.
    pub suppressed: u64,
}

impl Document for Baseline {
    const COLLECTION: &'static str = "baselines";

    fn key(&self) -> String {
        self.series.to_string()
    }
}
