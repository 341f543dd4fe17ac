//! The adapters against real servers on loopback.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

mod slack;
