//! A request of an HTTP API in payload format 2.0 as a handler sees it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use serde_json::value::RawValue;
use twinhost::Request;
use twinhost::http::{BODY_LIMIT_BYTES, joined, path_params};
use twinhost::mutants::Mutant;

use crate::hosts::event::{self, InvocationError};

/// What a route's function is invoked with.
const EXPECTED: &str = "a request of an HTTP API in payload format 2.0; set `PayloadFormatVersion` of its integration \
    to `2.0`";

/// The stage that is no part of a path.
const DEFAULT_STAGE: &str = "$default";

/// What a path on the wire cannot hold; API Gateway shows a path with some of it decoded.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS.add(b' ');

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    version: String,
    raw_path: String,
    raw_query_string: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    cookies: Option<Vec<String>>,
    request_context: RequestContext,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    http: Http,
    request_id: Option<String>,
    stage: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    source_ip: Option<String>,
}

/// What a handler answers to.
#[derive(Debug)]
pub(in crate::hosts) struct Route {
    pub(in crate::hosts) method: Method,
    pub(in crate::hosts) path: String,
}

/// A request as it came: API Gateway's id for it, and what the handler is to see or how it is refused.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) id: Option<String>,
    pub(super) request: Result<Request, StatusCode>,
}

impl Route {
    /// Reads the request of an event.
    pub(super) fn read(&self, event: &RawValue) -> Result<Incoming, InvocationError> {
        let mut parsed: Event = event::read(event, EXPECTED)?;
        if parsed.version != "2.0" {
            let why = format!("its version is `{}`", parsed.version.escape_debug());
            return Err(InvocationError::unknown(EXPECTED, why, event));
        }
        let id = parsed.request_context.request_id.take();
        let body = body(parsed.body.take(), parsed.is_base64_encoded);
        let body = body.map_err(|why| InvocationError::unknown(EXPECTED, why, event))?;
        Ok(Incoming { id, request: self.request(parsed, body) })
    }

