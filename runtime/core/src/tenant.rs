//! Who owns the data a handler sees.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A tenant: 1 to 63 characters of `a-z`, `0-9`, `-`, starting with a letter or digit.
///
/// The grammar is that of a DNS label, so that a tenant's name can stand in a
/// path, a queue group, a file name or a database setting without escaping.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

impl TenantId {
    /// The tenant that owns what belongs to no customer: the list of tenants,
    /// the ticks of schedules that run once for all.
    pub const SYSTEM: &'static str = "system";

    /// The [system](Self::SYSTEM) tenant.
    #[must_use]
    pub fn system() -> Self {
        Self(Self::SYSTEM.to_owned())
    }

    /// The tenant's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the [system](Self::SYSTEM) tenant.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.0 == Self::SYSTEM
    }
}

/// A name that cannot be a tenant's.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` cannot be a tenant's name; use 1 to 63 of a-z, 0-9 and `-`, not starting or ending with `-`"
)]
pub struct InvalidTenant(String);

impl FromStr for TenantId {
    type Err = InvalidTenant;

    fn from_str(name: &str) -> Result<Self, InvalidTenant> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=63).contains(&name.len())
            && name.bytes().all(allowed)
            && !name.starts_with('-')
            && !name.ends_with('-');
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidTenant(name.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for TenantId {
    type Error = InvalidTenant;

    fn try_from(name: String) -> Result<Self, InvalidTenant> {
        name.parse()
    }
}

impl From<TenantId> for String {
    fn from(tenant: TenantId) -> Self {
        tenant.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_a_dns_label() {
        for good in ["acme", "a", "0", "big-co-2", &"x".repeat(63)] {
            assert!(good.parse::<TenantId>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a_b", "a/b", "é", "a b", "a\0", &"x".repeat(64)] {
            assert!(bad.parse::<TenantId>().is_err(), "{bad}");
        }
    }
}
