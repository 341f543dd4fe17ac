use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use secrecy::SecretSlice;

/// What a secret belongs to: it opens only with the same names and values it was sealed with.
///
/// Compared exactly, in any order (`BTreeMap` sorts); like KMS's encryption context.
pub type SealContext = BTreeMap<String, String>;

/// Why a secret could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// Wrong key, wrong context, or tampered with: deliberately one answer.
    #[error("the sealed value does not open: another key or context sealed it, or it was changed")]
    Invalid,
    /// The key it was sealed with is not here.
    #[error("key `{0}` is not in the key file; put back the file that has it")]
    UnknownKey(String),
    /// The key service failed; it may work later.
    #[error("keys are not available: {0}")]
    Unavailable(String),
}

/// Encrypts and decrypts small secrets.
#[async_trait]
pub trait Keys: Debug + Send + Sync {
    /// Encrypts; the text that comes back names the key used.
    async fn seal(&self, plain: &[u8], context: &SealContext) -> Result<String, KeysError>;

    /// Decrypts what [`seal`](Self::seal) made.
    async fn open(&self, sealed: &str, context: &SealContext)
    -> Result<SecretSlice<u8>, KeysError>;
}
