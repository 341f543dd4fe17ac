//! Who may not send learns nothing.

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{Timestamp, ToSpan as _};
use tests::sender::{Sender, log_file};
use tests::wire;

use super::World;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIME: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// A request as bytes.
fn request(path: &str, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
    bytes.extend(body);
    bytes
}

/// An answer without the one line that is never the same.
fn timeless(answer: &str) -> String {
    let lines = answer.split("\r\n").filter(|line| !line.to_lowercase().starts_with("date:"));
    lines.collect::<Vec<_>>().join("\r\n")
}

#[tokio::test]
async fn whoever_may_not_send_gets_the_same_answer_to_the_byte() -> anyhow::Result<()> {
    let mut world = World::new().await?;
    let Sender { path, .. } = &world.sender;
    let body = log_file("one");
    let good = world.sender.signed("one", &body)?;
    let now = Timestamp::now();
    let with = |name: &HeaderName, value: &str| -> anyhow::Result<HeaderMap> {
        let mut headers = good.clone();
        headers.insert(name, HeaderValue::from_str(value)?);
        Ok(headers)
    };
    let without = |name: &HeaderName| {
        let mut headers = good.clone();
        headers.remove(name);
        headers
    };
    let twice = |name: &HeaderName| {
        let mut headers = good.clone();
        headers.append(name, good[name].clone());
        headers
    };
    let other = Sender::add(&world.home, "acme", "other").await?;
    let removed = Sender::add(&world.home, "acme", "removed").await?;
    let globex = Sender::add(&world.home, "globex", "trail").await?;
    let while_known = removed.post("before", &log_file("before")).await?;
    assert!(while_known.is_accepted(), "{while_known:?}");
    world.home.run(&["sources", "remove", "removed", "--tenant", "acme"]).await?;

    let by_removed = removed.signed("one", &body)?;
    let cases: Vec<(&str, &str, HeaderMap, &[u8])> = vec![
        ("no header at all", path, HeaderMap::new(), &body),
        ("no id", path, without(&ID), &body),
        ("no time", path, without(&TIME), &body),
        ("no signature", path, without(&SIGNATURE), &body),
        ("the id twice", path, twice(&ID), &body),
        ("the time twice", path, twice(&TIME), &body),
        ("another id", path, with(&ID, "two")?, &body),
        ("an id that cannot be", path, with(&ID, "a.b")?, &body),
        ("an id that is too long", path, with(&ID, &"a".repeat(201))?, &body),
        ("a time that is none", path, with(&TIME, "now")?, &body),
        ("another time", path, with(&TIME, &(now.as_second() + 1).to_string())?, &body),
        ("no MAC", path, with(&SIGNATURE, "v1,")?, &body),
        ("a MAC that is not base64", path, with(&SIGNATURE, "v1,%%%")?, &body),
        ("a MAC of another version", path, with(&SIGNATURE, "v2,AAAA")?, &body),
        ("a short MAC", path, with(&SIGNATURE, "v1,AAAA")?, &body),
        ("too old", path, world.sender.signed_at("one", &body, now - 6.minutes())?, &body),
        ("of the future", path, world.sender.signed_at("one", &body, now + 6.minutes())?, &body),
        ("another body", path, good.clone(), b"{\"Records\":[]}"),
        ("no body", path, good.clone(), b""),
        ("an unreadable body", path, HeaderMap::new(), b"\xff{"),
        ("signed by another source", path, other.signed("one", &body)?, &body),
        ("signed by another tenant's", path, globex.signed("one", &body)?, &body),
        ("sent to another source", &other.path, good.clone(), &body),
        ("sent to another tenant", &globex.path, good.clone(), &body),
        ("an unknown source", "/webhooks/acme/nobody", good.clone(), &body),
        ("a source that cannot be", "/webhooks/acme/No_Body", good.clone(), &body),
        ("an unknown tenant", "/webhooks/nobody/trail", good.clone(), &body),
        ("a tenant that cannot be", "/webhooks/No%20Body/trail", good.clone(), &body),
        ("a NUL for a tenant", "/webhooks/%00/trail", good.clone(), &body),
        ("a NUL in the source", "/webhooks/acme/trail%00", good.clone(), &body),
        ("a removed source", &removed.path, by_removed, &body),
    ];
    let mut first = None;
    for (what, path, headers, body) in cases {
        let answer = timeless(&wire::talk(&world.home, &request(path, &headers, body)).await?);
        let first = first.get_or_insert_with(|| answer.clone());
        assert!(answer.starts_with("HTTP/1.1 401 "), "{what}: {answer}");
        assert_eq!(&answer, first, "{what}");
    }
    // What all of these were made from is good.
    let answer = wire::talk(&world.home, &request(path, &good, &body)).await?;
    assert_eq!(wire::status(&answer), "202", "{answer}");
    assert_eq!(world.reads(2).await?["records"], 2);
    world.home.stop().await
}
