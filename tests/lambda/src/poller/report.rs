//! What a function's answer says of the messages of its batch (E5 to E7).

use std::collections::HashSet;

use serde_json::Value;

/// Which messages are to stay in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// These; none, when it is empty.
    Failed(HashSet<String>),
    /// All, for the answer is no report.
    Invalid(String),
}

impl Report {
    /// Reads the answer to a batch of these message ids.
    ///
    /// Complete success is nothing, `null`, `{}`, and a list that is empty or `null`. What is not JSON, not an
    /// object, or names a message that is not in the batch, or none, is complete failure.
    pub(super) fn read(answer: &[u8], ids: &[&str]) -> Self {
        if answer.trim_ascii().is_empty() {
            return Self::Failed(HashSet::new());
        }
        let list = match serde_json::from_slice::<Value>(answer) {
            Ok(Value::Null) => Value::Null,
            Ok(Value::Object(mut object)) => {
                object.remove("batchItemFailures").unwrap_or(Value::Null)
            }
            Ok(_) => return Self::Invalid("it is not an object".to_owned()),
            Err(error) => return Self::Invalid(format!("it is not JSON: {error}")),
        };
        let list = match list {
            Value::Null => Vec::new(),
            Value::Array(list) => list,
            _ => return Self::Invalid("`batchItemFailures` is not a list".to_owned()),
        };
        let mut failed = HashSet::new();
        for item in &list {
            match item.get("itemIdentifier").and_then(Value::as_str) {
                Some(id) if ids.contains(&id) => failed.insert(id.to_owned()),
                _ => return Self::Invalid(format!("`{item}` names no message of the batch")),
            };
        }
        Self::Failed(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 3] = ["a", "b", "c"];

    #[test]
    fn nothing_and_an_empty_list_are_complete_success() {
        for answer in
            ["", " ", "null", "{}", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#]
        {
            assert_eq!(
                Report::read(answer.as_bytes(), &IDS),
                Report::Failed(HashSet::new()),
                "{answer}"
            );
        }
    }

    #[test]
    fn only_the_messages_listed_stay() {
        let answer = br#"{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]}"#;
        let failed = ["a", "c"].map(str::to_owned).into();
        assert_eq!(Report::read(answer, &IDS), Report::Failed(failed));
    }

    #[test]
    fn what_is_no_report_is_complete_failure() {
        for answer in [
            "{",
            "[]",
            r#""ok""#,
            r#"{"batchItemFailures":"a"}"#,
            r#"{"batchItemFailures":["a"]}"#,
            r#"{"batchItemFailures":[{"id":"a"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"z"}]}"#,
        ] {
            let report = Report::read(answer.as_bytes(), &IDS);
            assert!(matches!(report, Report::Invalid(_)), "{answer}: {report:?}");
        }
    }
}
