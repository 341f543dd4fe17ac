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

    /// In a bucket of S3, or of anything that speaks its language.
    ///
    /// `url` is `s3://bucket`. The settings are those of `object_store`: `region`, `endpoint`, `access_key_id`,
    /// `secret_access_key`, `allow_http`, `virtual_hosted_style_request` and so on; what is not given
    /// comes from the machine's role.
    ///
    /// # Errors
    ///
    /// When the URL or a setting is not understood.
    #[cfg(feature = "s3")]
    pub fn s3(
        url: &str,
        settings: impl IntoIterator<Item = (String, secrecy::SecretString)>,
    ) -> Result<Self, StartError> {
        use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
        use secrecy::ExposeSecret as _;

        let failed = |cause: String| StartError::Bucket { url: url.to_owned(), cause };
        let mut builder = AmazonS3Builder::new().with_url(url);
        for (name, value) in settings {
            let key: AmazonS3ConfigKey =
                name.parse().map_err(|_| failed(format!("there is no setting `{name}`")))?;
            builder = builder.with_config(key, value.expose_secret());
        }
        let store = builder.build().map_err(|error| failed(error.to_string()))?;
        Ok(Self::new(store, format!("the bucket {url}")))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_object_reads_back_and_is_its_tenants_alone() {
        let objects = LargeObjects::new(object_store::memory::InMemory::new(), "memory");
        let (acme, other) = ("acme".parse().unwrap(), "other".parse().unwrap());
        objects.put(&acme, "files/a", &Bytes::from_static(b"bytes")).await.unwrap();
        assert_eq!(objects.get(&acme, "files/a").await.unwrap(), "bytes");
        let error = objects.get(&other, "files/a").await.unwrap_err();
        assert!(error.to_string().contains("memory"), "{error}");
    }

    #[tokio::test]
    async fn a_key_cannot_lead_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let objects = LargeObjects::local(&folder.path().join("objects")).unwrap();
        let acme = "acme".parse().unwrap();
        for key in ["../../secret", "a/../../b", "/../c"] {
            let put = objects.put(&acme, key, &Bytes::from_static(b"bytes")).await;
            assert!(
                matches!(&put, Err(PortError::Invalid { .. } | PortError::Unavailable { .. })),
                "{key}: {put:?}"
            );
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside it");
    }

    #[cfg(feature = "s3")]
    #[test]
    fn a_bucket_that_is_not_understood_tells_the_cure() {
        let none: [(String, secrecy::SecretString); 0] = [];
        let error = LargeObjects::s3("ftp://nowhere", none).unwrap_err().to_string();
        assert!(error.contains("s3://bucket"), "{error}");
        let unknown = [("colour".to_owned(), "red".into())];
        let error = LargeObjects::s3("s3://bucket", unknown).unwrap_err().to_string();
        assert!(error.contains("`colour`") && error.contains("`region`"), "{error}");
        let region = [("region".to_owned(), "eu-central-1".into())];
        assert!(LargeObjects::s3("s3://bucket", region).is_ok());
    }
}
