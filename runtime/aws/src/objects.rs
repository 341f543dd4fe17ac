//! Objects in S3.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use twinhost::TenantId;
use twinhost::ports::{ObjectEntry, Objects, Page, PortError};
use twinhost::unit::NewObject;

use crate::clients::Clients;
use crate::error::port;
use crate::options::BUCKET;

/// Objects in a bucket, each under its tenant: `tenants/<tenant>/<key>`.
#[derive(Clone, Debug)]
pub struct S3Objects {
    clients: Arc<Clients>,
    bucket: Arc<str>,
}

impl S3Objects {
    pub(crate) fn new(clients: Arc<Clients>, bucket: &str) -> Self {
        Self { clients, bucket: bucket.into() }
    }

    /// Stores an object. Its key is derived from its bytes, so storing it again changes nothing.
    pub(crate) async fn put(&self, tenant: &TenantId, object: &NewObject) -> Result<(), PortError> {
        let request = self.clients.s3().put_object().bucket(&*self.bucket);
        let request = request.key(path(tenant, &object.key));
        let request = request.body(ByteStream::from(object.bytes.clone()));
        request.send().await.map_err(|error| port(&self.what(), &error))?;
        Ok(())
    }

    /// One page of a tenant's objects, in the order of keys, which S3 sorts by their UTF-8 bytes.
    pub(crate) async fn list(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
    ) -> Result<Page<ObjectEntry>, PortError> {
        let prefix = path(tenant, "");
        let request = self.clients.s3().list_objects_v2().bucket(&*self.bucket).prefix(&prefix);
        let request = request.set_start_after(after.map(|after| path(tenant, after)));
        let page = request.send().await.map_err(|error| port(&self.what(), &error))?;
        let items: Vec<ObjectEntry> = page
            .contents()
            .iter()
            .filter_map(|object| {
                let key = object.key()?.strip_prefix(&prefix)?.to_owned();
                // The size of what is there is not negative.
                let size = u64::try_from(object.size().unwrap_or(0)).unwrap_or(0);
                Some(ObjectEntry { key, size })
            })
            .collect();
        let more = page.is_truncated().unwrap_or(false);
        let next = items.last().filter(|_| more).map(|last| last.key.clone());
        Ok(Page { items, next })
    }

    /// That there is no bucket.
    pub(crate) fn missing() -> PortError {
        PortError::invalid(
            "an object",
            format!("`{BUCKET}` is not set; set it to the bucket's name"),
        )
    }

    fn what(&self) -> String {
        format!("bucket `{}`", self.bucket)
    }
}

fn path(tenant: &TenantId, key: &str) -> String {
    format!("tenants/{tenant}/{key}")
}

#[async_trait]
impl Objects for S3Objects {
    async fn get(&self, tenant: &TenantId, key: &str) -> Result<Option<Bytes>, PortError> {
        let request = self.clients.s3().get_object().bucket(&*self.bucket).key(path(tenant, key));
        let object = match request.send().await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => {
                return Ok(None);
            }
            Err(error) => return Err(port(&self.what(), &error)),
        };
        let bytes = object.body.collect().await;
        let bytes = bytes.map_err(|error| PortError::unavailable(self.what(), error))?;
        Ok(Some(bytes.into_bytes()))
    }
}
