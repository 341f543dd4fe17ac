//! An HTTP API of API Gateway in front of functions.
//!
//! Its limits are the gateway's: 10,240 bytes of request line and headers, 10 MB of body, and then what fits an
//! event of Lambda's (H6); 30 s for an answer (H7). What goes wrong is answered as `{"message": …}` and says
//! nothing of the function's (H5).

mod event;
mod response;
mod routes;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{Method, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use twinhost::manifest::Manifest;

use self::routes::Routes;
use crate::environment::LAMBDA_PAYLOAD_BYTES;
use crate::function::Function;
use crate::invocation::new_trace;

/// Bytes of request line and headers.
const HEAD_BYTES: usize = 10_240;
/// Bytes of a body at the gateway.
const BODY_BYTES: usize = 10 * 1024 * 1024;
/// The longest that an answer is waited for.
const LONGEST: Duration = Duration::from_secs(30);

/// What an HTTP API is.
#[derive(Clone, Debug)]
pub struct Front {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    routes: Routes,
    functions: BTreeMap<String, Arc<Function>>,
    stage: String,
    timeout: Duration,
    wake: Arc<Notify>,
}

impl Front {
    /// The routes of a manifest in front of the functions of the same names.
    ///
    /// With a `stage` other than `$default`, paths begin with it. `wake` is notified when a function has
    /// answered: it may have sent messages.
    #[must_use]
    pub fn new(
        manifest: &Manifest,
        functions: BTreeMap<String, Arc<Function>>,
        stage: &str,
        wake: Arc<Notify>,
    ) -> Self {
        Self::of(Routes::of(manifest), functions, stage, wake)
    }

    /// Routes, each a method and a path, in front of functions.
    #[must_use]
    pub fn with_routes(
        routes: impl IntoIterator<Item = (Method, String, Arc<Function>)>,
        stage: &str,
        wake: Arc<Notify>,
    ) -> Self {
        let mut functions = BTreeMap::new();
        let routes = Routes::new(routes.into_iter().map(|(method, path, function)| {
            let name = function.name().to_owned();
            functions.insert(name.clone(), function);
            (method, path, name)
        }));
        Self::of(routes, functions, stage, wake)
    }

    fn of(
        routes: Routes,
        functions: BTreeMap<String, Arc<Function>>,
        stage: &str,
        wake: Arc<Notify>,
    ) -> Self {
        let stage = stage.to_owned();
        Self { inner: Arc::new(Inner { routes, functions, stage, timeout: LONGEST, wake }) }
    }

    /// Serves on `listener` until `stop`, then finishes what is under way.
    ///
    /// # Errors
    ///
    /// When the socket fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> std::io::Result<()> {
        let router = Router::new().fallback(answer).with_state(self);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
    }
}

async fn answer(
    State(front): State<Front>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    front.inner.answer(head, body, peer).await.unwrap_or_else(refusal)
}

impl Inner {
    async fn answer(
        &self,
        head: Parts,
        body: Body,
        peer: SocketAddr,
    ) -> Result<Response, StatusCode> {
        if head_bytes(&head) > HEAD_BYTES {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        let path = self.within_stage(head.uri.path()).ok_or(StatusCode::NOT_FOUND)?;
        let route = self.routes.find(&head.method, path).ok_or(StatusCode::NOT_FOUND)?;
        let function =
            self.functions.get(&route.function).ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let body = read(body).await?;
        let trace = new_trace();
        let event =
            event::event(&head, &body, &route, &self.stage, peer.ip().to_canonical(), &trace);
        let payload = Bytes::from(event.to_string());
        if payload.len() > LAMBDA_PAYLOAD_BYTES {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        // Beyond its concurrency a function is throttled.
        let slot = function.slot_now().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let wake = Arc::clone(&self.wake);
        // On a task of its own: it goes on when the client has gone or waits no longer (H7).
        let invocation = tokio::spawn(async move {
            let result = slot.invoke(payload, Some(trace)).await;
            wake.notify_waiters();
            result
        });
        let answer = tokio::time::timeout(self.timeout, invocation)
            .await
            .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        let answer = answer.map_err(|error| {
            tracing::info!(function = route.function, %error, "a request failed");
            StatusCode::INTERNAL_SERVER_ERROR
        })?;
        response::response(&answer).ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The path behind the stage.
    fn within_stage<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.stage == "$default" {
            return Some(path);
        }
        let rest = path.strip_prefix('/')?.strip_prefix(&*self.stage)?;
        rest.starts_with('/').then_some(rest)
    }
}

async fn read(body: Body) -> Result<Bytes, StatusCode> {
    match Limited::new(body, BODY_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(StatusCode::PAYLOAD_TOO_LARGE)
        }
        Err(_) => Err(StatusCode::BAD_REQUEST),
    }
}

/// Bytes of the request line and the headers, as they came.
fn head_bytes(head: &Parts) -> usize {
    let path = head.uri.path_and_query().map_or(0, |path| path.as_str().len());
    let line = head.method.as_str().len() + path + " HTTP/1.1\r\n ".len();
    let headers = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    line + headers.sum::<usize>()
}

fn refusal(status: StatusCode) -> Response {
    let message = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        _ => status.canonical_reason().unwrap_or("Error"),
    };
    (status, axum::Json(json!({ "message": message }))).into_response()
}
