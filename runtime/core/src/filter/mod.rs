//! Which messages a consumer wants: the pattern language of Lambda's event source mappings.
//!
//! A pattern is a JSON object that looks like the message, with lists of what is wanted where the message has values:
//!
//! ```
//! use twinhost::filter::Filter;
//!
//! let filter = Filter::of(&[r#"{"body": {"region": [{"prefix": "eu-"}], "cents": [{"numeric": [">=", 100]}]}}"#])?;
//! assert!(filter.wants(r#"{"region": "eu-west-1", "cents": 250}"#));
//! assert!(!filter.wants(r#"{"region": "us-east-1", "cents": 250}"#));
//! # Ok::<(), twinhost::filter::InvalidFilter>(())
//! ```
//!
//! Of a list one test must hold, of the fields all, of up to five patterns one. A test is:
//!
//! | test | holds for |
//! |---|---|
//! | `"Alice"`, `10`, `true`, `null`, `""` | that value; a number is told from its text, and `300` from `300.0` |
//! | `{"equals-ignore-case": "alice"}` | that text, whatever its case |
//! | `{"prefix": "us-"}`, `{"suffix": ".png"}` | a text that begins or ends so |
//! | `{"anything-but": ["rain", "snow"]}` | a value that is there and none of these |
//! | `{"numeric": [">", 0, "<=", 5]}` | a number that compares so: `=`, `<`, `<=`, `>`, `>=`, or a lower and an upper bound |
//! | `{"exists": true}`, `{"exists": false}` | a field with a value, or without one |
//!
//! `"$or": [{…}, {…}]` beside fields wants one of the objects in it. Where the message has a list, one of its values
//! must do. A message whose body is no JSON object matches no pattern.
//!
//! Of what a queue's record has, a pattern names its `body` only: the other fields of a record differ from host to host.

mod matching;
mod parsing;
#[cfg(test)]
mod tests;

use serde_json::Value;

use matching::Fields;

/// The most patterns of one mapping (Lambda's default quota).
const MOST_PATTERNS: usize = 5;

/// The most characters of a pattern (Lambda's).
const MOST_CHARS: usize = 4_096;

/// What a consumer wants: all, or what matches one of its patterns.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    patterns: Vec<Fields>,
}

/// A pattern that Lambda would not take, or that would not mean the same on every host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFilter {
    /// There are too many.
    #[error("{0} patterns are not possible; use up to {MOST_PATTERNS}, and lists within them")]
    TooMany(usize),
    /// It is too long.
    #[error("a pattern of {0} characters is not possible; use up to {MOST_CHARS}")]
    TooLong(usize),
    /// It is not JSON.
    #[error("the pattern `{pattern}` is not JSON ({why}); write {EXAMPLE}")]
    Json {
        /// The pattern.
        pattern: String,
        /// What the parser says.
        why: String,
    },
    /// It names something else than the body.
    #[error("the pattern `{0}` is not about the body alone; write {EXAMPLE}")]
    Body(String),
    /// A field has no list of tests.
    #[error(
        "`{field}` is {found}; write a list of what is wanted, such as [\"a\", {{\"prefix\": \"b\"}}]"
    )]
    Field {
        /// The field.
        field: String,
        /// What stands there.
        found: String,
    },
    /// Something in a list is no test.
    #[error("`{found}` of `{field}` is not a test; {allowed}")]
    Test {
        /// The field.
        field: String,
        /// What stands there.
        found: String,
        /// What may stand there.
        allowed: &'static str,
    },
}

/// What a pattern looks like.
const EXAMPLE: &str = r#"{"body": {"field": ["value"]}}"#;

impl Filter {
    /// Reads patterns; none wants all.
    ///
    /// # Errors
    ///
    /// The first that is wrong, and what to write instead.
    pub fn of(patterns: &[&str]) -> Result<Self, InvalidFilter> {
        if patterns.len() > MOST_PATTERNS {
            return Err(InvalidFilter::TooMany(patterns.len()));
        }
        let patterns = patterns.iter().map(|text| parsing::pattern(text));
        Ok(Self { patterns: patterns.collect::<Result<_, _>>()? })
    }

    /// Whether a message with this body is wanted.
    #[must_use]
    pub fn wants(&self, body: &str) -> bool {
        if self.patterns.is_empty() {
            return true;
        }
        match serde_json::from_str::<Value>(body) {
            Ok(body @ Value::Object(_)) => {
                self.patterns.iter().any(|pattern| pattern.holds(Some(&body)))
            }
            _ => false,
        }
    }
}
