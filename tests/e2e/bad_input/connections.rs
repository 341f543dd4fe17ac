//! Connections that are slow, too long or ambiguous.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;
use tests::sender::{log_file, record};
use tests::{eventually, wire};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::World;

/// The timeouts of the test in seconds; by default they are 10 and 30.
const HEADERS: u64 = 2;
const BODY: u64 = 3;

/// How much later than that is still in time.
const SLACK: Duration = Duration::from_secs(10);

/// How often a slow client sends a byte.
const TRICKLE: Duration = Duration::from_millis(250);

/// What a server said, and how long it took from before its clock can have started.
async fn timed(
    talk: impl Future<Output = anyhow::Result<String>>,
) -> anyhow::Result<(String, Duration)> {
    let began = Instant::now();
    let said = talk.await?;
    Ok((said, began.elapsed()))
}

#[tokio::test]
async fn who_is_slow_is_sent_away_and_others_are_served_meanwhile() -> anyhow::Result<()> {
    let mut world = World::with(|home| {
        home.with("TWINHOST__HTTP__HEADER_TIMEOUT_SECONDS", HEADERS.to_string())
            .with("TWINHOST__HTTP__BODY_TIMEOUT_SECONDS", BODY.to_string())
    })
    .await?;
    let home = &world.home;

    let silent = timed(async { wire::rest(&mut wire::connect(home).await?).await });
    let slow_head = timed(async { wire::trickle(wire::connect(home).await?, b'G', TRICKLE).await });
    let slow_field = timed(async {
        let mut stream = wire::connect(home).await?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").await?;
        wire::trickle(stream, b'x', TRICKLE).await
    });
    let idle = async {
        let mut stream = wire::connect(home).await?;
        let talk = async {
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await?;
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await?;
            assert_eq!(&answer, b"HTTP/1.1 200");
            wire::rest(&mut stream).await
        };
        timed(talk).await
    };
    let slow_body = timed(async {
        let mut stream = wire::connect(home).await?;
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n",
            world.sender.path
        );
        stream.write_all(head.as_bytes()).await?;
        wire::trickle(stream, b' ', TRICKLE).await
    });
    let others = async {
        let began = Instant::now();
        let mut served = 0;
        while began.elapsed() < Duration::from_secs(BODY) {
            let id = format!("quick-{served}");
            let sent = Instant::now();
            let answer = world.sender.post(&id, &log_file(&id)).await?;
            assert!(answer.is_accepted(), "{answer:?}");
            assert!(sent.elapsed() < SLACK, "took {:?}", sent.elapsed());
            served += 1;
            sleep(Duration::from_millis(50)).await;
        }
        anyhow::Ok(served)
    };
    // A hundred more of the same, for good measure.
    let crowd = async {
        let crowd = (0..100).map(|_| wire::connect(home));
        let mut held = Vec::new();
        for stream in crowd {
            let mut stream = stream.await?;
            stream.write_all(b"POST ").await?;
            held.push(stream);
        }
        for stream in &mut held {
            wire::rest(stream).await?;
        }
        anyhow::Ok(())
    };
    let (silent, slow_head, slow_field, idle, slow_body, served, ()) =
        tokio::try_join!(silent, slow_head, slow_field, idle, slow_body, others, crowd)?;

    let limit = Duration::from_secs(HEADERS);
    for (what, (said, took)) in [
        ("silence", &silent),
        ("a slow request line", &slow_head),
        ("a slow header", &slow_field),
        ("an idle connection", &idle),
    ] {
        assert!((limit..limit + SLACK).contains(took), "{what}: closed after {took:?}: {said}");
        assert!(!said.contains("HTTP/1.1 2"), "{what}: {said}");
    }
    let (said, took) = slow_body;
    let limit = Duration::from_secs(BODY);
    assert_eq!(wire::status(&said), "408", "{said}");
    assert!((limit..limit + SLACK).contains(&took), "closed after {took:?}");
    assert_eq!(world.reads(served).await?["cost_events"], served);
    world.home.stop().await
}

/// Begins an upload of `announced` bytes and stalls after `sent`.
async fn stall(world: &World, announced: usize, sent: usize) -> anyhow::Result<TcpStream> {
    let mut stream = wire::connect(&world.home).await?;
    let path = &world.sender.path;
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {announced}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    // Who is refused in the middle cannot be sent the rest.
    let _refused = stream.write_all(&vec![b' '; sent]).await;
    Ok(stream)
}

