//! The steps of a hunt for idle resources, each small enough for one unit of work.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use twinhost::Payload;

use crate::Zombie;
use crate::name::queue_name;

/// Asks for a part of a day's hunt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HuntRequest {
    /// Ask for every region of the next account, and then for the accounts after it.
    Accounts {
        /// The day of the hunt.
        date: Date,
        /// Where the list of accounts goes on; `None` at its start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    },
    /// Look into one region.
    Region {
        /// The day of the hunt.
        date: Date,
        /// The account's twelve digits.
        account_id: String,
        /// The region.
        region: String,
    },
}

impl Payload for HuntRequest {
    const TOPIC: &'static str = "hunt-requests";

    /// The account: its regions are read one after the other and add up to one report.
    fn group(&self) -> String {
        match self {
            Self::Accounts { .. } => "accounts".to_owned(),
            Self::Region { account_id, .. } => queue_name(account_id),
        }
    }
}

/// Some of what a hunt through one region changes in what is known of its zombies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sightings {
    /// The account's twelve digits.
    pub account_id: String,
    /// The region.
    pub region: String,
    /// When the hunt looked.
    pub at: Timestamp,
    /// Zombies as they are to be known from now on.
    pub zombies: Vec<Zombie>,
    /// Keys of zombies that were seen once and turned out to be none.
    pub cleared: Vec<String>,
}

impl Payload for Sightings {
    const TOPIC: &'static str = "sightings";

    /// The region: an older hunt's are recorded before a newer one's.
    fn group(&self) -> String {
        queue_name(&format!("{}/{}", self.account_id, self.region))
    }
}
