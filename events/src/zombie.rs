//! What still costs money and does nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use twinhost::Document;

use crate::{Resource, Severity};

/// An idle resource. It is reported, never deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zombie {
    /// The rule that found it: `unattached_volume`.
    pub rule: String,
    /// The resource; its `id` is always there.
    pub resource: Resource,
    /// How far back the rule looked, in days; 0 when it looks at the present state only.
    pub look_back_days: u32,
    /// What was seen, by name: `{"state": "available", "size_gb": "100"}`.
    pub evidence: BTreeMap<String, String>,
    /// What it costs a month in micro-USD; `None` when that is not known.
    pub monthly_micro_usd: Option<i64>,
    /// How the cost was worked out, or why it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cost_basis: String,
    /// When it was first found, since it was last in use.
    pub first_seen: Timestamp,
    /// When it became open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// When it was last found.
    pub last_seen: Timestamp,
    /// Whether it is confirmed, and still there.
    pub status: ZombieStatus,
    /// How much it matters.
    pub severity: Severity,
}

/// Whether an idle resource is confirmed, and still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZombieStatus {
    /// Found, and to be confirmed by a hunt on a later day before anyone is told.
    Observed,
    /// Confirmed: it costs money and does nothing.
    Open,
    /// A hunt that would have seen it did not: deleted, or in use again.
    Gone,
}

impl Document for Zombie {
    const COLLECTION: &'static str = "zombies";

    fn key(&self) -> String {
        let Resource { account, region, .. } = &self.resource;
        let id = self.resource.id.as_deref().or(self.resource.arn.as_deref()).unwrap_or("unknown");
        format!("{account}/{region}/{}/{id}", self.rule)
    }
}

/// A day's hunt through one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HuntReport {
    /// The day.
    pub date: Date,
    /// The account.
    pub account_id: String,
    /// The regions asked.
    pub regions: Vec<String>,
    /// Whether all of them answered.
    pub status: HuntStatus,
    /// What could not be read and why; empty when complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Findings by rule, of the rules that ran; 0 when a rule found nothing.
    pub found: BTreeMap<String, u64>,
    /// The known monthly costs of the findings, added up, in micro-USD.
    pub monthly_micro_usd: i64,
    /// How many findings have no known cost and are not in that sum.
    pub unpriced: u64,
    /// When the hunt began.
    pub started_at: Timestamp,
}

/// Whether a hunt saw everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HuntStatus {
    /// It did.
    Complete,
    /// It did not: what is absent from it may still be there.
    Partial,
}

impl Document for HuntReport {
    const COLLECTION: &'static str = "hunt_reports";

    fn key(&self) -> String {
        format!("{}/{}", self.date, self.account_id)
    }
}
