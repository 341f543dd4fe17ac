//! The HTTP host: requests behind an API Gateway HTTP API, payload format 2.0.
//!
//! A handler sees what it would see at home: the stage is no part of the path, cookies are a header, a body is its
//! bytes. What API Gateway leaves to the function is answered with the home host's words.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::future::{Either, select};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout, timeout_at};
use twinhost::App;
use twinhost::dispatch::{Delivery, Outcome, dispatch};
use twinhost::http::{BODY_LIMIT_BYTES, joined, path_params};
use twinhost::ports::Ports;
use twinhost::{Request, Response};

use super::event::{self, InvocationError};
use crate::commit::DynamoCommit;

/// What a route's function is invoked with.
const EXPECTED: &str = "a request of an HTTP API in payload format 2.0; set `PayloadFormatVersion` of its integration \
    to `2.0`";

/// The stage that is no part of a path.
const DEFAULT_STAGE: &str = "$default";

/// Bytes of an answer that Lambda takes: 6 MiB, and what surrounds the body in it.
const REPLY_LIMIT_BYTES: usize = 6 * 1024 * 1024 - 16 * 1024;

/// What a path on the wire cannot hold; API Gateway shows a path with some of it decoded.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS.add(b' ');

/// How often what ended processes left unsent is looked for.
const RECOVERY: Duration = Duration::from_secs(60);

/// How much longer a request may take because of that.
const RECOVERY_WAIT: Duration = Duration::from_millis(250);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    raw_path: Cow<'a, str>,
    #[serde(default)]
    raw_query_string: Option<String>,
    #[serde(borrow, default)]
    headers: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
    #[serde(borrow, default)]
    cookies: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow)]
    request_context: RequestContext<'a>,
    #[serde(borrow, default)]
    body: Option<Cow<'a, str>>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    #[serde(borrow)]
    http: Http<'a>,
    #[serde(default)]
    request_id: Option<String>,
    #[serde(borrow)]
    stage: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    source_ip: Option<Cow<'a, str>>,
}

/// An answer in payload format 2.0.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reply {
    status_code: u16,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    body: String,
    is_base64_encoded: bool,
}

/// What a handler answers to.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: String,
}

/// Runs a handler on requests.
#[derive(Debug)]
pub(super) struct HttpHost {
    app: App,
    handler: &'static str,
    ports: Ports,
    route: Route,
    recovery: Option<Recovery>,
}

/// Sends what requests of processes that ended have committed and not sent.
///
/// A request may never come again, so the requests after it look. They do so beside their own work, seldom, and wait
/// [a moment](RECOVERY_WAIT) at the most: between two requests the process is frozen.
#[derive(Debug)]
struct Recovery {
    commit: Arc<DynamoCommit>,
    /// Older than a request that may be under way still.
    age: Duration,
    last: Mutex<Option<Instant>>,
}

impl HttpHost {
    pub(super) fn new(
        app: App,
        handler: &'static str,
        ports: Ports,
        route: Route,
        recovery: Option<(Arc<DynamoCommit>, Duration)>,
    ) -> Self {
        let recovery =
            recovery.map(|(commit, age)| Recovery { commit, age, last: Mutex::default() });
        Self { app, handler, ports, route, recovery }
    }

    /// Answers a request before `cut`.
    pub(super) async fn answer(
        &self,
        event: &RawValue,
        request_id: &str,
        cut: Instant,
    ) -> Result<Reply, InvocationError> {
        let parsed: Event<'_> = event::read(event, EXPECTED)?;
        if parsed.version != "2.0" {
            let why = format!("its version is `{}`", parsed.version.escape_debug());
            return Err(InvocationError::unknown(EXPECTED, why, event));
        }
        let id = parsed.request_context.request_id.clone();
        let id = id.unwrap_or_else(|| request_id.to_owned());
        let request = self.route.request(parsed);
        let request = request.map_err(|why| InvocationError::unknown(EXPECTED, why, event))?;
        let answer = async {
            match request {
                Err(status) => refuse(status),
                Ok(request) => timeout_at(cut, self.handle(id, request))
                    .await
                    .unwrap_or_else(|_| refuse(StatusCode::SERVICE_UNAVAILABLE)),
            }
        };
        let response = match self.recovery.as_ref().filter(|recovery| recovery.is_due()) {
            None => answer.await,
            Some(recovery) => recovery.beside(self.handler, answer).await,
        };
        Ok(Reply::of(response, self.handler))
    }

