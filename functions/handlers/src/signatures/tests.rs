//! What signatures promise: the public vectors pass, and nothing that was touched does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{CannotSign, Scheme, Unverified, Verified};

const NOW: &str = "2026-06-01T08:00:00Z";
const ID: &str = "msg_2Zx-9";
const BODY: &[u8] = b"{\"Records\":[{\"eventName\":\"RunInstances\"}]}";

/// A delivery on its way: what a test touches before it is verified.
#[derive(Clone, Debug)]
struct Delivery {
    scheme: Scheme,
    secrets: Vec<SecretString>,
    headers: HeaderMap,
    body: Vec<u8>,
    now: Timestamp,
}

impl Delivery {
    /// A genuine one.
    fn of(scheme: Scheme) -> Self {
        Self::carrying(scheme, BODY)
    }

    fn carrying(scheme: Scheme, body: &[u8]) -> Self {
        let (secret, now) = (scheme.secret_from([7; 32]), NOW.parse().unwrap());
        let headers = scheme.sign(&secret, ID, body, now).unwrap().into_iter().collect();
        Self { scheme, secrets: vec![secret], headers, body: body.to_vec(), now }
    }

    fn verify(&self) -> Result<Verified, Unverified> {
        self.scheme.verify(&self.secrets, &self.headers, &self.body, self.now)
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
    }

    fn rename(&mut self, from: &str, to: &'static str) {
        let value = self.headers.remove(from).unwrap();
        self.headers.insert(to, value);
    }

    /// Puts a signature on the delivery that is right for what its headers say now.
    fn sign_again(&mut self, prefix: &str) {
        let key = self.scheme.rules().key(&self.secrets[0]).unwrap();
        let code = super::code(&key, prefix, &self.body).unwrap();
        self.set("webhook-signature", &format!("v1,{}", STANDARD.encode(code)));
    }
}

