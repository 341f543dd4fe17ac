//! What costs money in an account and does nothing: the questions, the rules, the prices, the report.
//!
//! [`CloudReader`] is the port: what the hunter asks of a customer's account, answered in plain types
//! ([`Inventory`]). [`find`] is a pure function from an inventory to a [`Hunt`]: findings, what could not be
//! judged, and what could not be read. [`lifecycle`] turns sightings on several days into the state of a zombie.
//!
//! Three promises run through all of it:
//! - **nothing is ever changed or deleted**: the port has only questions;
//! - **missing data is unknown, never idle**: it becomes a note, not a finding;
//! - **a partial scan says so**, and what it did not see is not taken for gone.

mod finding;
mod inventory;
pub mod lifecycle;
pub mod prices;
mod reader;
mod rules;

pub use finding::{Finding, Gap, Hunt, Note, Rule};
pub use inventory::{
    Address, DatabaseStatus, DbInstance, Image, Instance, InstanceState, Inventory, LoadBalancer,
    LoadBalancerKind, Metric, NatGateway, Section, Snapshot, Tags, TargetHealth, Volume,
};
pub use prices::Prices;
pub use reader::{AccountAccess, CloudReader, Credentials, NoCloud};
pub use rules::{KeepTag, Scope, find};
