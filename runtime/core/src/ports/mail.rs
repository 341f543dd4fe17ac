use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::PortError;

/// A mail to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Recipients' addresses.
    pub to: Vec<String>,
    /// The subject line.
    pub subject: String,
    /// The body, as plain text.
    pub text: String,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Debug + Send + Sync {
    /// Hands a mail to the relay. `key` is the same when the same mail is sent
    /// again; it becomes the Message-ID, so that a mail program shows it once.
    ///
    /// # Errors
    ///
    /// `Invalid` for an address or a mail that the relay refuses for good,
    /// `Unavailable` when it may work later.
    async fn send(&self, mail: &Mail, key: &str) -> Result<(), PortError>;
}
