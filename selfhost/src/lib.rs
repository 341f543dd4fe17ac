//! Runs a Twinhost application on your own machines.
//!
//! [`run`] is one process: HTTP, consumers and schedules over Postgres, which it
//! starts itself in a data folder when none is configured. It runs anyone's
//! [`App`](twinhost::App): routes, queues and schedules come from its manifest.

pub mod admin;
pub mod backend;
pub mod config;
pub mod consumer;
pub mod embedded_postgres;
pub mod health;
pub mod host;
pub mod http;
pub mod logs;
pub mod migration;
mod quiet;
pub mod runner;
pub mod scheduler;
pub mod secrets;
mod up;

pub use config::{Config, ConfigOverrides};
pub use host::{Host, HostError};
pub use runner::{Runner, RunnerError};
pub use secrets::Secrets;
pub use up::{RunError, run, stop_at_signal};
