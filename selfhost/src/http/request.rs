//! Makes of an HTTP request what a handler sees, the same as behind an API gateway.
//!
//! - A header that comes several times is [one](joined).
//! - The address is the socket's; `x-forwarded-for` is believed only from a
//!   configured proxy, and then the last address that is not a proxy counts.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use twinhost::Request;
use twinhost::http::joined;

use super::Peer;
use crate::config::Addresses;

pub(super) fn from_parts(
    head: Parts,
    params: BTreeMap<String, String>,
    body: Bytes,
    trusted: &Addresses,
) -> Request {
    let peer = head.extensions.get::<Peer>().map(|peer| peer.0);
    Request {
        source_ip: peer.map(|peer| source(peer, &head.headers, trusted)),
        method: head.method,
        path: head.uri.path().to_owned(),
        params,
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: joined(head.headers),
        body,
    }
}

/// Who sent the request: the peer, unless it is a proxy that we trust to say for whom it speaks.
fn source(peer: IpAddr, headers: &HeaderMap, trusted: &Addresses) -> IpAddr {
    let mut source = peer.to_canonical();
    if !trusted.contains(source) {
        return source;
    }
    let forwarded: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    for text in forwarded.iter().rev().flat_map(|value| value.rsplit(',')) {
        // What stands before something that is no address cannot be believed.
        let Ok(address) = text.trim().parse::<IpAddr>() else { break };
        source = address.to_canonical();
        if !trusted.contains(source) {
            break;
        }
    }
    source
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_header_of_anyone_does_not_change_the_address() {
        let claim = headers(&[("x-forwarded-for", "1.2.3.4")]);
        let peer: IpAddr = "9.9.9.9".parse().unwrap();
        assert_eq!(source(peer, &claim, &Addresses::default()), peer);
    }

    #[test]
    fn behind_trusted_proxies_the_last_address_that_is_none_of_them_counts() {
        let trusted: Addresses = "10.0.0.0/8".parse().unwrap();
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        for (chain, expected) in [
            ("6.6.6.6, 1.2.3.4", "1.2.3.4"),
            ("6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
            ("10.0.0.3,10.0.0.2", "10.0.0.3"),
            ("1.2.3.4, unknown, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
        ] {
            let claim = headers(&[("x-forwarded-for", chain)]);
            assert_eq!(source(peer, &claim, &trusted).to_string(), expected, "{chain}");
        }
        let twice = headers(&[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.2.3.4")]);
        assert_eq!(source(peer, &twice, &trusted).to_string(), "1.2.3.4");
    }
}
