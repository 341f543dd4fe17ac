//! Write a function once; run it on AWS Lambda or on your own machines.
//!
//! Start at [`Handler`]: a type with a name, a trigger, its grants and one
//! method. An [`App`] is the list of them; a host [dispatches](dispatch::dispatch)
//! events to it; [`TestHost`] does so in a unit test.

pub mod app;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod context;
#[doc(hidden)]
pub mod crash;
pub mod dispatch;
pub mod document;
pub mod error;
pub mod filter;
pub mod grant;
pub mod handler;
pub mod http;
pub mod manifest;
pub mod memory;
#[doc(hidden)]
pub mod mutants;
pub mod payload;
pub mod ports;
pub mod queue_options;
pub mod schedule;
pub mod tenant;
pub mod testing;
mod text;
pub mod trace;
pub mod trigger;
pub mod unit;

pub use app::{App, InvalidApp};
pub use context::Context;
pub use document::Document;
pub use error::{HandlerError, HandlerResult, OrReject};
pub use grant::Grant;
pub use handler::{Event, Handler, Message, Tick};
pub use http::{Request, Response};
pub use manifest::Manifest;
pub use payload::Payload;
pub use ports::{Mail, Order, Page, Ports, Principal, Query};
pub use queue_options::{Deduplication, QueueOptions};
pub use tenant::TenantId;
pub use testing::TestHost;
pub use trace::Trace;
pub use trigger::{
    Access, Consume, Limits, Method, Missed, Overlap, RetryPolicy, Route, Schedule, Scope,
};
