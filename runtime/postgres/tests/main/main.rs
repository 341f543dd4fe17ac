//! The durable host on a real Postgres: run through `scripts/with-postgres` or `make test`.

mod database;
mod ports;
