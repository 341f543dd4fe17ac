//! bench
mod load;
mod peers;
fn main() {}
