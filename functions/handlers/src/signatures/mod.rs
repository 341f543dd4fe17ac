//! Signatures of webhooks: who sent a delivery, told from its raw bytes before anything is parsed.
//!
//! Every scheme here is an HMAC-SHA256, under a secret shared with the sender,
//! over a prefix and the body exactly as it came. What differs (names of
//! headers, the prefix, how a MAC and a secret are spelled) is one module a
//! scheme; what must never differ (the comparison in constant time, the two
//! secrets of a rotation, one answer for every failure) is here.
//!
//! To add a scheme: its module with its `Rules`, a variant of [`Scheme`], and
//! its line in [`Scheme::ALL`] and in `Scheme::rules`.

mod github;
mod standard_webhooks;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// How the sender of a webhook signs its deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scheme {
    /// `standard-webhooks`: Standard Webhooks, and Svix under its own header names.
    StandardWebhooks,
    /// `github`: GitHub's `X-Hub-Signature-256`.
    ///
    /// GitHub signs neither the time nor the delivery id. Whoever has seen a
    /// delivery can send it again under a new id, so what comes of a delivery
    /// must not harm when it comes twice.
    GitHub,
}

/// A delivery whose sender knows the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The sender's name for the delivery, the same when it is sent again:
    /// 1 to 200 of `A-Z`, `a-z`, `0-9`, `_` and `-`.
    pub delivery_id: String,
}

/// A delivery that cannot be shown to come from someone who knows the secret.
///
/// It reads the same whatever went wrong, so that a forger learns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature of the delivery could not be verified")]
pub struct Unverified(Cause);

/// Why a delivery was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// A header of the scheme is missing, comes twice or is not text.
    Header,
    /// The delivery id is empty, too long or of other characters.
    DeliveryId,
    /// The timestamp is not a whole number of seconds.
    Timestamp,
    /// The timestamp is too far from now.
    Stale,
    /// The signature is not spelled as the scheme wants it.
    Signature,
    /// There is no secret that the scheme can use.
    Secret,
    /// The signature is of other bytes or by another secret.
    Mismatch,
}

/// A delivery that cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CannotSign {
    /// The secret cannot be used.
    #[error(transparent)]
    Secret(#[from] InvalidSecret),
    /// No receiver would accept the delivery id.
    #[error("`{0}` cannot be the id of a delivery; use 1 to 200 of A-Z, a-z, 0-9, `_` and `-`")]
    DeliveryId(String),
}

/// A secret that is not of the scheme. It does not repeat the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this cannot be a secret of `{scheme}`; use {allowed}")]
pub struct InvalidSecret {
    scheme: Scheme,
    allowed: &'static str,
}

/// A word that names no scheme.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a signature scheme; use {}", names())]
pub struct UnknownScheme {
    name: String,
}

/// What a scheme does its own way.
trait Rules {
    /// The scheme's name, in kebab-case.
    fn name(&self) -> &'static str;

    /// What a secret must look like, for people.
    fn secret_form(&self) -> &'static str;

    /// The key of the MAC; `None` if the secret is not of the scheme, or empty.
    fn key(&self, secret: &SecretString) -> Option<SecretSlice<u8>>;

    /// Spells random bytes as a secret.
    fn secret_from(&self, bytes: [u8; 32]) -> SecretString;

    /// Reads what the headers claim.
    fn claim(&self, headers: &HeaderMap, now: Timestamp) -> Result<Claim, Cause>;

    /// What is signed in front of the body.
    fn prefix(&self, delivery_id: &str, now: Timestamp) -> String;

    /// The headers of a signed delivery.
    fn headers(&self, delivery_id: &str, now: Timestamp, code: Code)
    -> Vec<(&'static str, String)>;
}

/// A message authentication code: an HMAC-SHA256.
type Code = [u8; 32];

/// What a delivery claims about itself; nothing in it may be used before a code matches.
struct Claim {
    delivery_id: String,
    /// What is signed in front of the body.
    prefix: String,
    /// The codes offered; one that matches is enough.
    codes: Vec<Code>,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Self; 2] = [Self::StandardWebhooks, Self::GitHub];

