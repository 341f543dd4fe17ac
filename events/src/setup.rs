//! What a tenant has set up: who may send, whom to tell, which accounts to read.
//!
//! A *sealed* string is the base64 of an envelope that only the host's key opens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::Document;

use crate::Severity;

/// A sender of webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name, as in the webhook's path.
    pub name: String,
    /// How it signs.
    pub scheme: Scheme,
    /// The secret it signs with, sealed.
    pub secret: String,
    /// The secret before the last rotation, sealed, accepted until the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its secret was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Timestamp>,
}

/// How a sender signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// <https://www.standardwebhooks.com>: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    StandardWebhooks,
    /// GitHub's `x-hub-signature-256`.
    Github,
}

impl Source {
    /// Whether this can be a source's name: 1 to 63 of `a-z`, `0-9` and `-`, as it stands in a path.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&name.len()) && name.bytes().all(fits)
    }

    /// What the secrets of the source of this name are sealed with.
    #[must_use]
    pub const fn seal_context(name: &str) -> [(&str, &str); 1] {
        [("source", name)]
    }
}

impl Document for Source {
    const COLLECTION: &'static str = "sources";

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// Whom to tell of what; there is one per tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The least severity that is told at once. It changes nothing about what is detected.
    pub alert_threshold: Severity,
    /// Mail addresses that get anomalies at once.
    pub alert_to: Vec<String>,
    /// Mail addresses that get the daily digest.
    pub digest_to: Vec<String>,
    /// A Slack-compatible incoming webhook's URL, sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slack_webhook: Option<String>,
    /// The time zone of dates in mails, as in the IANA database.
    pub time_zone: String,
}

impl Settings {
    /// The only key of the collection.
    pub const KEY: &'static str = "settings";

    /// What the chat's URL is sealed with.
    pub const SEAL_CONTEXT: [(&'static str, &'static str); 1] = [("setting", "slack_webhook")];
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            alert_threshold: Severity::Medium,
            alert_to: Vec::new(),
            digest_to: Vec::new(),
            slack_webhook: None,
            time_zone: "UTC".to_owned(),
        }
    }
}

impl Document for Settings {
    const COLLECTION: &'static str = "settings";

    fn key(&self) -> String {
        Self::KEY.to_owned()
    }
}

/// An AWS account that the zombie hunter may read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudAccount {
    /// Its twelve digits.
    pub account_id: String,
    /// How to read it.
    pub credentials: Credentials,
    /// The regions to look in.
    pub regions: Vec<String>,
    /// A resource with this tag key is never reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_tag: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// How an account is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Credentials {
    /// By assuming a role in it.
    Role {
        /// The role's ARN.
        role_arn: String,
        /// The external id its trust policy asks for.
        external_id: String,
    },
    /// By an access key of a read-only user in it.
    AccessKey {
        /// The key's id.
        access_key_id: String,
        /// The key's secret, sealed.
        secret_access_key: String,
    },
}

impl CloudAccount {
    /// What the secret of this account's access key is sealed with.
    #[must_use]
    pub const fn seal_context(account_id: &str) -> [(&str, &str); 1] {
        [("cloud_account", account_id)]
    }
}

impl Document for CloudAccount {
    const COLLECTION: &'static str = "cloud_accounts";

    fn key(&self) -> String {
        self.account_id.clone()
    }
}
