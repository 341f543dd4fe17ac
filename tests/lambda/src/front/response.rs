//! What an HTTP API makes of a function's answer (H2, H4).

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

/// The client's answer, or `None` when the function's is none that the gateway understands.
///
/// An object with a `statusCode` is the whole answer. Anything else that is JSON is its body: 200,
/// `application/json`; a text goes without its quotes.
pub(super) fn response(answer: &Bytes) -> Option<Response> {
    let value: Value = serde_json::from_slice(answer).ok()?;
    match value {
        Value::Object(object) if object.contains_key("statusCode") => described(&object),
        Value::String(text) => inferred(text.into()),
        _ => inferred(answer.clone()),
    }
}

fn inferred(body: Bytes) -> Option<Response> {
    let response = Response::builder().header(header::CONTENT_TYPE, "application/json");
    response.body(Body::from(body)).ok()
}

fn described(object: &Map<String, Value>) -> Option<Response> {
    let status = match &object["statusCode"] {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let status = StatusCode::from_u16(u16::try_from(status?).ok()?).ok()?;
    let body = match object.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(Value::String(text)) if object.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            STANDARD.decode(text).ok()?.into()
        }
        Some(Value::String(text)) => Bytes::from(text.clone()),
        Some(_) => return None,
    };
    let has_body = !body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in object.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return None,
        };
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        // The gateway counts the body itself.
        if name != header::CONTENT_LENGTH {
            headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
    }
    for cookie in object.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        headers.append(header::SET_COOKIE, HeaderValue::from_str(cookie.as_str()?).ok()?);
    }
    if has_body && !headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn read(answer: &'static str) -> (u16, http::HeaderMap, Bytes) {
        let response = super::response(&Bytes::from_static(answer.as_bytes())).unwrap();
        let (head, body) = response.into_parts();
        (head.status.as_u16(), head.headers, body.collect().await.unwrap().to_bytes())
    }

    #[tokio::test]
    async fn an_answer_without_a_status_is_the_body() {
        for (answer, body) in [
            (r#"{"a": 1}"#, r#"{"a": 1}"#),
            (r#""text""#, "text"),
            ("1", "1"),
            ("1.5", "1.5"),
            ("true", "true"),
            ("[1, 2]", "[1, 2]"),
        ] {
            let (status, headers, bytes) = read(answer).await;
            assert_eq!((status, &bytes[..]), (200, body.as_bytes()), "{answer}");
            assert_eq!(headers["content-type"], "application/json");
        }
    }

    #[tokio::test]
    async fn a_described_answer_has_its_status_headers_cookies_and_bytes() {
        let answer = r#"{"statusCode":201,"headers":{"X-A":"1","x-n":2,"content-type":"image/png","content-length":"9"},
            "cookies":["a=1; Secure","b=2"],"body":"/w==","isBase64Encoded":true}"#;
        let (status, headers, bytes) = read(answer).await;
        assert_eq!((status, &bytes[..]), (201, &b"\xff"[..]));
        assert_eq!(
            (&headers["x-a"], &headers["x-n"]),
            (&"1".parse().unwrap(), &"2".parse().unwrap())
        );
        let cookies: Vec<_> = headers.get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1; Secure", "b=2"]);
        assert_eq!(headers["content-type"], "image/png");
        assert!(!headers.contains_key("content-length"));
        let (status, headers, bytes) = read(r#"{"statusCode":"204"}"#).await;
        assert_eq!((status, headers.len(), bytes.len()), (204, 0, 0));
    }

    #[test]
    fn what_the_gateway_does_not_understand_is_no_answer() {
        for answer in [
            "",
            "{",
            r#"{"statusCode":"ok"}"#,
            r#"{"statusCode":99}"#,
            r#"{"statusCode":70000}"#,
            r#"{"statusCode":200,"body":{}}"#,
            r#"{"statusCode":200,"body":"!","isBase64Encoded":true}"#,
            r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
            r#"{"statusCode":200,"headers":{"a":["c"]}}"#,
        ] {
            assert!(response(&Bytes::from_static(answer.as_bytes())).is_none(), "{answer}");
        }
    }
}
