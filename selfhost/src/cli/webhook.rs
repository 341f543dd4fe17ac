//! Where webhooks are reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use twinhost::TenantId;

/// The URL of a host that listens on `address`, as seen from this machine.
pub(crate) fn base_url(address: SocketAddr) -> String {
    let mut reached = address;
    if address.ip().is_unspecified() {
        reached.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    format!("http://{reached}")
}

/// The URL that the webhooks of a source are posted to: the route of `webhook-ingestion`.
pub(crate) fn webhook_url(base: &str, tenant: &TenantId, source: &str) -> String {
    format!("{}/webhooks/{tenant}/{source}", base.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_on_every_address_is_reached_on_this_machine() {
        for (listen, url) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("10.0.0.7:8080", "http://10.0.0.7:8080"),
        ] {
            assert_eq!(base_url(listen.parse().unwrap()), url);
        }
    }
}
