//! The whole, as its user starts it: the real command, an embedded Postgres, real CloudTrail events.

mod bad_input;
mod cloud_local;
mod cloudtrail;
mod faults;
mod mail;
mod objects;
mod zombies;
