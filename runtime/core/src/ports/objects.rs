use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;

use super::PortError;
use crate::TenantId;

/// Reads objects; they are stored by the commit of a unit.
#[async_trait]
pub trait Objects: Debug + Send + Sync {
    /// The bytes of an object, if there is one.
    async fn get(&self, tenant: &TenantId, key: &str) -> Result<Option<Bytes>, PortError>;
}
