//! The whole, as its user starts it: the real command, an embedded Postgres, real CloudTrail events.

mod cloudtrail;
mod mail;
mod zombies;
