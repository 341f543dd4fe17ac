//! The Slack poster against a real HTTP server.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use functions::chat::{ChatError, ChatMessage, ChatPoster};
use functions_adapters::slack::{SlackOptions, SlackPoster};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A chat that answers by path and keeps what it was sent; ends with the test.
struct Chat {
    port: u16,
    got: Arc<Mutex<Vec<(String, HeaderMap, Bytes)>>>,
    task: JoinHandle<()>,
}

impl Drop for Chat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Got = Arc<Mutex<Vec<(String, HeaderMap, Bytes)>>>;

async fn answer(State(got): State<Got>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    got.lock().unwrap().push((uri.path().to_owned(), headers, body));
    match uri.path() {
        "/ok" => "ok".into_response(),
        "/moved" => Redirect::temporary("/ok").into_response(),
        "/busy" => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "30")]).into_response(),
        "/broken" => StatusCode::BAD_GATEWAY.into_response(),
        "/gone" => (StatusCode::NOT_FOUND, "no_service").into_response(),
        "/echo/token" => (StatusCode::FORBIDDEN, "token").into_response(),
        "/flood" => (StatusCode::BAD_REQUEST, "x".repeat(50_000_000)).into_response(),
        "/silent" => std::future::pending().await,
        path => panic!("unexpected path {path}"),
    }
}

impl Chat {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let got = Got::default();
        let app = Router::new().fallback(answer).with_state(got.clone());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { port, got, task }
    }

    async fn post(&self, path: &str) -> Result<(), ChatError> {
        post(&local(), &format!("http://127.0.0.1:{}{path}", self.port)).await
    }

    fn paths(&self) -> Vec<String> {
        self.got.lock().unwrap().iter().map(|(path, ..)| path.clone()).collect()
    }
}

fn local() -> SlackPoster {
    SlackPoster::new(SlackOptions { allow_private: true, ..SlackOptions::default() }).unwrap()
}

fn public() -> SlackPoster {
    SlackPoster::new(SlackOptions::default()).unwrap()
}

async fn post(poster: &SlackPoster, url: &str) -> Result<(), ChatError> {
    let message = ChatMessage { title: "10 × p2.xlarge".into(), lines: vec!["by <root>".into()] };
    poster.post(&SecretString::from(url.to_owned()), &message, "evt-1/slack").await
}

#[tokio::test]
async fn a_message_arrives_escaped_and_with_its_key() {
    let chat = Chat::start().await;
    chat.post("/ok").await.unwrap();
    let got = chat.got.lock().unwrap();
    let [(_, headers, body)] = got.as_slice() else { panic!("one request wanted") };
    assert_eq!(headers["idempotency-key"], "evt-1/slack");
    assert_eq!(headers["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body, serde_json::json!({ "text": "*10 × p2.xlarge*\nby &lt;root&gt;" }));
}

#[tokio::test]
async fn a_busy_or_broken_chat_is_tried_again() {
    let chat = Chat::start().await;
    let ChatError::Retry { after, .. } = chat.post("/busy").await.unwrap_err() else {
        panic!("retry wanted")
    };
    assert_eq!(after, Some(Duration::from_secs(30)));
    let ChatError::Retry { after, reason } = chat.post("/broken").await.unwrap_err() else {
        panic!("retry wanted")
    };
    assert_eq!((after, reason.contains("502")), (None, true));
}

#[tokio::test]
async fn a_refusal_is_permanent_and_tells_the_chats_reason() {
    let chat = Chat::start().await;
    let error = chat.post("/gone").await.unwrap_err();
    assert!(matches!(error, ChatError::Permanent { .. }));
    assert!(error.to_string().contains("404 Not Found `no_service`"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let chat = Chat::start().await;
    let error = chat.post("/moved").await.unwrap_err();
    assert!(
        matches!(&error, ChatError::Permanent { reason } if reason.contains("redirects are not followed"))
    );
    assert_eq!(chat.paths(), ["/moved"]);
}

#[tokio::test]
async fn a_flood_of_an_answer_is_not_read() {
    let chat = Chat::start().await;
    let error = chat.post("/flood").await.unwrap_err();
    assert!(matches!(&error, ChatError::Permanent { reason } if reason.len() < 200), "{error}");
}

#[tokio::test]
async fn a_chat_that_does_not_answer_is_given_up_and_tried_again() {
    let chat = Chat::start().await;
    let options = SlackOptions { allow_private: true, timeout: Duration::from_millis(100) };
    let error = post(
        &SlackPoster::new(options).unwrap(),
        &format!("http://127.0.0.1:{}/silent", chat.port),
    )
    .await;
    assert!(
        matches!(&error, Err(ChatError::Retry { reason, .. }) if reason.contains("in time")),
        "{error:?}"
    );
}

#[tokio::test]
async fn nothing_listening_is_tried_again() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let error = post(&local(), &format!("http://127.0.0.1:{port}/T0KEN")).await.unwrap_err();
    assert!(
        matches!(&error, ChatError::Retry { reason, .. } if reason.contains("no connection")),
        "{error}"
    );
}

#[tokio::test]
async fn no_error_holds_the_url() {
    let chat = Chat::start().await;
    for path in ["/echo/token", "/gone", "/moved", "/busy"] {
        let error = chat.post(path).await.unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(!said.contains("token") && !said.contains("127.0.0.1"), "{said}");
    }
    for url in
        ["https://10.0.0.1/T0KEN", "http://example.org/T0KEN", "T0KEN", "https://localhost/T0KEN"]
    {
        let error = post(&public(), url).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("T0KEN"), "{error:?}");
    }
}

/// The resolver, not the URL, is what refuses here: the name is looked up, and its address is found to be ours.
#[tokio::test]
async fn a_name_that_resolves_to_a_private_address_is_refused_for_good_and_never_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:8443").await;
    let error = post(&public(), "https://localhost:8443/services/x").await.unwrap_err();
    assert!(
        matches!(&error, ChatError::Permanent { reason } if reason.contains("not public")),
        "{error}"
    );
    if let Ok(listener) = listener {
        let accepted = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
        assert!(accepted.is_err(), "something connected");
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_a_header_is_refused_before_anything_is_sent() {
    let chat = Chat::start().await;
    let url = SecretString::from(format!("http://127.0.0.1:{}/ok", chat.port));
    let error = local().post(&url, &ChatMessage::default(), "line\nbreak").await.unwrap_err();
    assert!(matches!(error, ChatError::Permanent { .. }));
    assert!(chat.paths().is_empty());
}
