//! The durable host on a real Postgres: run through `scripts/with-postgres` or `make test`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod commit;
mod database;
mod moves;
mod ports;
mod queue;
mod queue_properties;
mod recovery;
mod row_security;
#[cfg(feature = "s3")]
mod s3;
mod schedules;
mod start;
mod vitals;
