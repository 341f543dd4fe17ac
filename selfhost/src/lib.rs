//! Runs a Twinhost application on your own machines.

pub mod embedded_postgres;
