//! The Lambda functions of the cost watcher.
