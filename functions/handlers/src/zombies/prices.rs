//! What idle resources cost a month, in micro-USD, from the [price lists](crate::prices).

use events::money::per_month;

use super::{DbInstance, LoadBalancerKind, Snapshot, Volume};
use crate::prices;

/// A GB of a snapshot in the archive tier, a month; of the same list and date as the rest.
const ARCHIVED_SNAPSHOT_GB_MONTH: i64 = 12_500;

/// Operations a second that a large gp3 database volume has without charge.
const RDS_GP3_INCLUDED_IOPS: i64 = 12_000;

/// The prices of one region.
#[derive(Clone, Copy, Debug)]
pub struct Prices {
    holds: Holds,
}

/// How well the lists fit a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// They are this region's, or equal to them.
    Exactly,
    /// The region's own prices differ by up to some tens of percent.
    Roughly,
    /// China, `GovCloud` and the isolated partitions have lists of their own.
    Not,
}

impl Prices {
    /// The prices of `region`.
    pub fn of(region: &str) -> Self {
        let apart = ["cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"];
        let holds = match region {
            // The same prices for everything priced here.
            prices::REGION | "us-east-2" | "us-west-2" => Holds::Exactly,
            region if apart.iter().any(|prefix| region.starts_with(prefix)) => Holds::Not,
            _ => Holds::Roughly,
        };
        Self { holds }
    }

    /// How a known cost was worked out, or why it is unknown; `of_what` is what is priced.
    pub(super) fn basis(self, of_what: &str, cost: Option<i64>) -> String {
        let list = format!("{}, {}", prices::HAND.source, prices::HAND.version);
        match (cost, self.holds) {
            (Some(_), Holds::Roughly) => {
                format!("{of_what}; estimated for this region with {list}")
            }
            (Some(_), _) => format!("{of_what}; {list}"),
            (None, Holds::Not) => format!("unknown: no price list for this region ({list})"),
            (None, _) => format!("unknown: no entry for {of_what} ({list})"),
        }
    }

    /// A volume, a month.
    pub fn volume(self, volume: &Volume) -> Option<i64> {
        let Volume { kind, size_gib, iops, throughput, .. } = volume;
        self.known(prices::volume_month(prices::Volume {
            kind,
            gb: *size_gib,
            iops: *iops,
            throughput: *throughput,
        }))
    }

    /// An address, a month.
    pub fn address(self) -> Option<i64> {
        self.known(Some(per_month(prices::PUBLIC_IPV4)))
    }

    /// A load balancer, a month, without capacity units.
    pub fn load_balancer(self, kind: LoadBalancerKind) -> Option<i64> {
        self.known(Some(per_month(match kind {
            LoadBalancerKind::Application | LoadBalancerKind::Network => prices::LOAD_BALANCER,
            LoadBalancerKind::Gateway => prices::GATEWAY_LOAD_BALANCER,
        })))
    }

    /// A NAT gateway, a month, without data.
    pub fn nat_gateway(self) -> Option<i64> {
        self.known(Some(per_month(prices::NAT_GATEWAY)))
    }

    /// A snapshot, a month, at most: as if it were full.
    pub fn snapshot(self, snapshot: &Snapshot) -> Option<i64> {
        let per_gb =
            if snapshot.archived { ARCHIVED_SNAPSHOT_GB_MONTH } else { prices::SNAPSHOT_GB_MONTH };
        self.known(snapshot.volume_gib.checked_mul(per_gb))
    }

    /// A database with its storage, a month; twice with a standby. Provisioned operations are charged by rules of
    /// their own: unknown.
    pub fn database(self, database: &DbInstance) -> Option<i64> {
        let DbInstance { class, engine, storage_kind, storage_gib, iops, multi_az, .. } = database;
        if storage_kind == "gp3" && iops.is_some_and(|iops| iops > RDS_GP3_INCLUDED_IOPS) {
            return None;
        }
        let storage = storage_gib.checked_mul(prices::database_storage_month(storage_kind)?)?;
        let single = per_month(prices::database(class, engine)?).checked_add(storage)?;
        self.known(single.checked_mul(if *multi_az { 2 } else { 1 }))
    }

    fn known(self, cost: Option<i64>) -> Option<i64> {
        cost.filter(|_| self.holds != Holds::Not)
    }
}
