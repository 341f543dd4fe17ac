//! CloudTrail: from the bytes a webhook brought to what costs money.
//!
//! [`parse()`] finds the records in a payload, [`normalize()`] says what one record costs,
//! [`slice()`] does that for as many records as fit a unit of work. All three are
//! pure, and any JSON gives an answer: a [`Reject`], a [`DropReason`] or an observation.

mod actor;
mod charge;
mod charges;
mod inflate;
mod json;
mod log;
mod normalize;
mod slice;

pub use inflate::MAX_INFLATED;
pub use log::{Log, MAX_DEPTH, Reject, parse};
pub(crate) use normalize::GLOBAL;
pub use normalize::{DropReason, Normalized, Origin, normalize};
pub use slice::{MAX_OBSERVATIONS, Slice, slice};
