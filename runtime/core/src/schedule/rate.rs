//! `rate(5 minutes)`: elapsed time, whatever the wall clock does.

use jiff::Timestamp;

use super::{InvalidExpression, Ticks, excerpt};

/// The seconds from one tick to the next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rate {
    period: i64,
}

impl Rate {
    /// The number and unit of `rate(…)`. The unit is singular if and only if
    /// the number is 1, as EventBridge Rules want it.
    pub(super) fn parse(inside: &str) -> Result<Self, InvalidExpression> {
        let invalid = || InvalidExpression::Rate(excerpt(inside));
        let (number, unit) = inside.split_once(' ').ok_or_else(invalid)?;
        let is_canonical = number.bytes().all(|byte| byte.is_ascii_digit())
            && (1..=6).contains(&number.len())
            && !number.starts_with('0');
        if !is_canonical {
            return Err(invalid());
        }
        let number: i64 = number.parse().map_err(|_| invalid())?;
        let seconds = match (unit, number) {
            ("minute", 1) => 60,
            ("hour", 1) => 3_600,
            ("day", 1) => 86_400,
            ("minutes", 2..) => 60,
            ("hours", 2..) => 3_600,
            ("days", 2..) => 86_400,
            _ => return Err(invalid()),
        };
        Ok(Self { period: number * seconds })
    }

    /// `after` is at the earliest one second before `start`.
    pub(super) fn next_after(&self, after: Timestamp, start: Timestamp) -> Option<Timestamp> {
        self.tick(self.ticks_until(after, start), start)
    }

    pub(super) fn ticks_between(
        &self,
        after: Timestamp,
        until: Timestamp,
        start: Timestamp,
    ) -> Ticks {
        let (before, total) = (self.ticks_until(after, start), self.ticks_until(until, start));
        match u64::try_from(total - before) {
            Ok(count @ 1..) => Ticks { count, newest: self.tick(total - 1, start) },
            _ => Ticks::default(),
        }
    }

    /// How many ticks there are up to and including `until`.
    fn ticks_until(&self, until: Timestamp, start: Timestamp) -> i64 {
        (until.as_second() - start.as_second()).div_euclid(self.period) + 1
    }

    /// The tick of that number; the first, number 0, is `start`.
    fn tick(&self, number: i64, start: Timestamp) -> Option<Timestamp> {
        let elapsed = number.checked_mul(self.period)?;
        Timestamp::from_second(start.as_second().checked_add(elapsed)?).ok()
    }
}
