//! The HTTP client of commands.

use std::net::IpAddr;

use reqwest::{Client, ClientBuilder, Url};

/// A client for this URL.
///
/// Plain HTTP needs no certificates, so it works on a machine that has none; and
/// on this machine itself no proxy may come in between.
pub(crate) fn client(url: &Url) -> ClientBuilder {
    let client = Client::builder().user_agent(concat!("twinhost/", env!("CARGO_PKG_VERSION")));
    let client = if url.scheme() == "http" { client.tls_certs_only([]) } else { client };
    if is_this_machine(url) { client.no_proxy() } else { client }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_passed_by_on_this_machine_only() {
        for (url, is_local) in [
            ("http://127.0.0.1:8080/", true),
            ("http://[::1]:8080/", true),
            ("http://localhost/", true),
            ("https://example.com/", false),
            ("http://10.0.0.7/", false),
        ] {
            assert_eq!(is_this_machine(&url.parse().unwrap()), is_local, "{url}");
        }
    }
}
