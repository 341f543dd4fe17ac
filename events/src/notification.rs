//! What people are to be told.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use twinhost::{Document, Payload};

use crate::Anomaly;
use crate::name::queue_name;

/// Something to tell people; whether and where is for the tenant's [`Settings`](crate::Settings).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notification {
    /// An anomaly, at once.
    Anomaly(Box<Anomaly>),
    /// The digest of a day.
    Digest {
        /// The day it sums up.
        date: Date,
    },
}

impl Notification {
    /// Names it for senders that can drop a repeat: the same however often it is sent.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Anomaly(anomaly) => format!("anomaly/{}", anomaly.key()),
            Self::Digest { date } => format!("digest/{date}"),
        }
    }
}

impl Payload for Notification {
    const TOPIC: &'static str = "notifications";

    /// Each on its own: a mail server's refusal of one does not hold up the next.
    fn group(&self) -> String {
        queue_name(&self.key())
    }

    fn deduplication_id(&self) -> Option<String> {
        Some(queue_name(&self.key()))
    }
}
