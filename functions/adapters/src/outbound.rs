//! Where a URL given by a customer may lead: to public addresses only.
//!
//! A server that fetches what its customers name can be turned against its own network (SSRF). The URL is checked
//! before it is used, and names are resolved by [`PublicResolver`], so that the address that was checked is the one
//! connected to: a name that changes between check and connection changes nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Why a URL may not be used. No variant holds the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a URL.
    #[error("the webhook is not a URL; give one that begins with `https://`")]
    NotAUrl,
    /// Not encrypted.
    #[error("the webhook's URL is not `https`; give one that begins with `https://`")]
    NotHttps,
    /// A port that webhooks do not use.
    #[error("the webhook's port is not allowed; use 443 or 8443")]
    Port,
    /// A user name or password in the URL.
    #[error("the webhook's URL holds a user name or password; leave them out")]
    Userinfo,
    /// An address inside of someone's network.
    #[error(
        "the webhook leads to an address that is not public; give a public one, or let the operator allow private targets"
    )]
    NotPublic,
}

/// Checks a URL, as far as it can be checked without resolving its host.
pub fn check(url: &str) -> Result<Url, Refused> {
    let url = Url::parse(url).map_err(|_| Refused::NotAUrl)?;
    if url.scheme() != "https" {
        return Err(Refused::NotHttps);
    }
    if !matches!(url.port_or_known_default(), Some(443 | 8443)) {
        return Err(Refused::Port);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Userinfo);
    }
    // The parser has already turned decimal, octal, hexadecimal and short forms into dotted ones.
    let host = url.host_str().ok_or(Refused::NotAUrl)?.trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(address) if !is_public(address) => Err(Refused::NotPublic),
        _ => Ok(url),
    }
}

/// Whether an address is one of the public internet.
///
/// Everything in IANA's special-purpose registries is refused, and, for IPv6, everything outside of the global unicast
/// space, in which no IPv4-mapped, NAT64, unique local or link-local address lies.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [0 | 10 | 127, ..] => true,             // this network, private, loopback
        [100, b, ..] => (64..128).contains(&b), // carrier-grade NAT
        [169, 254, ..] => true,                 // link-local, metadata services
        [172, b, ..] => (16..32).contains(&b),  // private
        [192, 0, 0 | 2, _] => true,             // protocol assignments, documentation
        [192, 88, 99, _] => true,               // 6to4 relays
        [192, 168, ..] => true,                 // private
        [198, 18 | 19, ..] => true,             // benchmarks
        [198, 51, 100, _] => true,              // documentation
        [203, 0, 113, _] => true,               // documentation
        [168, 63, 129, 16] => true,             // Azure's metadata and wire server
        [a, ..] => a >= 224,                    // multicast, reserved, broadcast
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, b, ..] if b < 0x200 => false, // protocol assignments: Teredo, benchmarks, ORCHID
        [0x2001, 0xdb8, ..] => false,          // documentation
        [0x2002, ..] => false,                 // 6to4: an IPv4 address inside
        [0x3fff, b, ..] if b < 0x1000 => false, // documentation
        [a, ..] => a & 0xe000 == 0x2000,       // global unicast
    }
}

/// Resolves names, and refuses one that has any address that is not public.
#[derive(Clone, Copy, Debug)]
pub struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // Port 0 lets the client put in the URL's own.
            let addresses: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if addresses.iter().any(|address| !is_public(address.ip())) {
                return Err(Refused::NotPublic.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_refused_however_they_are_written() {
        for host in [
            "127.0.0.1",
            "127.1",
            "127.0.0.1.",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0.0.0.0",
            "0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "169.254.169.254",
            "0xa9fea9fe",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:8.8.8.8]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[100::1]",
            "[2001::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[3fff::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
        ] {
            assert_eq!(check(&format!("https://{host}/x")), Err(Refused::NotPublic), "{host}");
        }
    }

    #[test]
    fn public_targets_pass() {
        for url in [
            "https://hooks.slack.com/services/T0/B0/x",
            "https://chat.example.org:8443/hooks/x",
            "https://8.8.8.8/",
            "https://172.32.0.1/",
            "https://100.128.0.1/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(check(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn other_schemes_ports_and_userinfo_are_refused() {
        for (url, why) in [
            ("", Refused::NotAUrl),
            ("hooks.slack.com/services/x", Refused::NotAUrl),
            ("https://", Refused::NotAUrl),
            ("http://hooks.slack.com/", Refused::NotHttps),
            ("file:///etc/passwd", Refused::NotHttps),
            ("gopher://hooks.slack.com/", Refused::NotHttps),
            ("https://hooks.slack.com:22/", Refused::Port),
            ("https://hooks.slack.com:80/", Refused::Port),
            ("https://user@hooks.slack.com/", Refused::Userinfo),
            ("https://hooks.slack.com@127.0.0.1/", Refused::Userinfo),
            ("https://:secret@hooks.slack.com/", Refused::Userinfo),
        ] {
            assert_eq!(check(url), Err(why), "{url}");
        }
    }
}
