//! A declared schedule, read: when its ticks are due and when they are fired.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{Expression, Ticks};
use crate::trigger::Schedule;

/// The longest flexible window in minutes (EventBridge Scheduler's).
const LONGEST_WINDOW: u32 = 1_440;

/// The most tries after the first, and the seconds that an occurrence may be tried for (EventBridge Scheduler's).
const MOST_ATTEMPTS: u32 = 185;
const AGES: std::ops::RangeInclusive<u32> = 60..=86_400;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// When a schedule is due, as it was declared.
///
/// A tick is *due* at its scheduled time and *fired* up to a window later. How much later depends on the schedule's
/// name and the tick alone, so several nodes agree, and it is less than the time to the next tick, so ticks are fired
/// in their order.
#[derive(Clone, Debug)]
pub struct Timetable {
    name: String,
    expression: Expression,
    zone: TimeZone,
    start: Option<Timestamp>,
    end: Timestamp,
    window_seconds: u64,
}

/// A tick, and when it is fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Firing {
    /// When it is due.
    pub scheduled_at: Timestamp,
    /// When it is fired: then, or somewhere in the window.
    pub fires_at: Timestamp,
}

impl Timetable {
    /// Reads the schedule of that handler.
    ///
    /// # Errors
    ///
    /// All that no host could run, each with what is allowed.
    pub fn of(name: &str, schedule: &Schedule) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let expression = read(schedule.expression.parse::<Expression>(), &mut problems);
        let zone = TimeZone::get(schedule.zone).map_err(|_| {
            format!("`{}` is not an IANA time zone, such as `Europe/Berlin`", schedule.zone)
        });
        let zone = read(zone, &mut problems);
        let start = schedule.start.and_then(|text| date("start", text, &mut problems));
        let end = schedule.end.and_then(|text| date("end", text, &mut problems));
        if start.zip(end).is_some_and(|(start, end)| end <= start) {
            problems.push("its end is not after its start, so it would never tick".to_owned());
        }
        if schedule.expression.starts_with("at(") && (schedule.start.or(schedule.end)).is_some() {
            problems.push(
                "`at(…)` has one tick, and EventBridge ignores its start and end; leave them out"
                    .to_owned(),
            );
        }
        let window = schedule.window_minutes;
        if window > LONGEST_WINDOW {
            problems.push(format!(
                "a window of {window} minutes is not possible; use 1 to {LONGEST_WINDOW}, or 0 for none"
            ));
        }
        let (attempts, age) = (schedule.retry.max_attempts, schedule.retry.max_age_seconds);
        if attempts > MOST_ATTEMPTS {
            problems.push(format!("{attempts} retries are not possible; use 0 to {MOST_ATTEMPTS}"));
        }
        if !AGES.contains(&age) {
            problems.push(format!(
                "a retry age of {age} s is not possible; use {} to {} s",
                AGES.start(),
                AGES.end()
            ));
        }
        match (expression, zone) {
            (Some(expression), Some(zone)) if problems.is_empty() => Ok(Self {
                name: name.to_owned(),
                expression,
                zone,
                start,
                end: end.unwrap_or(Timestamp::MAX),
                window_seconds: u64::from(window) * 60,
            }),
            _ => Err(problems),
        }
    }

    /// The schedule's expression.
    #[must_use]
    pub const fn expression(&self) -> &Expression {
        &self.expression
    }

    /// When the schedule begins where it was first seen then: a `rate` counts from it, and nothing before it is due.
    #[must_use]
    pub fn start(&self, first_seen: Timestamp) -> Timestamp {
        self.start.unwrap_or(first_seen)
    }

    /// When the first tick after `after` is due; `None` when there will be none.
    #[must_use]
    pub fn next_after(&self, after: Timestamp, first_seen: Timestamp) -> Option<Timestamp> {
        let next = self.expression.next_after(after, &self.zone, self.start(first_seen));
        next.filter(|next| *next <= self.end)
    }

    /// When the tick that is due then is fired: at once, or somewhere in the window.
    #[must_use]
    pub fn fires_at(&self, tick: Timestamp, first_seen: Timestamp) -> Timestamp {
        let next = self.next_after(tick, first_seen);
        let gap = next.map_or(i64::MAX, |next| next.duration_since(tick).as_secs());
        let spread = self.window_seconds.min(u64::try_from(gap).unwrap_or(0));
        let late = self.hash(tick).checked_rem(spread).unwrap_or(0);
        let late = SignedDuration::from_secs(i64::try_from(late).unwrap_or(0));
        tick.checked_add(late).unwrap_or(tick)
    }

    /// The first tick after `last`, the newest that was fired, and when it is fired.
    ///
    /// Without a `last` it is the first since the schedule began and was seen.
    #[must_use]
    pub fn next_firing(&self, last: Option<Timestamp>, first_seen: Timestamp) -> Option<Firing> {
        let scheduled_at = self.next_after(self.bound(last, first_seen), first_seen)?;
        Some(Firing { scheduled_at, fires_at: self.fires_at(scheduled_at, first_seen) })
    }

    /// The ticks after `last` whose time to be fired has come.
    #[must_use]
    pub fn due(&self, last: Option<Timestamp>, now: Timestamp, first_seen: Timestamp) -> Ticks {
        let ticks = self.until(last, now, first_seen);
        match ticks.newest {
            // Those before it are fired before it is due.
            Some(newest) if self.fires_at(newest, first_seen) > now => {
                self.until(last, newest.checked_sub(SECOND).unwrap_or(newest), first_seen)
            }
            _ => ticks,
        }
    }

    /// The ticks after `last` that are due by `until`, whether their time to be fired has come or not.
    #[must_use]
    pub fn until(&self, last: Option<Timestamp>, until: Timestamp, first_seen: Timestamp) -> Ticks {
        let (after, start) = (self.bound(last, first_seen), self.start(first_seen));
        self.expression.ticks_between(after, until.min(self.end), &self.zone, start)
    }

    /// The instant after which ticks count.
    fn bound(&self, last: Option<Timestamp>, first_seen: Timestamp) -> Timestamp {
        // The first may fall on the very start.
        let begin = first_seen.max(self.start(first_seen));
        last.unwrap_or_else(|| begin.checked_sub(SECOND).unwrap_or(begin))
    }

    /// A number that is the same for every node and version, and differs from tick to tick.
    fn hash(&self, tick: Timestamp) -> u64 {
        let text = format!("{}@{}", self.name, tick.as_second());
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

fn read<T, E: ToString>(read: Result<T, E>, problems: &mut Vec<String>) -> Option<T> {
    read.map_err(|error| problems.push(error.to_string())).ok()
}

fn date(what: &str, text: &str, problems: &mut Vec<String>) -> Option<Timestamp> {
    let date = text.parse::<Timestamp>().map_err(|_| {
        format!("the {what} `{text}` is not an instant; write it such as `2027-01-01T00:00:00Z`")
    });
    read(date, problems)
}
