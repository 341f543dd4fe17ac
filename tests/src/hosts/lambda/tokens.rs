//! A user pool: signs tokens, and serves the key that they are verified with.

use anyhow::Context as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use twinhost::ports::Principal;
use twinhost_aws::CognitoOptions;

/// Seconds that a token is good.
const HOUR: i64 = 3600;

/// A user pool; its server ends with this value.
#[derive(Debug)]
pub(super) struct Pool {
    key: KeyPair,
    options: CognitoOptions,
    server: JoinHandle<()>,
}

impl Pool {
    /// A pool with a key of its own.
    pub(super) async fn start() -> anyhow::Result<Self> {
        // Takes long enough to keep others waiting.
        let key = tokio::task::spawn_blocking(|| KeyPair::generate(KeySize::Rsa2048)).await?;
        let key = key.ok().context("no key can be made")?;
        let public = PublicKeyComponents::<Vec<u8>>::from(key.public_key());
        let (n, e) = (encode(public.n), encode(public.e));
        let jwk = json!({"kid": "key", "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e});
        let keys = json!({ "keys": [jwk] }).to_string();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let issuer = format!("http://{}", listener.local_addr()?);
        let router = Router::new().route("/jwks.json", get(move || async { keys }));
        let server = tokio::spawn(async {
            // It ends with the process at the latest.
            let _ended = axum::serve(listener, router).await;
        });
        let jwks_url = format!("{issuer}/jwks.json");
        let options = CognitoOptions { issuer, client: "tests".to_owned(), jwks_url };
        Ok(Self { key, options, server })
    }

    /// Whose tokens are good.
    pub(super) fn options(&self) -> CognitoOptions {
        self.options.clone()
    }

    /// An access token, as the pool of a deployment issues them.
    pub(super) fn token(&self, principal: &Principal) -> anyhow::Result<String> {
        let mut groups = principal.roles.clone();
        groups.push(format!("tenant:{}", principal.tenant));
        let now = Timestamp::now().as_second();
        let claims = json!({
            "sub": principal.subject, "iss": self.options.issuer, "token_use": "access",
            "client_id": self.options.client, "iat": now, "exp": now + HOUR, "cognito:groups": groups,
        });
        self.sign(&json!({"alg": "RS256", "kid": "key", "typ": "JWT"}), &claims)
    }

    fn sign(&self, header: &Value, claims: &Value) -> anyhow::Result<String> {
        let text = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature);
        signed.ok().context("the token cannot be signed")?;
        Ok(format!("{text}.{}", encode(signature)))
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
