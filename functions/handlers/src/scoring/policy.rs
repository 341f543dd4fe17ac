//! The numbers behind a verdict, and why they are what they are.

use events::Severity;
use events::money::{USD, per_month};
use jiff::SignedDuration;

/// A baseline speaks after this many numbers: the usual rule of thumb for a mean and a spread to settle.
pub const MATURE_AFTER_EVENTS: u64 = 30;

/// And after this long: AWS Cost Anomaly Detection waits for ten days of history, too.
pub const MATURE_AFTER: SignedDuration = SignedDuration::from_hours(10 * 24);

/// Standard deviations over the mean that are unusual.
pub const UNUSUAL: f64 = 3.0;

/// Standard deviations over the mean that raise a severity by one.
pub const VERY_UNUSUAL: f64 = 6.0;

/// A spread under this share of the mean is none: the series is constant, and any change would be
/// many standard deviations. It is unusual at [twice the mean](CONSTANT_FACTOR).
pub const CONSTANT_SPREAD: f64 = 0.01;

/// What is unusual in a constant series, in means.
pub const CONSTANT_FACTOR: f64 = 2.0;

/// Unusual numbers are learned once there are so many: then they are the new usual.
pub const LEARNED_AFTER: u64 = 5;

/// A series is quiet for so long after an alarm, unless it gets worse.
pub const COOL_DOWN: SignedDuration = SignedDuration::from_hours(24);

/// Worse is a higher severity, or so many times the money.
pub const WORSE_FACTOR: i64 = 2;

/// While an account is watched for less than this, everything is new, so newness says nothing.
pub const LEARNING: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What was not seen for so long is new again.
pub const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Something stays new for so long after its first sight: a group's request and its instances come
/// as two events, and events come in any order.
pub const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// How stale a last sight may be before it is written again.
pub const REFRESHED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What a month of it has to cost to be worth a line, in micro-USD: under a NAT gateway
/// (33 USD), the smallest thing that people are sorry to have forgotten.
pub const WORTH_A_LINE: i64 = 25 * USD;

/// What a month of it has to cost to be said even of an account where everything is new.
pub const WORTH_A_LOOK: i64 = 250 * USD;

/// How much money matters: each step is ten times the last, from [`WORTH_A_LINE`] on.
#[must_use]
pub fn severity_of(micro_usd_per_hour: i64) -> Severity {
    match per_month(micro_usd_per_hour) / USD {
        25_000.. => Severity::Critical,
        2_500.. => Severity::High,
        250.. => Severity::Medium,
        25.. => Severity::Low,
        _ => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_rises_tenfold_from_what_is_worth_a_line() {
        for (usd_a_month, severity) in [
            (0, Severity::Info),
            (24, Severity::Info),
            (26, Severity::Low),
            (251, Severity::Medium),
            (2_501, Severity::High),
            (25_001, Severity::Critical),
        ] {
            assert_eq!(severity_of(usd_a_month * USD / 730), severity, "{usd_a_month}");
        }
        assert_eq!(severity_of(i64::MAX), Severity::Critical);
    }
}
