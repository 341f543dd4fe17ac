//! What things cost: list prices of us-east-1, on demand, in micro-USD.
//!
//! Two lists: the EC2 table, taken as published in `karpenter-provider-aws`, and a
//! hand table for the rest. Other commercial regions are estimated with the same
//! figures, and the estimate says so; they differ by up to some tens of percent,
//! which matters less to an anomaly than having no figure. China and `GovCloud` have
//! price lists of their own and are unknown here. What is in no list is `None`, never 0.

mod database;
mod hourly;
mod instance;
mod node;
mod volume;

use events::money::HOURS_PER_MONTH;

pub use database::{database, database_storage_month};
pub use hourly::*;
pub(crate) use instance::micro_usd;
pub use instance::{EC2, instance};
pub use node::node;
pub use volume::{SNAPSHOT_GB_MONTH, Volume, volume_month};

/// Where prices come from, and of what date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceList {
    /// The list's name.
    pub source: &'static str,
    /// Its date.
    pub version: &'static str,
}

/// The region the lists are of.
pub const REGION: &str = "us-east-1";

/// The hand table: every figure in this module that is not an EC2 instance's.
pub const HAND: PriceList =
    PriceList { source: "AWS list prices, us-east-1, kept by hand", version: "2025-01" };

/// The hourly share of a monthly charge, rounded to the nearest micro-USD.
#[must_use]
pub const fn hourly(micro_usd_per_month: i64) -> i64 {
    micro_usd_per_month.saturating_add(HOURS_PER_MONTH / 2) / HOURS_PER_MONTH
}

/// Finds a name in a table sorted by nothing in particular: they are short.
fn look_up(table: &[(&str, i64)], name: &str) -> Option<i64> {
    table.iter().find(|(known, _)| *known == name).map(|(_, price)| *price)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_monthly_charge_is_spread_over_730_hours_and_rounded() {
        assert_eq!(hourly(730), 1);
        assert_eq!(hourly(100_000), 137); // a GB of gp2: 136.99
        assert_eq!(hourly(0), 0);
    }
}
