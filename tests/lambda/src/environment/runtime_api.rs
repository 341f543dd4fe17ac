//! The Runtime API of one execution environment, on a port of its own.
//!
//! `GET …/invocation/next` waits for as long as it takes. An invocation is answered once: by `…/response` or
//! `…/error`; what comes after that, or for another id, is refused (C5).

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::LAMBDA_PAYLOAD_BYTES;
use crate::invocation::{FunctionError, Invocation, InvokeResult, kind};

/// What is read of an answer before it is called too large.
const READ_BYTES: usize = 4 * LAMBDA_PAYLOAD_BYTES;

/// An invocation on its way to the process, and where its answer goes.
pub(super) struct Order {
    pub(super) invocation: Invocation,
    pub(super) deadline: SystemTime,
    pub(super) answer: oneshot::Sender<InvokeResult>,
}

/// How far the process has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Init {
    /// It has not asked for an invocation yet.
    Running,
    /// It has.
    Done,
    /// It said why it cannot.
    Failed(FunctionError),
}

/// The server of one environment; it ends with this value.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    pub(super) orders: mpsc::Sender<Order>,
    pub(super) init: watch::Receiver<Init>,
    server: JoinHandle<()>,
}

struct Shared {
    arn: String,
    orders: tokio::sync::Mutex<mpsc::Receiver<Order>>,
    /// The invocation that the process has in hand.
    current: Mutex<Option<(String, oneshot::Sender<InvokeResult>)>>,
    init: watch::Sender<Init>,
}

impl RuntimeApi {
    /// Listens on a free port of loopback.
    pub(super) async fn start(arn: String) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (orders, inbox) = mpsc::channel(1);
        let (init_done, init) = watch::channel(Init::Running);
        let shared = Arc::new(Shared {
            arn,
            orders: tokio::sync::Mutex::new(inbox),
            current: Mutex::default(),
            init: init_done,
        });
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router(shared)).await {
                tracing::error!(%error, "the Runtime API ended");
            }
        });
        Ok(Self { address, orders, init, server })
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let invocations = Router::new()
        .route("/invocation/next", get(next))
        .route("/invocation/{id}/response", post(response))
        .route("/invocation/{id}/error", post(error))
        .route("/init/error", post(init_error));
    Router::new()
        .nest("/2018-06-01/runtime", invocations)
        .layer(DefaultBodyLimit::max(READ_BYTES))
        .with_state(shared)
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    // Whoever asks again has given up what it had.
    drop(shared.take(None));
    shared.init.send_replace(Init::Done);
    let Some(order) = shared.orders.lock().await.recv().await else {
        return refuse(StatusCode::GONE, "Runtime.Gone", "this environment is shut down");
    };
    let Order { invocation, deadline, answer } = order;
    let Invocation { id, payload, trace } = invocation;
    *shared.current() = Some((id.clone(), answer));
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", shared.arn.clone()),
        ("lambda-runtime-trace-id", trace),
    ];
    (headers, Body::from(payload)).into_response()
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    if body.len() <= LAMBDA_PAYLOAD_BYTES {
        return shared.finish(&id, Ok(body));
    }
    let message = format!(
        "Response payload size ({} bytes) exceeded maximum allowed payload size ({LAMBDA_PAYLOAD_BYTES} bytes).",
        body.len()
    );
    let refusal = refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
    let answer = shared.finish(&id, Err(FunctionError::new(kind::TOO_LARGE, message)));
    if answer.status().is_success() { refusal } else { answer }
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    shared.finish(&id, Err(read_error(&body)))
}

async fn init_error(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let failed = shared.init.send_if_modified(|init| {
        let running = *init == Init::Running;
        if running {
            *init = Init::Failed(read_error(&body));
        }
        running
    });
    if failed { accepted() } else { wrong_state() }
}

impl Shared {
    fn current(
        &self,
    ) -> std::sync::MutexGuard<'_, Option<(String, oneshot::Sender<InvokeResult>)>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current invocation, if it is this one; any, for `None`.
    fn take(&self, id: Option<&str>) -> Option<oneshot::Sender<InvokeResult>> {
        let mut current = self.current();
        let found = current.take_if(|(current, _)| id.is_none_or(|id| id == current));
        found.map(|(_, answer)| answer)
    }

    fn finish(&self, id: &str, result: InvokeResult) -> Response {
        match self.take(Some(id)) {
            Some(answer) => {
                // Nobody waits any more when the timeout was quicker.
                let _late = answer.send(result);
                accepted()
            }
            None if self.current().is_some() => refuse(
                StatusCode::BAD_REQUEST,
                "InvalidRequestID",
                "this is not the invocation in hand",
            ),
            None => wrong_state(),
        }
    }
}

fn read_error(body: &[u8]) -> FunctionError {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Diagnostic {
        #[serde(default)]
        error_type: String,
        #[serde(default)]
        error_message: String,
    }
    match serde_json::from_slice::<Diagnostic>(body) {
        Ok(error) => FunctionError::new(&error.error_type, error.error_message),
        Err(_) => FunctionError::new("Runtime.Unknown", String::from_utf8_lossy(body)),
    }
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, axum::Json(json!({"status": "OK"}))).into_response()
}

fn wrong_state() -> Response {
    let message = "no invocation is in hand, or it has been answered";
    refuse(StatusCode::FORBIDDEN, "InvalidStateTransition", message)
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Response {
    let body = json!({"errorType": kind, "errorMessage": message});
    (status, axum::Json(body)).into_response()
}
