//! Tenants that move: through a folder, and between the hosts themselves. Apart from the other tests, since these link AWS.

#![expect(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod aws;
mod damage;
mod home;
mod hosts;
mod resuming;
mod secrets;
mod world;
