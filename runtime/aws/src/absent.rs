//! Ports whose resource the environment does not name.
//!
//! [`AwsOptions::check`](crate::AwsOptions::check) refuses at start what a handler's grants call for
//! and is missing; so nobody comes here but by a wrong use of the ports, who is told the cure.

use async_trait::async_trait;
use bytes::Bytes;
use secrecy::SecretSlice;
use twinhost::TenantId;
use twinhost::ports::{
    Auth, AuthError, Keys, KeysError, Mail, Mailer, Objects, PortError, Principal, SealContext,
};

use crate::objects::S3Objects;
use crate::options::{ISSUER, KMS_KEY, MAIL_FROM};

/// Refuses everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absent;

#[async_trait]
impl Objects for Absent {
    async fn get(&self, _: &TenantId, _: &str) -> Result<Option<Bytes>, PortError> {
        Err(S3Objects::missing())
    }
}

#[async_trait]
impl Mailer for Absent {
    async fn send(&self, _: &Mail, _: &str) -> Result<(), PortError> {
        let why = format!("`{MAIL_FROM}` is not set; set it to the sender's address");
        Err(PortError::invalid("a mail", why))
    }
}

fn no_key() -> KeysError {
    KeysError::Unavailable(format!("`{KMS_KEY}` is not set; set it to the id of the KMS key"))
}

#[async_trait]
impl Keys for Absent {
    async fn seal(&self, _: &[u8], _: &SealContext) -> Result<String, KeysError> {
        Err(no_key())
    }

    async fn open(&self, _: &str, _: &SealContext) -> Result<SecretSlice<u8>, KeysError> {
        Err(no_key())
    }
}

#[async_trait]
impl Auth for Absent {
    async fn verify(&self, _: &str) -> Result<Principal, AuthError> {
        let why = format!("`{ISSUER}` is not set; set it to the user pool's URL");
        Err(AuthError::Unavailable(why))
    }
}
