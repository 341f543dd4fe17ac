//! Write a function once; run it on AWS Lambda or on your own machines.

pub mod document;
pub mod payload;
pub mod schedule;
pub mod tenant;

pub use document::Document;
pub use payload::Payload;
pub use tenant::TenantId;
