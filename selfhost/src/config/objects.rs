//! The section of large objects.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use twinhost_postgres::s3::{S3Options, Style};

/// Where objects over 128 KiB are kept: in a folder, or in a bucket of any S3.
///
/// To move them, copy the folder or bucket to the new place before naming it: what is not there
/// cannot be read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Objects {
    /// The folder. `<data>/objects`.
    pub directory: Option<PathBuf>,
    /// The bucket to use instead of a folder. It must exist.
    pub bucket: Option<String>,
    /// The URL of the S3 server, without the bucket. AWS's in the region.
    pub endpoint: Option<String>,
    /// Whether the endpoint may be plain HTTP; on this machine it always may. No.
    pub allow_http: Option<bool>,
    /// The region. `us-east-1`, which other servers than AWS's mostly take, too.
    pub region: Option<String>,
    /// The id of the access key, which must be allowed to put and get objects.
    pub access_key_id: Option<String>,
    /// The access key itself.
    pub secret_access_key: Option<SecretString>,
    /// Where a request names the bucket: `path` (`host/bucket`) or `virtual` (`bucket.host`). `path`.
    pub style: Option<Style>,
    /// What keys in the bucket begin with, for one that others use too. Nothing.
    pub prefix: Option<String>,
}

impl Objects {
    /// The bucket, if there is one.
    pub(crate) fn s3(&self) -> Option<S3Options> {
        Some(S3Options {
            bucket: self.bucket.clone()?,
            endpoint: self.endpoint.clone(),
            allow_http: self.allow_http.unwrap_or(false),
            region: self.region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
            access_key_id: self.access_key_id.clone()?,
            secret_access_key: self.secret_access_key.clone()?,
            style: self.style.unwrap_or_default(),
            prefix: self.prefix.clone().unwrap_or_default(),
        })
    }

    /// Finds values that do not go together.
    pub(super) fn check(&self) -> Result<(), String> {
        let keys = [
            ("objects.access_key_id", self.access_key_id.is_some()),
            ("objects.secret_access_key", self.secret_access_key.is_some()),
        ];
        if self.bucket.is_some() {
            if self.directory.is_some() {
                return Err(
                    "`objects.directory` and `objects.bucket` are both set; objects go to one place, so remove one".to_owned(),
                );
            }
            return match keys.iter().find(|(_, is_set)| !is_set) {
                Some((name, _)) => Err(format!(
                    "`objects.bucket` is set but `{name}` is not; give the key that may put and get objects there"
                )),
                None => Ok(()),
            };
        }
        let options = [
            ("objects.endpoint", self.endpoint.is_some()),
            ("objects.allow_http", self.allow_http.is_some()),
            ("objects.region", self.region.is_some()),
            ("objects.style", self.style.is_some()),
            ("objects.prefix", self.prefix.is_some()),
        ];
        match keys.iter().chain(&options).find(|(_, is_set)| *is_set) {
            Some((name, _)) => Err(format!(
                "`{name}` is set but `objects.bucket` is not; name the bucket, or remove it"
            )),
            None => Ok(()),
        }
    }
}
