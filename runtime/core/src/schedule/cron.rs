//! `cron(minute hour day-of-month month day-of-week year)`: the wall clock of a zone.
//!
//! `croner` walks the wall clock and knows nothing of zones; what becomes of a
//! wall-clock time that does not exist or comes twice is decided here, in one place.

use std::iter::successors;

use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::field::{DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH, YEAR};
use super::{InvalidExpression, Ticks, excerpt};

/// A pattern of wall-clock times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Cron(croner::Cron);

impl Cron {
    pub(super) fn parse(inside: &str) -> Result<Self, InvalidExpression> {
        let count = || InvalidExpression::FieldCount(excerpt(inside));
        let fields: Vec<&str> = inside.split(' ').collect();
        let [minute, hour, day_of_month, month, day_of_week, year] =
            fields.try_into().map_err(|_| count())?;
        if [minute, hour, day_of_month, month, day_of_week, year].contains(&"") {
            return Err(count());
        }
        if (day_of_month == "?") == (day_of_week == "?") {
            return Err(InvalidExpression::QuestionMark {
                day_of_month: excerpt(day_of_month),
                day_of_week: excerpt(day_of_week),
            });
        }
        let pattern = format!(
            "0 {} {} {} {} {} {}",
            MINUTE.in_numbers(minute)?,
            HOUR.in_numbers(hour)?,
            DAY_OF_MONTH.in_numbers(day_of_month)?,
            MONTH.in_numbers(month)?,
            DAY_OF_WEEK.in_numbers(day_of_week)?,
            YEAR.in_numbers(year)?,
        );
        // Weekdays count from 1, Sunday, as Quartz has it.
        CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Required)
            .alternative_weekdays(true)
            .build()
            .parse(&pattern)
            .map(Self)
            .map_err(|_| InvalidExpression::Form(format!("cron({})", excerpt(inside))))
    }

    pub(super) fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        // A wall-clock time before that of `after` cannot fire after it; one
        // behind it may have fired already, if the clock went back in between.
        self.times_after(zone.to_datetime(after))
            .filter_map(|time| resolve(time, zone))
            .find(|tick| *tick > after)
    }

    pub(super) fn ticks_between(
        &self,
        after: Timestamp,
        until: Timestamp,
        zone: &TimeZone,
    ) -> Ticks {
        let pattern = &self.0.pattern;
        let ticks_a_day = pattern.hours.values().len() * pattern.minutes.values().len();
        let mut ticks = Ticks::default();
        let mut wall_clock = zone.to_datetime(after);
        // From day to day of the pattern, and from tick to tick only where it matters.
        while let Some(time) = self.times_after(wall_clock).next() {
            let Some(day) = Day::of(time, zone).filter(|day| day.start <= until) else { break };
            if day.is_plain && day.start > after && day.end <= until {
                ticks.count += ticks_a_day as u64;
                let last = self.0.find_previous_occurrence(&day.last, true);
                ticks.newest = last.ok().and_then(|time| resolve(time, zone));
            } else {
                let times = self.times_after(wall_clock).take_while(|time| *time <= day.last);
                let due = times
                    .filter_map(|time| resolve(time, zone))
                    .filter(|tick| *tick > after && *tick <= until);
                for tick in due {
                    ticks.count += 1;
                    ticks.newest = Some(tick);
                }
            }
            wall_clock = day.last;
        }
        ticks
    }

    /// The wall-clock times of the pattern after `wall_clock`, in order.
    fn times_after(&self, wall_clock: DateTime) -> impl Iterator<Item = DateTime> {
        // The years begin with 1970, and `croner` reads no years before 1.
        const EPOCH_EVE: DateTime = DateTime::constant(1969, 12, 31, 23, 59, 59, 0);
        let next = |time: DateTime| self.0.find_next_occurrence(&time, false).ok();
        successors(next(wall_clock.max(EPOCH_EVE)), move |time| next(*time))
    }
}

/// A day of a zone.
struct Day {
    /// Its last second on the wall clock.
    last: DateTime,
    /// Its first instant. No tick of the day is earlier.
    start: Timestamp,
    /// The instant of `last`.
    end: Timestamp,
    /// Whether every wall-clock time of the day comes exactly once.
    is_plain: bool,
}

impl Day {
    /// The day of a wall-clock time; `None` at the end of time.
    fn of(time: DateTime, zone: &TimeZone) -> Option<Self> {
        let instant = |time| zone.to_ambiguous_timestamp(time).compatible().ok();
        let last = time.date().at(23, 59, 59, 0);
        let (start, end) = (instant(time.date().at(0, 0, 0, 0))?, instant(last)?);
        // The clock may change at the very start; the search is for what comes strictly after.
        let eve = start.checked_sub(SignedDuration::from_secs(1)).ok()?;
        let change = zone.following(eve).next();
        Some(Self { last, start, end, is_plain: change.is_none_or(|it| it.timestamp() > end) })
    }
}

/// The instant at which a wall-clock time fires: none if the clock skips it,
/// the first if the clock shows it twice.
fn resolve(time: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let time = zone.to_ambiguous_timestamp(time);
    match time.offset() {
        AmbiguousOffset::Gap { .. } => None,
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => time.earlier().ok(),
    }
}
