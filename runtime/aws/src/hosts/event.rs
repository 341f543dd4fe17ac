//! What Lambda hands in and is told: events that are none of ours, and a start that failed.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::Diagnostic;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::error::StartError;

/// Names of an event's fields that an error shows.
const SHOWN: usize = 8;

/// Why an invocation has no answer.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum InvocationError {
    /// The event is none that this function's trigger sends.
    #[error("the event cannot be read as {expected}: {why}; it is {got}")]
    UnknownEvent {
        /// What this function is invoked with, and how to set that up.
        expected: &'static str,
        /// What is wrong.
        why: String,
        /// Its shape, without its values, which may be anybody's.
        got: String,
    },
    /// A tick could not be handed out.
    #[error("the schedule's ticks are not all sent: {0}; the same event may be sent again")]
    Unsent(#[source] twinhost::ports::PortError),
}

impl InvocationError {
    pub(super) fn unknown(
        expected: &'static str,
        why: impl Into<String>,
        event: &RawValue,
    ) -> Self {
        Self::UnknownEvent { expected, why: why.into(), got: shape(event) }
    }
}

/// As in its message: Lambda's library logs it so.
impl fmt::Debug for InvocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<InvocationError> for Diagnostic {
    fn from(error: InvocationError) -> Self {
        let error_type = match error {
            InvocationError::UnknownEvent { .. } => "Twinhost.UnknownEvent",
            InvocationError::Unsent(_) => "Twinhost.Unsent",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}

/// Reads an event of a known shape.
pub(super) fn read<'a, T: Deserialize<'a>>(
    event: &'a RawValue,
    expected: &'static str,
) -> Result<T, InvocationError> {
    serde_json::from_str(event.get())
        .map_err(|error| InvocationError::unknown(expected, error.to_string(), event))
}

/// What an event looks like: its kind, and the names of its fields.
fn shape(event: &RawValue) -> String {
    match serde_json::from_str::<BTreeMap<String, IgnoredAny>>(event.get()) {
        Ok(fields) if fields.is_empty() => "an object without fields".to_owned(),
        Ok(fields) => {
            let more = if fields.len() > SHOWN { ", …" } else { "" };
            let names: Vec<String> = fields
                .keys()
                .take(SHOWN)
                .map(|name| format!("`{}`", name.escape_debug()))
                .collect();
            format!("an object of {}{more}", names.join(", "))
        }
        Err(_) if event.get().starts_with('[') => "an array".to_owned(),
        Err(_) => "no object".to_owned(),
    }
}

/// Tells Lambda why the function cannot start, so that it is in the function's log and in the answer to who invoked it.
pub(super) async fn report_init_error(error: &StartError) {
    let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") else { return };
    let body = serde_json::json!({
        "errorType": "Twinhost.StartError",
        "errorMessage": error.to_string(),
        "stackTrace": [],
    });
    let request = http::Request::post(format!("http://{api}/2018-06-01/runtime/init/error"))
        .header("lambda-runtime-function-error-type", "Twinhost.StartError")
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body.to_string())));
    let Ok(request) = request else { return };
    let client = Client::builder(TokioExecutor::new()).build_http();
    // The process ends either way; Lambda then says that it exited.
    let _told = tokio::time::timeout(Duration::from_secs(2), client.request(request)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(event: &str) -> String {
        let event: Box<RawValue> = serde_json::from_str(event).unwrap();
        InvocationError::unknown("a batch", "no `Records`", &event).to_string()
    }

    #[test]
    fn an_unknown_event_is_told_by_its_shape_and_not_by_its_values() {
        let said = unknown(r#"{"password": "hunter2", "user": {"name": "ada"}}"#);
        assert!(said.contains("a batch") && said.contains("`password`, `user`"), "{said}");
        assert!(!said.contains("hunter2") && !said.contains("ada"), "{said}");
        assert!(unknown("[1]").ends_with("an array"));
        assert!(unknown("7").ends_with("no object"));
        assert!(unknown("{}").ends_with("an object without fields"));
    }
}
