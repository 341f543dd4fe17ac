//! Runs a Twinhost application on your own machines.
