//! What a handler may touch.

use std::fmt;

use serde::Serialize;

/// One thing a handler may do, declared beside its code.
///
/// What is not declared cannot be done: the unit of work refuses it on every
/// host and in unit tests, and on AWS the function's role does not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "allow", content = "of")]
pub enum Grant {
    /// Read the documents of a collection.
    Read(&'static str),
    /// Write and delete the documents of a collection.
    Write(&'static str),
    /// Read, write and delete the documents of a collection.
    ReadWrite(&'static str),
    /// Publish to a topic.
    Publish(&'static str),
    /// Read the objects under a prefix.
    ReadObjects(&'static str),
    /// Store objects under a prefix.
    WriteObjects(&'static str),
    /// Send mail.
    SendMail,
    /// Encrypt with the application's key.
    Seal,
    /// Decrypt with the application's key.
    Open,
    /// Call these read-only AWS actions in a customer's account.
    ReadAws(&'static [&'static str]),
}

impl Grant {
    /// Whether this grant covers `wanted`.
    #[must_use]
    pub fn covers(&self, wanted: &Self) -> bool {
        self == wanted
            || matches!(
                (self, wanted),
                (Self::ReadWrite(have), Self::Read(want) | Self::Write(want)) if have == want
            )
    }
}

/// As it reads in a refusal: ``publish to `findings` ``.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(name) => write!(f, "read `{name}`"),
            Self::Write(name) => write!(f, "write `{name}`"),
            Self::ReadWrite(name) => write!(f, "read and write `{name}`"),
            Self::Publish(name) => write!(f, "publish to `{name}`"),
            Self::ReadObjects(name) => write!(f, "read objects under `{name}`"),
            Self::WriteObjects(name) => write!(f, "store objects under `{name}`"),
            Self::SendMail => f.write_str("send mail"),
            Self::Seal => f.write_str("seal"),
            Self::Open => f.write_str("open what was sealed"),
            Self::ReadAws(actions) => write!(f, "call {}", actions.join(", ")),
        }
    }
}

/// Says no, and what to add so that it is yes.
pub(crate) fn refusal(handler: &str, wanted: &Grant) -> String {
    format!("`{handler}` may not {wanted}; add `Grant::{wanted:?}` to its GRANTS")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_write_covers_both_and_nothing_else() {
        let grant = Grant::ReadWrite("baselines");
        assert!(
            grant.covers(&Grant::Read("baselines")) && grant.covers(&Grant::Write("baselines"))
        );
        assert!(
            !grant.covers(&Grant::Read("anomalies"))
                && !Grant::Read("a").covers(&Grant::Write("a"))
        );
    }

    #[test]
    fn a_refusal_tells_the_cure() {
        assert_eq!(
            refusal("zombie-hunter", &Grant::Publish("findings")),
            "`zombie-hunter` may not publish to `findings`; add `Grant::Publish(\"findings\")` to its GRANTS"
        );
    }
}
