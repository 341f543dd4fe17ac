//! Mean and spread of numbers seen one at a time.

use serde::{Deserialize, Serialize};

/// Count, mean and squared deviations of numbers seen one at a time (Welford 1962).
///
/// No sum of squares is kept, so large numbers that differ little lose nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// How many numbers.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// The sum of their squared distances from the mean.
    pub m2: f64,
}

/// A number that would make every later mean meaningless.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotFinite(pub f64);

impl std::fmt::Display for NotFinite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` cannot be learned; a baseline takes finite numbers only", self.0)
    }
}

impl std::error::Error for NotFinite {}

impl Moments {
    /// Learns one number.
    ///
    /// # Errors
    ///
    /// Refuses NaN, the infinities, and a number so large that the spread would
    /// become one; the moments stay as they were.
    pub fn learn(&mut self, x: f64) -> Result<(), NotFinite> {
        self.merge(&Self { n: 1, mean: x, m2: 0.0 })
    }

    /// Learns all that `other` learned, as if its numbers had been seen here (Chan et al. 1979).
    ///
    /// With one number this is Welford's step.
    ///
    /// # Errors
    ///
    /// As [`learn`](Self::learn).
    pub fn merge(&mut self, other: &Self) -> Result<(), NotFinite> {
        if other.n == 0 {
            return Ok(());
        }
        let (ours, theirs) = (self.n as f64, other.n as f64);
        let n = ours + theirs;
        let delta = other.mean - self.mean;
        let mean = self.mean + delta * (theirs / n);
        let m2 = self.m2 + other.m2 + delta * delta * (ours * theirs / n);
        if !(mean.is_finite() && m2.is_finite()) {
            return Err(NotFinite(other.mean));
        }
        *self = Self { n: self.n.saturating_add(other.n), mean, m2 };
        Ok(())
    }

    /// The sample variance; `None` for fewer than two numbers.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.n >= 2).then(|| (self.m2 / (self.n - 1) as f64).max(0.0))
    }

    /// The sample standard deviation; `None` for fewer than two numbers.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[f64]) -> Moments {
        let mut moments = Moments::default();
        for x in numbers {
            moments.learn(*x).unwrap();
        }
        moments
    }

    #[test]
    fn large_numbers_that_differ_little_keep_their_variance() {
        let moments = of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
        assert_eq!(moments.variance(), Some(30.0));
        assert_eq!(moments.mean, 1e9 + 10.0);
    }

    #[test]
    fn a_constant_series_has_no_spread_and_too_short_a_one_has_none_known() {
        assert_eq!(of(&[0.1; 1000]).variance(), Some(0.0));
        assert_eq!(of(&[5.0]).variance(), None);
        assert_eq!(Moments::default().deviation(), None);
    }

    #[test]
    fn nan_and_the_infinities_are_refused_and_change_nothing() {
        let mut moments = of(&[1.0, 2.0]);
        let before = moments;
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            assert!(moments.learn(x).is_err(), "{x}");
            assert_eq!(moments, before);
        }
        let poisoned = Moments { n: 3, mean: 1.0, m2: f64::NAN };
        assert!(moments.merge(&poisoned).is_err());
        assert_eq!(moments, before);
    }

    #[test]
    fn merging_parts_equals_learning_the_whole_in_any_order() {
        // A fixed walk of the golden ratio: 1,000 numbers between 0 and 100, none repeated.
        let numbers: Vec<f64> =
            (0..1000).map(|i| (f64::from(i) * 0.618_033_988_749_895).fract() * 100.0).collect();
        let whole = of(&numbers);
        let reversed = of(&numbers.iter().rev().copied().collect::<Vec<_>>());
        for cut in [0, 1, 10, 500, 999, 1000] {
            let mut merged = of(&numbers[..cut]);
            merged.merge(&of(&numbers[cut..])).unwrap();
            for other in [merged, reversed] {
                assert_eq!(other.n, whole.n);
                assert!((other.mean / whole.mean - 1.0).abs() < 1e-9, "{other:?} {whole:?}");
                assert!((other.m2 / whole.m2 - 1.0).abs() < 1e-9, "{other:?} {whole:?}");
            }
        }
    }

    #[test]
    fn moments_read_back_to_the_last_bit() {
        let moments = of(&[0.1, 0.2, 0.7, 1e-17, 12_345.678_9]);
        let text = serde_json::to_string(&moments).unwrap();
        assert_eq!(serde_json::from_str::<Moments>(&text).unwrap(), moments);
    }
}
