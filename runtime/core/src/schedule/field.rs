//! The fields of a cron expression: what may stand in each, and what it means in numbers.
//!
//! `croner` reads many dialects and lets some nonsense pass (empty items, names
//! in the wrong field, `+`). Here a field is held to EventBridge's grammar and
//! written out as plain numbers, so that only one reading is left.

use super::{InvalidExpression, excerpt};

/// One of the six fields.
#[derive(Debug)]
pub(super) struct Field {
    name: &'static str,
    min: u16,
    max: u16,
    /// Names for the numbers from `min` on.
    names: &'static [&'static str],
    marks: Marks,
    /// For the error message: what may stand here.
    allowed: &'static str,
}

/// What a field of days may hold beyond numbers, ranges, lists and steps.
#[derive(Debug)]
enum Marks {
    None,
    /// `L`, `LW`, `15W`.
    DayOfMonth,
    /// `L`, `6L`, `3#2`.
    DayOfWeek,
}

pub(super) const MINUTE: Field = Field {
    name: "minute",
    min: 0,
    max: 59,
    names: &[],
    marks: Marks::None,
    allowed: "0-59, with `*`, lists `0,30`, ranges `0-15` and steps `0/5`",
};
pub(super) const HOUR: Field = Field {
    name: "hour",
    min: 0,
    max: 23,
    names: &[],
    marks: Marks::None,
    allowed: "0-23, with `*`, lists `8,20`, ranges `8-17` and steps `0/2`",
};
pub(super) const DAY_OF_MONTH: Field = Field {
    name: "day of month",
    min: 1,
    max: 31,
    names: &[],
    marks: Marks::DayOfMonth,
    allowed: "1-31, with `*`, `?`, lists `1,15`, ranges `1-7`, steps `1/10`, \
              `L` for the last day, `15W` for the weekday nearest the 15th and `LW` for the last weekday",
};
pub(super) const MONTH: Field = Field {
    name: "month",
    min: 1,
    max: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    marks: Marks::None,
    allowed: "1-12 or JAN-DEC, with `*`, lists `1,7`, ranges `JAN-MAR` and steps `1/3`",
};
pub(super) const DAY_OF_WEEK: Field = Field {
    name: "day of week",
    min: 1,
    max: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    marks: Marks::DayOfWeek,
    allowed: "1-7 or SUN-SAT (1 is Sunday), with `*`, `?`, lists `MON,FRI`, rising ranges `MON-FRI`, \
              steps `2/2`, `6L` for the last Friday of the month and, on its own, `6#3` for the third",
};
pub(super) const YEAR: Field = Field {
    name: "year",
    min: 1970,
    max: 2199,
    names: &[],
    marks: Marks::None,
    allowed: "1970-2199, with `*`, lists, ranges and steps",
};

impl Field {
    /// The field in numbers, for `croner`: no names, and steps with both ends written out.
    ///
    /// # Errors
    ///
    /// [`InvalidExpression::Field`] when the text is not of this field's grammar.
    pub(super) fn in_numbers(&self, text: &str) -> Result<String, InvalidExpression> {
        match text {
            "?" if !matches!(self.marks, Marks::None) => return Ok("?".to_owned()),
            "*" if self.name == YEAR.name => return Ok(format!("{}-{}", self.min, self.max)),
            "*" => return Ok("*".to_owned()),
            _ => {}
        }
        let items: Option<Vec<_>> = text.split(',').map(|item| self.item(item)).collect();
        // EventBridge takes `#` only as the one item of its field.
        items
            .filter(|items| items.len() == 1 || !text.contains('#'))
            .map(|i| i.join(","))
            .ok_or_else(|| InvalidExpression::Field {
                field: self.name,
                value: excerpt(text),
                allowed: self.allowed,
            })
    }

    /// One item of a list in numbers; `None` when it cannot be read.
    fn item(&self, item: &str) -> Option<String> {
        if let Some((base, step)) = item.split_once('/') {
            let (first, last) = match base {
                "*" => (self.min, self.max),
                _ => self.range(base).or_else(|| Some((self.value(base)?, self.max)))?,
            };
            let step = number(step).filter(|step| (1..=self.max).contains(step))?;
            return Some(format!("{first}-{last}/{step}"));
        }
        if let Some((first, last)) = self.range(item) {
            return Some(format!("{first}-{last}"));
        }
        if let Some(value) = self.value(item) {
            return Some(value.to_string());
        }
        match self.marks {
            Marks::None => None,
            Marks::DayOfMonth => match item {
                "L" | "LW" => Some(item.to_owned()),
                _ => Some(format!("{}W", self.value(item.strip_suffix('W')?)?)),
            },
            Marks::DayOfWeek => match (item, item.split_once('#')) {
                // The last day of the week is Saturday.
                ("L", _) => Some(self.max.to_string()),
                (_, Some((day, nth))) => {
                    let nth = number(nth).filter(|nth| (1..=5).contains(nth))?;
                    Some(format!("{}#{nth}", self.value(day)?))
                }
                _ => Some(format!("{}L", self.value(item.strip_suffix('L')?)?)),
            },
        }
    }

    fn range(&self, text: &str) -> Option<(u16, u16)> {
        let (first, last) = text.split_once('-')?;
        let (first, last) = (self.value(first)?, self.value(last)?);
        (first <= last).then_some((first, last))
    }

    /// A number or name of this field.
    fn value(&self, text: &str) -> Option<u16> {
        let named = self.names.iter().zip(self.min..).find(|(name, _)| **name == text);
        let value = named.map(|(_, value)| value).or_else(|| number(text))?;
        (self.min..=self.max).contains(&value).then_some(value)
    }
}

/// Digits only: `parse` alone would take `+5`.
fn number(text: &str) -> Option<u16> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}