    fn rules(self) -> &'static dyn Rules {
        match self {
            Self::StandardWebhooks => &standard_webhooks::StandardWebhooks,
            Self::GitHub => &github::GitHub,
        }
    }

    /// The scheme's name, in kebab-case.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.rules().name()
    }

    /// Verifies that a delivery was signed with one of the secrets.
    ///
    /// `secrets` are the current one and, during a rotation, the previous one.
    /// `body` is what was signed: the bytes as they came, decoded only from
    /// what the transport put round them.
    ///
    /// # Errors
    ///
    /// [`Unverified`], one error for every cause: a header that is missing or
    /// comes twice, a stale timestamp, a signature that does not match.
    pub fn verify(
        self,
        secrets: &[SecretString],
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Verified, Unverified> {
        let rules = self.rules();
        let claim = rules.claim(headers, now).map_err(Unverified)?;
        let keys: Vec<_> = secrets.iter().filter_map(|secret| rules.key(secret)).collect();
        if keys.is_empty() {
            return Err(Unverified(Cause::Secret));
        }
        // Every code is compared with every secret, so that the time taken does
        // not tell which of them matched.
        let mut is_genuine = Choice::from(0);
        for key in &keys {
            let expected = code(key, &claim.prefix, body).ok_or(Unverified(Cause::Secret))?;
            for offered in &claim.codes {
                is_genuine |= expected.ct_eq(offered);
            }
        }
        if bool::from(is_genuine) {
            Ok(Verified { delivery_id: claim.delivery_id })
        } else {
            Err(Unverified(Cause::Mismatch))
        }
    }

    /// The headers that make a delivery verifiable: what a sender does.
    ///
    /// # Errors
    ///
    /// [`CannotSign`] if the secret is not of the scheme, or if no receiver
    /// would accept the delivery id.
    pub fn sign(
        self,
        secret: &SecretString,
        delivery_id: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, CannotSign> {
        let rules = self.rules();
        let invalid_id = || CannotSign::DeliveryId(delivery_id.chars().take(80).collect());
        if !is_delivery_id(delivery_id) {
            return Err(invalid_id());
        }
        let key = rules.key(secret).ok_or_else(|| self.invalid_secret())?;
        let code = code(&key, &rules.prefix(delivery_id, now), body)
            .ok_or_else(|| self.invalid_secret())?;
        let headers = rules.headers(delivery_id, now, code).into_iter();
        headers
            .map(|(name, value)| {
                let value = HeaderValue::from_str(&value).map_err(|_| invalid_id())?;
                Ok((HeaderName::from_static(name), value))
            })
            .collect()
    }

    /// Checks that a secret is of the scheme, before it is kept for verifying.
    ///
    /// # Errors
    ///
    /// [`InvalidSecret`], which says what a secret must look like.
    pub fn check_secret(self, secret: &SecretString) -> Result<(), InvalidSecret> {
        self.rules().key(secret).map(drop).ok_or_else(|| self.invalid_secret())
    }

    /// Spells 32 random bytes as a secret of the scheme, to be given to the sender.
    #[must_use]
    pub fn secret_from(self, bytes: [u8; 32]) -> SecretString {
        self.rules().secret_from(bytes)
    }

    fn invalid_secret(self) -> InvalidSecret {
        InvalidSecret { scheme: self, allowed: self.rules().secret_form() }
    }
}

impl Unverified {
    /// A word for the cause, for counters; the sender must never see it.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self.0 {
            Cause::Header => "header",
            Cause::DeliveryId => "delivery-id",
            Cause::Timestamp => "timestamp",
            Cause::Stale => "stale",
            Cause::Signature => "signature",
            Cause::Secret => "secret",
            Cause::Mismatch => "mismatch",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scheme {
    type Err = UnknownScheme;

    fn from_str(name: &str) -> Result<Self, UnknownScheme> {
        let named = Self::ALL.into_iter().find(|scheme| scheme.name() == name);
        named.ok_or_else(|| UnknownScheme { name: name.chars().take(80).collect() })
    }
}

impl TryFrom<String> for Scheme {
    type Error = UnknownScheme;

    fn try_from(name: String) -> Result<Self, UnknownScheme> {
        name.parse()
    }
}

impl From<Scheme> for String {
    fn from(scheme: Scheme) -> Self {
        scheme.name().to_owned()
    }
}

/// The names of all schemes, for people.
fn names() -> String {
    Scheme::ALL.map(|scheme| format!("`{scheme}`")).join(" or ")
}

/// The HMAC-SHA256 over prefix and body. HMAC takes keys of any length, so
/// there is always one.
fn code(key: &SecretSlice<u8>, prefix: &str, body: &[u8]) -> Option<Code> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret()).ok()?;
    mac.update(prefix.as_bytes());
    mac.update(body);
    Some(mac.finalize().into_bytes().into())
}

/// The one value of a header. A second value would leave open which one was meant.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, Cause> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| Cause::Header),
        _ => Err(Cause::Header),
    }
}

/// The delivery id in a header.
fn delivery_id(headers: &HeaderMap, name: &str) -> Result<String, Cause> {
    let id = one(headers, name)?;
    if is_delivery_id(id) { Ok(id.to_owned()) } else { Err(Cause::DeliveryId) }
}

/// No `.`: where the id is signed in front of a `.`, an id with one could be
/// cut in another place and still match.
fn is_delivery_id(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=200).contains(&id.len()) && id.bytes().all(fits)
}
