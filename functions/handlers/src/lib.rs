//! The handlers of the cost watcher: pure functions over events, no host.

pub mod chat;
pub mod signatures;
pub mod zombies;
