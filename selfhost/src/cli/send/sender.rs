//! Signs a file and posts it, again and again while the receiver is away.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use functions::signatures::Scheme;
use http::{StatusCode, header};
use jiff::Timestamp;
use reqwest::{Client, Response, Url};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::cli::client::client;

/// How long one answer may take: longer than a route's handler may run (30 s).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(40);
/// The first pause before sending again; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause the sender chooses by itself.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How much of an answer is repeated as the reason of a failure.
const REASON_LENGTH: usize = 300;

/// Posts files to one webhook.
#[derive(Debug)]
pub(super) struct Sender {
    client: Client,
    url: Url,
    scheme: Scheme,
    secret: SecretString,
    retry_for: Duration,
}

/// What became of a file.
#[derive(Debug)]
pub(super) enum Sent {
    /// The receiver has it for good.
    Accepted {
        /// Its size in bytes.
        bytes: u64,
        /// How often it had to be sent again.
        retries: u32,
    },
    /// The receiver does not want it, or was away for too long.
    Failed(String),
}

/// What one attempt came to.
enum Attempt {
    Accepted,
    Refused(String),
    /// It may work later; the receiver may have said when.
    Later(String, Option<Duration>),
}

impl Sender {
    /// A sender to `url`; a receiver that is away is tried again for `retry_for`.
    ///
    /// # Errors
    ///
    /// When the secret is not of the scheme, or there is no HTTP client to be had.
    pub(super) fn new(
        url: Url,
        scheme: Scheme,
        secret: SecretString,
        retry_for: Duration,
    ) -> Result<Self> {
        scheme.check_secret(&secret)?;
        let client = client(&url)
            .timeout(REQUEST_TIMEOUT)
            // A signed body is for the receiver asked, not for whom it points to.
            .redirect(reqwest::redirect::Policy::none());
        let client = client
            .build()
            .context("HTTPS needs this machine's certificates (package `ca-certificates`)")?;
        Ok(Self { client, url, scheme, secret, retry_for })
    }

    /// Sends a file until it is accepted or refused, or the time for it is up.
    ///
    /// `waiting` is told why, whenever the file has to be sent again.
    pub(super) async fn send(&self, file: &Path, waiting: impl Fn(&str)) -> Sent {
        let body = match tokio::fs::read(file).await {
            Ok(body) => bytes::Bytes::from(body),
            Err(error) => return Sent::Failed(format!("cannot be read: {error}")),
        };
        let id = delivery_id(&body);
        let give_up = Instant::now() + self.retry_for;
        let mut pause = FIRST_PAUSE;
        let mut retries = 0;
        loop {
            let (reason, after) = match self.attempt(&id, &body).await {
                Attempt::Accepted => {
                    return Sent::Accepted { bytes: body.len() as u64, retries };
                }
                Attempt::Refused(reason) => return Sent::Failed(reason),
                Attempt::Later(reason, after) => (reason, after),
            };
            waiting(&reason);
            // Jitter keeps the files in hand from coming back all at once.
            let next = after.unwrap_or_else(|| pause.mul_f64(rand::random_range(0.5..1.5)));
            if Instant::now() + next > give_up {
                return Sent::Failed(format!("{reason} (gave up after {:?})", self.retry_for));
            }
            tokio::time::sleep(next).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            retries += 1;
        }
    }

    /// Signs anew each time: a signature is good for minutes only.
    async fn attempt(&self, id: &str, body: &bytes::Bytes) -> Attempt {
        let signature = match self.scheme.sign(&self.secret, id, body, Timestamp::now()) {
            Ok(signature) => signature,
            Err(error) => return Attempt::Refused(error.to_string()),
        };
        let content_type =
            if body.starts_with(&[0x1f, 0x8b]) { "application/gzip" } else { "application/json" };
        let request = self
            .client
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, content_type)
            .headers(signature.into_iter().collect())
            .body(body.clone());
        match request.send().await {
            Ok(response) => judge(response).await,
            Err(error) => Attempt::Later(unreachable(&error), None),
        }
    }
}

/// The same bytes have the same id, so that sending them again is a duplicate.
fn delivery_id(body: &[u8]) -> String {
    format!("sha256_{}", hex::encode(Sha256::digest(body)))
}

async fn judge(response: Response) -> Attempt {
    let status = response.status();
    let after = retry_after(&response);
    if status.is_success() {
        return Attempt::Accepted;
    }
    let mut reason = status.to_string();
    if let Some(message) = message(response).await {
        reason.push_str(": ");
        reason.push_str(&message);
    }
    match status {
        StatusCode::REQUEST_TIMEOUT
        | StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Attempt::Later(reason, after),
        StatusCode::UNAUTHORIZED => Attempt::Refused(format!(
            "{reason} (tenant, source and secret must be those of `twinhost sources list`)"
        )),
        _ => Attempt::Refused(reason),
    }
}

/// The wait that the receiver asks for, in seconds; its other form, a date, no host of ours sends.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?;
    Some(Duration::from_secs(value.to_str().ok()?.parse().ok()?))
}

/// What the receiver says to it: the `message` of a JSON answer, or the answer's beginning.
async fn message(response: Response) -> Option<String> {
    let text = response.text().await.ok()?;
    let json = serde_json::from_str::<serde_json::Value>(&text).ok();
    let message = json.as_ref().and_then(|json| json.get("message")?.as_str());
    let message: String = message.unwrap_or(&text).chars().take(REASON_LENGTH).collect();
    (!message.trim().is_empty()).then(|| message.trim().to_owned())
}

/// Why there was no answer, down to the cause; reqwest's own words end before it.
fn unreachable(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let host = error.url().and_then(Url::host_str).unwrap_or("the receiver");
    let port = error.url().and_then(Url::port_or_known_default).unwrap_or_default();
    format!("no answer from {host}:{port}: {cause}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_have_the_same_delivery_id() {
        assert_eq!(delivery_id(b"{}"), delivery_id(b"{}"));
        assert_ne!(delivery_id(b"{}"), delivery_id(b"{} "));
        let id = delivery_id(b"{}");
        let secret = Scheme::StandardWebhooks.secret_from([7; 32]);
        let signed = Scheme::StandardWebhooks.sign(&secret, &id, b"{}", Timestamp::now());
        assert!(signed.is_ok(), "{signed:?}");
    }
}
