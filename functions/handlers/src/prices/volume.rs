//! Block storage. From the [hand table](super::HAND).

/// A GB of a standard snapshot, a month.
pub const SNAPSHOT_GB_MONTH: i64 = 50_000;

/// What a volume's price depends on.
#[derive(Clone, Copy, Debug)]
pub struct Volume<'a> {
    /// `gp2`, `gp3`, `io1`, `io2`, `st1`, `sc1` or `standard`.
    pub kind: &'a str,
    /// Its size in GB.
    pub gb: i64,
    /// Operations a second, where they are provisioned.
    pub iops: Option<i64>,
    /// MiB a second, where they are provisioned.
    pub throughput: Option<i64>,
}

/// A volume, a month; `None` for an unknown kind, or provisioned operations that are not known.
#[must_use]
pub fn volume_month(volume: Volume<'_>) -> Option<i64> {
    let (per_gb, extra) = match volume.kind {
        "gp2" => (100_000, 0),
        "gp3" => (80_000, gp3_extra(volume)?),
        "io1" => (125_000, volume.iops?.checked_mul(65_000)?),
        "io2" => (125_000, io2_operations(volume.iops?)?),
        "st1" => (45_000, 0),
        "sc1" => (15_000, 0),
        "standard" => (50_000, 0),
        _ => return None,
    };
    volume.gb.checked_mul(per_gb)?.checked_add(extra)
}

/// The first 3,000 operations and 125 MiB a second are included.
fn gp3_extra(volume: Volume<'_>) -> Option<i64> {
    let operations = (volume.iops.unwrap_or(0).saturating_sub(3_000)).max(0).checked_mul(5_000)?;
    let throughput =
        (volume.throughput.unwrap_or(0).saturating_sub(125)).max(0).checked_mul(40_000)?;
    operations.checked_add(throughput)
}

/// Cheaper in tiers: up to 32,000 operations a second, up to 64,000, and beyond.
fn io2_operations(iops: i64) -> Option<i64> {
    let tier = |from: i64, to: i64| (iops.min(to) - from).max(0);
    let first = tier(0, 32_000).checked_mul(65_000)?;
    let second = tier(32_000, 64_000).checked_mul(45_500)?;
    let rest = tier(64_000, i64::MAX).checked_mul(31_850)?;
    first.checked_add(second)?.checked_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(kind: &str, gb: i64, iops: Option<i64>, throughput: Option<i64>) -> Option<i64> {
        volume_month(Volume { kind, gb, iops, throughput })
    }

    #[test]
    fn a_volume_costs_its_size_and_what_is_provisioned_beyond_the_included() {
        assert_eq!(month("gp2", 1, Some(100), None), Some(100_000));
        assert_eq!(month("gp3", 100, Some(3_000), Some(125)), Some(8_000_000));
        assert_eq!(
            month("gp3", 100, Some(4_000), Some(225)),
            Some(8_000_000 + 5_000_000 + 4_000_000)
        );
        assert_eq!(month("io1", 100, Some(1_000), None), Some(12_500_000 + 65_000_000));
        assert_eq!(
            month("io2", 0, Some(65_000), None),
            Some(32_000 * 65_000 + 32_000 * 45_500 + 1_000 * 31_850)
        );
    }

    #[test]
    fn what_is_not_known_or_does_not_fit_has_no_price() {
        assert_eq!(month("io1", 100, None, None), None);
        assert_eq!(month("floppy", 1, None, None), None);
        assert_eq!(month("gp2", i64::MAX, None, None), None);
        assert_eq!(month("gp3", 1, Some(i64::MAX), None), None);
        assert_eq!(month("io2", 1, Some(i64::MAX), None), None);
    }
}
