//! The whole, as its user starts it: the real command, an embedded Postgres, real CloudTrail events.

mod bad_input;
mod cloudtrail;
mod faults;
mod mail;
mod objects;
mod zombies;
