//! The client against a scripted fake of the runtime, and against the real one.

#![expect(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod fake;
mod real;