    async fn handle(&self, id: String, request: Request) -> Response {
        let delivery = Delivery::Request { id, request: Box::new(request) };
        match dispatch(&self.app, self.handler, &self.ports, delivery).await {
            Outcome::Response(response) => response,
            Outcome::Messages(_) | Outcome::Tick(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl Recovery {
    fn is_due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| last.elapsed() >= RECOVERY);
        if due {
            *last = Some(Instant::now());
        }
        due
    }

    async fn beside(
        &self,
        handler: &'static str,
        answer: impl Future<Output = Response>,
    ) -> Response {
        let recover = async {
            match self.commit.recover(handler, self.age).await {
                Ok(0) => {}
                Ok(outboxes) => {
                    tracing::info!(handler, outboxes, "Sent what ended requests had left")
                }
                Err(error) => {
                    tracing::warn!(handler, %error, "cannot send what ended requests have left")
                }
            }
        };
        match select(std::pin::pin!(answer), std::pin::pin!(recover)).await {
            Either::Left((response, recover)) => {
                // Given up half way it is no worse: what is sent twice has no effect.
                let _in_time = timeout(RECOVERY_WAIT, recover).await;
                response
            }
            Either::Right(((), answer)) => answer.await,
        }
    }
}

impl Route {
    /// The request of an event as a handler sees it, or with which status it is refused.
    fn request(&self, event: Event<'_>) -> Result<Result<Request, StatusCode>, String> {
        let RequestContext { http, stage, .. } = event.request_context;
        let path = path(&event.raw_path, &stage);
        let params = match path_params(&self.path, &path) {
            Some(params) if http.method == self.method.as_str() => params,
            _ => return Ok(Err(StatusCode::NOT_FOUND)),
        };
        let Ok(params) = params else { return Ok(Err(StatusCode::BAD_REQUEST)) };
        let body = body(event.body, event.is_base64_encoded)?;
        if body.len() > BODY_LIMIT_BYTES {
            return Ok(Err(StatusCode::PAYLOAD_TOO_LARGE));
        }
        Ok(Ok(Request {
            method: self.method.clone(),
            path,
            params,
            query: event.raw_query_string.unwrap_or_default(),
            headers: headers(event.headers.unwrap_or_default(), event.cookies.unwrap_or_default()),
            body,
            source_ip: http.source_ip.and_then(|ip| ip.parse().ok()),
        }))
    }
}

/// The path without the stage, encoded as it was on the wire.
fn path(raw: &str, stage: &str) -> String {
    let rest = raw.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    let rest =
        rest.filter(|rest| stage != DEFAULT_STAGE && (rest.is_empty() || rest.starts_with('/')));
    let path = match rest {
        Some("") => "/",
        Some(rest) => rest,
        None => raw,
    };
    utf8_percent_encode(path, NOT_IN_A_PATH).to_string()
}

/// The headers, of which API Gateway keeps the cookies apart.
fn headers(given: BTreeMap<Cow<'_, str>, Cow<'_, str>>, cookies: Vec<Cow<'_, str>>) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(given.len() + 1);
    for (name, value) in given {
        // What is no header has not come over HTTP.
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            headers.append(name, value);
        }
    }
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_bytes(cookie.as_bytes()) {
            headers.append(header::COOKIE, value);
        }
    }
    joined(headers)
}

fn body(body: Option<Cow<'_, str>>, encoded: bool) -> Result<Bytes, String> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    if !encoded {
        return Ok(body.into_owned().into());
    }
    let decoded = STANDARD.decode(&*body);
    decoded.map(Bytes::from).map_err(|error| format!("its body is no base64: {error}"))
}

/// `{"message": …}` with the status in words, as at home.
fn refuse(status: StatusCode) -> Response {
    Response::message(status, status.canonical_reason().unwrap_or("error"))
}

impl Reply {
    fn of(response: Response, handler: &'static str) -> Self {
        let reply = Self::whole(response);
        if reply.body.len() <= REPLY_LIMIT_BYTES {
            return reply;
        }
        tracing::error!(
            handler,
            bytes = reply.body.len(),
            "the answer is larger than Lambda takes ({REPLY_LIMIT_BYTES} bytes, in base64 if it is no text); \
             answer in pages, or with a link to an object"
        );
        Self::whole(refuse(StatusCode::INTERNAL_SERVER_ERROR))
    }

    fn whole(response: Response) -> Self {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let Response { status, mut headers, body } = response;
        let cookies = headers.get_all(header::SET_COOKIE).iter().map(text).collect();
        headers.remove(header::SET_COOKIE);
        let headers = joined(headers);
        let headers = headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        let (body, is_base64_encoded) = match String::from_utf8(body.into()) {
            Ok(text) => (text, false),
            Err(error) => (STANDARD.encode(error.as_bytes()), true),
        };
        Self {
            status_code: status.as_u16(),
            headers: headers.collect(),
            cookies,
            body,
            is_base64_encoded,
        }
    }
}
