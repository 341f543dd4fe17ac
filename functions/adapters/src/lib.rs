//! What the cost watcher's handlers reach outside: AWS accounts, chat webhooks.

#[cfg(feature = "aws")]
pub mod aws;
pub mod cloud;
pub mod outbound;
pub mod outside;
pub mod slack;
