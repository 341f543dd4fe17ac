//! Integer micro-USD, and how to say it.

/// Hours in a month as AWS bills and estimates them: 365 × 24 / 12.
pub const HOURS_PER_MONTH: i64 = 730;

/// One dollar in micro-USD.
pub const USD: i64 = 1_000_000;

/// What a rate of micro-USD an hour comes to in a month.
#[must_use]
pub const fn per_month(micro_usd_per_hour: i64) -> i64 {
    micro_usd_per_hour.saturating_mul(HOURS_PER_MONTH)
}

/// Says an amount in dollars: two digits behind the point, up to six where two would round it away.
#[must_use]
pub fn usd(micro_usd: i64) -> String {
    let sign = if micro_usd < 0 { "-" } else { "" };
    let micro = micro_usd.unsigned_abs();
    let unit = USD.unsigned_abs();
    if micro >= unit || micro.is_multiple_of(10_000) {
        let cents = (u128::from(micro) + 5_000) / 10_000;
        return format!("{sign}${}.{:02}", cents / 100, cents % 100);
    }
    let digits = format!("{micro:06}");
    format!("{sign}$0.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_amounts_keep_the_digits_that_count() {
        for (micro, said) in [
            (0, "$0.00"),
            (45_000, "$0.045"),
            (5_000, "$0.005"),
            (548, "$0.000548"),
            (500_000, "$0.50"),
            (9_000_000, "$9.00"),
            (32_850_000, "$32.85"),
            (1_999_999, "$2.00"),
            (-45_000, "-$0.045"),
            (i64::MIN, "-$9223372036854.78"),
            (i64::MAX, "$9223372036854.78"),
        ] {
            assert_eq!(usd(micro), said);
        }
    }

    #[test]
    fn a_month_has_730_hours_and_does_not_overflow() {
        assert_eq!(per_month(45_000), 32_850_000);
        assert_eq!(per_month(i64::MAX), i64::MAX);
    }
}
