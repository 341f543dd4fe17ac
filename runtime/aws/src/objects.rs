//! Objects in S3.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use twinhost::TenantId;
use twinhost::ports::{Objects, PortError};
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
