//! What is usual for a series.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::Document;

use crate::{Moments, Series, Severity};

/// What is usual for a series: the costs its events began, in micro-USD an hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Whose history this is.
    pub series: Series,
    /// What single events cost.
    pub single: History,
    /// What whole hours with events added up to.
    pub hourly: History,
    /// When its first event happened.
    pub first_seen: Timestamp,
    /// When its latest event happened.
    pub last_seen: Timestamp,
    /// How many events, with or without a known cost.
    pub events: u64,
    /// What the latest hour added so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<Burst>,
    /// The last alarm told: its series is quiet for a while after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_alarm: Option<Alarm>,
}

/// Numbers learned, and numbers held back because they are far from those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The numbers learned.
    pub usual: Moments,
    /// Numbers far from the usual, waiting to be learned until they have repeated.
    pub unusual: Moments,
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
    /// Micro-USD an hour at stake in it.
    pub impact_micro_usd_per_hour: Option<i64>,
    /// How many like it were not told since.
    pub suppressed: u64,
}

impl Baseline {
    /// The baseline of a series that is first seen at `at`.
    #[must_use]
    pub fn new(series: Series, at: Timestamp) -> Self {
        Self {
            series,
            single: History::default(),
            hourly: History::default(),
            first_seen: at,
            last_seen: at,
            events: 0,
            burst: None,
            last_alarm: None,
        }
    }
}

impl Document for Baseline {
    const COLLECTION: &'static str = "baselines";

    fn key(&self) -> String {
        self.series.to_string()
    }
}
