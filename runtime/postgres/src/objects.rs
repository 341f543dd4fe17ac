//! Objects too large for a row: files of a local folder, or of an S3 bucket.

use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use twinhost::TenantId;
use twinhost::ports::PortError;

use crate::error::StartError;

/// Where objects over 128 KiB are kept, under `tenant/key`.
#[derive(Clone, Debug)]
pub struct LargeObjects {
    store: Arc<dyn ObjectStore>,
    name: Arc<str>,
}

impl LargeObjects {
    /// In a local folder, which is created; what was put survives a loss of power.
    ///
    /// # Errors
    ///
    /// When the folder cannot be created or read.
    pub fn local(folder: &FilePath) -> Result<Self, StartError> {
        let failed =
            |cause: String| StartError::Objects { folder: folder.display().to_string(), cause };
        std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| failed(error.to_string()))?
            .with_fsync(true);
        Ok(Self::new(store, format!("the folder {}", folder.display())))
    }

    /// In any object store whose puts are durable, for example S3.
    #[must_use]
    pub fn new(store: impl ObjectStore, name: impl Into<Arc<str>>) -> Self {
        Self { store: Arc::new(store), name: name.into() }
    }

    fn path(tenant: &TenantId, key: &str) -> Result<Path, PortError> {
        Path::parse(format!("{tenant}/{key}"))
            .map_err(|error| PortError::invalid(format!("object `{key}`"), error.to_string()))
    }

    pub(crate) async fn put(
        &self,
        tenant: &TenantId,
        key: &str,
        bytes: &Bytes,
    ) -> Result<(), PortError> {
        let path = Self::path(tenant, key)?;
        let put = self.store.put(&path, bytes.clone().into()).await;
        put.map(drop).map_err(|error| PortError::unavailable(&*self.name, error))
    }

    pub(crate) async fn get(&self, tenant: &TenantId, key: &str) -> Result<Bytes, PortError> {
        let path = Self::path(tenant, key)?;
        let failed = |error| PortError::unavailable(&*self.name, error);
        self.store.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)
    }
}
