//! The runner's tests: one binary, which links once.

#![expect(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod batch_window;
mod cli;
mod embedded_postgres;
mod runner;
mod signals;
