//! How much something matters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much something matters, least first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For the record.
    #[default]
    Info,
    /// Worth a line in the digest.
    Low,
    /// Worth a look today.
    Medium,
    /// Worth a look now.
    High,
    /// Worth waking someone.
    Critical,
}

impl Severity {
    /// All of them, least first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One step up; `Critical` stays.
    #[must_use]
    pub fn raised(self) -> Self {
        Self::ALL.into_iter().find(|other| *other > self).unwrap_or(Self::Critical)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_rise_in_order_and_stop_at_critical() {
        assert!(Severity::ALL.is_sorted());
        assert_eq!(Severity::Info.raised(), Severity::Low);
        assert_eq!(Severity::Critical.raised(), Severity::Critical);
    }

    #[test]
    fn the_word_is_the_same_on_the_wire_and_in_print() {
        for severity in Severity::ALL {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.to_string());
        }
    }
}
