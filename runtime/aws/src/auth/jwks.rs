//! The public keys of a token issuer, fetched when a token names one that is not known.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;
use twinhost::ports::AuthError;

/// API Gateway's limits for the same fetch.
const TIMEOUT: Duration = Duration::from_millis(1500);
const MAX_BYTES: usize = 150_000;

/// Time between two fetches, so that tokens with made-up key ids cost the issuer nothing.
const COOL_DOWN: Duration = Duration::from_secs(10);

/// RFC 7518 §3.3: a key of RS256 has 2048 bits at least.
const MIN_MODULUS_BYTES: usize = 256;

type HttpsClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// The keys of an issuer by their ids.
pub(super) struct Jwks {
    url: String,
    /// Built for the first fetch: reading the machine's root certificates takes some milliseconds.
    client: OnceLock<HttpsClient>,
    keys: RwLock<HashMap<String, Arc<DecodingKey>>>,
    /// Held during a fetch, so that all who wait for one share it.
    last: Mutex<Option<Fetched>>,
}

/// The last fetch.
#[derive(Clone, Debug)]
struct Fetched {
    at: Instant,
    failure: Option<String>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

/// A key, of which only what RS256 needs is read.
#[derive(Deserialize)]
struct Key {
    kid: Option<String>,
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Jwks {
    /// The keys at a place; nothing is fetched yet.
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            client: OnceLock::new(),
            keys: RwLock::default(),
            last: Mutex::new(None),
        }
    }

    /// The key of this id. A key that is not known is looked for at the issuer, once a cool-down at
    /// the most; keys that are known stay good while the issuer cannot be reached.
    pub(super) async fn key(&self, kid: &str) -> Result<Arc<DecodingKey>, AuthError> {
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        let mut last = self.last.lock().await;
        // Whoever held the lock may have found it.
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        let fetched = match &*last {
            Some(fetched) if fetched.at.elapsed() < COOL_DOWN => fetched.clone(),
            _ => {
                let failure = self.refresh().await.err();
                let fetched = Fetched { at: Instant::now(), failure };
                last.insert(fetched).clone()
            }
        };
        drop(last);
        match (self.known(kid), fetched.failure) {
            (Some(key), _) => Ok(key),
            (None, None) => Err(AuthError::Invalid("no key of the issuer signed it".to_owned())),
            (None, Some(why)) => Err(AuthError::Unavailable(why)),
        }
    }

    fn known(&self, kid: &str) -> Option<Arc<DecodingKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(kid).cloned()
    }

    async fn refresh(&self) -> Result<(), String> {
        let bytes = tokio::time::timeout(TIMEOUT, self.fetch()).await;
        let bytes = bytes.map_err(|_| format!("`{}` did not answer in time", self.url))??;
        let keys = read(&bytes).map_err(|why| format!("`{}` gave {why}", self.url))?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    async fn fetch(&self) -> Result<Bytes, String> {
        let uri: Uri = self.url.parse().map_err(|error| format!("`{}`: {error}", self.url))?;
        let request = Request::get(uri).body(Empty::new());
        let request = request.map_err(|error| error.to_string())?;
        let client = match self.client.get() {
            Some(client) => client,
            None => {
                let connector = HttpsConnectorBuilder::new().with_native_roots();
                let connector = connector.map_err(|error| {
                    format!(
                        "this machine has no root certificates: {error}; install `ca-certificates`"
                    )
                })?;
                let connector = connector.https_or_http().enable_http1().build();
                self.client.get_or_init(|| Client::builder(TokioExecutor::new()).build(connector))
            }
        };
        let answer = client.request(request).await;
        let answer = answer
            .map_err(|error| format!("`{}`: {}", self.url, crate::error::root_cause(&error)))?;
        if answer.status() != StatusCode::OK {
            return Err(format!("`{}` answered {}", self.url, answer.status()));
        }
        let body = Limited::new(answer.into_body(), MAX_BYTES).collect().await;
        let body = body.map_err(|error| format!("`{}`: {error}", self.url))?;
        Ok(body.to_bytes())
    }
}

/// The keys that can have signed a token with RS256; the first of an id counts.
fn read(bytes: &[u8]) -> Result<HashMap<String, Arc<DecodingKey>>, String> {
    let set: KeySet = serde_json::from_slice(bytes).map_err(|error| format!("no JWKS: {error}"))?;
    let mut keys = HashMap::new();
    for key in set.keys {
        let signs = key.kty == "RSA"
            && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && key.alg.as_deref().is_none_or(|alg| alg == "RS256");
        let (true, Some(kid), Some(n), Some(e)) = (signs, key.kid, key.n, key.e) else { continue };
        // Four characters of base64 are three bytes.
        if n.len() * 3 / 4 < MIN_MODULUS_BYTES {
            continue;
        }
        if let Ok(key) = DecodingKey::from_rsa_components(&n, &e) {
            keys.entry(kid).or_insert_with(|| Arc::new(key));
        }
    }
    Ok(keys)
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks").field("url", &self.url).finish_non_exhaustive()
    }
}
