//! The runner's tests: one binary, which links once.

#![expect(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod embedded_postgres;
