//! What AWS does with the calls of a function: nothing is done that its role does not allow.
//!
//! Every process has an access key of its own, after which the proxy here knows its role. Each request is read for
//! what it asks leave for ([`Call`]), which the role's statements, as deployed, must allow ([`allows`]); else it is
//! answered as AWS does and noted, and never reaches the emulator of AWS.

mod call;
mod policy;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) use self::call::{ACCOUNT, Call, REGION};
pub(crate) use self::policy::{Statement, allows};

/// The largest body that is read in bytes: more than any of the services takes.
const BODY_BYTES: usize = 32 * 1024 * 1024;

/// Stands between functions and the emulator of AWS; ends with this value.
#[derive(Debug)]
pub(crate) struct Permissions {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    client: reqwest::Client,
    /// The emulator of AWS.
    aws: String,
    /// Who is behind an access key.
    roles: Mutex<BTreeMap<String, Role>>,
    refused: Mutex<Vec<Refused>>,
    used: Mutex<BTreeSet<(String, String)>>,
}

#[derive(Clone, Debug)]
struct Role {
    function: String,
    statements: Arc<[Statement]>,
}

/// A call that was not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The function that made it.
    pub(crate) function: String,
    /// The action and its resource, or why the call was not understood.
    pub(crate) what: String,
}

impl Permissions {
    /// Starts to listen, on a free port.
    pub(crate) async fn start(aws: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            client: reqwest::Client::builder().no_proxy().build()?,
            aws: aws.to_owned(),
            roles: Mutex::default(),
            refused: Mutex::default(),
            used: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the proxy before AWS ended: {error}");
            }
        });
        Ok(Self { address, shared, server })
    }

    /// Where functions reach AWS through it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives a function its role; answers the access key of its processes.
    pub(crate) fn grant(&self, function: &str, statements: Vec<Statement>) -> String {
        let mut roles = lock(&self.shared.roles);
        let key = format!("AKIA-{function}");
        let role = Role { function: function.to_owned(), statements: statements.into() };
        roles.insert(key.clone(), role);
        key
    }

    /// The calls that were not allowed so far.
    pub(crate) fn refused(&self) -> Vec<Refused> {
        lock(&self.shared.refused).clone()
    }

    /// The statements that have allowed a call: the function and the statement's name.
    pub(crate) fn used(&self) -> BTreeSet<(String, String)> {
        lock(&self.shared.used).clone()
    }
}

impl Drop for Permissions {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let done = async {
        let body = axum::body::to_bytes(body, BODY_BYTES).await?;
        let (role, service) = shared.who(&head)?;
        match shared.judge(&role, &service, &head, &body) {
            Ok(()) => shared.forward(head, body).await,
            Err(what) => {
                let answer = denied(&service, &what);
                lock(&shared.refused).push(Refused { function: role.function, what });
                Ok(answer)
            }
        }
    };
    done.await.unwrap_or_else(|error: anyhow::Error| {
        (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response()
    })
}

impl Shared {
    /// Who sends a request, and to which service: it is signed with an access key, for a service.
    fn who(&self, head: &Parts) -> anyhow::Result<(Role, String)> {
        let signed = head.headers.get(AUTHORIZATION).context("the request is not signed")?;
        let scope = signed.to_str()?.split("Credential=").nth(1).context("no `Credential`")?;
        let mut scope = scope.split(['/', ',']);
        let (key, service) = (scope.next(), scope.nth(2));
        let (key, service) = key.zip(service).context("no access key and service")?;
        let role = lock(&self.roles).get(key).cloned();
        let role = role.with_context(|| format!("nobody has the access key `{key}`"))?;
        Ok((role, service.to_owned()))
    }

    /// Whether a role allows all that a request asks leave for; else, what it does not.
    fn judge(&self, role: &Role, service: &str, head: &Parts, body: &Bytes) -> Result<(), String> {
        let calls = Call::all(service, head, body).map_err(|error| format!("{error:#}"))?;
        for call in calls {
            let Some(statement) = allows(&role.statements, &call) else {
                let context = call.context.iter().map(|(key, value)| format!(" ({key}: {value})"));
                let context: String = context.collect();
                return Err(format!("{} on {}{context}", call.action, call.resource));
            };
            lock(&self.used).insert((role.function.clone(), statement.sid.clone()));
        }
        Ok(())
    }

    async fn forward(&self, head: Parts, body: Bytes) -> anyhow::Result<Response> {
        let path = head.uri.path_and_query().map_or("/", |it| it.as_str());
        let mut headers = head.headers;
        headers.remove(HOST);
        headers.remove(CONTENT_LENGTH);
        let url = format!("{}{path}", self.aws);
        let request = self.client.request(head.method, url).headers(headers).body(body);
        let answer = request.send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(CONNECTION);
        headers.remove(CONTENT_LENGTH);
        let mut response = Response::new(Body::from(answer.bytes().await?));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

/// The answer of a service to what is not allowed: in XML from S3, else in JSON.
fn denied(service: &str, what: &str) -> Response {
    let message = format!("User is not authorized to perform: {what}");
    let mut headers = HeaderMap::new();
    let mut header = |name: http::HeaderName, value| headers.insert(name, value);
    let body = if service == "s3" {
        header(CONTENT_TYPE, http::HeaderValue::from_static("application/xml"));
        format!("<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>")
    } else {
        let kind = http::HeaderValue::from_static("AccessDeniedException");
        header(http::HeaderName::from_static("x-amzn-errortype"), kind);
        serde_json::json!({ "__type": "AccessDeniedException", "message": message }).to_string()
    };
    // DynamoDB, SQS and KMS say so with 400.
    let status = match service {
        "s3" | "ses" => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, headers, body).into_response()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
