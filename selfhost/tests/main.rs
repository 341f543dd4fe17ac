//! The runner's tests: one binary, which links once.

#![expect(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod cli;
mod embedded_postgres;
mod runner;
mod signals;
