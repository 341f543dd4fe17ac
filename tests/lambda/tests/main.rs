//! The emulator with real processes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod function;
mod http_front;
mod poller;
mod probe;
mod queue;
mod rigour;
