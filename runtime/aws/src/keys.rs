//! Encryption with a KMS key: each secret under a data key of its own.
//!
//! KMS makes the data key and gives it out twice, plain and encrypted; AES-256-GCM encrypts with the
//! plain one, and the envelope keeps the other. The context is both KMS's encryption context and
//! additional data of the cipher, so a sealed value moved to another tenant, row or column does not
//! open. Rotating the KMS key keeps its id, and KMS opens what the older ones sealed.

use std::sync::Arc;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use async_trait::async_trait;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretSlice};
use twinhost::ports::{Keys, KeysError, SealContext};

use crate::clients::Clients;
use crate::error::said;

/// The form of an envelope: `kms1.<encrypted data key>.<nonce, ciphertext and tag>`, both in base64url.
const VERSION: &str = "kms1";
const NONCE_BYTES: usize = 12;

/// Encrypts with a key that never leaves KMS.
#[derive(Debug)]
pub struct KmsKeys {
    clients: Arc<Clients>,
    key: String,
}

impl KmsKeys {
    pub(crate) const fn new(clients: Arc<Clients>, key: String) -> Self {
        Self { clients, key }
    }

    fn failed<E: ProvideErrorMetadata>(&self, error: &SdkError<E>) -> KeysError {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
        match code.unwrap_or_default() {
            // Deliberately one answer: who asks must not learn what is wrong with it.
            "InvalidCiphertextException" | "IncorrectKeyException" => KeysError::Invalid,
            _ => KeysError::Unavailable(format!("KMS key `{}`: {}", self.key, said(error))),
        }
    }
}

#[async_trait]
impl Keys for KmsKeys {
    async fn seal(&self, plain: &[u8], context: &SealContext) -> Result<String, KeysError> {
        let request = self.clients.kms().generate_data_key().key_id(&self.key);
        let request = request.key_spec(DataKeySpec::Aes256);
        let request = request.set_encryption_context(Some(context.clone().into_iter().collect()));
        let answer = request.send().await.map_err(|error| self.failed(&error))?;
        let (Some(data_key), Some(encrypted)) = (answer.plaintext, answer.ciphertext_blob) else {
            return Err(KeysError::Unavailable("KMS gave no data key".to_owned()));
        };
        let data_key = SecretSlice::from(data_key.into_inner());
        let encrypted = encrypted.into_inner();
        let bytes = encrypt(&data_key, plain, &additional_data(&encrypted, context))?;
        let [encrypted, bytes] = [encrypted, bytes].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        Ok(format!("{VERSION}.{encrypted}.{bytes}"))
    }

    async fn open(
        &self,
        sealed: &str,
        context: &SealContext,
    ) -> Result<SecretSlice<u8>, KeysError> {
        let (encrypted, bytes) = parse(sealed).ok_or(KeysError::Invalid)?;
        let aad = additional_data(&encrypted, context);
        let request = self.clients.kms().decrypt().key_id(&self.key);
        let request = request.ciphertext_blob(Blob::new(encrypted));
        let request = request.set_encryption_context(Some(context.clone().into_iter().collect()));
        let answer = request.send().await.map_err(|error| self.failed(&error))?;
        let data_key = answer.plaintext.ok_or(KeysError::Invalid)?;
        decrypt(&SecretSlice::from(data_key.into_inner()), &bytes, &aad)
    }
}

fn parse(sealed: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (encrypted, bytes) = sealed.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| !bytes.is_empty());
    Some((decode(encrypted)?, decode(bytes)?))
}

fn encrypt(key: &SecretSlice<u8>, plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, KeysError> {
    let cipher = Aes256Gcm::new_from_slice(key.expose_secret()).map_err(|_| KeysError::Invalid)?;
    let mut nonce = [0; NONCE_BYTES];
    rand::fill(&mut nonce);
    let payload = Payload { msg: plain, aad };
    let sealed = cipher.encrypt(&nonce.into(), payload).map_err(|_| KeysError::Invalid)?;
    Ok([&nonce[..], &sealed].concat())
}

fn decrypt(key: &SecretSlice<u8>, bytes: &[u8], aad: &[u8]) -> Result<SecretSlice<u8>, KeysError> {
    let cipher = Aes256Gcm::new_from_slice(key.expose_secret()).map_err(|_| KeysError::Invalid)?;
    let (nonce, msg) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(KeysError::Invalid)?;
    let plain = cipher.decrypt(&(*nonce).into(), Payload { msg, aad });
    plain.map(Into::into).map_err(|_| KeysError::Invalid)
}

/// What is authenticated beside the secret: every part length-prefixed, so no two contexts look alike.
fn additional_data(encrypted_key: &[u8], context: &SealContext) -> Vec<u8> {
    let mut data = Vec::new();
    let pairs = context.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    for part in [VERSION.as_bytes(), encrypted_key].into_iter().chain(pairs) {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}
