//! `at(2022-12-31T23:59:59)`: once.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{InvalidExpression, excerpt};

/// A moment on the wall clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct At(DateTime);

impl At {
    pub(super) fn parse(inside: &str) -> Result<Self, InvalidExpression> {
        let invalid = || InvalidExpression::At(excerpt(inside));
        // The shape first: the parser below also takes fractions, blanks and signed years.
        const SHAPE: &[u8] = b"0000-00-00T00:00:00";
        let fits = |(byte, shape): (u8, &u8)| match shape {
            b'0' => byte.is_ascii_digit(),
            mark => byte == *mark,
        };
        if inside.len() != SHAPE.len() || !inside.bytes().zip(SHAPE).all(fits) {
            return Err(invalid());
        }
        inside.parse().map(Self).map_err(|_| invalid())
    }

    /// When the clock in `zone` shows the moment: the first time if it comes
    /// twice, as much later as the clock went forward if it does not exist.
    pub(super) fn tick(&self, zone: &TimeZone) -> Option<Timestamp> {
        zone.to_ambiguous_timestamp(self.0).compatible().ok()
    }
}
