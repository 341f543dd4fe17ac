//! What the handlers promise, each run on the in-memory host.
//!
//! One binary: they share their helpers, and link once.

#![expect(clippy::unwrap_used, reason = "a test may fail; its helpers are not marked as tests")]

mod digest;
mod hunt;
mod manifest;
mod notifier;
mod pipeline;
mod support;
mod webhook;