/// A change to a delivery, and what it is called in a failure.
type Change = (&'static str, fn(&mut Delivery));

fn assert_all(scheme: Scheme, accepted: bool, changes: &[Change]) {
    for (name, change) in changes {
        let mut delivery = Delivery::of(scheme);
        assert!(delivery.verify().is_ok(), "{scheme}: genuine before `{name}`");
        change(&mut delivery);
        assert_eq!(delivery.verify().is_ok(), accepted, "{scheme}: {name}");
    }
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn vectors(scheme: &str) -> Vec<Value> {
    let vectors = include_str!("../../tests/vectors/webhook_signatures.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let vectors = vectors[scheme].as_array().unwrap().clone();
    assert!(!vectors.is_empty());
    vectors
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap()
}

#[test]
fn the_public_vectors_of_standard_webhooks_are_verified_and_signed_alike() {
    for vector in vectors("standard_webhooks") {
        let now = instant(vector["timestamp"].as_i64().unwrap());
        let secret = SecretString::from(text(&vector, "secret"));
        let (id, body) = (text(&vector, "id"), text(&vector, "body").as_bytes());
        let headers: HeaderMap =
            Scheme::StandardWebhooks.sign(&secret, id, body, now).unwrap().into_iter().collect();
        assert_eq!(headers["webhook-signature"], text(&vector, "signature"));
        assert_eq!(headers["webhook-id"], id);
        assert_eq!(headers["webhook-timestamp"], now.as_second().to_string());
        let verified = Scheme::StandardWebhooks.verify(&[secret], &headers, body, now);
        assert_eq!(verified, Ok(Verified { delivery_id: id.to_owned() }));
    }
}

#[test]
fn the_public_vectors_of_github_are_verified_and_signed_alike() {
    for vector in vectors("github") {
        let secret = SecretString::from(text(&vector, "secret"));
        let body = text(&vector, "body").as_bytes();
        let id = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
        let headers: HeaderMap =
            Scheme::GitHub.sign(&secret, id, body, instant(0)).unwrap().into_iter().collect();
        assert_eq!(headers["x-hub-signature-256"], text(&vector, "x-hub-signature-256"));
        let verified = Scheme::GitHub.verify(&[secret], &headers, body, instant(0));
        assert_eq!(verified, Ok(Verified { delivery_id: id.to_owned() }));
    }
}

#[test]
fn what_was_touched_is_refused_under_every_scheme() {
    for scheme in Scheme::ALL {
        assert_all(
            scheme,
            false,
            &[
                ("a blank after the body", |it| it.body.push(b' ')),
                ("a shorter body", |it| it.body.truncate(BODY.len() - 1)),
                ("no body", |it| it.body.clear()),
                ("the body in base64", |it| it.body = STANDARD.encode(&it.body).into_bytes()),
                ("the body in gzip", |it| it.body = gzip(&it.body)),
                ("a body that is not UTF-8", |it| it.body[3] = 0xff),
                ("no headers", |it| it.headers.clear()),
                ("no secrets", |it| it.secrets.clear()),
                ("an empty secret", |it| it.secrets = vec!["".into()]),
                ("the secret of another tenant", |it| {
                    it.secrets = vec![it.scheme.secret_from([8; 32])];
                }),
                ("secrets of others only", |it| {
                    it.secrets = [1, 2, 3].map(|byte| it.scheme.secret_from([byte; 32])).to_vec();
                }),
            ],
        );
        for name in Delivery::of(scheme).headers.keys() {
            let mut missing = Delivery::of(scheme);
            missing.headers.remove(name);
            assert!(missing.verify().is_err(), "{scheme}: without `{name}`");
            let mut empty = Delivery::of(scheme);
            empty.headers.insert(name, HeaderValue::from_static(""));
            assert!(empty.verify().is_err(), "{scheme}: empty `{name}`");
            let mut twice = Delivery::of(scheme);
            twice.headers.append(name, twice.headers[name].clone());
            assert!(twice.verify().is_err(), "{scheme}: two of `{name}`");
            // How a gateway hands on two headers of one name.
            let mut joined = Delivery::of(scheme);
            let value = joined.headers[name].to_str().unwrap();
            let value = HeaderValue::from_str(&format!("{value},{value}")).unwrap();
            joined.headers.insert(name, value);
            assert!(joined.verify().is_err(), "{scheme}: two of `{name}` joined by a comma");
            let mut padded = Delivery::of(scheme);
            let value = format!("{} ", padded.headers[name].to_str().unwrap());
            padded.headers.insert(name, HeaderValue::from_str(&value).unwrap());
            let is_list = name == "webhook-signature";
            assert_eq!(padded.verify().is_ok(), is_list, "{scheme}: a blank after `{name}`");
        }
    }
}

#[test]
fn the_secrets_of_a_rotation_are_both_accepted() {
    for scheme in Scheme::ALL {
        assert_all(
            scheme,
            true,
            &[
                ("the previous secret", |it| {
                    it.secrets.insert(0, it.scheme.secret_from([8; 32]));
                }),
                ("the current secret", |it| it.secrets.push(it.scheme.secret_from([8; 32]))),
                ("an unusable secret beside it", |it| it.secrets.insert(0, "".into())),
            ],
        );
    }
}

#[test]
fn the_bytes_that_were_sent_are_what_is_verified() {
    for scheme in Scheme::ALL {
        for body in [b"\xff\xfe\x00not text".to_vec(), gzip(BODY), vec![], b"a\r\n".to_vec()] {
            let verified = Delivery::carrying(scheme, &body).verify();
            assert_eq!(verified, Ok(Verified { delivery_id: ID.to_owned() }), "{scheme}: {body:?}");
        }
    }
}

#[test]
fn standard_webhooks_refuses_what_is_not_spelled_right() {
    assert_all(
        Scheme::StandardWebhooks,
        false,
        &[
            ("`v1,` empty", |it| it.set("webhook-signature", "v1,")),
            ("`v1` alone", |it| it.set("webhook-signature", "v1")),
            ("an 8-byte prefix of the code", |it| {
                let code = STANDARD.decode(&it.header("webhook-signature")[3..]).unwrap();
                it.set("webhook-signature", &format!("v1,{}", STANDARD.encode(&code[..8])));
            }),
            ("a code with a byte more", |it| {
                let mut code = STANDARD.decode(&it.header("webhook-signature")[3..]).unwrap();
                code.push(0);
                it.set("webhook-signature", &format!("v1,{}", STANDARD.encode(&code)));
            }),
            ("the code in hex", |it| {
                let code = STANDARD.decode(&it.header("webhook-signature")[3..]).unwrap();
                it.set("webhook-signature", &format!("v1,{}", hex::encode(code)));
            }),
            ("the code without padding", |it| {
                let signature = it.header("webhook-signature").trim_end_matches('=').to_owned();
                it.set("webhook-signature", &signature);
            }),
            ("another version", |it| {
                let signature = it.header("webhook-signature").replace("v1,", "v2,");
                it.set("webhook-signature", &signature);
            }),
            ("the version of Ed25519", |it| {
                let signature = it.header("webhook-signature").replace("v1,", "v1a,");
                it.set("webhook-signature", &signature);
            }),
            ("no version", |it| {
                let signature = it.header("webhook-signature")[3..].to_owned();
                it.set("webhook-signature", &signature);
            }),
            ("an upper-case version", |it| {
                let signature = it.header("webhook-signature").replace("v1,", "V1,");
                it.set("webhook-signature", &signature);
            }),
            ("another id", |it| it.set("webhook-id", "msg_other")),
            ("a time one second later than signed", |it| {
                let later = (it.now.as_second() + 1).to_string();
                it.set("webhook-timestamp", &later);
            }),
            ("a delivery of 301 s ago", |it| it.now += SignedDuration::from_secs(301)),
            ("a delivery of in 301 s", |it| it.now -= SignedDuration::from_secs(301)),
            ("half of the names of Svix", |it| it.rename("webhook-id", "svix-id")),
            ("the names of Svix beside an incomplete set", |it| {
                it.rename("webhook-id", "svix-id");
                it.rename("webhook-timestamp", "svix-timestamp");
                it.headers.insert("svix-signature", it.headers["webhook-signature"].clone());
            }),
            ("a secret that is not base64", |it| it.secrets = vec!["whsec_not base64".into()]),
            ("a secret that is its prefix alone", |it| it.secrets = vec!["whsec_".into()]),
        ],
    );
}

#[test]
fn standard_webhooks_refuses_an_odd_timestamp_even_when_it_is_signed() {
    let seconds = NOW.parse::<Timestamp>().unwrap().as_second();
    let of_now = [
        format!("+{seconds}"),
        format!("-{seconds}"),
        format!("0{seconds}"),
        format!("{seconds}.0"),
        format!(" {seconds}"),
        format!("{seconds}000"),
        format!("0x{seconds:x}"),
        NOW.to_owned(),
    ];
    let others = ["1e9", "-1", "+1", "0", "", "12345678901234567890", "9223372036854775807"];
    for timestamp in of_now.iter().map(String::as_str).chain(others) {
        let mut delivery = Delivery::of(Scheme::StandardWebhooks);
        delivery.set("webhook-timestamp", timestamp);
        delivery.sign_again(&format!("{ID}.{timestamp}."));
        assert!(delivery.verify().is_err(), "{timestamp}");
    }
    let mut delivery = Delivery::of(Scheme::StandardWebhooks);
    delivery.sign_again(&format!("{ID}.{seconds}."));
    assert!(delivery.verify().is_ok(), "signed the same way, the timestamp as it should be");
}

#[test]
fn an_id_that_could_be_cut_elsewhere_or_is_no_name_is_refused_even_when_it_is_signed() {
    let seconds = NOW.parse::<Timestamp>().unwrap().as_second();
    let too_long = "a".repeat(201);
    for id in ["a.b", ".", "", "a b", "a/b", "a'b", "a\tb", "a,a", "../x", too_long.as_str()] {
        let mut delivery = Delivery::of(Scheme::StandardWebhooks);
        delivery.set("webhook-id", id);
        delivery.sign_again(&format!("{id}.{seconds}."));
        assert!(delivery.verify().is_err(), "{id}");
        let mut delivery = Delivery::of(Scheme::GitHub);
        delivery.set("x-github-delivery", id);
        assert!(delivery.verify().is_err(), "{id}");
        for scheme in Scheme::ALL {
            let secret = scheme.secret_from([7; 32]);
            let signed = scheme.sign(&secret, id, BODY, instant(seconds));
            assert!(matches!(signed, Err(CannotSign::DeliveryId(_))), "{scheme}: {id}");
        }
    }
    let longest = "a".repeat(200);
    let mut delivery = Delivery::of(Scheme::StandardWebhooks);
    delivery.set("webhook-id", &longest);
    delivery.sign_again(&format!("{longest}.{seconds}."));
    assert_eq!(delivery.verify(), Ok(Verified { delivery_id: longest }));
}

#[test]
fn standard_webhooks_accepts_what_the_specification_allows() {
    assert_all(
        Scheme::StandardWebhooks,
        true,
        &[
            ("the names of Svix", |it| {
                it.rename("webhook-id", "svix-id");
                it.rename("webhook-timestamp", "svix-timestamp");
                it.rename("webhook-signature", "svix-signature");
            }),
            ("a list with one good of four", |it| {
                let other = STANDARD.encode([0; 32]);
                let good = it.header("webhook-signature").to_owned();
                it.set("webhook-signature", &format!("v1,{other} v1a,{other} {good} v2,x"));
            }),
            ("a delivery of 300 s ago", |it| it.now += SignedDuration::from_secs(300)),
            ("a delivery of in 300 s", |it| it.now -= SignedDuration::from_secs(300)),
            ("a secret without its prefix", |it| {
                let bare = it.secrets[0].expose_secret().replace("whsec_", "");
                it.secrets = vec![bare.into()];
            }),
            ("headers of no concern", |it| {
                it.set("x-hub-signature-256", "sha256=0");
                it.set("content-type", "application/json");
            }),
        ],
    );
}

#[test]
fn github_refuses_what_is_not_spelled_right() {
    assert_all(
        Scheme::GitHub,
        false,
        &[
            ("upper-case hex", |it| {
                let code = it.header("x-hub-signature-256")["sha256=".len()..].to_uppercase();
                it.set("x-hub-signature-256", &format!("sha256={code}"));
            }),
            ("an 8-byte prefix of the code", |it| {
                let signature =
                    it.header("x-hub-signature-256")["sha256=".len()..][..16].to_owned();
                it.set("x-hub-signature-256", &format!("sha256={signature}"));
            }),
            ("a code with a byte more", |it| {
                let signature = format!("{}00", it.header("x-hub-signature-256"));
                it.set("x-hub-signature-256", &signature);
            }),
            ("no code", |it| it.set("x-hub-signature-256", "sha256=")),
            ("no algorithm", |it| {
                let code = it.header("x-hub-signature-256")["sha256=".len()..].to_owned();
                it.set("x-hub-signature-256", &code);
            }),
            ("another algorithm", |it| {
                let signature = it.header("x-hub-signature-256").replace("sha256=", "sha1=");
                it.set("x-hub-signature-256", &signature);
            }),
            ("the header of SHA-1 alone", |it| {
                it.rename("x-hub-signature-256", "x-hub-signature");
            }),
            ("a list", |it| {
                let signature = it.header("x-hub-signature-256").to_owned();
                it.set("x-hub-signature-256", &format!("{signature} {signature}"));
            }),
        ],
    );
}

#[test]
fn github_accepts_the_header_of_sha_1_beside_the_right_one() {
    assert_all(
        Scheme::GitHub,
        true,
        &[("both", |it| {
            it.set("x-hub-signature", "sha1=0000000000000000000000000000000000000000")
        })],
    );
}

#[test]
fn the_sender_sees_one_error_whatever_went_wrong() {
    let mut seen = Vec::new();
    for change in [
        |it: &mut Delivery| it.headers.clear(),
        |it: &mut Delivery| it.secrets.clear(),
        |it: &mut Delivery| it.body.push(b' '),
        |it: &mut Delivery| it.now += SignedDuration::from_secs(301),
        |it: &mut Delivery| it.set("webhook-timestamp", "1e9"),
        |it: &mut Delivery| it.set("webhook-signature", "v1,"),
        |it: &mut Delivery| it.set("webhook-id", "a.b"),
    ] {
        let mut delivery = Delivery::of(Scheme::StandardWebhooks);
        change(&mut delivery);
        let error = delivery.verify().unwrap_err();
        assert_eq!(error.to_string(), "the signature of the delivery could not be verified");
        seen.push(error.cause());
    }
    let causes = ["header", "secret", "mismatch", "stale", "timestamp", "signature", "delivery-id"];
    assert_eq!(seen, causes, "the counters can tell them apart");
}

#[test]
fn an_unusable_secret_is_told_with_its_cure_and_never_repeated() {
    let error = Scheme::StandardWebhooks.check_secret(&"hunter2!".into()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "this cannot be a secret of `standard-webhooks`; use `whsec_` and the key in base64, or the base64 alone"
    );
    assert!(!format!("{error:?}").contains("hunter2"));
    assert!(Scheme::GitHub.check_secret(&"".into()).is_err());
    for scheme in Scheme::ALL {
        assert_eq!(scheme.check_secret(&scheme.secret_from([0; 32])), Ok(()));
        let signed = scheme.sign(&"".into(), ID, BODY, instant(0));
        assert!(matches!(signed, Err(CannotSign::Secret(_))));
    }
}

#[test]
fn a_scheme_is_named_in_kebab_case() {
    for (scheme, name) in
        [(Scheme::StandardWebhooks, "standard-webhooks"), (Scheme::GitHub, "github")]
    {
        assert_eq!(scheme.to_string(), name);
        assert_eq!(name.parse(), Ok(scheme));
        assert_eq!(serde_json::to_string(&scheme).unwrap(), format!("\"{name}\""));
        assert_eq!(serde_json::from_str::<Scheme>(&format!("\"{name}\"")).unwrap(), scheme);
    }
    assert_eq!(
        "GitHub".parse::<Scheme>().unwrap_err().to_string(),
        "`GitHub` is not a signature scheme; use `standard-webhooks` or `github`"
    );
}

fn gzip(body: &[u8]) -> Vec<u8> {
    use std::io::Write;

    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn flip(bytes: &mut [u8], bit: usize) {
    let bit = bit % (bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    prop::sample::select(&Scheme::ALL)
}

proptest! {
    #[test]
    fn what_is_signed_is_verified(
        scheme in any_scheme(),
        bytes: [u8; 32],
        id in "[A-Za-z0-9_-]{1,200}",
        body: Vec<u8>,
        second in 1_i64..100_000_000_000,
    ) {
        let (secret, now) = (scheme.secret_from(bytes), instant(second));
        let headers = scheme.sign(&secret, &id, &body, now).unwrap().into_iter().collect();
        let verified = scheme.verify(&[secret], &headers, &body, now);
        prop_assert_eq!(verified, Ok(Verified { delivery_id: id }));
    }

    #[test]
    fn a_flipped_bit_of_the_body_is_refused(
        scheme in any_scheme(),
        body in prop::collection::vec(any::<u8>(), 1..200),
        bit: usize,
    ) {
        let mut delivery = Delivery::carrying(scheme, &body);
        flip(&mut delivery.body, bit);
        prop_assert!(delivery.verify().is_err());
    }

    #[test]
    fn a_flipped_bit_of_a_signed_header_is_refused(
        (scheme, name) in prop::sample::select(&[
            (Scheme::StandardWebhooks, "webhook-id"),
            (Scheme::StandardWebhooks, "webhook-timestamp"),
            (Scheme::StandardWebhooks, "webhook-signature"),
            (Scheme::GitHub, "x-hub-signature-256"),
        ]),
        body: Vec<u8>,
        bit: usize,
    ) {
        let mut delivery = Delivery::carrying(scheme, &body);
        let mut value = delivery.headers[name].as_bytes().to_vec();
        flip(&mut value, bit);
        // Some bytes cannot travel in a header at all.
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            delivery.headers.insert(name, value);
            prop_assert!(delivery.verify().is_err());
        }
    }

    #[test]
    fn a_flipped_bit_of_the_secret_is_refused(scheme in any_scheme(), bytes: [u8; 32], bit: usize) {
        let mut delivery = Delivery::of(scheme);
        let mut other = bytes;
        flip(&mut other, bit);
        let headers = scheme.sign(&scheme.secret_from(bytes), ID, BODY, delivery.now).unwrap();
        delivery.headers = headers.into_iter().collect();
        delivery.secrets = vec![scheme.secret_from(other)];
        prop_assert!(delivery.verify().is_err());
    }

    #[test]
    fn any_headers_and_body_are_refused_without_a_panic(
        scheme in any_scheme(),
        headers in prop::collection::vec(
            (
                prop::sample::select(&[
                    "webhook-id", "webhook-timestamp", "webhook-signature", "svix-id", "svix-timestamp",
                    "svix-signature", "x-hub-signature-256", "x-github-delivery",
                ]),
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..80),
                    "(v1,|sha256=|msg_)?[A-Za-z0-9+/= ,.]{0,80}".prop_map(String::into_bytes),
                    (1_780_300_000_i64..1_780_310_000).prop_map(|it| it.to_string().into_bytes()),
                ],
            ),
            0..12,
        ),
        body: Vec<u8>,
        secret: String,
    ) {
        let headers = headers.into_iter().filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_bytes(&value).ok()?))
        });
        let now = NOW.parse().unwrap();
        let verified = scheme.verify(&[secret.into()], &headers.collect(), &body, now);
        prop_assert!(verified.is_err());
    }
}