    /// What is not for this handler is refused as at home.
    fn request(&self, event: Event, body: Bytes) -> Result<Request, StatusCode> {
        let RequestContext { http, stage, .. } = event.request_context;
        let path = path(&event.raw_path, &stage);
        let params = match path_params(&self.path, &path) {
            Some(params) if http.method == self.method.as_str() => params,
            _ => return Err(StatusCode::NOT_FOUND),
        };
        let params = params.map_err(|_| StatusCode::BAD_REQUEST)?;
        if body.len() > BODY_LIMIT_BYTES {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Ok(Request {
            method: self.method.clone(),
            path,
            params,
            query: event.raw_query_string.unwrap_or_default(),
            headers: headers(event.headers.unwrap_or_default(), event.cookies.unwrap_or_default()),
            body,
            source_ip: http.source_ip.and_then(|ip| ip.parse().ok()),
        })
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
fn headers(given: BTreeMap<String, String>, cookies: Vec<String>) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(given.len() + 1);
    for (name, value) in given {
        // What is no header has not come over HTTP.
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            headers.append(name, value);
        }
    }
    for cookie in cookies.into_iter().filter(|_| !Mutant::LoseCookiesOnLambda.on()) {
        if let Ok(value) = HeaderValue::from_bytes(cookie.as_bytes()) {
            headers.append(header::COOKIE, value);
        }
    }
    joined(headers)
}

fn body(body: Option<String>, encoded: bool) -> Result<Bytes, String> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    if !encoded {
        return Ok(body.into());
    }
    let mut decoded = STANDARD.decode(body);
    if Mutant::DecodeTwiceOnLambda.on() {
        decoded = decoded.map(|once| STANDARD.decode(&once).unwrap_or(once));
    }
    decoded.map(Bytes::from).map_err(|error| format!("its body is no base64: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn route() -> Route {
        Route { method: Method::POST, path: "/webhooks/{tenant}/{source}".to_owned() }
    }

    /// An event as API Gateway sends it, with some of its fields changed.
    fn event(changes: Value) -> Value {
        let mut event = json!({
            "version": "2.0",
            "routeKey": "POST /webhooks/{tenant}/{source}",
            "rawPath": "/webhooks/acme/github",
            "rawQueryString": "",
            "headers": {"content-type": "application/json", "x-many": "1,2"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "abc",
                "http": {
                    "method": "POST",
                    "path": "/webhooks/acme/github",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7",
                    "userAgent": "curl",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "stage": "$default",
                "timeEpoch": 1_700_000_000_000_u64,
            },
            "body": "{}",
            "isBase64Encoded": false,
        });
        merge(&mut event, changes);
        event
    }

    fn merge(into: &mut Value, changes: Value) {
        match (into, changes) {
            (Value::Object(into), Value::Object(changes)) => {
                for (name, change) in changes {
                    merge(into.entry(name).or_insert(Value::Null), change);
                }
            }
            (into, change) => *into = change,
        }
    }

    fn incoming(changes: Value) -> Result<Incoming, InvocationError> {
        let event: Box<RawValue> = serde_json::from_str(&event(changes).to_string()).unwrap();
        route().read(&event)
    }

    fn request(changes: Value) -> Request {
        incoming(changes).unwrap().request.unwrap()
    }

    fn refused(changes: Value) -> u16 {
        incoming(changes).unwrap().request.unwrap_err().as_u16()
    }

    #[test]
    fn a_request_is_what_it_would_be_at_home() {
        let incoming = incoming(json!({"rawQueryString": "x=1&x=%20"})).unwrap();
        assert_eq!(incoming.id.as_deref(), Some("JKJaXmPLvHcESHA="));
        let request = incoming.request.unwrap();
        assert_eq!((request.param("tenant"), request.param("source")), ("acme", "github"));
        assert_eq!(
            (request.path.as_str(), request.query.as_str()),
            ("/webhooks/acme/github", "x=1&x=%20")
        );
        assert_eq!(request.headers["x-many"], "1,2");
        assert_eq!(&request.body[..], b"{}");
        assert_eq!(request.source_ip, Some("203.0.113.7".parse().unwrap()));
    }

    #[test]
    fn a_body_in_base64_is_decoded_once() {
        for bytes in [&b"\x1f\x8b\x00\xff"[..], b"e30=", b""] {
            let body = STANDARD.encode(bytes);
            let request = request(json!({"body": body, "isBase64Encoded": true}));
            assert_eq!(&request.body[..], bytes);
        }
        assert_eq!(&request(json!({"body": "e30="})).body[..], b"e30=");
        assert!(request(json!({"body": null})).body.is_empty());
    }

    #[test]
    fn a_body_that_is_no_base64_is_an_event_that_api_gateway_never_sends() {
        let error = incoming(json!({"body": "{}", "isBase64Encoded": true})).unwrap_err();
        assert!(error.to_string().contains("base64"), "{error}");
    }

    #[test]
    fn a_body_of_the_limit_is_taken_and_one_more_byte_is_refused() {
        let body = |bytes: usize| json!({"body": "x".repeat(bytes)});
        assert_eq!(request(body(BODY_LIMIT_BYTES)).body.len(), BODY_LIMIT_BYTES);
        assert_eq!(refused(body(BODY_LIMIT_BYTES + 1)), 413);
    }

    #[test]
    fn cookies_are_one_header() {
        let request = request(json!({"cookies": ["a=1", "b=2,3"]}));
        assert_eq!(request.headers["cookie"], "a=1; b=2,3");
        let none = super::tests::request(json!({"cookies": null, "headers": null}));
        assert!(none.headers.is_empty());
    }

    #[test]
    fn names_of_headers_are_lower_case_and_repeated_ones_are_joined() {
        let request = request(json!({"headers": {"X-Hub": "1", "x-hub": "2", "x y": "no header"}}));
        assert_eq!(request.headers["x-hub"], "1,2");
        assert!(request.headers.keys().all(|name| name.as_str().starts_with(['x', 'c'])));
    }

    #[test]
    fn the_stage_is_no_part_of_the_path() {
        let stage =
            |path: &str, stage: &str| json!({"rawPath": path, "requestContext": {"stage": stage}});
        assert_eq!(request(stage("/prod/webhooks/acme/x", "prod")).path, "/webhooks/acme/x");
        // Behind a domain of one's own there is no stage in it.
        assert_eq!(request(stage("/webhooks/acme/x", "prod")).path, "/webhooks/acme/x");
        assert_eq!(request(stage("/webhooks/acme/x", "web")).path, "/webhooks/acme/x");
        assert_eq!(refused(stage("/production/webhooks/acme/x", "prod")), 404);
        assert_eq!(refused(stage("/$default/webhooks/acme/x", "$default")), 404);
        assert_eq!(path("/prod", "prod"), "/");
    }

    #[test]
    fn a_path_is_encoded_as_on_the_wire_and_its_segments_are_decoded() {
        for (raw, on_the_wire, source) in [
            ("a%20b%2Fc", "a%20b%2Fc", "a b/c"),
            ("a b", "a%20b", "a b"),
            ("caf%C3%A9", "caf%C3%A9", "café"),
            ("café", "caf%C3%A9", "café"),
            ("a+b", "a+b", "a+b"),
        ] {
            let request = request(json!({"rawPath": format!("/webhooks/acme/{raw}")}));
            assert_eq!(request.path, format!("/webhooks/acme/{on_the_wire}"));
            assert_eq!(request.param("source"), source);
        }
        assert_eq!(refused(json!({"rawPath": "/webhooks/acme/%ff"})), 400);
    }

    #[test]
    fn another_path_or_method_is_not_found() {
        assert_eq!(refused(json!({"rawPath": "/webhooks/acme"})), 404);
        assert_eq!(refused(json!({"rawPath": "/webhooks/acme/"})), 404);
        assert_eq!(refused(json!({"requestContext": {"http": {"method": "PUT"}}})), 404);
    }

    #[test]
    fn an_event_of_another_kind_is_told_with_the_cure() {
        for (changes, said) in [
            (json!({"version": "1.0"}), "its version is `1.0`"),
            (json!({"requestContext": null}), "requestContext"),
            (json!({"rawPath": 7}), "invalid type"),
        ] {
            let error = incoming(changes).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("PayloadFormatVersion"), "{error}");
        }
    }
}
