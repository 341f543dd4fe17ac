//! Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`.
//!
//! Signed is `<id>.<timestamp>.<body>`. The signature is a list of entries
//! with a blank between them, of which one must match; entries of other
//! versions than `v1`, such as `v1a` (Ed25519), are passed over. Svix sends the
//! same under `svix-` names. See the Standard Webhooks specification.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::{Cause, Claim, Code, Rules, delivery_id, one};

/// How far the sender's clock may be from ours, in seconds, either way: what
/// the specification's own libraries allow.
const TOLERANCE: u64 = 300;

const SECRET_PREFIX: &str = "whsec_";

/// The names of the three headers.
struct Names {
    id: &'static str,
    timestamp: &'static str,
    signature: &'static str,
}

/// The first of these with any header present is used, and must then be
/// complete: no delivery is put together from two sets of headers.
const NAMES: [Names; 2] = [
    Names { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" },
    Names { id: "svix-id", timestamp: "svix-timestamp", signature: "svix-signature" },
];

pub(super) struct StandardWebhooks;

impl Rules for StandardWebhooks {
    fn name(&self) -> &'static str {
        "standard-webhooks"
    }

    fn secret_form(&self) -> &'static str {
        "`whsec_` and the key in base64, or the base64 alone"
    }

    fn key(&self, secret: &SecretString) -> Option<SecretSlice<u8>> {
        let secret = secret.expose_secret();
        let key = STANDARD.decode(secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret)).ok()?;
        (!key.is_empty()).then(|| key.into())
    }

    fn secret_from(&self, bytes: [u8; 32]) -> SecretString {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes)).into()
    }

    fn claim(&self, headers: &HeaderMap, now: Timestamp) -> Result<Claim, Cause> {
        let names = NAMES.iter().find(|names| {
            [names.id, names.timestamp, names.signature]
                .iter()
                .any(|name| headers.contains_key(*name))
        });
        let names = names.ok_or(Cause::Header)?;
        let delivery_id = delivery_id(headers, names.id)?;
        let timestamp = one(headers, names.timestamp)?;
        let signed_at = seconds(timestamp).ok_or(Cause::Timestamp)?;
        if now.as_second().abs_diff(signed_at) > TOLERANCE {
            return Err(Cause::Stale);
        }
        let codes: Vec<Code> = one(headers, names.signature)?.split(' ').filter_map(code).collect();
        if codes.is_empty() {
            return Err(Cause::Signature);
        }
        let prefix = format!("{delivery_id}.{timestamp}.");
        Ok(Claim { delivery_id, prefix, codes })
    }

    fn prefix(&self, delivery_id: &str, now: Timestamp) -> String {
        format!("{delivery_id}.{}.", now.as_second())
    }

    fn headers(
        &self,
        delivery_id: &str,
        now: Timestamp,
        code: Code,
    ) -> Vec<(&'static str, String)> {
        let [Names { id, timestamp, signature }, _] = NAMES;
        vec![
            (id, delivery_id.to_owned()),
            (timestamp, now.as_second().to_string()),
            (signature, format!("v1,{}", STANDARD.encode(code))),
        ]
    }
}

/// Seconds since 1970, in digits alone: `parse` would also take `+1`.
fn seconds(text: &str) -> Option<i64> {
    let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if is_canonical { text.parse().ok() } else { None }
}

/// The code of a `v1` entry of the list.
fn code(entry: &str) -> Option<Code> {
    STANDARD.decode(entry.strip_prefix("v1,")?).ok()?.try_into().ok()
}
