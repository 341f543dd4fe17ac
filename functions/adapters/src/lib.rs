//! What the cost watcher's handlers reach outside: AWS accounts, chat webhooks.

pub mod outbound;
pub mod slack;
