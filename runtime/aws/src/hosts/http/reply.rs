//! A handler's response as an HTTP API takes it: payload format 2.0.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use twinhost::Response;
use twinhost::http::joined;

use super::refuse;

/// Bytes of an answer that Lambda takes: 6 MiB, less what surrounds the body in it.
const LIMIT_BYTES: usize = 6 * 1024 * 1024 - 16 * 1024;

/// An answer in payload format 2.0.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::hosts) struct Reply {
    status_code: u16,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    body: String,
    is_base64_encoded: bool,
}

impl Reply {
    pub(super) fn of(response: Response, handler: &'static str) -> Self {
        let reply = Self::whole(response);
        if reply.body.len() <= LIMIT_BYTES {
            return reply;
        }
        tracing::error!(
            handler,
            bytes = reply.body.len(),
            "the answer is larger than Lambda takes ({LIMIT_BYTES} bytes, in base64 if it is no text); \
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn reply(headers: &[(&'static str, &'static str)], body: impl Into<Bytes>) -> Reply {
        let mut response = Response::new(StatusCode::OK);
        for (name, value) in headers {
            response.headers.append(*name, HeaderValue::from_static(value));
        }
        response.body = body.into();
        Reply::of(response, "test")
    }

    #[test]
    fn text_is_text_and_anything_else_is_base64() {
        for text in ["", "{\"a\": 1}", "café", "a\0b"] {
            let reply = reply(&[], text);
            assert_eq!((reply.body.as_str(), reply.is_base64_encoded), (text, false));
        }
        let reply = reply(&[("content-encoding", "gzip")], &b"\x1f\x8b\xff"[..]);
        assert_eq!((reply.body.as_str(), reply.is_base64_encoded), ("H4v/", true));
        assert_eq!(reply.headers["content-encoding"], "gzip");
    }

    #[test]
    fn each_cookie_is_a_cookie_and_a_repeated_header_is_joined() {
        let headers =
            [("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2"), ("x-a", "1"), ("x-a", "2")];
        let reply = reply(&headers, "");
        assert_eq!(reply.cookies, ["a=1; Path=/", "b=2"]);
        assert_eq!(reply.headers, BTreeMap::from([("x-a".to_owned(), "1,2".to_owned())]));
    }

    #[test]
    fn it_is_written_in_payload_format_2() {
        let reply = reply(&[("x-a", "1"), ("set-cookie", "a=1")], "ok");
        assert_eq!(
            serde_json::to_value(&reply).unwrap(),
            serde_json::json!({
                "statusCode": 200,
                "headers": {"x-a": "1"},
                "cookies": ["a=1"],
                "body": "ok",
                "isBase64Encoded": false,
            })
        );
    }

    #[test]
    fn an_answer_that_lambda_would_not_take_is_an_error_without_detail() {
        assert_eq!(reply(&[], "x".repeat(LIMIT_BYTES)).status_code, 200);
        let reply = reply(&[], "x".repeat(LIMIT_BYTES + 1));
        assert_eq!(
            (reply.status_code, reply.body.as_str()),
            (500, r#"{"message":"Internal Server Error"}"#)
        );
    }
}