#[tokio::test]
async fn stalled_uploads_keep_others_out_only_when_they_fill_the_memory() -> anyhow::Result<()> {
    let mut world = World::new().await?;
    let mut big = record("big");
    big["requestParameters"]["userData"] = "x".repeat(200_000).into();
    let big = json!({ "Records": [big] }).to_string().into_bytes();

    let mut few = Vec::new();
    for _ in 0..100 {
        few.push(stall(&world, 6_000_000, 100_000).await?);
    }
    let began = Instant::now();
    let answer = world.sender.post("beside-100", &big).await?;
    assert!(answer.is_accepted(), "{answer:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "took {:?}", began.elapsed());
    drop(few);

    // 34 times 6 MB is more than 192 MiB, and one of them is told so long before they are too slow.
    let mut full = JoinSet::new();
    for _ in 0..34 {
        let mut stream = stall(&world, 6_000_000, 5_999_999).await?;
        full.spawn(async move { wire::rest(&mut stream).await });
    }
    let answer = full.join_next().await.context("34 uploads")???;
    assert_eq!(wire::status(&answer), "503", "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
    // Who needs none of that memory is served.
    assert!(world.sender.post("small", &log_file("small")).await?.is_accepted());
    drop(full);
    eventually("there is room again", async || {
        Ok(world.sender.post("afterwards", &big).await?.is_accepted().then_some(()))
    })
    .await?;
    world.home.stop().await
}

#[tokio::test]
async fn headers_over_the_limit_are_431_and_just_under_it_fine() -> anyhow::Result<()> {
    let mut world = World::new().await?;
    let head = |length: usize| {
        let begin = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: ";
        format!("{begin}{}\r\n\r\n", "x".repeat(length - begin.len() - 4))
    };
    let answer = wire::talk(&world.home, head(10_240).as_bytes()).await?;
    assert_eq!(wire::status(&answer), "200", "{answer}");
    for length in [10_241, 20_000, 1_000_000] {
        let answer = wire::talk(&world.home, head(length).as_bytes()).await?;
        assert_eq!(wire::status(&answer), "431", "{length}: {answer}");
    }
    let line = format!("GET /{} HTTP/1.1\r\n", "x".repeat(20_000));
    let answer = wire::talk(&world.home, line.as_bytes()).await?;
    assert!(["414", "431"].contains(&wire::status(&answer)), "{answer}");
    let many = format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(1000));
    let answer = wire::talk(&world.home, many.as_bytes()).await?;
    assert_eq!(wire::status(&answer), "431", "{answer}");
    world.home.stop().await
}

/// Heads in which two servers could see different requests; a request to `/healthz` hides in what follows.
const AMBIGUOUS: [(&str, &str); 21] = [
    ("CL and TE", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    ("two lengths", "Content-Length: 0\r\nContent-Length: 5\r\n\r\n"),
    ("the same length twice", "Content-Length: 0\r\nContent-Length: 0\r\n\r\n"),
    ("a list of lengths", "Content-Length: 0, 0\r\n\r\n"),
    ("a length with a sign", "Content-Length: +0\r\n\r\n"),
    ("a negative length", "Content-Length: -1\r\n\r\n"),
    ("a length in hexadecimal", "Content-Length: 0x0\r\n\r\n"),
    ("no length", "Content-Length: \r\n\r\n"),
    ("a length beyond numbers", "Content-Length: 18446744073709551616\r\n\r\n"),
    ("a blank before the colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    ("an unknown coding", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ("chunked not last", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    ("a folded line", "X-A: b\r\n Content-Length: 5\r\n\r\n"),
    ("a folded first line", " X-A: b\r\n\r\n"),
    ("a bare LF behind a header", "X-A: b\nContent-Length: 0\r\n\r\n"),
    ("a bare LF at the end", "X-A: b\r\n\n"),
    ("a bare CR", "X-A: b\rContent-Length: 0\r\n\r\n"),
    ("a NUL", "X-A: b\0\r\n\r\n"),
    ("a header without a colon", "X-A\r\n\r\n"),
    ("a chunk's size with a sign", "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n"),
];

#[tokio::test]
async fn a_request_that_can_be_read_in_two_ways_is_400_and_the_last_of_its_connection()
-> anyhow::Result<()> {
    let mut world = World::new().await?;
    let hidden = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let path = &world.sender.path;
    let request = |head: &str| format!("POST {path} HTTP/1.1\r\nhost: x\r\n{head}{hidden}");
    for (what, head) in AMBIGUOUS {
        let answer = wire::talk(&world.home, request(head).as_bytes()).await?;
        assert_eq!(wire::status(&answer), "400", "{what}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{what}: {answer}");
    }
    for (what, begin) in [
        ("a bare LF behind the request line", "GET / HTTP/1.1\nhost: x\r\n\r\n"),
        ("a method that is none", "G@T / HTTP/1.1\r\nhost: x\r\n\r\n"),
        ("no version", "GET /\r\n\r\n"),
        ("an unknown version", "GET / HTTP/3.7\r\nhost: x\r\n\r\n"),
        ("TE in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ] {
        let answer = wire::talk(&world.home, format!("{begin}{hidden}").as_bytes()).await?;
        assert_eq!(wire::status(&answer), "400", "{what}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{what}: {answer}");
    }
    let preface = format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{hidden}");
    assert_eq!(wire::talk(&world.home, preface.as_bytes()).await?, "", "HTTP/2 is not spoken");
    // A chunked body is fine; its request is the last all the same.
    let chunked = "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let answer = wire::talk(&world.home, request(chunked).as_bytes()).await?;
    assert_eq!(wire::status(&answer), "401", "{answer}");
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    // What is not ambiguous is two requests.
    let close = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = wire::talk(&world.home, format!("{hidden}{close}").as_bytes()).await?;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{answer}");
    assert_eq!(world.traces().await?, 0);
    world.home.stop().await
}
