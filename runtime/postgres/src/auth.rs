//! Local accounts: bcrypt passwords and HS256 tokens.
//!
//! A user is a document of the system tenant, keyed by mail address, that says
//! for which tenant the user acts. The token's claims are those that a cloud
//! user pool gives too, so a handler cannot tell the difference.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use twinhost::ports::{
    Auth, AuthError, Commit, CommitError, Documents, Page, PortError, Principal, Query,
};
use twinhost::unit::{Change, Condition, Unit, Write};
use twinhost::{Document, TenantId};

/// bcrypt's work factor: 2^12 rounds, about a quarter of a second.
const COST: u32 = 12;
/// bcrypt reads no further; a longer password would be cut without a word.
const MAX_PASSWORD_BYTES: usize = 72;
/// NIST SP 800-63B: at least 8 characters.
const MIN_PASSWORD_CHARS: usize = 8;
/// HS256 wants a secret at least as long as its hash (RFC 7518 §3.2).
const MIN_SECRET_BYTES: usize = 32;

/// A local account.
#[derive(Clone, Serialize, Deserialize)]
pub struct User {
    /// The mail address, in lower case.
    pub email: String,
    /// The tenant the user acts for.
    pub tenant: TenantId,
    /// What the user may do.
    pub roles: Vec<String>,
    /// The bcrypt hash of the password.
    password_hash: String,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl Document for User {
    const COLLECTION: &'static str = "users";

    fn key(&self) -> String {
        self.email.clone()
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { email, tenant, roles, .. } = self;
        f.debug_struct("User")
            .field("email", email)
            .field("tenant", tenant)
            .field("roles", roles)
            .finish_non_exhaustive()
    }
}

/// Why an account could not be made, changed or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The password cannot be one.
    #[error(
        "a password has 8 characters at least and 72 bytes at most; this one has {chars} characters, {bytes} bytes"
    )]
    Password {
        /// Its characters.
        chars: usize,
        /// Its bytes.
        bytes: usize,
    },
    /// The mail address cannot be one.
    #[error("`{0}` is not a mail address; use `name@example.com`")]
    Email(String),
    /// The address has an account.
    #[error("`{0}` has an account already; use another address, or set its password")]
    Taken(String),
    /// The address has no account.
    #[error("`{0}` has no account; `users list` shows who has")]
    Unknown(String),
    /// The secret for tokens is too short.
    #[error("the JWT secret has {0} bytes; use 32 or more random ones")]
    WeakSecret(usize),
    /// bcrypt failed.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] CommitError),
}

impl From<PortError> for AccountError {
    fn from(error: PortError) -> Self {
        Self::Store(error.into())
    }
}

/// Local accounts and their tokens.
#[derive(Clone)]
pub struct LocalAuth {
    documents: Arc<dyn Documents>,
    commit: Arc<dyn Commit>,
    encoding: EncodingKey,
    decoding: DecodingKey,
    issuer: String,
    cost: u32,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    tenant: TenantId,
    roles: Vec<String>,
    iss: String,
    iat: i64,
    exp: i64,
}

impl LocalAuth {
    /// Accounts in a store, with tokens signed by `secret` in the name of `issuer`.
    ///
    /// # Errors
    ///
    /// When the secret has fewer than 32 bytes.
    pub fn new(
        documents: Arc<dyn Documents>,
        commit: Arc<dyn Commit>,
        secret: &SecretString,
        issuer: impl Into<String>,
    ) -> Result<Self, AccountError> {
        let bytes = secret.expose_secret().as_bytes();
        if bytes.len() < MIN_SECRET_BYTES {
            return Err(AccountError::WeakSecret(bytes.len()));
        }
        Ok(Self {
            documents,
            commit,
            encoding: EncodingKey::from_secret(bytes),
            decoding: DecodingKey::from_secret(bytes),
            issuer: issuer.into(),
            cost: COST,
        })
    }

    /// Makes an account.
    ///
    /// # Errors
    ///
    /// When the address or the password cannot be one, the address is taken, or the store fails.
    pub async fn add(
        &self,
        email: &str,
        password: &SecretString,
        tenant: TenantId,
        roles: Vec<String>,
    ) -> Result<User, AccountError> {
        let email = normal(email)?;
        let password_hash = self.hash(password).await?;
        let created_at = Timestamp::now();
        let user = User { email, tenant, roles, password_hash, created_at };
        match self.store(&user.email, Condition::Absent, Some(&user)).await {
            Err(AccountError::Store(CommitError::Conflict)) => Err(AccountError::Taken(user.email)),
            stored => stored.map(|()| user),
        }
    }

    /// Sets the password of an account.
    ///
    /// # Errors
    ///
    /// When there is no such account, the password cannot be one, or the store fails.
    pub async fn set_password(
        &self,
        email: &str,
        password: &SecretString,
    ) -> Result<(), AccountError> {
        let mut user = self.existing(email).await?;
        user.password_hash = self.hash(password).await?;
        self.store(&user.email, Condition::Any, Some(&user)).await
    }

