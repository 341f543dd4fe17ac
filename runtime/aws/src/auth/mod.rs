//! Bearer tokens of a Cognito user pool.
//!
//! A user's tenant is a group of the pool, `tenant:<name>`; the other groups are roles. Groups are in
//! both kinds of token, and only an administrator changes them, while a user may change
//! `custom:` attributes of their own unless every app client is told otherwise.

mod jwks;

use async_trait::async_trait;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use twinhost::TenantId;
use twinhost::ports::{Auth, AuthError, Principal};

use crate::options::CognitoOptions;
use jwks::Jwks;

/// The group of a user's tenant begins with this.
const TENANT_GROUP: &str = "tenant:";

/// Longest token that is looked at: headers of a request have 10,240 bytes in all at API Gateway.
const MAX_TOKEN_BYTES: usize = 10_240;

/// Verifies the tokens of one user pool for one app client.
#[derive(Debug)]
pub struct CognitoAuth {
    issuer: String,
    client: String,
    keys: Jwks,
}

/// The claims of a token, id or access.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// One; a list that has ours among others is refused.
    iss: String,
    /// A number; text is refused.
    #[serde(rename = "exp")]
    _exp: i64,
    token_use: String,
    aud: Option<String>,
    client_id: Option<String>,
    #[serde(rename = "cognito:groups", default)]
    groups: Vec<String>,
}

impl CognitoAuth {
    /// A verifier; it fetches the pool's keys when the first token comes.
    #[must_use]
    pub fn new(options: &CognitoOptions) -> Self {
        let CognitoOptions { issuer, client, jwks_url } = options;
        Self { issuer: issuer.clone(), client: client.clone(), keys: Jwks::new(jwks_url) }
    }

    fn principal(&self, claims: Claims) -> Result<Principal, AuthError> {
        let invalid = |why: &str| AuthError::Invalid(why.to_owned());
        if claims.iss != self.issuer {
            return Err(invalid("it is of another issuer"));
        }
        // An access token has no `aud`, an id token no `client_id`.
        let client = match claims.token_use.as_str() {
            "id" => claims.aud,
            "access" => claims.client_id,
            _ => return Err(invalid("its `token_use` is neither `id` nor `access`")),
        };
        if client.as_ref() != Some(&self.client) {
            return Err(invalid("it is for another app client"));
        }
        let (tenants, roles): (Vec<String>, Vec<String>) =
            claims.groups.into_iter().partition(|group| group.starts_with(TENANT_GROUP));
        let [tenant] = tenants.as_slice() else {
            return Err(invalid("its user is not in exactly one group `tenant:<name>`"));
        };
        let tenant = tenant[TENANT_GROUP.len()..].parse::<TenantId>();
        let tenant = tenant.map_err(|error| AuthError::Invalid(error.to_string()))?;
        Ok(Principal { subject: claims.sub, tenant, roles })
    }
}

#[async_trait]
impl Auth for CognitoAuth {
    async fn verify(&self, token: &str) -> Result<Principal, AuthError> {
        let invalid = |error: jsonwebtoken::errors::Error| AuthError::Invalid(error.to_string());
        if token.len() > MAX_TOKEN_BYTES {
            return Err(AuthError::Invalid("it is too long".to_owned()));
        }
        let header = jsonwebtoken::decode_header(token).map_err(invalid)?;
        if header.alg != Algorithm::RS256 {
            return Err(AuthError::Invalid("it is not signed with RS256".to_owned()));
        }
        // RFC 7515 §4.1.11: extensions that are marked critical and not understood; none are.
        if header.crit.is_some() {
            return Err(AuthError::Invalid("it has critical extensions".to_owned()));
        }
        let kid = header.kid.ok_or_else(|| AuthError::Invalid("it names no key".to_owned()))?;
        let key = self.keys.key(&kid).await?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.leeway = 0;
        // RFC 7519 §4.1.4: not on or after; the library alone would let the last second pass.
        validation.reject_tokens_expiring_in_less_than = 1;
        validation.validate_nbf = true;
        // Only one kind of token has it.
        validation.validate_aud = false;
        let token = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(invalid)?;
        self.principal(token.claims)
    }
}
