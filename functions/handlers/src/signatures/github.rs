//! GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body alone.
//!
//! The older `X-Hub-Signature` is an HMAC-SHA1 and counts for nothing. See
//! "Validating webhook deliveries" in GitHub's documentation.

use http::HeaderMap;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::{Cause, Claim, Code, Rules, delivery_id, one};

const SIGNATURE: &str = "x-hub-signature-256";
const DELIVERY: &str = "x-github-delivery";

pub(super) struct GitHub;

impl Rules for GitHub {
    fn name(&self) -> &'static str {
        "github"
    }

    fn secret_form(&self) -> &'static str {
        "the text given as the webhook's secret, at least one character"
    }

    fn key(&self, secret: &SecretString) -> Option<SecretSlice<u8>> {
        let secret = secret.expose_secret();
        (!secret.is_empty()).then(|| secret.as_bytes().to_vec().into())
    }

    fn secret_from(&self, bytes: [u8; 32]) -> SecretString {
        hex::encode(bytes).into()
    }

    fn claim(&self, headers: &HeaderMap, _now: Timestamp) -> Result<Claim, Cause> {
        let code = one(headers, SIGNATURE)?.strip_prefix("sha256=").and_then(from_hex);
        Ok(Claim {
            delivery_id: delivery_id(headers, DELIVERY)?,
            prefix: String::new(),
            codes: vec![code.ok_or(Cause::Signature)?],
        })
    }

    fn prefix(&self, _delivery_id: &str, _now: Timestamp) -> String {
        String::new()
    }

    fn headers(
        &self,
        delivery_id: &str,
        _now: Timestamp,
        code: Code,
    ) -> Vec<(&'static str, String)> {
        vec![
            (DELIVERY, delivery_id.to_owned()),
            (SIGNATURE, format!("sha256={}", hex::encode(code))),
        ]
    }
}

/// A code in lower-case hexadecimal; GitHub writes no other.
fn from_hex(text: &str) -> Option<Code> {
    let mut code = Code::default();
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    (is_lower && hex::decode_to_slice(text, &mut code).is_ok()).then_some(code)
}
