//! The handlers of the cost watcher: pure functions over events, no host.
