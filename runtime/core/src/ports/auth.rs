use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::TenantId;

/// Who is calling, as a verified token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The user's stable id.
    pub subject: String,
    /// The tenant the user acts for.
    pub tenant: TenantId,
    /// What the user may do.
    pub roles: Vec<String>,
}

/// Why a token was not accepted. A caller is told 401 and nothing more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The token is not valid: malformed, expired, not ours.
    #[error("the token is not valid: {0}")]
    Invalid(String),
    /// It could not be checked now.
    #[error("tokens cannot be checked now: {0}")]
    Unavailable(String),
}

/// Verifies bearer tokens.
#[async_trait]
pub trait Auth: Debug + Send + Sync {
    /// Says who a token speaks for.
    async fn verify(&self, token: &str) -> Result<Principal, AuthError>;
}
