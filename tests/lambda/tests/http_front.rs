use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use lambda_emulator::front::Front;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use twinhost::manifest::{HandlerManifest, Manifest, Trigger};
use twinhost::{Access, Method};

use crate::probe::{Probe, probe};

/// An API with one route, which any may call.
struct Api {
    url: String,
    _stop: tokio_util::sync::DropGuard,
    _probe: Probe,
}

async fn api(stage: &str) -> Api {
    let probe = probe(|options| options.concurrency = 1);
    let trigger = Trigger::Route {
        method: Method::Post,
        path: "/to/{name}".to_owned(),
        access: Access::Public,
    };
    let handler = HandlerManifest {
        name: "probe",
        trigger,
        grants: Vec::new(),
        timeout_seconds: 20,
        memory_mb: 256,
        concurrency: 1,
    };
    let manifest = Manifest {
        app: "app".to_owned(),
        handlers: vec![handler],
        collections: Default::default(),
    };
    let functions = BTreeMap::from([("probe".to_owned(), Arc::clone(&probe.function))]);
    let front = Front::new(&manifest, functions, stage, Arc::new(Notify::new()));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    tokio::spawn(front.serve(listener, stop.clone()));
    Api { url, _stop: stop.drop_guard(), _probe: probe }
}

async fn post(url: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
    let answer = Client::new().post(url).header("content-type", "application/json").body(body);
    let answer = answer.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_request_is_an_event_and_the_answer_is_its_answer() {
    let api = api("$default").await;
    let (status, seen) = post(&format!("{}/to/a%20b?x=1&x=2", api.url), "{}").await;
    assert_eq!(status, 200);
    let event = &seen["event"];
    assert_eq!((&event["version"], &event["body"]), (&json!("2.0"), &json!("{}")));
    assert_eq!(event["pathParameters"], json!({"name": "a b"}));
    assert_eq!(event["rawQueryString"], "x=1&x=2");
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(event["requestContext"]["stage"], "$default");
    let trace = seen["trace"].as_str().unwrap();
    let root = event["headers"]["x-amzn-trace-id"].as_str().unwrap();
    assert!(trace.starts_with(root), "{trace} {root}");
}

#[tokio::test]
async fn behind_a_stage_paths_begin_with_it() {
    let api = api("prod").await;
    let (status, seen) = post(&format!("{}/prod/to/b", api.url), "{}").await;
    assert_eq!((status, &seen["event"]["rawPath"]), (StatusCode::OK, &json!("/prod/to/b")));
    for path in ["/to/b", "/production/to/b", "/prod"] {
        assert_eq!(post(&format!("{}{path}", api.url), "{}").await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn what_no_function_answers_is_answered_as_the_gateway_does() {
    let api = api("$default").await;
    let to = format!("{}/to/b", api.url);
    let message = |text: &str| json!({ "message": text });
    assert_eq!(
        post(&format!("{}/elsewhere", api.url), "{}").await,
        (StatusCode::NOT_FOUND, message("Not Found"))
    );
    let huge = vec![b' '; 10 * 1024 * 1024 + 1];
    let too_large = (StatusCode::PAYLOAD_TOO_LARGE, message("Request Entity Too Large"));
    assert_eq!(post(&to, huge).await, too_large);
    // The gateway would take it, but not Lambda.
    assert_eq!(post(&to, vec![b' '; 7 * 1024 * 1024]).await, too_large);
    let long = format!("{to}?{}", "q".repeat(10_240));
    assert_eq!(post(&long, "{}").await.0, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}
