//! The payloads and documents of the cost watcher, with an example of each.
