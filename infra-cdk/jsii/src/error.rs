//! What can go wrong between Rust and JavaScript.

use std::fmt;
use std::io;
use std::panic::Location;
use std::process::ExitStatus;
use std::time::Duration;

use crate::value::WrongValue;

/// A call that did not work: what was called, from which line of Rust, and why not.
#[derive(Debug)]
pub struct Error(Box<Failed>);

#[derive(Debug)]
struct Failed {
    cause: Cause,
    call: String,
    at: &'static Location<'static>,
}

/// Why a call did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The runtime's program could not be started.
    #[error(
        "`{program}` could not be started ({source}); install it, or name the right program with `Runtime::command`"
    )]
    Start {
        /// The program, as it was given.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// The process that was started is no jsii runtime, or one of another protocol.
    #[error("it said `{said}` where a jsii runtime says `@jsii/runtime@1.…`; name the right one")]
    Hello {
        /// The first line it wrote, or its greeting.
        said: String,
    },
    /// JavaScript threw: what was asked of it was not possible.
    #[error("{message}")]
    JavaScript {
        /// The message of the `Error` that was thrown.
        message: String,
        /// Where it was thrown in JavaScript, if the runtime says so.
        stack: Option<String>,
    },
    /// The runtime did not understand the call: a class, member or argument that does not exist.
    #[error("the jsii runtime refused the call: {message}")]
    Fault {
        /// What it said.
        message: String,
    },
    /// A line from the runtime that is not in its protocol.
    #[error("the jsii runtime wrote `{line}`, which is not its protocol ({why})")]
    Protocol {
        /// The line, or its beginning.
        line: String,
        /// What was expected.
        why: String,
    },
    /// A value of another type than the caller asked for.
    #[error(transparent)]
    Value(#[from] WrongValue),
    /// The runtime's process is no more.
    #[error("the jsii runtime has ended{}; what it wrote on its standard error says why", status(*.0))]
    Ended(Option<ExitStatus>),
    /// No answer in time. What the runtime is doing is not known, so it was ended.
    #[error(
        "the jsii runtime did not answer within {} s and was ended; allow more with `Runtime::limit`",
        .0.as_secs_f64()
    )]
    Silent(Duration),
    /// The runtime could not be written to.
    #[error("the jsii runtime could not be written to")]
    Write(#[source] io::Error),
}

fn status(status: Option<ExitStatus>) -> String {
    status.map(|status| format!(" ({status})")).unwrap_or_default()
}

impl Error {
    pub(crate) fn new(
        cause: impl Into<Cause>,
        call: impl Into<String>,
        at: &'static Location<'static>,
    ) -> Self {
        Self(Box::new(Failed { cause: cause.into(), call: call.into(), at }))
    }

    /// Why the call did not work.
    #[must_use]
    pub const fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// What was called, as `package.Class.member`.
    #[must_use]
    pub fn call(&self) -> &str {
        &self.0.call
    }

    /// The line of Rust that called it.
    #[must_use]
    pub const fn at(&self) -> &'static Location<'static> {
        self.0.at
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failed { cause, call, at } = &*self.0;
        write!(f, "`{call}` at {}:{}:{}: {cause}", at.file(), at.line(), at.column())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.0.cause)
    }
}
