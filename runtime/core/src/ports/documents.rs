use std::fmt::Debug;

use async_trait::async_trait;

use super::PortError;
use crate::TenantId;
use crate::unit::Unit;

/// A document as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its key.
    pub key: String,
    /// It, as JSON.
    pub body: String,
    /// Counts its writes from 1.
    pub version: u64,
}

/// In which order a query answers; keys are ordered by their UTF-8 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    #[default]
    Ascending,
    /// Greatest key first.
    Descending,
}

/// Asks for the documents of a collection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Only keys that start with this.
    pub prefix: String,
    /// Only documents whose top-level field equals the value.
    pub equals: Vec<(String, serde_json::Value)>,
    /// The order of keys.
    pub order: Order,
    /// How many at the most, 1 to 1,000; 0 means 100.
    pub limit: u32,
    /// Where the page before this one ended.
    pub cursor: Option<String>,
}

impl Query {
    /// The page size asked for, within 1 to 1,000.
    #[must_use]
    pub fn page_size(&self) -> usize {
        if self.limit == 0 { 100 } else { self.limit.min(1000) as usize }
    }
}

/// One page of a query's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The documents.
    pub items: Vec<T>,
    /// Where to go on; `None` when there is no more.
    pub next: Option<String>,
}

/// Reads documents. No read crosses a tenant; an expired document is absent.
#[async_trait]
pub trait Documents: Debug + Send + Sync {
    /// The document of this key, if there is one.
    async fn get(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        key: &str,
    ) -> Result<Option<Stored>, PortError>;

    /// One page of the documents that a query asks for.
    async fn query(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        query: &Query,
    ) -> Result<Page<Stored>, PortError>;
}

/// What became of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// Its effects are durable.
    Applied,
    /// A unit of the same [`Once`](crate::unit::Once) key was committed before; this one had no effect.
    Duplicate,
}

/// Why units were not committed. None of them had any effect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// A document has changed since it was read: run the handler again.
    #[error("a document has changed since it was read")]
    Conflict,
    /// The source message is no longer ours: somebody else handles it.
    #[error("the lease on the message was lost")]
    LeaseLost,
    /// The store failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Commits units of work.
///
/// # Contract
///
/// - The units belong to one tenant and are committed in order, all or none.
/// - Objects are durable before anything else of their unit is.
/// - A message is acknowledged in the same commit, and only if its receipt is
///   still good; otherwise nothing is committed ([`CommitError::LeaseLost`]).
/// - `Ok` means durable: it survives a loss of power.
/// - An `Unavailable` error may have committed: whoever retries is safe, because
///   the receipt or the `Once` key is then spent.
#[async_trait]
pub trait Commit: Debug + Send + Sync {
    /// Commits units of one tenant, all or none, and says what became of each.
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError>;
}