    /// Removes an account; its tokens stay good until they expire.
    ///
    /// # Errors
    ///
    /// When there is no such account, or the store fails.
    pub async fn remove(&self, email: &str) -> Result<(), AccountError> {
        let user = self.existing(email).await?;
        self.store(&user.email, Condition::Any, None).await
    }

    /// One page of the accounts, by address.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn list(&self, query: &Query) -> Result<Page<User>, AccountError> {
        let system = TenantId::system();
        let page = self.documents.query(&system, User::COLLECTION, query).await?;
        let users = page.items.iter().map(|stored| decode(&stored.body));
        Ok(Page { items: users.collect::<Result<_, _>>()?, next: page.next })
    }

    /// Who an address and a password belong to; `None` for every way of being wrong, at the same cost.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn login(
        &self,
        email: &str,
        password: &SecretString,
    ) -> Result<Option<Principal>, AccountError> {
        let user = match normal(email) {
            Ok(email) => self.find(&email).await?,
            Err(_) => None,
        };
        // An unknown user costs as much as a wrong password, so that time does not tell them apart.
        let hash = user.as_ref().map_or_else(|| dummy_hash(self.cost), |u| u.password_hash.clone());
        let password = password.clone();
        let good = blocking(move || {
            let password = password.expose_secret();
            password.len() <= MAX_PASSWORD_BYTES && bcrypt::verify(password, &hash).unwrap_or(false)
        })
        .await?;
        let principal =
            |user: User| Principal { subject: user.email, tenant: user.tenant, roles: user.roles };
        Ok(user.filter(|_| good).map(principal))
    }

    /// A token that speaks for a principal for so long.
    ///
    /// # Errors
    ///
    /// When it cannot be signed.
    pub fn issue(
        &self,
        principal: &Principal,
        lasting: Duration,
    ) -> Result<SecretString, AuthError> {
        let now = Timestamp::now().as_second();
        let claims = Claims {
            sub: principal.subject.clone(),
            tenant: principal.tenant.clone(),
            roles: principal.roles.clone(),
            iss: self.issuer.clone(),
            iat: now,
            exp: now.saturating_add(i64::try_from(lasting.as_secs()).unwrap_or(i64::MAX)),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map(Into::into)
            .map_err(|error| AuthError::Unavailable(error.to_string()))
    }

    async fn hash(&self, password: &SecretString) -> Result<String, AccountError> {
        let (chars, bytes) =
            (password.expose_secret().chars().count(), password.expose_secret().len());
        if chars < MIN_PASSWORD_CHARS || bytes > MAX_PASSWORD_BYTES {
            return Err(AccountError::Password { chars, bytes });
        }
        let (password, cost) = (password.clone(), self.cost);
        blocking(move || bcrypt::non_truncating_hash(password.expose_secret(), cost))
            .await?
            .map_err(|error| AccountError::Hash(error.to_string()))
    }

    async fn existing(&self, email: &str) -> Result<User, AccountError> {
        let email = normal(email)?;
        self.find(&email).await?.ok_or(AccountError::Unknown(email))
    }

    async fn find(&self, email: &str) -> Result<Option<User>, AccountError> {
        let stored = self.documents.get(&TenantId::system(), User::COLLECTION, email).await?;
        stored.map(|stored| decode(&stored.body)).transpose()
    }

    async fn store(
        &self,
        email: &str,
        condition: Condition,
        user: Option<&User>,
    ) -> Result<(), AccountError> {
        let change = match user {
            None => Change::Delete,
            Some(user) => {
                let body = serde_json::to_string(user)
                    .map_err(|error| PortError::invalid("a user", error.to_string()))?;
                Change::Put { body, expires_at: None }
            }
        };
        let mut unit = Unit::new(TenantId::system(), "accounts");
        let key = email.to_owned();
        unit.writes.push(Write { collection: User::COLLECTION, key, condition, change });
        self.commit.commit(vec![unit]).await?;
        Ok(())
    }
}

#[async_trait]
impl Auth for LocalAuth {
    async fn verify(&self, token: &str) -> Result<Principal, AuthError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.leeway = 0;
        // RFC 7519 §4.1.4: not on or after; the library alone would let the last second pass.
        validation.reject_tokens_expiring_in_less_than = 1;
        validation.validate_nbf = true;
        validation.validate_aud = false;
        let token = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation)
            .map_err(|error| AuthError::Invalid(error.to_string()))?;
        let Claims { sub: subject, tenant, roles, .. } = token.claims;
        Ok(Principal { subject, tenant, roles })
    }
}

