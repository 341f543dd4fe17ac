//! Bearer tokens: which are good, and how the issuer's keys are fetched.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use twinhost::ports::{Auth as _, AuthError, Principal};
use twinhost_aws::{CognitoAuth, CognitoOptions};

const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool";
const CLIENT: &str = "client";

/// The pool's key, and one that is not the pool's. Made once: it takes a while.
fn keys() -> &'static [KeyPair; 2] {
    static KEYS: OnceLock<[KeyPair; 2]> = OnceLock::new();
    KEYS.get_or_init(|| [0, 1].map(|_| KeyPair::generate(KeySize::Rsa2048).unwrap()))
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key as a JWKS has it.
fn jwk(kid: &str, key: &KeyPair) -> Value {
    let public = PublicKeyComponents::from(key.public_key());
    let (n, e) = (encode(public.n), encode(public.e));
    json!({"kid": kid, "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e})
}

fn signed(key: &KeyPair, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", encode(signature))
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": "k1", "typ": "JWT"})
}

fn access() -> Value {
    let now = Timestamp::now().as_second();
    json!({
        "sub": "u-1", "iss": ISSUER, "token_use": "access", "client_id": CLIENT,
        "iat": now, "exp": now + 300, "cognito:groups": ["tenant:acme", "admin"],
    })
}

fn id() -> Value {
    let mut claims = access();
    claims["token_use"] = json!("id");
    claims["aud"] = json!(CLIENT);
    claims.as_object_mut().unwrap().remove("client_id");
    claims
}

/// Claims with some changed; `null` takes one away.
fn but(mut claims: Value, changes: Value) -> Value {
    let map = claims.as_object_mut().unwrap();
    let Value::Object(changes) = changes else { panic!("changes are by name") };
    for (name, value) in changes {
        if value.is_null() {
            map.remove(&name);
        } else {
            map.insert(name, value);
        }
    }
    claims
}

/// An issuer on loopback, whose answer can be changed.
struct Issuer {
    answer: Arc<Mutex<(u16, String)>>,
    delay: Arc<Mutex<Duration>>,
    fetches: Arc<AtomicUsize>,
    auth: CognitoAuth,
    server: tokio::task::JoinHandle<()>,
}

impl Issuer {
    async fn with(keys: &[Value]) -> Self {
        let answer = Arc::new(Mutex::new((200, json!({"keys": keys}).to_string())));
        let (delay, fetches) =
            (Arc::new(Mutex::new(Duration::ZERO)), Arc::<AtomicUsize>::default());
        let route = {
            let (answer, delay, fetches) =
                (Arc::clone(&answer), Arc::clone(&delay), Arc::clone(&fetches));
            move || async move {
                fetches.fetch_add(1, Ordering::SeqCst);
                let delay = *delay.lock().unwrap();
                tokio::time::sleep(delay).await;
                let (status, body) = answer.lock().unwrap().clone();
                (axum::http::StatusCode::from_u16(status).unwrap(), body)
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let jwks_url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(route);
        let server = tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
        let options = CognitoOptions { issuer: ISSUER.into(), client: CLIENT.into(), jwks_url };
        let auth = CognitoAuth::new(&options);
        Self { answer, delay, fetches, auth, server }
    }

    async fn of_pool() -> Self {
        Self::with(&[jwk("k1", &keys()[0])]).await
    }

    fn answers(&self, status: u16, body: impl Into<String>) {
        *self.answer.lock().unwrap() = (status, body.into());
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    async fn verify(&self, token: &str) -> Result<Principal, AuthError> {
        self.auth.verify(token).await
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Longer than the time between two fetches.
async fn cool_down() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    tokio::time::resume();
}

/// I1: an id token says for whom in `aud`, an access token in `client_id`.
#[tokio::test]
async fn both_kinds_of_token_of_the_pool_are_good_and_say_who_it_is() {
    let issuer = Issuer::of_pool().await;
    let expected = Principal {
        subject: "u-1".into(),
        tenant: "acme".parse().unwrap(),
        roles: vec!["admin".into()],
    };
    for claims in [access(), id()] {
        let token = signed(&keys()[0], &header(), &claims);
        assert_eq!(issuer.verify(&token).await.unwrap(), expected, "{claims}");
    }
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn a_token_with_wrong_claims_is_refused() {
    let issuer = Issuer::of_pool().await;
    let now = Timestamp::now().as_second();
    let both = |changes: Value| [but(access(), changes.clone()), but(id(), changes)];
    let shared = [
        json!({"exp": null}),
        json!({"exp": now}),
        json!({"exp": now - 1}),
        json!({"exp": (now + 300).to_string()}),
        json!({"exp": [now + 300]}),
        json!({"nbf": now + 60}),
        json!({"iss": null}),
        json!({"iss": format!("{ISSUER}/")}),
        json!({"iss": ISSUER.replace("pool", "other")}),
        json!({"iss": &ISSUER[..ISSUER.len() - 1]}),
        json!({"iss": [ISSUER, "https://evil.example"]}),
        json!({"sub": null}),
        json!({"sub": 1}),
        json!({"token_use": null}),
        json!({"token_use": "refresh"}),
        json!({"cognito:groups": null}),
        json!({"cognito:groups": "tenant:acme"}),
        json!({"cognito:groups": {"tenant:acme": true}}),
        json!({"cognito:groups": ["admin"]}),
        json!({"cognito:groups": ["tenant:acme", "tenant:globex"]}),
        json!({"cognito:groups": ["tenant:"]}),
        json!({"cognito:groups": ["tenant:Acme"]}),
        json!({"cognito:groups": ["tenant:a/../b"]}),
        json!({"cognito:groups": ["tenant:acme", 1]}),
    ];
    let own = [
        but(access(), json!({"client_id": "other"})),
        but(access(), json!({"client_id": null})),
        but(access(), json!({"client_id": null, "aud": CLIENT})),
        but(access(), json!({"token_use": "id"})),
        but(id(), json!({"aud": "other"})),
        but(id(), json!({"aud": null})),
        but(id(), json!({"aud": [CLIENT]})),
        but(id(), json!({"aud": null, "client_id": CLIENT})),
        but(id(), json!({"token_use": "access"})),
    ];
    for claims in shared.into_iter().flat_map(both).chain(own) {
        let verified = issuer.verify(&signed(&keys()[0], &header(), &claims)).await;
        assert!(matches!(verified, Err(AuthError::Invalid(_))), "{claims}: {verified:?}");
    }
}

#[tokio::test]
async fn a_token_with_a_wrong_header_signature_or_form_is_refused() {
    let issuer = Issuer::of_pool().await;
    let [ours, theirs] = keys();
    let good = signed(ours, &header(), &access());
    issuer.verify(&good).await.unwrap();
    let (text, signature) = good.rsplit_once('.').unwrap();
    let (head, payload) = text.split_once('.').unwrap();
    let with = |changes| signed(ours, &but(header(), changes), &access());
    let none = encode(json!({"alg": "none", "kid": "k1"}).to_string());
    // HS256 with the public key as the secret, in the form a server would have it in.
    let public: PublicKeyX509Der<'_> = ours.public_key().as_der().unwrap();
    let hs256 = format!("{}.{payload}", encode(json!({"alg": "HS256", "kid": "k1"}).to_string()));
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public.as_ref()), hs256.as_bytes());
    // A key of the attacker's own in the header.
    let own = but(header(), json!({"jwk": jwk("k1", theirs), "jku": "http://127.0.0.1:9/jwks"}));
    let evil = encode(but(access(), json!({"cognito:groups": ["tenant:globex"]})).to_string());
    for bad in [
        String::new(),
        ".".into(),
        "..".into(),
        good[1..].to_owned(),
        format!("{text}."),
        text.to_owned(),
        format!("{good}.{signature}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}="),
        format!("{head}.{}.{signature}", URL_SAFE.encode(access().to_string() + " ")),
        format!("{none}.{payload}."),
        format!("{none}.{payload}.{signature}"),
        format!("{hs256}.{}", encode(mac)),
        format!("{head}.{evil}.{signature}"),
        signed(theirs, &header(), &access()),
        signed(theirs, &own, &access()),
        with(json!({"kid": null})),
        with(json!({"kid": "../../k1"})),
        with(json!({"kid": ["k1"]})),
        with(json!({"alg": "RS384"})),
        with(json!({"alg": "PS256"})),
        with(json!({"alg": "rs256"})),
        with(json!({"crit": ["exp"], "exp": 1})),
        json!({"payload": payload, "signatures": [{"protected": head, "signature": signature}]})
            .to_string(),
        with(json!({"x": "x".repeat(20_000)})),
    ] {
        let verified = issuer.verify(&bad).await;
        assert!(matches!(verified, Err(AuthError::Invalid(_))), "{bad}: {verified:?}");
    }
    assert!(issuer.fetches() <= 2, "made-up key ids cost the issuer nothing");
}

/// RFC 7518 §3.3; and a key that is for something else signs nothing.
#[tokio::test]
async fn a_key_that_is_too_short_or_for_something_else_is_not_used() {
    let [ours, theirs] = keys();
    let good = jwk("k1", ours);
    let short = encode([0xff; 128]);
    for set in [
        vec![but(good.clone(), json!({"use": "enc"}))],
        vec![but(good.clone(), json!({"alg": "RS512"}))],
        vec![but(good.clone(), json!({"kty": "EC"}))],
        vec![but(good.clone(), json!({"kid": null}))],
        vec![but(good.clone(), json!({"n": null}))],
        vec![but(good.clone(), json!({"n": short}))],
        vec![jwk("k1", theirs), good.clone()],
    ] {
        let issuer = Issuer::with(&set).await;
        let verified = issuer.verify(&signed(ours, &header(), &access())).await;
        assert!(matches!(verified, Err(AuthError::Invalid(_))), "{set:?}: {verified:?}");
    }
    let bare = but(good, json!({"use": null, "alg": null}));
    let issuer = Issuer::with(&[bare]).await;
    issuer.verify(&signed(ours, &header(), &access())).await.unwrap();
}

/// I2: concurrent look-ups share one fetch.
#[tokio::test]
async fn many_tokens_at_once_cost_one_fetch() {
    let issuer = Issuer::of_pool().await;
    let token = signed(&keys()[0], &header(), &access());
    let all = futures::future::join_all((0..20).map(|_| issuer.verify(&token))).await;
    assert!(all.iter().all(Result::is_ok));
    let unknown = signed(&keys()[0], &but(header(), json!({"kid": "k9"})), &access());
    let all = futures::future::join_all((0..20).map(|_| issuer.verify(&unknown))).await;
    assert!(all.iter().all(|verified| matches!(verified, Err(AuthError::Invalid(_)))));
    assert_eq!(issuer.fetches(), 1);
    cool_down().await;
    let all = futures::future::join_all((0..20).map(|_| issuer.verify(&unknown))).await;
    assert!(all.iter().all(|verified| matches!(verified, Err(AuthError::Invalid(_)))));
    assert_eq!(issuer.fetches(), 2);
}

/// I2: a pool that changes its key is followed, once a cool-down.
#[tokio::test]
async fn a_new_key_of_the_pool_is_found_and_an_old_one_forgotten() {
    let issuer = Issuer::of_pool().await;
    let [first, second] = keys();
    let old = signed(first, &header(), &access());
    let new = signed(second, &but(header(), json!({"kid": "k2"})), &access());
    issuer.verify(&old).await.unwrap();
    issuer.answers(200, json!({"keys": [jwk("k2", second)]}).to_string());
    assert!(issuer.verify(&new).await.is_err(), "not so soon");
    cool_down().await;
    issuer.verify(&new).await.unwrap();
    assert!(issuer.verify(&old).await.is_err());
}

/// I2: known keys outlive the issuer's troubles.
#[tokio::test]
async fn while_the_issuer_is_down_known_keys_are_good_and_others_may_be_later() {
    let issuer = Issuer::of_pool().await;
    let known = signed(&keys()[0], &header(), &access());
    let unknown = signed(&keys()[1], &but(header(), json!({"kid": "k2"})), &access());
    issuer.verify(&known).await.unwrap();
    let huge = json!({"keys": [jwk("k2", &keys()[1])], "x": "x".repeat(150_000)}).to_string();
    for (status, body) in
        [(500, "{}"), (301, "{}"), (200, "<html>"), (200, r#"{"keys":1}"#), (200, &huge)]
    {
        issuer.answers(status, body);
        cool_down().await;
        let before = issuer.fetches();
        for _ in 0..3 {
            let verified = issuer.verify(&unknown).await;
            assert!(matches!(verified, Err(AuthError::Unavailable(_))), "{status}: {verified:?}");
        }
        assert_eq!(issuer.fetches(), before + 1, "{status}");
        issuer.verify(&known).await.unwrap();
    }
}

/// H10: 1.5 s, as at API Gateway.
#[tokio::test]
async fn an_issuer_that_does_not_answer_is_not_waited_for() {
    let issuer = Issuer::of_pool().await;
    *issuer.delay.lock().unwrap() = Duration::from_secs(600);
    let token = signed(&keys()[0], &header(), &access());
    let began = std::time::Instant::now();
    let verified = issuer.verify(&token).await;
    assert!(matches!(verified, Err(AuthError::Unavailable(_))), "{verified:?}");
    assert!((1..10).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}
