//! One invocation of a function, and how it can end.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use uuid::Uuid;

/// What a function answered, or why it did not.
pub type InvokeResult = Result<Bytes, FunctionError>;

/// The types of errors that the service itself gives an invocation, as the real one names them.
pub mod kind {
    /// The function ran into its timeout.
    pub const TIMED_OUT: &str = "Sandbox.Timedout";
    /// The process ended.
    pub const EXITED: &str = "Runtime.ExitError";
    /// The process could not be started.
    pub const ENTRYPOINT: &str = "Runtime.InvalidEntrypoint";
    /// The answer is too large.
    pub const TOO_LARGE: &str = "Function.ResponseSizeTooLarge";
}

/// An invocation that failed; `Invoke` answers it with status 200 and `FunctionError: Unhandled` (E16).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({kind})")]
pub struct FunctionError {
    /// The error's type: the function's own, or one of [`kind`].
    pub kind: String,
    /// The error's message.
    pub message: String,
}

impl FunctionError {
    /// An error of this type.
    pub(crate) fn new(kind: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), message: message.into() }
    }

    /// An error in the service's own words for an invocation.
    pub(crate) fn of(id: &str, kind: &str, message: &str) -> Self {
        Self::new(kind, format!("RequestId: {id} Error: {message}"))
    }

    /// The function did not answer in time.
    pub(crate) fn timed_out(id: &str, timeout: Duration) -> Self {
        let message = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
        Self::of(id, kind::TIMED_OUT, &message)
    }

    /// The payload that `Invoke` answers with.
    #[must_use]
    pub fn payload(&self) -> Bytes {
        json!({"errorType": self.kind, "errorMessage": self.message}).to_string().into()
    }
}

/// What a function is given.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    /// The request id.
    pub(crate) id: String,
    /// The event.
    pub(crate) payload: Bytes,
    /// The trace header: `Root=1-…;Parent=…;Sampled=0`.
    pub(crate) trace: String,
}

impl Invocation {
    /// An invocation with an id of its own; without a trace header it begins a trace.
    pub(crate) fn new(payload: Bytes, trace: Option<String>) -> Self {
        let id = Uuid::new_v4().to_string();
        Self { id, payload, trace: trace.unwrap_or_else(new_trace) }
    }
}

/// A trace header as Lambda makes one (C1).
pub(crate) fn new_trace() -> String {
    let random = Uuid::new_v4().simple().to_string();
    let seconds = jiff::Timestamp::now().as_second();
    format!("Root=1-{seconds:08x}-{};Parent={};Sampled=0", &random[..24], &random[16..])
}
