//! The envelopes CloudTrail records come in.

use std::ops::Range;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::inflate::inflated;

/// Deepest nesting of objects and arrays that is read.
pub const MAX_DEPTH: usize = 128;

/// Why a payload cannot be read; the text may be shown to its sender.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reject {
    /// It begins like gzip and does not go on like it.
    #[error("the payload is damaged gzip; send the file as it was written")]
    Gzip,
    /// It inflates to more than is allowed.
    #[error(
        "the payload inflates to more than {limit} bytes, which is more than a log file of its size holds; send it in parts"
    )]
    TooLarge {
        /// Bytes it may inflate to, given its size.
        limit: usize,
    },
    /// Not text.
    #[error("the payload is not UTF-8 from byte {0} on; send JSON or gzip of JSON")]
    Utf8(usize),
    /// Nested too deeply.
    #[error("the payload is nested more than {MAX_DEPTH} deep; no CloudTrail record is")]
    TooDeep,
    /// It ends too early.
    #[error("the payload is truncated JSON: it ends inside a value")]
    Truncated,
    /// Not JSON.
    #[error("the payload is not JSON (line {line}, column {column})")]
    Json {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// JSON of something else.
    #[error(
        "the payload is JSON without CloudTrail records; send a log file (`Records`) or an EventBridge event (`detail-type` ending in `via CloudTrail`)"
    )]
    NotCloudTrail,
    /// A message of SNS about SNS.
    #[error(
        "the payload is SNS's `{0}`, not a notification; confirm the subscription with its `SubscribeURL`"
    )]
    SnsControl(&'static str),
    /// A notice that a log file was written.
    #[error(
        "the payload says where a log file is, not what is in it; subscribe to the records or send the file"
    )]
    LogFileNotice,
}

/// The records of one payload, each still as text: most will never be looked at closely.
#[derive(Clone, Debug)]
pub struct Log {
    text: String,
    records: Vec<Range<usize>>,
}

impl Log {
    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The JSON of each record, in the order of the file.
    pub fn records(&self) -> impl ExactSizeIterator<Item = &str> {
        self.records.iter().map(|range| &self.text[range.clone()])
    }
}

/// Finds the records in a payload: a log file, an EventBridge event, either
/// as the message of an SNS notification, or gzip of any of these.
///
/// # Errors
///
/// A [`Reject`] says why there are none to be found.
pub fn parse(bytes: &[u8]) -> Result<Log, Reject> {
    let bytes = inflated(bytes)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| Reject::Utf8(error.valid_up_to()))?;
    match open(text)? {
        Opened::Records(records) => Ok(Log { records, text: text.to_owned() }),
        Opened::Message(message) => match open(&message)? {
            Opened::Records(records) => Ok(Log { records, text: message }),
            // SNS does not wrap itself.
            Opened::Message(_) => Err(Reject::NotCloudTrail),
        },
    }
}

/// The keys of every envelope at once: which of them are there says which it is.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "Records")]
    records: Option<Vec<&'a RawValue>>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(rename = "Type")]
    sns_type: Option<String>,
    #[serde(rename = "Message")]
    message: Option<String>,
    #[serde(borrow, rename = "s3ObjectKey")]
    log_files: Option<&'a RawValue>,
}

enum Opened {
    Records(Vec<Range<usize>>),
    Message(String),
}

fn open(text: &str) -> Result<Opened, Reject> {
    if deeper_than(MAX_DEPTH, text) {
        return Err(Reject::TooDeep);
    }
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|error| reason(&error))?;
    // A raw value is a part of the text it was read from.
    let place = |value: &RawValue| {
        let start = value.get().as_ptr() as usize - text.as_ptr() as usize;
        start..start + value.get().len()
    };
    match envelope {
        Envelope { records: Some(records), .. } => {
            Ok(Opened::Records(records.into_iter().map(place).collect()))
        }
        Envelope { detail_type: Some(kind), detail: Some(detail), .. }
            if kind.ends_with("via CloudTrail") =>
        {
            Ok(Opened::Records(vec![place(detail)]))
        }
        Envelope { sns_type: Some(kind), message: Some(message), .. } => match kind.as_str() {
            "Notification" => Ok(Opened::Message(message)),
            "SubscriptionConfirmation" => Err(Reject::SnsControl("SubscriptionConfirmation")),
            "UnsubscribeConfirmation" => Err(Reject::SnsControl("UnsubscribeConfirmation")),
            _ => Err(Reject::NotCloudTrail),
        },
        Envelope { log_files: Some(_), .. } => Err(Reject::LogFileNotice),
        Envelope { .. } => Err(Reject::NotCloudTrail),
    }
}

