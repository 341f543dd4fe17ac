//! The three ways to fail, and what each means to whoever sent the event.
//!
//! | kind | an HTTP caller sees | a message | a tick |
//! |---|---|---|---|
//! | [retry](Kind::Retry): any error through `?`, a panic, a timeout | 503, no detail | comes again after a back-off; dead-lettered after `max_receives` | like a message |
//! | [reject](Kind::Reject): the input's fault | its status (400 unless set) and the public message | dead-lettered at once with the public message | like a message |
//! | [fault](Kind::Fault): ours, and trying again will not help | 500, no detail | dead-lettered at once with the private reason | like a message |
//!
//! In all three the unit of work is dropped: a handler that fails has no effect.

use std::error::Error;
use std::fmt;

use http::StatusCode;

/// What a handler returns when it has no reply to give.
pub type HandlerResult<T = ()> = Result<T, HandlerError>;

/// Which of the three ways a handler failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// May pass by itself: the event is delivered again.
    Retry,
    /// The input's fault: it never will pass, and its sender is told why.
    Reject,
    /// Ours: it will not pass until somebody changes something; the reason stays private.
    Fault,
}

impl Kind {
    /// The word for logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Reject => "reject",
            Self::Fault => "fault",
        }
    }
}

/// Why a handler failed.
///
/// Any error becomes a retry through `?`; the other two are asked for by name:
///
/// ```
/// use twinhost::{HandlerError, HandlerResult, OrReject};
///
/// fn parse(text: &str) -> HandlerResult<u32> {
///     let number: u32 = text.parse().or_reject("the body is not a number")?;
///     if number == 0 {
///         return Err(HandlerError::reject("zero is not allowed; send 1 or more"));
///     }
///     Ok(number)
/// }
/// assert_eq!(parse("x").unwrap_err().public_message(), "the body is not a number");
/// ```
pub struct HandlerError {
    kind: Kind,
    status: StatusCode,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl HandlerError {
    /// The input's fault; `public` is shown to its sender.
    pub fn reject(public: impl Into<String>) -> Self {
        Self {
            kind: Kind::Reject,
            status: StatusCode::BAD_REQUEST,
            message: public.into(),
            source: None,
        }
    }

    /// Our fault, and no retry will help; `private` is for logs and the dead-letter queue only.
    pub fn fault(private: impl Into<String>) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { kind: Kind::Fault, status, message: private.into(), source: None }
    }

    /// May pass by itself; `private` is for logs only. Usually written as `?`.
    pub fn retry(private: impl Into<String>) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self { kind: Kind::Retry, status, message: private.into(), source: None }
    }

    /// Sets the HTTP status of a rejection; has no effect on the other kinds, nor on a queue.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        if self.kind == Kind::Reject {
            self.status = status;
        }
        self
    }

    /// Keeps the error that caused this one, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Which of the three this is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The HTTP status a caller sees.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// What an HTTP caller may read: the message of a rejection, otherwise the status in words.
    #[must_use]
    pub fn public_message(&self) -> &str {
        match self.kind {
            Kind::Reject => &self.message,
            Kind::Retry | Kind::Fault => self.status.canonical_reason().unwrap_or("error"),
        }
    }

    /// The whole reason, causes included: for logs and the dead-letter queue.
    #[must_use]
    pub fn private_message(&self) -> String {
        let mut text = self.message.clone();
        let mut cause: Option<&(dyn Error + 'static)> = self.source.as_deref().map(|s| s as _);
        while let Some(error) = cause {
            let part = error.to_string();
            if !text.ends_with(&part) {
                if !text.is_empty() {
                    text.push_str(": ");
                }
                text.push_str(&part);
            }
            cause = error.source();
        }
        text
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::retry(String::new()).with_source(error)
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.as_str(), self.private_message())
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.private_message())
    }
}

/// Turns a `Result` or an `Option` into one of the kinds that must be asked for by name.
pub trait OrReject<T> {
    /// The input's fault; `public` is shown to its sender, the cause stays in the log.
    fn or_reject(self, public: impl Into<String>) -> HandlerResult<T>;

    /// Our fault, and no retry will help; `private` is for the log.
    fn or_fault(self, private: impl Into<String>) -> HandlerResult<T>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> OrReject<T> for Result<T, E> {
    fn or_reject(self, public: impl Into<String>) -> HandlerResult<T> {
        self.map_err(|error| HandlerError::reject(public).with_source(error))
    }

    fn or_fault(self, private: impl Into<String>) -> HandlerResult<T> {
        self.map_err(|error| HandlerError::fault(private).with_source(error))
    }
}

impl<T> OrReject<T> for Option<T> {
    fn or_reject(self, public: impl Into<String>) -> HandlerResult<T> {
        self.ok_or_else(|| HandlerError::reject(public))
    }

    fn or_fault(self, private: impl Into<String>) -> HandlerResult<T> {
        self.ok_or_else(|| HandlerError::fault(private))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_error_through_the_question_mark_is_a_retry() {
        fn fails() -> HandlerResult {
            "x".parse::<u8>()?;
            Ok(())
        }
        let error = fails().unwrap_err();
        assert_eq!((error.kind(), error.status().as_u16()), (Kind::Retry, 503));
        assert_eq!(error.private_message(), "invalid digit found in string");
    }

    #[test]
    fn only_a_rejection_is_told_to_the_caller() {
        let secret = "password=hunter2";
        assert_eq!(HandlerError::fault(secret).public_message(), "Internal Server Error");
        assert_eq!(HandlerError::retry(secret).public_message(), "Service Unavailable");
        assert_eq!(HandlerError::reject("no such field").public_message(), "no such field");
    }
}
