use async_trait::async_trait;
use bytes::Bytes;
use secrecy::SecretSlice;
use serde::{Deserialize, Serialize};

use super::Memory;
use crate::ports::{
    Auth, AuthError, Keys, KeysError, Mail, Mailer, Objects, PortError, Principal, SealContext,
};
use crate::tenant::TenantId;

#[async_trait]
impl Objects for Memory {
    async fn get(&self, tenant: &TenantId, key: &str) -> Result<Option<Bytes>, PortError> {
        Ok(self.lock().objects.get(&(tenant.clone(), key.to_owned())).cloned())
    }
}

#[async_trait]
impl Mailer for Memory {
    async fn send(&self, mail: &Mail, key: &str) -> Result<(), PortError> {
        if mail.to.is_empty() {
            return Err(PortError::invalid("a mail", "it has no recipient; give at least one"));
        }
        let mut state = self.lock();
        if state.mail_keys.insert(key.to_owned()) {
            state.mails.push((mail.clone(), key.to_owned()));
        }
        Ok(())
    }
}

/// What memory seals: nothing is hidden, but the context must match as with a real key.
#[derive(Serialize, Deserialize)]
struct Sealed {
    context: SealContext,
    plain: Vec<u8>,
}

#[async_trait]
impl Keys for Memory {
    async fn seal(&self, plain: &[u8], context: &SealContext) -> Result<String, KeysError> {
        let sealed = Sealed { context: context.clone(), plain: plain.to_vec() };
        let json = serde_json::to_vec(&sealed).map_err(|_| KeysError::Invalid)?;
        Ok(format!("memory:{}", hex::encode(json)))
    }

    async fn open(
        &self,
        sealed: &str,
        context: &SealContext,
    ) -> Result<SecretSlice<u8>, KeysError> {
        let bytes = sealed.strip_prefix("memory:").and_then(|text| hex::decode(text).ok());
        let sealed: Sealed = bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .filter(|sealed: &Sealed| sealed.context == *context)
            .ok_or(KeysError::Invalid)?;
        Ok(sealed.plain.into())
    }
}

#[async_trait]
impl Auth for Memory {
    async fn verify(&self, token: &str) -> Result<Principal, AuthError> {
        let known = self.lock().tokens.get(token).cloned();
        known.ok_or_else(|| AuthError::Invalid("unknown token".to_owned()))
    }
}
