use std::fmt::Debug;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Page, PortError};
use crate::TenantId;

/// A document as it leaves one host and enters another.
///
/// It has no version: nobody on the other host holds an old one, so it begins to count anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Its key.
    pub key: String,
    /// It, as JSON, to the byte as it was written.
    pub body: String,
    /// When it expires, to the microsecond.
    pub expires_at: Option<Timestamp>,
}

/// An object in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectEntry {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Lists everything that a tenant has, and takes documents in: what moves a tenant between hosts.
///
/// No handler needs it. Objects are read and stored by the ports that handlers use.
///
/// # Contract
///
/// - A page is in the order of keys, by their UTF-8 bytes, and begins after the key given. Its
///   `next` is the key to go on after, even if the page is empty.
/// - Pages are small enough to be in memory.
/// - What is not changed between the first page and the last is in exactly one of them.
/// - An expired document is absent.
/// - What was restored reads back to the byte, until something else is written under its key.
#[async_trait]
pub trait Transfer: Debug + Send + Sync {
    /// One page of a collection.
    async fn documents(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        after: Option<&str>,
    ) -> Result<Page<Exported>, PortError>;

    /// One page of the tenant's objects.
    async fn objects(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
    ) -> Result<Page<ObjectEntry>, PortError>;

    /// Stores documents of one collection, whatever has their keys now; all or none.
    ///
    /// They must fit a unit of work ([`limits`](crate::unit::limits)), and no two have one key.
    async fn restore(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        documents: Vec<Exported>,
    ) -> Result<(), PortError>;
}
