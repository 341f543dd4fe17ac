//! The AWS host against an emulator of AWS on loopback.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod aws;
mod emulator;
mod functions;
mod ports;
mod records;
mod services;
mod store;
mod tokens;
mod units;
