//! What was found, freed of what differs from run to run, beside what was expected.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value};

/// Stands for anything that is there; within a text, for any part of it.
const ANY: &str = "<any>";

/// `{"<items>": n, "<each>": value}` stands for a list of `n` items that are all as `value`.
const ITEMS: &str = "<items>";
const EACH: &str = "<each>";

/// Stands for a time while the case ran.
const NOW: &str = "<now>";

/// What a case's values depend on besides its event.
#[derive(Clone, Debug)]
pub(crate) struct Volatile {
    /// When the case began and when it ended, by the host's clock.
    pub(crate) ran: (Timestamp, Timestamp),
    /// The SHA-256 of each request's body, in order.
    pub(crate) bodies: Vec<String>,
}

impl Volatile {
    /// Puts `<now>` for a time while the case ran, and `<sha256:n>` for the hash of the `n`th request's body.
    pub(crate) fn named(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.named_text(text)),
            Value::Array(items) => items.into_iter().map(|item| self.named(item)).collect(),
            Value::Object(fields) => {
                let named = |(key, value)| (self.named_text(key), self.named(value));
                Value::Object(fields.into_iter().map(named).collect())
            }
            other => other,
        }
    }

    fn named_text(&self, text: String) -> String {
        if let Ok(time) = text.parse::<Timestamp>()
            && (self.ran.0..=self.ran.1).contains(&time)
        {
            return NOW.to_owned();
        }
        let bodies = self.bodies.iter().enumerate();
        bodies.fold(text, |text, (n, hash)| text.replace(hash, &format!("<sha256:{}>", n + 1)))
    }
}

/// How what was found differs from what was expected, a line each.
pub(crate) fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", Some(expected), Some(found), &mut lines);
    lines
}

fn compare(at: &str, expected: Option<&Value>, found: Option<&Value>, lines: &mut Vec<String>) {
    match (expected, found) {
        (None, None) => {}
        (Some(Value::String(any)), Some(_)) if any == ANY => {}
        (Some(Value::String(pattern)), Some(Value::String(text))) if matches(pattern, text) => {}
        (Some(Value::Object(list)), Some(Value::Array(found))) if list.contains_key(ITEMS) => {
            compare(
                &format!("{at}/{ITEMS}"),
                list.get(ITEMS),
                Some(&Value::from(found.len())),
                lines,
            );
            for (n, item) in found.iter().enumerate() {
                compare(&format!("{at}[{n}]"), list.get(EACH), Some(item), lines);
            }
        }
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            compare_fields(at, expected, found, lines);
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for n in 0..expected.len().max(found.len()) {
                compare(&format!("{at}[{n}]"), expected.get(n), found.get(n), lines);
            }
        }
        (Some(expected), Some(found)) if equal(expected, found) => {}
        (expected, found) => {
            let shown =
                |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            let mut line = format!("{}\n", if at.is_empty() { "(all)" } else { at });
            let _ = writeln!(line, "    - {}", shown(expected));
            let _ = write!(line, "    + {}", shown(found));
            lines.push(line);
        }
    }
}

fn compare_fields(
    at: &str,
    expected: &Map<String, Value>,
    found: &Map<String, Value>,
    lines: &mut Vec<String>,
) {
    for (key, value) in expected {
        compare(&format!("{at}/{key}"), Some(value), found.get(key), lines);
    }
    for (key, value) in found.iter().filter(|(key, _)| !expected.contains_key(*key)) {
        compare(&format!("{at}/{key}"), None, Some(value), lines);
    }
}

/// Whether a text is what is expected, `<any>` in it standing for any part.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once(ANY) {
        None => pattern == text,
        Some((start, end)) => {
            text.strip_prefix(start).is_some_and(|rest| rest.ends_with(end) && !rest.is_empty())
        }
    }
}

/// JSON has one kind of number: `1` and `1.0` are the same.
fn equal(expected: &Value, found: &Value) -> bool {
    match (expected.as_f64(), found.as_f64()) {
        (Some(a), Some(b)) if expected.is_f64() || found.is_f64() => a.to_bits() == b.to_bits(),
        _ => expected == found,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_is_missing_other_or_too_much_is_a_difference() {
        let expected = json!({"a": 1, "b": [1, 2], "c": {"d": "x"}, "e": "<any>"});
        assert_eq!(
            differences(&expected, &json!({"a": 1.0, "b": [1, 2], "c": {"d": "x"}, "e": 7})),
            [""; 0]
        );
        for (found, line) in [
            (json!({"a": 2, "b": [1, 2], "c": {"d": "x"}, "e": 7}), "/a\n    - 1\n    + 2"),
            (json!({"a": 1, "b": [1], "c": {"d": "x"}, "e": 7}), "/b[1]\n    - 2\n    + nothing"),
            (
                json!({"a": 1, "b": [1, 2], "c": {"d": "x", "f": null}, "e": 7}),
                "/c/f\n    - nothing\n    + null",
            ),
            (json!({"a": 1, "b": [1, 2], "c": {"d": "x"}}), "/e\n    - \"<any>\"\n    + nothing"),
        ] {
            assert_eq!(differences(&expected, &found), [line]);
        }
    }

    #[test]
    fn a_long_list_is_its_length_and_what_each_item_is_like() {
        let expected = json!({"<items>": 2, "<each>": {"id": "e-<any>"}});
        assert_eq!(differences(&expected, &json!([{"id": "e-1"}, {"id": "e-2"}])), [""; 0]);
        assert_eq!(differences(&expected, &json!([{"id": "e-1"}])), ["/<items>\n    - 2\n    + 1"]);
        let other = json!([{"id": "e-1"}, {"id": "f-2"}]);
        assert_eq!(differences(&expected, &other), ["[1]/id\n    - \"e-<any>\"\n    + \"f-2\""]);
    }

    #[test]
    fn a_part_of_a_text_can_be_anything() {
        for (text, fits) in
            [("at column 7 of it", true), ("at column of it", false), ("at line 7 of it", false)]
        {
            assert_eq!(matches("at column <any> of it", text), fits, "{text}");
        }
    }

    #[test]
    fn only_times_of_the_run_and_hashes_of_its_requests_are_named() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let volatile = Volatile {
            ran: (time("2026-01-01T00:00:00Z"), time("2026-01-01T00:00:05Z")),
            bodies: vec!["ab12".to_owned()],
        };
        let found = json!({"raw/ab12": ["2026-01-01T00:00:03.5Z", "2026-01-01T00:00:06Z", "raw/ab12#0", 7]});
        let named =
            json!({"raw/<sha256:1>": ["<now>", "2026-01-01T00:00:06Z", "raw/<sha256:1>#0", 7]});
        assert_eq!(volatile.named(found), named);
    }
}
