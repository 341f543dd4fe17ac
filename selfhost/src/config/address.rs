use std::net::IpAddr;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

/// A set of addresses: single ones and networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(Vec<Network>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an address (`10.0.0.1`, `::1`) nor a network (`10.0.0.0/8`)")]
pub struct InvalidAddresses(String);

impl Addresses {
    /// Whether an address is in the set; an IPv4 address mapped into IPv6 is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differ = u32::from(network) ^ u32::from(address);
                differ.checked_shr(32 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differ = u128::from(network) ^ u128::from(address);
                differ.checked_shr(128 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = InvalidAddresses;

    fn from_str(text: &str) -> Result<Self, InvalidAddresses> {
        let invalid = || InvalidAddresses(text.chars().take(80).collect());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), str::parse::<u8>).map_err(|_| invalid())?;
        if prefix > most { Err(invalid()) } else { Ok(Self { address, prefix }) }
    }
}

impl FromStr for Addresses {
    type Err = InvalidAddresses;

    /// Reads a list with commas.
    fn from_str(text: &str) -> Result<Self, InvalidAddresses> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// A list in a file, a text with commas in the environment.
impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Addresses;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of addresses and networks")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Addresses, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Addresses, A::Error> {
                let mut networks = Vec::new();
                while let Some(text) = all.next_element::<String>()? {
                    networks.push(text.parse().map_err(de::Error::custom)?);
                }
                Ok(Addresses(networks))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_its_addresses_and_those_of_its_networks() {
        let set: Addresses = "10.0.0.0/8, 192.168.1.1,fd00::/8,0.0.0.0/32".parse().unwrap();
        for inside in ["10.255.0.1", "192.168.1.1", "fd12::1", "::ffff:10.1.1.1"] {
            assert!(set.contains(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["11.0.0.1", "192.168.1.2", "fe80::1", "::1"] {
            assert!(!set.contains(outside.parse().unwrap()), "{outside}");
        }
        let everything: Addresses = "0.0.0.0/0".parse().unwrap();
        assert!(everything.contains("8.8.8.8".parse().unwrap()));
        assert!(!Addresses::default().contains("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_address_is_refused_by_name() {
        for bad in ["proxy", "10.0.0.0/33", "10.0.0.0/x", "::1/129", "10.0.0"] {
            let error = bad.parse::<Addresses>().unwrap_err().to_string();
            assert!(error.contains(bad), "{error}");
        }
    }
}