impl fmt::Debug for LocalAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalAuth").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// bcrypt is slow on purpose; it must not hold up the other tasks.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AccountError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| AccountError::Hash(error.to_string()))
}

/// A well-formed hash of the same cost that no password has.
fn dummy_hash(cost: u32) -> String {
    format!("$2b${cost:02}${}", ".".repeat(53))
}

fn normal(email: &str) -> Result<String, AccountError> {
    let email = email.trim().to_lowercase();
    let fits = email.len() <= 254
        && !email.chars().any(|c| c.is_control() || c.is_whitespace())
        && email.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.len() > 1);
    if fits {
        Ok(email)
    } else {
        Err(AccountError::Email(email.escape_debug().take(254).collect()))
    }
}

fn decode(body: &str) -> Result<User, AccountError> {
    serde_json::from_str(body)
        .map_err(|error| PortError::invalid("a stored user", error.to_string()).into())
}

#[cfg(test)]
mod tests {
    use twinhost::memory::Memory;

    use super::*;

    fn accounts(secret: &str) -> LocalAuth {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let secret = SecretString::from(secret.repeat(32));
        let mut auth = LocalAuth::new(ports.documents, ports.commit, &secret, "twinhost").unwrap();
        auth.cost = 4;
        auth
    }

    async fn ada(auth: &LocalAuth) -> Principal {
        let tenant = "acme".parse().unwrap();
        auth.add("Ada@Example.com", &"correct horse".into(), tenant, vec!["admin".into()])
            .await
            .unwrap();
        auth.login("ada@example.com", &"correct horse".into()).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn who_signs_up_can_log_in_and_the_token_says_who_it_is() {
        let auth = accounts("s");
        let principal = ada(&auth).await;
        let token = auth.issue(&principal, Duration::from_secs(60)).unwrap();
        assert_eq!(auth.verify(token.expose_secret()).await.unwrap(), principal);
    }

    #[tokio::test]
    async fn a_wrong_password_and_an_unknown_user_are_answered_alike() {
        let auth = accounts("s");
        ada(&auth).await;
        for (email, password) in
            [("ada@example.com", "wrong horse"), ("eve@example.com", "correct horse"), ("", "")]
        {
            assert_eq!(auth.login(email, &password.into()).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn the_dummy_hash_costs_a_real_comparison() {
        assert_eq!(bcrypt::verify("anything", &dummy_hash(4)).ok(), Some(false));
    }

    #[tokio::test]
    async fn a_password_that_bcrypt_would_cut_is_refused() {
        let auth = accounts("s");
        for bad in ["x".repeat(73), "ü".repeat(37), "short".into()] {
            let added = auth.add("a@b.c", &bad.into(), "acme".parse().unwrap(), vec![]).await;
            assert!(matches!(added, Err(AccountError::Password { .. })), "{added:?}");
        }
    }

    #[tokio::test]
    async fn an_address_has_one_account_however_it_is_written() {
        let auth = accounts("s");
        ada(&auth).await;
        let (tenant, password) = ("acme".parse().unwrap(), "correct horse".into());
        let again = auth.add(" ADA@example.com", &password, tenant, vec![]);
        assert!(matches!(again.await, Err(AccountError::Taken(_))));
    }

    #[tokio::test]
    async fn a_token_of_another_secret_issuer_algorithm_or_time_is_refused() {
        let auth = accounts("s");
        let principal = ada(&auth).await;
        let good = auth.issue(&principal, Duration::from_secs(60)).unwrap();
        let mut other_issuer = auth.clone();
        other_issuer.issuer = "somebody".into();
        let parts: Vec<&str> = good.expose_secret().split('.').collect();
        // {"alg":"none","typ":"JWT"}
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
        let expired = auth.issue(&principal, Duration::ZERO).unwrap();
        let issued = other_issuer.issue(&principal, Duration::from_secs(60)).unwrap();
        for bad in [expired.expose_secret(), issued.expose_secret(), &unsigned, "", "a.b.c"] {
            assert!(auth.verify(bad).await.is_err(), "{bad}");
        }
        assert!(accounts("t").verify(good.expose_secret()).await.is_err());
        let claims =
            serde_json::json!({"sub":"a","tenant":"acme","roles":[],"iss":"twinhost","iat":0});
        let endless = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &auth.encoding);
        assert!(auth.verify(&endless.unwrap()).await.is_err());
        let claims = serde_json::json!({"sub":"a","tenant":"acme","roles":[],"iss":"twinhost","iat":0,"exp":"9999999999"});
        let text = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &auth.encoding);
        assert!(auth.verify(&text.unwrap()).await.is_err());
    }

    #[test]
    fn a_short_secret_is_refused_with_its_length() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let made = LocalAuth::new(ports.documents, ports.commit, &"x".repeat(31).into(), "t");
        assert!(made.unwrap_err().to_string().contains("31 bytes"));
    }
}
