//! The event of an HTTP API: payload format 2.0 (H1 to H3, H8, H9).

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Version, header};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::routes::{Match, decode};
use crate::function::ACCOUNT;

/// The id of the API here.
const API: &str = "emulator00";

/// What a request becomes. `stage` is the path's first segment, unless it is `$default`.
pub(super) fn event(
    head: &Parts,
    body: &Bytes,
    route: &Match,
    stage: &str,
    peer: IpAddr,
    trace: &str,
) -> Value {
    let now = Timestamp::now();
    // The gateway decodes the path, stage and all, and leaves the query alone.
    let path = decode(head.uri.path());
    let query = head.uri.query().unwrap_or_default();
    let host = header_of(&head.headers, header::HOST.as_str());
    let (text, encoded) = body_of(&head.headers, body);
    let mut event = json!({
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&head.headers, peer, trace),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "domainName": host,
            "domainPrefix": host.split('.').next(),
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": if head.version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" },
                "sourceIp": peer,
                "userAgent": header_of(&head.headers, header::USER_AGENT.as_str()),
            },
            "requestId": Uuid::new_v4().simple().to_string(),
            "routeKey": route.key,
            "stage": stage,
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": encoded,
    });
    // What is empty is not there.
    let mut add = |name: &str, value: Value| event[name] = value;
    if let Some(text) = text {
        add("body", json!(text));
    }
    let cookies = cookies(&head.headers);
    if !cookies.is_empty() {
        add("cookies", json!(cookies));
    }
    let parameters = joined(url::form_urlencoded::parse(query.as_bytes()));
    if !parameters.is_empty() {
        add("queryStringParameters", json!(parameters));
    }
    if !route.parameters.is_empty() {
        add("pathParameters", json!(route.parameters));
    }
    event
}

/// The headers in lower case, repeated ones joined with `,`, with those that the gateway adds; no cookies.
fn headers(headers: &HeaderMap, peer: IpAddr, trace: &str) -> Map<String, Value> {
    let pairs = headers.iter().filter(|(name, _)| *name != header::COOKIE);
    let pairs = pairs.map(|(name, value)| (name.as_str(), lossy(value)));
    let mut all = joined(pairs);
    let forwarded = match all.get("x-forwarded-for") {
        Some(before) => format!("{before}, {peer}"),
        None => peer.to_string(),
    };
    all.insert("x-forwarded-for".to_owned(), forwarded);
    all.insert("x-forwarded-port".to_owned(), "443".to_owned());
    all.insert("x-forwarded-proto".to_owned(), "https".to_owned());
    let root = trace.split(';').next().unwrap_or_default();
    all.insert("x-amzn-trace-id".to_owned(), root.to_owned());
    all.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}

/// One value for each name.
fn joined<N: AsRef<str>, V: AsRef<str>>(
    pairs: impl Iterator<Item = (N, V)>,
) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        let (name, value) = (name.as_ref(), value.as_ref());
        match all.get_mut(name) {
            Some(before) => {
                before.push(',');
                before.push_str(value);
            }
            None => drop(all.insert(name.to_owned(), value.to_owned())),
        }
    }
    all
}

/// The cookies of all `cookie` headers.
fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::COOKIE).iter().map(lossy);
    let cookies = values.flat_map(|value| {
        let cookies: Vec<String> = value.split(';').map(|one| one.trim().to_owned()).collect();
        cookies
    });
    cookies.filter(|cookie| !cookie.is_empty()).collect()
}

/// The body, and whether it is in base64: it is, unless its type says that it is text.
fn body_of(headers: &HeaderMap, body: &Bytes) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let kind = header_of(headers, header::CONTENT_TYPE.as_str()).to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_text = kind.starts_with("text/")
        || matches!(kind, "application/json" | "application/xml" | "application/javascript")
        || kind.ends_with("+json")
        || kind.ends_with("+xml");
    let plain = is_text && !headers.contains_key(header::CONTENT_ENCODING);
    match std::str::from_utf8(body) {
        Ok(text) if plain => (Some(text.to_owned()), false),
        _ => (Some(STANDARD.encode(body)), true),
    }
}

