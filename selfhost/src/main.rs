//! The `twinhost` command.
fn main() {}
