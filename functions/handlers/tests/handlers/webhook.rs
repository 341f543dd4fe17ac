//! `webhook-ingestion`: who may send, what is taken, and what a second delivery does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use events::{Body, RawPayload};
use functions::WebhookIngestion;
use functions::signatures::Scheme;
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};
use twinhost::{Request, Response, TestHost};

use crate::support::{SOURCE, add_source, delivery, gzip, now, signed};

const LOG_FILE: &[u8] = br#"{"Records":[{"eventID":"a"},{"eventID":"b"}]}"#;

async fn host() -> TestHost {
    let host = TestHost::of(WebhookIngestion).collecting::<RawPayload>();
    add_source(&host, Scheme::StandardWebhooks, &[1]).await;
    host
}

async fn archived(host: &TestHost, key: &str) -> Option<Vec<u8>> {
    let object = host.memory().ports().objects.get(host.tenant(), key).await.unwrap();
    object.map(|bytes| bytes.to_vec())
}

fn message(response: &Response) -> String {
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    body["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_signed_log_file_is_archived_queued_and_accepted() {
    let host = host().await;
    let response = host.request(delivery(&host, "msg_1", LOG_FILE)).await;
    assert_eq!(response, Response::json(StatusCode::ACCEPTED, &json!({"id": "trail/msg_1"})));
    let queued = host.published::<RawPayload>().await;
    let [payload] = &queued[..] else { panic!("{queued:?}") };
    assert_eq!((payload.id.as_str(), payload.source.as_str()), ("msg_1", SOURCE));
    assert_eq!((payload.offset, payload.length), (0, LOG_FILE.len() as u64));
    assert_eq!(payload.received_at, now(&host));
    let text = String::from_utf8(LOG_FILE.to_vec()).unwrap();
    assert_eq!(payload.body, Body::Inline { text });
    assert_eq!(archived(&host, &payload.object).await.unwrap(), LOG_FILE);
}

#[tokio::test]
async fn a_duplicate_delivery_is_202_and_has_no_second_effect() {
    let host = host().await;
    let first = host.request(delivery(&host, "msg_1", LOG_FILE)).await;
    host.published::<RawPayload>().await;
    host.memory().clock().advance(std::time::Duration::from_hours(3 * 24));
    let again = host.request(delivery(&host, "msg_1", LOG_FILE)).await;
    assert_eq!(again, first);
    assert!(host.published::<RawPayload>().await.is_empty());
    let other = host.request(delivery(&host, "msg_2", LOG_FILE)).await;
    assert_eq!(other.status, StatusCode::ACCEPTED);
    assert_eq!(host.published::<RawPayload>().await.len(), 1);
}

#[tokio::test]
async fn every_cause_of_a_bad_signature_is_the_same_401() {
    let host = host().await;
    let genuine = || delivery(&host, "msg_1", LOG_FILE);
    let to = |path: &str| Request { path: path.to_owned(), ..genuine() };
    let without = |name: &str| {
        let mut request = genuine();
        request.headers.remove(name).unwrap();
        request
    };
    let with = |name: &'static str, value: &str| {
        let mut request = genuine();
        request.headers.insert(name, HeaderValue::from_str(value).unwrap());
        request
    };
    let mut stale = genuine();
    let hours_ago = now(&host) - SignedDuration::from_hours(1);
    stale.headers = Scheme::StandardWebhooks
        .sign(&crate::support::secret(Scheme::StandardWebhooks, 1), "msg_1", LOG_FILE, hours_ago)
        .unwrap()
        .into_iter()
        .collect();
    let refused = [
        ("another body", Request { body: "{}".into(), ..genuine() }),
        ("no body", Request { body: "".into(), ..genuine() }),
        ("another secret", signed(&host, Scheme::StandardWebhooks, 2, "msg_1", LOG_FILE)),
        ("another scheme", signed(&host, Scheme::GitHub, 1, "msg_1", LOG_FILE)),
        ("another id", with("webhook-id", "msg_2")),
        ("no signature", without("webhook-signature")),
        ("no timestamp", without("webhook-timestamp")),
        ("an empty signature", with("webhook-signature", "v1,")),
        ("an old delivery", stale),
        ("no such source", to("/webhooks/acme/other")),
        ("no source can be called so", to("/webhooks/acme/Trail%00")),
        ("no such tenant", to("/webhooks/nobody/trail")),
        ("no tenant can be called so", to("/webhooks/NOBODY/trail")),
        ("the system's own tenant", to("/webhooks/system/trail")),
    ];
    for (cause, request) in refused {
        let response = host.request(request).await;
        let expected = Response::message(StatusCode::UNAUTHORIZED, "Unauthorized");
        assert_eq!(response, expected, "{cause}");
    }
    assert!(host.published::<RawPayload>().await.is_empty());
    assert_eq!(host.request(genuine()).await.status, StatusCode::ACCEPTED);
    host.published::<RawPayload>().await;
}

