//! What people are to be told.

use std::fmt;

use serde::{Deserialize, Serialize};
use twinhost::{Document, Payload};

use crate::Anomaly;
use crate::name::queue_name;

/// Something to tell people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notification {
    /// An anomaly; whether and where it is told is for the tenant's [`Settings`](crate::Settings).
    Anomaly(Box<Anomaly>),
    /// A text on its way to one recipient.
    Delivery(Delivery),
}

/// A text on its way to one recipient, so that a refusal by one is no second mail to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Names what is told, the same however often it is sent: `digest/2023-07-10`.
    pub about: String,
    /// To whom.
    pub to: Recipient,
    /// The first line, or a mail's subject.
    pub title: String,
    /// The lines below it.
    pub lines: Vec<String>,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "channel", rename_all = "snake_case")]
pub enum Recipient {
    /// A mailbox.
    Mail {
        /// Its address.
        address: String,
    },
    /// The chat of the tenant's [`Settings`](crate::Settings).
    Chat,
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail { address } => write!(f, "mail/{address}"),
            Self::Chat => f.write_str("chat"),
        }
    }
}

impl Notification {
    /// Names it for senders that can drop a repeat: the same however often it is sent.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Anomaly(anomaly) => format!("anomaly/{}", anomaly.key()),
            Self::Delivery(delivery) => format!("{}/{}", delivery.about, delivery.to),
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
