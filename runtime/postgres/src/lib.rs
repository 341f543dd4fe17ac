//! Twinhost's ports on Postgres, local files or S3, SMTP and key files.
//!
//! [`PgHost::connect`] brings a database up to date, checks that it keeps promises, and gives out the
//! ports: documents, objects and the commit of units ([`PgStore`]), queues ([`PgQueue`]) and the
//! occurrences of schedules ([`PgSchedules`]).

pub mod auth;
mod connections;
mod error;
mod health;
mod host;
pub mod key_file;
pub mod mail;
mod migrate;
mod objects;
mod options;
mod queue;
pub mod s3;
mod schedules;
mod store;
mod vitals;

pub use error::StartError;
pub use host::PgHost;
pub use migrate::migrate;
pub use objects::LargeObjects;
pub use options::PgOptions;
pub use queue::PgQueue;
pub use schedules::{Occurrence, PgSchedules};
pub use store::PgStore;
pub use vitals::{TableRows, Vitals};