#[tokio::test]
async fn nothing_is_parsed_before_the_signature_is_known_to_be_good() {
    let host = host().await;
    for body in [gzip(&vec![0; 8 << 20]), b"[".repeat(1 << 20), b"\xff".to_vec()] {
        let forged = signed(&host, Scheme::StandardWebhooks, 2, "msg_1", body);
        assert_eq!(host.request(forged).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_refused_and_nothing_is_queued() {
    let host = host().await;
    let bomb = gzip(&vec![b' '; 64 << 20]);
    let response = host.request(delivery(&host, "msg_1", bomb)).await;
    assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(message(&response).contains("inflates to more than"), "{}", message(&response));
    assert!(host.published::<RawPayload>().await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_reason_and_nothing_is_kept() {
    let host = host().await;
    let deep = format!(r#"{{"Records":[{}1{}]}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let cut_gzip = gzip(LOG_FILE)[..20].to_vec();
    for (body, status, why) in [
        (deep.into_bytes(), 400, "nested more than 128 deep"),
        (b"\xff\xfe{}".to_vec(), 400, "not UTF-8 from byte 0"),
        (br#"{"Records":[{"eventID":"a"#.to_vec(), 400, "truncated JSON"),
        (b"".to_vec(), 400, "truncated JSON"),
        (b"Hello".to_vec(), 400, "not JSON"),
        (cut_gzip, 400, "damaged gzip"),
        (b"{}".to_vec(), 422, "without CloudTrail records"),
        (br#"{"Type":"SubscriptionConfirmation","Message":"x"}"#.to_vec(), 422, "SubscribeURL"),
    ] {
        let response = host.request(delivery(&host, "msg_1", body.clone())).await;
        assert_eq!(response.status.as_u16(), status, "{why}");
        assert!(message(&response).contains(why), "{}", message(&response));
        assert!(host.published::<RawPayload>().await.is_empty(), "{why}");
        use sha2::Digest;
        let object = format!("raw/{}", hex::encode(sha2::Sha256::digest(&body)));
        assert_eq!(archived(&host, &object).await, None, "{why}");
    }
    // None of them has used the id up.
    let response = host.request(delivery(&host, "msg_1", LOG_FILE)).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    assert_eq!(host.published::<RawPayload>().await.len(), 1);
}

#[tokio::test]
async fn every_envelope_is_taken_and_arrives_byte_for_byte() {
    let host = host().await;
    let event = json!({"detail-type": "AWS API Call via CloudTrail", "detail": {"eventID": "a"}});
    let text = String::from_utf8(LOG_FILE.to_vec()).unwrap();
    let sns = |message: &str| json!({"Type": "Notification", "Message": message}).to_string();
    let long = format!(r#"{{"Records":["{}"]}}"#, "x".repeat(RawPayload::INLINE_LIMIT));
    for (n, body) in [
        LOG_FILE.to_vec(),
        event.to_string().into_bytes(),
        sns(&text).into_bytes(),
        sns(&event.to_string()).into_bytes(),
        gzip(LOG_FILE),
        text.replace(',', ",\r\n\t").into_bytes(),
        long.into_bytes(),
    ]
    .into_iter()
    .enumerate()
    {
        let response = host.request(delivery(&host, &format!("msg_{n}"), body.clone())).await;
        assert_eq!(response.status, StatusCode::ACCEPTED, "{n}: {}", response.body.escape_ascii());
        let payload = host.published::<RawPayload>().await.remove(0);
        assert_eq!(archived(&host, &payload.object).await.unwrap(), body);
        let carried = match &payload.body {
            Body::Inline { text } => Some(text.clone().into_bytes()),
            Body::InlineBase64 { base64 } => Some(STANDARD.decode(base64).unwrap()),
            Body::Archived => None,
        };
        assert_eq!(carried.is_some(), body.len() <= RawPayload::INLINE_LIMIT);
        assert!(carried.is_none_or(|carried| carried == body));
    }
}

#[tokio::test]
async fn a_content_encoding_that_is_not_gzip_is_refused() {
    let host = host().await;
    let encoded = |id: &str, encoding: &'static str, body: Vec<u8>| {
        let value = HeaderValue::from_static(encoding);
        delivery(&host, id, body).header(header::CONTENT_ENCODING, value)
    };
    let response = host.request(encoded("msg_1", "br", LOG_FILE.to_vec())).await;
    assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let response = host.request(encoded("msg_1", "GZip", gzip(LOG_FILE))).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    assert_eq!(host.published::<RawPayload>().await.len(), 1);
}

#[tokio::test]
async fn both_secrets_of_a_rotation_are_good_and_no_older_one() {
    let host = host().await;
    add_source(&host, Scheme::StandardWebhooks, &[3, 2]).await;
    for (seed, status) in [(3, 202), (2, 202), (1, 401)] {
        let request = signed(&host, Scheme::StandardWebhooks, seed, &format!("m{seed}"), LOG_FILE);
        assert_eq!(host.request(request).await.status.as_u16(), status, "secret {seed}");
    }
    host.published::<RawPayload>().await;
}

#[tokio::test]
async fn a_source_that_signs_as_github_does_is_taken() {
    let host = host().await;
    add_source(&host, Scheme::GitHub, &[1]).await;
    let id = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
    let request = signed(&host, Scheme::GitHub, 1, id, LOG_FILE)
        .header(HeaderName::from_static("content-type"), "application/json".parse().unwrap());
    assert_eq!(host.request(request).await.status, StatusCode::ACCEPTED);
    let payload = host.published::<RawPayload>().await.remove(0);
    assert_eq!(
        (payload.id.as_str(), payload.content_type.as_deref()),
        (id, Some("application/json"))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_signed_body_is_queued_or_refused_and_never_both(body in any::<Vec<u8>>(), log in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let host = host().await;
            let body = if log { json!({"Records": [body]}).to_string().into_bytes() } else { body };
            let status = host.request(delivery(&host, "msg_1", body)).await.status;
            let queued = host.published::<RawPayload>().await.len();
            let expected = usize::from(status == StatusCode::ACCEPTED);
            assert!(status == StatusCode::ACCEPTED || status.is_client_error(), "{status}");
            assert_eq!(queued, expected);
        });
    }
}
