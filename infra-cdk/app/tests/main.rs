//! What is deployed: the templates as committed, what they promise, and what is refused.
//!
//! One test makes the templates and holds the committed ones equal; the others read those, and need no Node.js.

#![expect(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod functions;
mod golden;
mod grants;
mod queues;
mod refusals;
mod schedules;
mod support;
mod variants;
