//! The adapters against real servers on loopback.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

#[cfg(feature = "aws")]
mod aws;
mod slack;
