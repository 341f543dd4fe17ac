//! What idle resources cost a month: list prices, on demand, micro-USD.
//!
//! From AWS's public price pages for us-east-1, as of 2026-07. us-east-2 and us-west-2 have the same prices for
//! everything listed here; elsewhere, and for what is not listed, the cost is unknown and said to be.

use super::{DbInstance, LoadBalancerKind, Snapshot, Volume};

/// Where and when the prices were taken, for reports.
pub const SOURCE: &str = "AWS list price, us-east-1, 2026-07";

/// Regions where the table holds.
const REGIONS: [&str; 3] = ["us-east-1", "us-east-2", "us-west-2"];

/// Hours in AWS's month.
const HOURS: i64 = 730;

/// A public IPv4 address, an hour.
const ADDRESS_HOUR: i64 = 5_000;
/// A NAT gateway, an hour, without the data it passes.
const NAT_HOUR: i64 = 45_000;
/// An application or network load balancer, an hour, without capacity units.
const LOAD_BALANCER_HOUR: i64 = 22_500;
/// A gateway load balancer, an hour, without capacity units.
const GATEWAY_LOAD_BALANCER_HOUR: i64 = 12_500;
/// A snapshot in the standard tier, a GB-month.
const SNAPSHOT_GB: i64 = 50_000;
/// A snapshot in the archive tier, a GB-month.
const ARCHIVED_SNAPSHOT_GB: i64 = 12_500;

/// Operations a second that every large gp3 database volume has without charge.
const RDS_GP3_INCLUDED_IOPS: i64 = 12_000;

/// Hourly prices of RDS classes, single zone: class, `mysql` and `mariadb`, `postgres`. Other engines carry licences.
const DATABASE_HOUR: [(&str, i64, i64); 26] = [
    ("db.t3.micro", 17_000, 18_000),
    ("db.t3.small", 34_000, 36_000),
    ("db.t3.medium", 68_000, 72_000),
    ("db.t3.large", 136_000, 145_000),
    ("db.t3.xlarge", 272_000, 290_000),
    ("db.t3.2xlarge", 544_000, 579_000),
    ("db.t4g.micro", 16_000, 16_000),
    ("db.t4g.small", 32_000, 32_000),
    ("db.t4g.medium", 65_000, 65_000),
    ("db.t4g.large", 129_000, 129_000),
    ("db.t4g.xlarge", 258_000, 258_000),
    ("db.t4g.2xlarge", 517_000, 517_000),
    ("db.m5.large", 171_000, 178_000),
    ("db.m5.xlarge", 342_000, 356_000),
    ("db.m5.2xlarge", 684_000, 712_000),
    ("db.m5.4xlarge", 1_368_000, 1_424_000),
    ("db.m6g.large", 152_000, 159_000),
    ("db.m6g.xlarge", 304_000, 318_000),
    ("db.m6g.2xlarge", 608_000, 636_000),
    ("db.m6g.4xlarge", 1_216_000, 1_272_000),
    ("db.r5.large", 240_000, 250_000),
    ("db.r5.xlarge", 480_000, 500_000),
    ("db.r5.2xlarge", 960_000, 1_000_000),
    ("db.r6g.large", 215_000, 225_000),
    ("db.r6g.xlarge", 430_000, 450_000),
    ("db.r6g.2xlarge", 859_000, 899_000),
];

/// The price table of one region.
#[derive(Clone, Copy, Debug)]
pub struct Prices {
    listed: bool,
}

impl Prices {
    /// The prices of `region`; all unknown where the table does not hold.
    pub fn of(region: &str) -> Self {
        Self { listed: REGIONS.contains(&region) }
    }

    /// How a known cost was worked out, or why it is unknown; `of_what` is what is priced.
    pub(super) fn basis(self, of_what: &str, cost: Option<i64>) -> String {
        match (cost, self.listed) {
            (Some(_), _) => format!("{of_what}; {SOURCE}"),
            (None, true) => {
                format!("unknown: the price table ({SOURCE}) has no entry for {of_what}")
            }
            (None, false) => {
                format!("unknown: the price table ({SOURCE}) does not hold in this region")
            }
        }
    }

    /// A volume, a month.
    pub fn volume(self, volume: &Volume) -> Option<i64> {
        let iops = volume.iops.unwrap_or(0);
        let (per_gb, extra) = match volume.kind.as_str() {
            "gp2" => (100_000, 0),
            // The first 3,000 operations and 125 MiB a second are included.
            "gp3" => (
                80_000,
                (iops - 3_000).max(0) * 5_000
                    + (volume.throughput.unwrap_or(0) - 125).max(0) * 40_000,
            ),
            "io1" => (125_000, volume.iops? * 65_000),
            "io2" => (125_000, io2_iops(volume.iops?)),
            "st1" => (45_000, 0),
            "sc1" => (15_000, 0),
            "standard" => (50_000, 0),
            _ => return None,
        };
        self.known(volume.size_gib.checked_mul(per_gb)?.checked_add(extra))
    }

    /// An address, a month.
    pub fn address(self) -> Option<i64> {
        self.known(Some(ADDRESS_HOUR * HOURS))
    }

    /// A load balancer, a month.
    pub fn load_balancer(self, kind: LoadBalancerKind) -> Option<i64> {
        self.known(Some(match kind {
            LoadBalancerKind::Application | LoadBalancerKind::Network => LOAD_BALANCER_HOUR * HOURS,
            LoadBalancerKind::Gateway => GATEWAY_LOAD_BALANCER_HOUR * HOURS,
        }))
    }

    /// A NAT gateway, a month.
    pub fn nat_gateway(self) -> Option<i64> {
        self.known(Some(NAT_HOUR * HOURS))
    }

    /// A snapshot, a month, at most: as if it were full.
    pub fn snapshot(self, snapshot: &Snapshot) -> Option<i64> {
        let per_gb = if snapshot.archived { ARCHIVED_SNAPSHOT_GB } else { SNAPSHOT_GB };
        self.known(snapshot.volume_gib.checked_mul(per_gb))
    }

    /// A database with its storage, a month; twice with a standby.
    pub fn database(self, database: &DbInstance) -> Option<i64> {
        let (_, mysql, postgres) =
            DATABASE_HOUR.iter().find(|(class, ..)| *class == database.class)?;
        let hour = match database.engine.as_str() {
            "mysql" | "mariadb" => mysql,
            "postgres" => postgres,
            _ => return None,
        };
        // Provisioned operations are charged extra, by rules of their own: unknown.
        let per_gb = match database.storage_kind.as_str() {
            "gp2" => 115_000,
            "gp3" if database.iops.unwrap_or(0) <= RDS_GP3_INCLUDED_IOPS => 115_000,
            "standard" => 100_000,
            _ => return None,
        };
        let single = (hour * HOURS).checked_add(database.storage_gib.checked_mul(per_gb)?)?;
        self.known(single.checked_mul(if database.multi_az { 2 } else { 1 }))
    }

    fn known(self, cost: Option<i64>) -> Option<i64> {
        cost.filter(|_| self.listed)
    }
}

/// Provisioned operations of an io2 volume, a month: cheaper in two steps.
fn io2_iops(iops: i64) -> i64 {
    let first = iops.min(32_000);
    let second = (iops - 32_000).clamp(0, 32_000);
    let third = (iops - 64_000).max(0);
    first * 65_000 + second * 45_500 + third * 31_850
}
