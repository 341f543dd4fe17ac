//! The language of schedules: `cron(0 8 * * ? *)`, `rate(5 minutes)`, `at(2022-12-31T23:59:59)`.
//!
//! It is the language of EventBridge Scheduler, so that one expression means
//! the same at home and in the cloud. Where Scheduler is known or suspected to
//! be laxer than EventBridge Rules, the stricter grammar is used: whatever is
//! accepted here is accepted by both.
//!
//! Expressions stand in the consts of handlers as `&'static str`, which a
//! const can hold, and are parsed when the app is checked.
//!
//! # Time
//!
//! - Every tick is a whole second, and no tick precedes the `start` of its
//!   schedule (rounded down to the second).
//! - `cron` is wall-clock time in the zone of the schedule. On the night the
//!   clock goes forward, a time that does not exist is skipped; on the night it
//!   goes back, a time that comes twice fires the first time only.
//! - `rate` is elapsed time: the first tick is `start`, a day is 24 hours.
//! - `at` fires once. A wall-clock time that does not exist fires as much later
//!   as the clock went forward, for otherwise it would never fire.

mod at;
mod cron;
mod field;
mod ledger;
mod messages;
mod rate;
#[cfg(test)]
mod tests;
mod timetable;
#[cfg(test)]
mod timetable_tests;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use ledger::{Failure, InvalidOutcome, Occurrence, Outcome};
pub use messages::messages;
pub use timetable::{Firing, Timetable};

/// When something is due: a parsed schedule expression.
///
/// There is one spelling for each expression, so its text is canonical as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expression {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Cron(Box<cron::Cron>),
    Rate(rate::Rate),
    At(at::At),
}

/// The ticks of a span of time, such as those missed in an outage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticks {
    /// How many there are.
    pub count: u64,
    /// The last of them; `None` when there are none.
    pub newest: Option<Timestamp>,
}

/// A text that is not a schedule expression, and what to write instead.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidExpression {
    /// The text is none of the three forms.
    #[error(
        "`{0}` is not a schedule; write `cron(minute hour day-of-month month day-of-week year)`, \
         `rate(5 minutes)` or `at(2022-12-31T23:59:59)`"
    )]
    Form(String),
    /// A cron expression has too few or too many fields.
    #[error(
        "`{0}` is not six fields with one blank between them; write \
         `cron(minute hour day-of-month month day-of-week year)`, such as `cron(0 8 * * ? *)`"
    )]
    FieldCount(String),
    /// A cron expression has no `?`, or two.
    #[error(
        "day of month `{day_of_month}` and day of week `{day_of_week}`: exactly one of the two \
         must be `?`; write `?` for the one that does not matter"
    )]
    QuestionMark {
        /// The third field.
        day_of_month: String,
        /// The fifth field.
        day_of_week: String,
    },
    /// A field of a cron expression cannot be read.
    #[error("`{value}` is not a valid {field} of a cron expression; use {allowed}")]
    Field {
        /// The field's name.
        field: &'static str,
        /// What stands there.
        value: String,
        /// What may stand there.
        allowed: &'static str,
    },
    /// The inside of `rate(…)` cannot be read.
    #[error(
        "`{0}` is not a rate; write a whole number from 1 to 999999, one blank, and `minutes`, \
         `hours` or `days` (`minute`, `hour` or `day` when the number is 1)"
    )]
    Rate(String),
    /// The inside of `at(…)` cannot be read.
    #[error(
        "`{0}` is not a date and time; write `yyyy-mm-ddThh:mm:ss` without a zone, such as \
         `2022-12-31T23:59:59` (the zone belongs to the schedule)"
    )]
    At(String),
}

impl Expression {
    /// The first tick strictly after `after`; `None` when there will be none.
    ///
    /// `zone` is where the clock of `cron` and `at` hangs, `start` is when the
    /// schedule began (see the [module](self) on both).
    #[must_use]
    pub fn next_after(
        &self,
        after: Timestamp,
        zone: &TimeZone,
        start: Timestamp,
    ) -> Option<Timestamp> {
        let after = bound(after, start);
        match &self.kind {
            Kind::Cron(cron) => cron.next_after(after, zone),
            Kind::Rate(rate) => rate.next_after(after, floor(start)),
            Kind::At(at) => at.tick(zone).filter(|tick| *tick > after),
        }
    }

    /// The ticks after `after` up to and including `until`.
    ///
    /// Takes far less than a step for each tick, so a host may ask for the
    /// ticks of a year of being down.
    #[must_use]
    pub fn ticks_between(
        &self,
        after: Timestamp,
        until: Timestamp,
        zone: &TimeZone,
        start: Timestamp,
    ) -> Ticks {
        let after = bound(after, start);
        if until <= after {
            return Ticks::default();
        }
        match &self.kind {
            Kind::Cron(cron) => cron.ticks_between(after, until, zone),
            Kind::Rate(rate) => rate.ticks_between(after, until, floor(start)),
            Kind::At(at) => {
                let newest = at.tick(zone).filter(|tick| *tick > after && *tick <= until);
                Ticks { count: u64::from(newest.is_some()), newest }
            }
        }
    }

    /// The expression's text, as it was parsed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Expression {
    type Err = InvalidExpression;

    fn from_str(text: &str) -> Result<Self, InvalidExpression> {
        let form = || InvalidExpression::Form(excerpt(text));
        let (form_name, rest) = text.split_once('(').ok_or_else(form)?;
        let inside = rest.strip_suffix(')').ok_or_else(form)?;
        let kind = match form_name {
            "cron" => Kind::Cron(Box::new(cron::Cron::parse(inside)?)),
            "rate" => Kind::Rate(rate::Rate::parse(inside)?),
            "at" => Kind::At(at::At::parse(inside)?),
            _ => return Err(form()),
        };
        Ok(Self { text: text.to_owned(), kind })
    }
}

impl TryFrom<String> for Expression {
    type Error = InvalidExpression;

    fn try_from(text: String) -> Result<Self, InvalidExpression> {
        text.parse()
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> Self {
        expression.text
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The instant after which ticks count: `after`, but never so early that a tick precedes `start`.
fn bound(after: Timestamp, start: Timestamp) -> Timestamp {
    let before_start = floor(start).as_second() - 1;
    floor(after).max(Timestamp::from_second(before_start).unwrap_or(Timestamp::MIN))
}

/// The whole second at or before `instant`. Ticks are whole seconds, so an
/// instant and its whole second have the same ticks before and after them.
fn floor(instant: Timestamp) -> Timestamp {
    let second = instant.as_second() - i64::from(instant.subsec_nanosecond() < 0);
    Timestamp::from_second(second).unwrap_or(Timestamp::MIN)
}

/// As much of a text as an error message should repeat.
fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}
