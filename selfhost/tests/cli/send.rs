//! `twinhost send` against a receiver that is busy, dying, deaf or unwilling.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse as _, Response};
use functions::signatures::Scheme;
use http::{HeaderMap, StatusCode, Uri, header};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::{Ended, run};

/// A request that reached the receiver.
#[derive(Clone, Debug)]
struct Arrived {
    path: String,
    headers: HeaderMap,
    body: Bytes,
    at: Instant,
}

/// A webhook that remembers what arrived, and answers the n-th request (from 0) as it is told.
struct Receiver {
    url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// A receiver that first drops `dropped` connections without an answer, as a dying process does.
    async fn start(dropped: usize, answer: fn(usize) -> Response) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let arrived = Arc::<Mutex<Vec<Arrived>>>::default();
        let seen = Arc::clone(&arrived);
        let receive = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let path = uri.path().to_owned();
            let mut seen = seen.lock().unwrap();
            seen.push(Arrived { path, headers, body, at: Instant::now() });
            answer(seen.len() - 1)
        };
        let router = Router::new().fallback(receive);
        let serving = tokio::spawn(async move {
            for _ in 0..dropped {
                drop(listener.accept().await);
            }
            axum::serve(listener, router).await.unwrap();
        });
        Self { url, arrived, serving }
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn accepted(_: usize) -> Response {
    StatusCode::ACCEPTED.into_response()
}

fn secret() -> SecretString {
    Scheme::StandardWebhooks.secret_from([7; 32])
}

/// A folder with the secret and these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), secret().expose_secret()).unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

async fn send(folder: &Path, url: &str, more: &[&str]) -> Ended {
    let secret = folder.join("secret");
    let mut args = vec!["send", folder.to_str().unwrap(), "--tenant", "acme", "--source", "ci"];
    args.extend(["--url", url, "--secret-file", secret.to_str().unwrap()]);
    args.extend(more);
    run(&args).await
}

fn report(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("no report: {}", ended.err))
}

#[tokio::test]
async fn each_file_arrives_as_it_is_with_a_signature_over_its_bytes() {
    let receiver = Receiver::start(0, accepted).await;
    let gzip = [0x1f, 0x8b, 8, 0, 1, 2, 3];
    let files: [(&str, &[u8]); 3] = [
        ("a.json", b"{ \"Records\": [] }\n"),
        ("b.json", b"{ \"Records\": [] }\n"),
        ("c.json.gz", &gzip),
    ];
    let folder = folder(&files);
    let ended = send(folder.path(), &receiver.url, &["--json", "--concurrency", "1"]).await;
    assert_eq!(ended.code, 0, "{}", ended.err);
    let report = report(&ended);
    assert_eq!((&report["accepted"], &report["failed"]), (&3.into(), &0.into()), "{report}");
    assert_eq!(report["bytes"], 18 + 18 + 7);

    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 3);
    let mut ids = Vec::new();
    for request in &arrived {
        assert_eq!(request.path, "/webhooks/acme/ci");
        let scheme = Scheme::StandardWebhooks;
        let verified =
            scheme.verify(&[secret()], &request.headers, &request.body, Timestamp::now());
        ids.push(verified.expect("the signature is good").delivery_id);
    }
    assert_eq!(ids[0], ids[1], "the same bytes are the same delivery");
    assert_ne!(ids[0], ids[2]);
    assert_eq!(&arrived[2].body[..], gzip, "gzip stays gzip");
    assert_eq!(arrived[2].headers[header::CONTENT_TYPE], "application/gzip");
}

#[tokio::test]
async fn a_busy_receiver_is_tried_again_no_sooner_than_it_says() {
    let receiver = Receiver::start(0, |n| match n {
        0 => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")]).into_response(),
        _ => accepted(n),
    })
    .await;
    let folder = folder(&[("a.json", b"{}")]);
    let ended = send(folder.path(), &receiver.url, &["--json"]).await;
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert_eq!(report(&ended)["retries"], 1);
    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 2);
    assert!(arrived[1].at - arrived[0].at >= Duration::from_secs(1));
    let id = |n: usize| arrived[n].headers["webhook-id"].clone();
    assert_eq!(id(0), id(1), "a repeat is the same delivery");
}

#[tokio::test]
async fn a_receiver_that_dies_and_comes_back_gets_everything() {
    let receiver = Receiver::start(3, accepted).await;
    let folder = folder(&[("a.json", b"1"), ("b.json", b"2"), ("c.json", b"3"), ("d.json", b"4")]);
    let ended = send(folder.path(), &receiver.url, &["--json"]).await;
    assert_eq!(ended.code, 0, "{}", ended.err);
    let report = report(&ended);
    assert_eq!((&report["accepted"], &report["retries"]), (&4.into(), &3.into()), "{report}");
    assert_eq!(receiver.arrived().len(), 4);
}

#[tokio::test]
async fn an_unwilling_receiver_is_asked_once_and_each_refusal_is_listed() {
    let receiver = Receiver::start(0, |_| {
        (StatusCode::UNAUTHORIZED, r#"{"message":"Unauthorized \u001b[2J"}"#).into_response()
    })
    .await;
    let folder = folder(&[("a.json", b"1"), ("b.json", b"2")]);
    let ended = send(folder.path(), &receiver.url, &[]).await;
    assert_eq!(ended.code, 1);
    assert_eq!(receiver.arrived().len(), 2);
    assert!(ended.out.starts_with("0 of 2 files accepted"), "{}", ended.out);
    for expected in
        ["2 failed:", "a.json: 401 Unauthorized", "b.json: 401", "twinhost sources list"]
    {
        assert!(ended.out.contains(expected), "{expected}: {}", ended.out);
    }
    assert!(!ended.out.contains('\u{1b}'), "an answer cannot steer the terminal");
}

#[tokio::test]
async fn a_receiver_that_stays_away_is_given_up() {
    let receiver = Receiver::start(0, |_| StatusCode::SERVICE_UNAVAILABLE.into_response()).await;
    let folder = folder(&[("a.json", b"1")]);
    let ended = send(folder.path(), &receiver.url, &["--json", "--retry-for", "3s"]).await;
    assert_eq!(ended.code, 1);
    let report = report(&ended);
    let reason = report["failures"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("503") && reason.contains("gave up after 3s"), "{reason}");
    assert!(receiver.arrived().len() >= 2, "it was tried again before");
}

#[tokio::test]
async fn there_is_no_progress_bar_where_nobody_watches() {
    let receiver = Receiver::start(0, accepted).await;
    let folder = folder(&[("a.json", b"1"), ("b.json", b"2")]);
    let ended = send(folder.path(), &receiver.url, &[]).await;
    assert_eq!(ended.code, 0, "{}", ended.err);
    let hint = "see what became of it: twinhost events summary --tenant acme\n";
    assert_eq!(ended.err, hint, "standard error holds the hint and nothing else");
}

#[tokio::test]
async fn a_secret_of_another_scheme_is_refused_before_anything_is_sent() {
    let receiver = Receiver::start(0, accepted).await;
    let folder = folder(&[("a.json", b"1")]);
    std::fs::write(folder.path().join("secret"), "whsec_not base64!").unwrap();
    let ended = send(folder.path(), &receiver.url, &[]).await;
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("standard-webhooks"), "{}", ended.err);
    assert!(!ended.err.contains("not base64"), "a secret is not repeated: {}", ended.err);
    assert!(receiver.arrived().is_empty());
}
