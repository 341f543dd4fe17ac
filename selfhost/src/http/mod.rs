//! The public side: the application's routes, and whether it is well.
//!
//! Each route of the manifest is one `dispatch`. What never reaches a handler
//! (no such route, a body that is too large or too slow) is answered as
//! `{"message": …}`, the way an API gateway does. The limits are those of the
//! other host: 10,240 bytes of request line and headers, 6 MiB of body.

mod backlog;
mod body;
mod request;
mod server;
mod strict;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::extract::rejection::RawPathParamsRejection;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, get, on};
use http::{StatusCode, header};
use tokio::sync::Semaphore;
use twinhost::dispatch::{Delivery, Outcome, dispatch};
use twinhost::manifest::{Manifest, Trigger};
use twinhost::ports::Ports;
use twinhost::{App, Method, Response};
use uuid::Uuid;

use crate::config;
use crate::health::Health;
use backlog::{Backlog, queues_behind};
use body::Refused;

pub use server::{Peer, Server};

/// Paths that belong to the host.
const RESERVED: [&str; 3] = ["/health", "/healthz", "/readyz"];

/// KiB that bodies of more than 64 KiB may hold together while they are read: 32 of the largest.
const LARGE_BODIES_KIB: usize = 32 * 6 * 1024;

/// A route that the host cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{handler}`: the path `{path}` belongs to the host; choose another")]
pub struct ReservedPath {
    /// Whose route it is.
    pub handler: &'static str,
    /// The path.
    pub path: String,
}

/// What every route needs.
#[derive(Debug)]
struct Site {
    app: App,
    ports: Ports,
    trusted_proxies: config::Addresses,
    body_limit: usize,
    body_timeout: Duration,
    /// A permit for each KiB.
    large_bodies: Semaphore,
    /// `None` when as much may wait as there is room for.
    backlog: Option<Arc<Backlog>>,
}

/// A route's handler and the names of its path's parameters, in order.
#[derive(Clone, Debug)]
struct Target {
    site: Arc<Site>,
    handler: &'static str,
    params: Arc<[String]>,
    /// The queues that its handler may send to.
    queues: Arc<[&'static str]>,
}

/// The routes that an application has in a manifest, and those of the host.
///
/// # Errors
///
/// When a handler asks for a path that belongs to the host.
pub fn router(
    app: &App,
    manifest: &Manifest,
    ports: Ports,
    health: &Health,
    config: &config::Http,
) -> Result<Router, ReservedPath> {
    let site = Arc::new(Site {
        app: app.clone(),
        ports,
        trusted_proxies: config.trusted_proxies.clone(),
        body_limit: config.body_limit_bytes,
        body_timeout: Duration::from_secs(config.body_timeout_seconds),
        large_bodies: Semaphore::new(LARGE_BODIES_KIB),
        backlog: config.max_backlog.map(|limit| Backlog::new(health, limit)),
    });
    let whole = app.manifest();
    // Grouped by shape, because two routes may name the same segment differently.
    let mut routes: BTreeMap<String, MethodRouter> = BTreeMap::new();
    for handler in &manifest.handlers {
        let Trigger::Route { method, path, .. } = &handler.trigger else { continue };
        if RESERVED.contains(&path.as_str()) {
            return Err(ReservedPath { handler: handler.name, path: path.clone() });
        }
        let (shape, params) = shape(path);
        let target = Target {
            site: Arc::clone(&site),
            handler: handler.name,
            params: params.into(),
            // Of the whole application: another process may be the one that consumes.
            queues: queues_behind(handler, &whole).into(),
        };
        let answer =
            move |params: Result<RawPathParams, _>, request| target.answer(params, request);
        let route = routes.remove(&shape).unwrap_or_default();
        routes.insert(shape, route.merge(on(filter(*method), answer)));
    }
    let router = routes
        .into_iter()
        .fold(Router::new(), |router, (shape, route)| router.route(&shape, route));
    Ok(router
        .merge(probes(health))
        .fallback(|| async { refuse(StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { refuse(StatusCode::METHOD_NOT_ALLOWED) }))
}

/// `/health`, `/healthz` and `/readyz`.
pub(crate) fn probes(health: &Health) -> Router {
    let (report, ready) = (health.clone(), health.clone());
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(move || async move { ready.readiness().await.into_response() }))
        .route("/health", get(move || async move { report.report().await.into_response() }))
}

/// A path with its parameters numbered, and their names.
fn shape(path: &str) -> (String, Vec<String>) {
    let mut names = Vec::new();
    let segment =
        |segment: &str| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => {
                names.push(name.to_owned());
                format!("{{p{}}}", names.len())
            }
            None => segment.to_owned(),
        };
    (path.split('/').map(segment).collect::<Vec<_>>().join("/"), names)
}

const fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

impl Target {
    async fn answer(
        self,
        params: Result<RawPathParams, RawPathParamsRejection>,
        request: http::Request<Body>,
    ) -> http::Response<Body> {
        let Self { site, handler, params: names, queues } = self;
        if site.backlog.as_ref().is_some_and(|backlog| backlog.is_full(&queues)) {
            return Refused::Backlog.into_response();
        }
        // A segment that is not UTF-8 when it is decoded.
        let Ok(params) = params else { return refuse(StatusCode::BAD_REQUEST) };
        // A segment with nothing in it is no value: such a path is no route.
        if params.iter().any(|(_, value)| value.is_empty()) {
            return refuse(StatusCode::NOT_FOUND);
        }
        let values = params.iter().map(|(_, value)| value.to_owned());
        let params = names.iter().cloned().zip(values).collect();
        let (head, body) = request.into_parts();
        let body = match body::read(body, &head.headers, &site).await {
            Ok(body) => body,
            Err(refused) => return refused.into_response(),
        };
        let request = request::from_parts(head, params, body, &site.trusted_proxies);
        let id = Uuid::now_v7().to_string();
        let delivery = Delivery::Request { id, request: Box::new(request) };
        match dispatch(&site.app, handler, &site.ports, delivery).await {
            Outcome::Response(response) => respond(response),
            Outcome::Messages(_) | Outcome::Tick(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

fn respond(response: Response) -> http::Response<Body> {
    let mut answer = http::Response::new(Body::from(response.body));
    *answer.status_mut() = response.status;
    *answer.headers_mut() = response.headers;
    answer
}

/// `{"message": …}` with the status in words.
fn refuse(status: StatusCode) -> http::Response<Body> {
    respond(Response::message(status, status.canonical_reason().unwrap_or("error")))
}

impl IntoResponse for Refused {
    fn into_response(self) -> http::Response<Body> {
        metrics::counter!("twinhost_http_refused_total", "reason" => self.as_str()).increment(1);
        let mut response = refuse(self.status());
        // What is left of the body is not read, so nothing else can follow on this connection.
        let close = header::HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        if matches!(self, Self::Busy | Self::Backlog) {
            let soon = header::HeaderValue::from_static("1");
            response.headers_mut().insert(header::RETRY_AFTER, soon);
        }
        response
    }
}
