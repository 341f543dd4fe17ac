//! A request and its response, the same on every host.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde::Serialize;

/// The largest body of a request, on every host: a Lambda is given 6 MiB at the most.
pub const BODY_LIMIT_BYTES: usize = 6 * 1024 * 1024;

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

/// The values of a path's `{name}` segments, percent-decoded, if the path matches the pattern.
///
/// Segments are compared as they came, so that `%2F` is part of a value and never a separator, and
/// a value is never empty.
///
/// # Errors
///
/// When a value is no UTF-8 once it is decoded; a host answers that with 400.
#[must_use]
pub fn path_params(
    pattern: &str,
    path: &str,
) -> Option<Result<BTreeMap<String, String>, std::str::Utf8Error>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut values = BTreeMap::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => break,
            (Some(wanted), Some(given)) => {
                match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                    Some(name) if !given.is_empty() => {
                        values.insert(name, given);
                    }
                    None if wanted == given => {}
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
    let decoded = values.into_iter().map(|(name, value)| {
        Ok((name.to_owned(), percent_decode_str(value).decode_utf8()?.into_owned()))
    });
    Some(decoded.collect())
}

/// One value for each name: the values of a header that comes several times are joined with `,` (no
/// space), as an API gateway does; cookies with `; ` (RFC 9113, 8.2.3), because a comma can be part
/// of one.
#[must_use]
pub fn joined(headers: HeaderMap) -> HeaderMap {
    if headers.keys_len() == headers.len() {
        return headers;
    }
    let mut joined = HeaderMap::with_capacity(headers.keys_len());
    for name in headers.keys() {
        let separator: &[u8] = if name == header::COOKIE { b"; " } else { b"," };
        let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        // Always a value: its parts are, and so are the separators.
        if let Ok(value) = HeaderValue::from_bytes(&values.join(separator)) {
            joined.insert(name.clone(), value);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_gives_its_decoded_segments() {
        let pattern = "/webhooks/{tenant}/{source}";
        let params = path_params(pattern, "/webhooks/acme/a%20b%2Fc%C3%A9").unwrap().unwrap();
        assert_eq!(params["tenant"], "acme");
        assert_eq!(params["source"], "a b/cé");
        assert!(path_params(pattern, "/webhooks/acme/%ff").unwrap().is_err());
    }

    #[test]
    fn a_path_of_another_shape_does_not_match() {
        for other in [
            "/webhooks/acme",
            "/webhooks/acme/",
            "/webhooks/acme/a/",
            "/webhooks//a",
            "/Webhooks/a/b",
            "webhooks/a/b",
            "/web%68ooks/a/b",
        ] {
            assert!(path_params("/webhooks/{tenant}/{source}", other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_repeated_header_is_one_joined_with_a_comma_and_cookies_with_a_semicolon() {
        let mut all = HeaderMap::new();
        for (name, value) in
            [("x-a", "1"), ("cookie", "a=1"), ("x-a", "2"), ("cookie", "b=2,3"), ("x-b", "z")]
        {
            all.append(name, HeaderValue::from_static(value));
        }
        let one = joined(all);
        assert_eq!(one["x-a"], "1,2");
        assert_eq!(one["cookie"], "a=1; b=2,3");
        assert_eq!(one["x-b"], "z");
        assert_eq!(one.len(), 3);
    }
}
