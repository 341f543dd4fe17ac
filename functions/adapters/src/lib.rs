//! What the cost watcher's handlers reach outside: AWS accounts, chat webhooks.