fn reason(error: &serde_json::Error) -> Reject {
    match error.classify() {
        Category::Eof => Reject::Truncated,
        Category::Data => Reject::NotCloudTrail,
        Category::Syntax | Category::Io => {
            Reject::Json { line: error.line(), column: error.column() }
        }
    }
}

/// Whether objects and arrays nest deeper than `limit`: skipped values are not checked when parsed.
fn deeper_than(limit: usize, text: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limit {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn records(text: &str) -> Vec<String> {
        parse(text.as_bytes()).unwrap().records().map(str::to_owned).collect()
    }

    const LOG_FILE: &str = r#"{"Records": [ {"eventID":"a"} , 7, {"eventID" : "b"} ]}"#;

    #[test]
    fn a_log_file_gives_its_records_as_they_are_written() {
        assert_eq!(records(LOG_FILE), [r#"{"eventID":"a"}"#, "7", r#"{"eventID" : "b"}"#]);
        assert!(parse(br#"{"Records":[]}"#).unwrap().is_empty());
    }

    #[test]
    fn an_event_bridge_event_gives_its_detail() {
        let event = r#"{"detail-type":"AWS API Call via CloudTrail","detail":{"eventID":"a"}}"#;
        assert_eq!(records(event), [r#"{"eventID":"a"}"#]);
        let other = r#"{"detail-type":"EC2 Instance State-change Notification","detail":{}}"#;
        assert_eq!(parse(other.as_bytes()).unwrap_err(), Reject::NotCloudTrail);
    }

    #[test]
    fn a_notification_of_sns_is_opened_once() {
        let sns = |message: &str| json!({"Type": "Notification", "Message": message}).to_string();
        assert_eq!(records(&sns(LOG_FILE)).len(), 3);
        let twice = sns(&sns(LOG_FILE));
        assert_eq!(parse(twice.as_bytes()).unwrap_err(), Reject::NotCloudTrail);
        let confirm = r#"{"Type":"SubscriptionConfirmation","Message":"You have chosen"}"#;
        let refused = parse(confirm.as_bytes()).unwrap_err();
        assert_eq!(refused, Reject::SnsControl("SubscriptionConfirmation"));
        let notice = sns(r#"{"s3Bucket":"b","s3ObjectKey":["k"]}"#);
        assert_eq!(parse(notice.as_bytes()).unwrap_err(), Reject::LogFileNotice);
        assert_eq!(
            parse(sns("hello").as_bytes()).unwrap_err(),
            Reject::Json { line: 1, column: 1 }
        );
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (bytes, why) in [
            (&b""[..], Reject::Truncated),
            (br#"{"Records":[{"eventID":"#, Reject::Truncated),
            (br#"{"Records":[{]}"#, Reject::Json { line: 1, column: 14 }),
            (b"\xff{}", Reject::Utf8(0)),
            (b"{}", Reject::NotCloudTrail),
            (b"[]", Reject::NotCloudTrail),
            (b"null", Reject::NotCloudTrail),
            (br#"{"Records":{}}"#, Reject::NotCloudTrail),
            (br#"{"Records":[]} x"#, Reject::Json { line: 1, column: 16 }),
        ] {
            assert_eq!(parse(bytes).unwrap_err(), why, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn nesting_ends_at_128_and_brackets_in_strings_do_not_count() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let log = |value: &str| format!(r#"{{"Records":[{{"a":{value}}}]}}"#);
        assert_eq!(records(&log(&nested(MAX_DEPTH - 3))).len(), 1);
        let refused = parse(log(&nested(MAX_DEPTH - 2)).as_bytes()).unwrap_err();
        assert_eq!(refused, Reject::TooDeep);
        let text = format!(r#""\"{}\\""#, "[{".repeat(500));
        assert_eq!(records(&log(&text)).len(), 1);
        // Far deeper than a stack would bear.
        assert_eq!(parse("[".repeat(1 << 20).as_bytes()).unwrap_err(), Reject::TooDeep);
    }
}
