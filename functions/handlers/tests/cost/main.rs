//! From the bytes of a webhook to what people are told, without a host.

#![expect(clippy::unwrap_used, reason = "a test may fail; its helpers are not marked as tests")]

mod corpus;
mod families;
mod properties;
mod scoring;
mod support;
