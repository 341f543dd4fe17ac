//! What `dispatch` promises, seen from a handler.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixtures;
mod queueing;

mod app;
mod context;
mod dispatch;
