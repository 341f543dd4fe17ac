//! What has been seen before.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::Document;

/// Something an account has been seen with, so that its next sight is no news.
///
/// One small document for each, written when it is first seen and when the last
/// sight has grown old: units that score different series rarely meet here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Familiar {
    /// The account that was seen with it.
    pub account: String,
    /// What sort of thing it is.
    #[serde(rename = "trait")]
    pub of: Trait,
    /// The thing: an ARN, `eu-west-1`, `p2`.
    pub value: String,
    /// When it was first seen, or seen again after it had been forgotten.
    pub first_seen: Timestamp,
    /// When it was last seen, to within a day.
    pub last_seen: Timestamp,
}

/// What sort of thing is new or familiar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trait {
    /// The account itself: how long it has been watched.
    Account,
    /// Who acts.
    Actor,
    /// Who makes which call: `<actor> <service>/<action>`.
    ActorAction,
    /// Where.
    Region,
    /// Which instance family.
    Family,
}

impl Trait {
    /// The word used on the wire and in keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Actor => "actor",
            Self::ActorAction => "actor_action",
            Self::Region => "region",
            Self::Family => "family",
        }
    }
}

impl fmt::Display for Trait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Familiar {
    /// The key of what `account` was, or was not, seen with.
    #[must_use]
    pub fn key_of(account: &str, of: Trait, value: &str) -> String {
        format!("{account}/{of}/{value}")
    }
}

impl Document for Familiar {
    const COLLECTION: &'static str = "novelty";

    fn key(&self) -> String {
        Self::key_of(&self.account, self.of, &self.value)
    }
}
