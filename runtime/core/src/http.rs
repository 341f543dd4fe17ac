//! A request and its response, the same on every host.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

/// An HTTP request as a handler sees it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method.
    pub method: http::Method,
    /// The path as it came, percent-encoding untouched.
    pub path: String,
    /// The values of the route's `{name}` segments, percent-decoded.
    pub params: BTreeMap<String, String>,
    /// The query as it came, without the `?`; empty when there is none.
    pub query: String,
    /// The headers; names are lower-case.
    pub headers: HeaderMap,
    /// The body's bytes: decoded, where a gateway sent them as base64.
    pub body: Bytes,
    /// The peer's address as the host saw it, never as a header claims it.
    pub source_ip: Option<IpAddr>,
}

impl Request {
    /// A `POST` of these bytes, for tests.
    #[must_use]
    pub fn post(path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { method: http::Method::POST, path: path.into(), body: body.into(), ..Self::default() }
    }

    /// Adds a header, for tests.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The value of a route's `{name}` segment; empty when the route has none of that name.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }
}

/// An HTTP response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Response {
    /// An empty response.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A JSON response.
    #[must_use]
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let mut response = Self::new(status);
        match serde_json::to_vec(body) {
            Ok(bytes) => response.body = bytes.into(),
            Err(_) => response.status = StatusCode::INTERNAL_SERVER_ERROR,
        }
        response.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    /// `{"message": …}`: how every host says no.
    #[must_use]
    pub fn message(status: StatusCode, message: &str) -> Self {
        Self::json(status, &BTreeMap::from([("message", message)]))
    }
}