fn header_of(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(lossy).unwrap_or_default()
}

fn lossy(value: &http::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn made(request: http::request::Builder, body: &'static [u8], stage: &str) -> Value {
        let (head, ()) = request.body(()).unwrap().into_parts();
        let route = Match {
            function: "ingest".to_owned(),
            key: "POST /webhooks/{source}".to_owned(),
            parameters: [("source".to_owned(), "git hub".to_owned())].into(),
        };
        let peer = "9.9.9.9".parse().unwrap();
        event(
            &head,
            &Bytes::from_static(body),
            &route,
            stage,
            peer,
            "Root=1-5-6;Parent=7;Sampled=0",
        )
    }

    fn post() -> http::request::Builder {
        Request::post("/webhooks/git%20hub?b=2&a=1&a=%2F").header("host", "api.example.com")
    }

    #[test]
    fn repeated_headers_and_query_keys_are_one_and_the_query_is_untouched() {
        let request =
            post().header("X-A", "1").header("x-a", "2").header("x-forwarded-for", "1.2.3.4");
        let event = made(request, b"", "$default");
        assert_eq!(event["headers"]["x-a"], "1,2");
        assert_eq!(event["headers"]["x-forwarded-for"], "1.2.3.4, 9.9.9.9");
        assert_eq!(event["headers"]["x-amzn-trace-id"], "Root=1-5-6");
        assert_eq!(event["rawQueryString"], "b=2&a=1&a=%2F");
        assert_eq!(event["queryStringParameters"], json!({"a": "1,/", "b": "2"}));
        assert_eq!(event["rawPath"], "/webhooks/git hub");
        assert_eq!(event["pathParameters"], json!({"source": "git hub"}));
        assert_eq!(event["body"], Value::Null);
        assert_eq!(event["isBase64Encoded"], false);
    }

    #[test]
    fn cookies_are_in_their_list_only() {
        let event =
            made(post().header("cookie", "a=1; b=2").header("cookie", "c=3,4"), b"", "$default");
        assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3,4"]));
        assert_eq!(event["headers"]["cookie"], Value::Null);
        assert_eq!(made(post(), b"", "$default")["cookies"], Value::Null);
    }

    #[test]
    fn only_a_text_is_not_in_base64() {
        for (kind, encoding, body, plain) in [
            ("application/json; charset=utf-8", "", &b"{ }"[..], true),
            ("Text/Plain", "", b"\xc3\xa9", true),
            ("application/cloudevents+json", "", b"{}", true),
            ("application/json", "gzip", b"{}", false),
            ("application/json", "", b"\xff", false),
            ("application/x-www-form-urlencoded", "", b"a=1", false),
            ("multipart/form-data; boundary=x", "", b"--x", false),
            ("", "", b"a", false),
        ] {
            let request = post().header("content-type", kind);
            let request = if encoding.is_empty() {
                request
            } else {
                request.header("content-encoding", encoding)
            };
            let event = made(request, body, "$default");
            assert_eq!(event["isBase64Encoded"], !plain, "{kind}");
            let text = event["body"].as_str().unwrap();
            let bytes =
                if plain { text.as_bytes().to_vec() } else { STANDARD.decode(text).unwrap() };
            assert_eq!(bytes, body, "{kind}");
        }
    }

    #[test]
    fn the_context_is_complete_and_the_address_is_the_sockets() {
        let event = made(post().header("user-agent", "curl"), b"", "prod");
        let context = &event["requestContext"];
        let expected = json!({
            "method": "POST", "path": "/webhooks/git hub", "protocol": "HTTP/1.1",
            "sourceIp": "9.9.9.9", "userAgent": "curl",
        });
        assert_eq!(context["http"], expected);
        assert_eq!((&context["stage"], &context["routeKey"]), (&json!("prod"), &event["routeKey"]));
        assert!(context["timeEpoch"].as_i64() > Some(1_700_000_000_000));
        assert!(context["requestId"].as_str().is_some_and(|id| !id.is_empty()));
        assert_eq!(context["domainPrefix"], "api");
    }
}
