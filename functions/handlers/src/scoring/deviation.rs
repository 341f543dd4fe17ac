//! How far a number is from the usual.

use events::{Baseline, Burst, History};
use jiff::Timestamp;

use super::policy::{
    CONSTANT_FACTOR, CONSTANT_SPREAD, LEARNED_AFTER, MATURE_AFTER, MATURE_AFTER_EVENTS, UNUSUAL,
};

/// A number far above the usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Deviation {
    /// By so many standard deviations.
    Sigmas(f64),
    /// A series without spread, by so many means.
    Times(f64),
}

/// What a history says of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Judged {
    /// Nothing: the history is too short.
    Unknown,
    /// It is as usual, or lower.
    Usual,
    /// It is far above the usual.
    Unusual(Deviation),
}

/// Compares `x` with what the history learned.
pub(super) fn judged(history: &History, mature: bool, x: i64) -> Judged {
    let usual = &history.usual;
    let (Some(spread), true) = (usual.deviation(), mature) else { return Judged::Unknown };
    let x = x as f64;
    if spread <= usual.mean.abs() * CONSTANT_SPREAD {
        let times = x / usual.mean;
        let far = usual.mean > 0.0 && times >= CONSTANT_FACTOR;
        return if far { Judged::Unusual(Deviation::Times(times)) } else { Judged::Usual };
    }
    let z = (x - usual.mean) / spread;
    if z >= UNUSUAL { Judged::Unusual(Deviation::Sigmas(z)) } else { Judged::Usual }
}

/// Whether a history is long enough to be believed.
pub(super) fn mature(history: &History, first_seen: Timestamp, at: Timestamp) -> bool {
    history.usual.n >= MATURE_AFTER_EVENTS && at.duration_since(first_seen) >= MATURE_AFTER
}

/// Learns `x`, or holds it back when it deviates; what was held back is learned when it has repeated.
pub(super) fn learn(history: &mut History, x: i64, judged: Judged) {
    let into = match judged {
        Judged::Unusual(_) => &mut history.unusual,
        Judged::Unknown | Judged::Usual => &mut history.usual,
    };
    // Never refused: an integer is finite, and its square fits a float.
    let _ = into.learn(x as f64);
    if history.unusual.n >= LEARNED_AFTER {
        let repeated = std::mem::take(&mut history.unusual);
        let _ = history.usual.merge(&repeated);
    }
}

/// Adds `rate` to its hour and returns what the hour has come to; `None` for an hour before the latest.
pub(super) fn add_to_hour(baseline: &mut Baseline, at: Timestamp, rate: i64) -> Option<Burst> {
    let hour = at.as_second().div_euclid(3_600);
    if let Some(last) = baseline.burst.filter(|last| last.hour < hour) {
        let sum = last.added_micro_usd_per_hour;
        let mature = mature(&baseline.hourly, baseline.first_seen, at);
        let verdict = judged(&baseline.hourly, mature, sum);
        learn(&mut baseline.hourly, sum, verdict);
        baseline.burst = None;
    }
    let burst =
        baseline.burst.get_or_insert(Burst { hour, added_micro_usd_per_hour: 0, events: 0 });
    if burst.hour != hour {
        return None;
    }
    burst.added_micro_usd_per_hour = burst.added_micro_usd_per_hour.saturating_add(rate);
    burst.events += 1;
    Some(*burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(numbers: &[i64]) -> History {
        let mut history = History::default();
        for x in numbers {
            learn(&mut history, *x, Judged::Usual);
        }
        history
    }

    #[test]
    fn a_number_is_unusual_at_three_deviations_over_the_mean_and_never_below() {
        let history = history(&[90, 110].repeat(20));
        let Judged::Unusual(Deviation::Sigmas(z)) = judged(&history, true, 150) else {
            panic!("150 is far from 100 ± 10");
        };
        assert!((4.9..5.0).contains(&z), "{z}");
        assert_eq!(judged(&history, true, 120), Judged::Usual);
        assert_eq!(judged(&history, true, 0), Judged::Usual);
        assert_eq!(judged(&history, false, 150), Judged::Unknown);
    }

    #[test]
    fn a_constant_series_is_judged_by_its_mean_without_infinities() {
        let constant = history(&[100; 40]);
        assert_eq!(judged(&constant, true, 101), Judged::Usual);
        assert_eq!(judged(&constant, true, 199), Judged::Usual);
        assert_eq!(judged(&constant, true, 200), Judged::Unusual(Deviation::Times(2.0)));
        let zero = history(&[0; 40]);
        assert_eq!(judged(&zero, true, 5), Judged::Usual);
        assert_eq!(judged(&History::default(), true, 5), Judged::Unknown);
    }

    #[test]
    fn what_deviates_is_learned_only_after_it_has_repeated() {
        let mut history = history(&[100; 40]);
        let unusual = Judged::Unusual(Deviation::Times(5.0));
        for seen in 1..LEARNED_AFTER {
            learn(&mut history, 500, unusual);
            assert_eq!((history.usual.n, history.unusual.n), (40, seen));
        }
        learn(&mut history, 500, unusual);
        assert_eq!((history.usual.n, history.unusual.n), (45, 0));
        assert!((history.usual.mean - 6_500.0 / 45.0).abs() < 1e-9);
    }

    #[test]
    fn the_largest_numbers_are_learned_without_becoming_infinite() {
        let mut history = history(&[i64::MAX, i64::MIN, i64::MAX]);
        learn(&mut history, i64::MIN, Judged::Usual);
        assert_eq!(history.usual.n, 4);
        assert!(history.usual.deviation().unwrap().is_finite());
    }
}
