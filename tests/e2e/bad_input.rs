//! What nobody should send: each is refused with a reason, has no effect, and harms nobody else.

mod connections;
mod messages;
mod secrets;
mod signatures;

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, HeaderValue};
use serde_json::{Value, json};
use tests::database::Database;
use tests::home::Home;
use tests::sender::{Sender, log_file};
use tests::{eventually, wire};
use tokio::io::AsyncWriteExt as _;

/// A running home on a database of its own, and one who may send.
struct World {
    home: Home,
    sender: Sender,
    database: Database,
}

impl World {
    async fn new() -> anyhow::Result<Self> {
        Self::with(|home| home).await
    }

    async fn with(change: impl FnOnce(Home) -> Home) -> anyhow::Result<Self> {
        let database = Database::create().await?;
        let mut home = change(Home::empty()?.with("DATABASE_URL", database.url()));
        home.start().await?;
        let sender = Sender::add(&home, "acme", "trail").await?;
        Ok(Self { home, sender, database })
    }

    async fn summary(&self) -> anyhow::Result<Value> {
        self.home.json(&["events", "summary", "--tenant", "acme"]).await
    }

    /// Everything that a delivery leaves behind, counted where it is kept.
    async fn traces(&self) -> anyhow::Result<i64> {
        let mut connection = self.database.connect().await?;
        Ok(sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM twinhost.objects) + (SELECT count(*) FROM twinhost.once_keys)
                + (SELECT count(*) FROM pgmq.q_normalizer) + (SELECT count(*) FROM pgmq.q_normalizer_dlq)",
        )
        .fetch_one(&mut connection)
        .await?)
    }

    /// Waits until so many payloads have been read to their end and nothing waits.
    async fn reads(&self, payloads: u64) -> anyhow::Result<Value> {
        let mut last = Value::Null;
        let read = eventually("the payloads are read", async || {
            last = self.summary().await?;
            let done = last["payloads"] == payloads
                && last["unfinished_payloads"] == 0
                && last["accounted"] == last["records"]
                && last["waiting"] == json!({});
            Ok(done.then_some(()))
        });
        read.await.with_context(|| format!("last: {last}\n{}", self.home.log_tail()))?;
        Ok(last)
    }
}

fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() -> anyhow::Result<()> {
    let mut world = World::new().await?;
    let path = &world.sender.path;

    let began = Instant::now();
    let announced =
        format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 7000000\r\n\r\n{{\"Re");
    let answer = wire::talk(&world.home, announced.as_bytes()).await?;
    assert_eq!(wire::status(&answer), "413", "{answer}");
    assert!(answer.ends_with(r#"{"message":"Payload Too Large"}"#), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(5), "after {:?}", began.elapsed());

    // The end of a chunked body never comes; what came is over the limit.
    let mut stream = wire::connect(&world.home).await?;
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let chunk = [&b"100000\r\n"[..], &vec![b' '; 0x10_0000], b"\r\n"].concat();
    for _ in 0..7 {
        if stream.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let answer = wire::rest(&mut stream).await?;
    assert_eq!(wire::status(&answer), "413", "{answer}");

    assert_eq!(world.traces().await?, 0);
    world.home.stop().await
}

/// A body, how it is encoded, the status it is answered with, and a part of the reason.
type Unreadable = (&'static str, Vec<u8>, Option<&'static str>, u16, &'static str);

fn unreadable() -> anyhow::Result<Vec<Unreadable>> {
    let nested = |depth: usize| {
        format!(r#"{{"Records":[{{"a":{}{}}}]}}"#, "[".repeat(depth), "]".repeat(depth))
            .into_bytes()
    };
    let whole = log_file("whole");
    let packed = gzip(&whole)?;
    let bomb = gzip(&[br#"{"Records":["#, &b" ".repeat(32 << 20)[..], b"]}"].concat())?;
    ensure!(bomb.len() < 64 << 10, "the bomb has {} bytes", bomb.len());
    Ok(vec![
        ("gzip bomb", bomb, None, 413, "inflate"),
        ("depth of 10,000", nested(10_000), None, 400, "deep"),
        ("depth of 10,000, packed", gzip(&nested(10_000))?, None, 400, "deep"),
        ("invalid UTF-8", [&whole[..20], b"\xff\xfe"].concat(), None, 400, "UTF-8"),
        ("truncated JSON", whole[..whole.len() - 3].to_vec(), None, 400, "end"),
        ("truncated gzip", packed[..packed.len() - 9].to_vec(), None, 400, "gzip"),
        ("not JSON", b"hello".to_vec(), None, 400, "JSON"),
        ("two values", [&whole[..], b"{}"].concat(), None, 400, "JSON"),
        ("empty", Vec::new(), None, 400, "end"),
        ("a number too large", b"1e400".to_vec(), None, 400, "JSON"),
        ("a number", b"7".to_vec(), None, 422, "CloudTrail"),
        ("not CloudTrail", b"{\"hello\":[]}".to_vec(), None, 422, "CloudTrail"),
        ("Brotli", whole, Some("br"), 415, "content-encoding"),
    ])
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_reason_and_leaves_nothing() -> anyhow::Result<()> {
    let mut world = World::new().await?;
    for (what, body, encoding, status, reason) in unreadable()? {
        let mut headers = world.sender.signed("the-same", &body)?;
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let answer = world.sender.post_with(headers, &body).await;
        assert_eq!(answer.status.map(|s| s.as_u16()), Some(status), "{what}: {answer:?}");
        let json: Value = serde_json::from_str(&answer.body).context(what)?;
        let message = json["message"].as_str().context(what)?;
        assert!(message.contains(reason), "{what}: {message}");
    }
    assert_eq!(world.traces().await?, 0);
    let summary = world.summary().await?;
    assert_eq!((&summary["payloads"], &summary["records"]), (&json!(0), &json!(0)), "{summary}");

    // Nor is the id used up.
    assert!(world.sender.post("the-same", &log_file("whole")).await?.is_accepted());
    assert_eq!(world.reads(1).await?["cost_events"], 1);
    world.home.stop().await
}

#[tokio::test]
async fn ten_deliveries_of_one_event_at_once_are_all_accepted_and_have_one_effect()
-> anyhow::Result<()> {
    let mut world = World::new().await?;
    for round in 0..5 {
        let id = format!("again-{round}");
        let body = log_file(&id);
        let mut posts = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (sender, id, body) = (world.sender.clone(), id.clone(), body.clone());
            posts.spawn(async move { sender.post(&id, &body).await });
        }
        while let Some(answer) = posts.join_next().await {
            let answer = answer??;
            assert_eq!(answer.status.map(|s| s.as_u16()), Some(202), "{answer:?}");
            let told: Value = serde_json::from_str(&answer.body)?;
            assert_eq!(told, json!({"id": format!("trail/{id}")}));
        }
    }
    let summary = world.reads(5).await?;
    for (name, count) in [("records", 5), ("cost_events", 5), ("duplicates", 0)] {
        assert_eq!(summary[name], count, "{name}: {summary}");
    }
    // Not even an attempt: each is read once.
    let done = eventually("five are counted, just after they are committed", async || {
        let metrics = reqwest::get(world.home.admin_url("/metrics")).await?.text().await?;
        let name = r#"twinhost_handler_events_total{handler="normalizer",outcome="done"} "#;
        let done = metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
        let done: u64 = done.parse()?;
        Ok((done >= 5).then_some(done))
    });
    assert_eq!(done.await?, 5);
    world.home.stop().await
}
