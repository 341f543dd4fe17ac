//! What a host implements: the smallest contract for each thing a handler needs.
//!
//! Ports are written for their implementers; a handler sees only
//! [`Context`](crate::Context). None has a default method, so a decorator
//! cannot forget one.

mod auth;
mod clock;
mod documents;
mod keys;
mod letters;
mod mail;
mod objects;
mod queue;
mod transfer;

use std::fmt;
use std::sync::Arc;

pub use auth::{Auth, AuthError, Principal};
pub use clock::{Clock, SystemClock};
pub use documents::{Commit, CommitError, Committed, Documents, Order, Page, Query, Stored};
pub use keys::{Keys, KeysError, SealContext};
pub use letters::{DeadLetters, Redrive, RedriveState, Replay, Selection, check_rate};
pub use mail::{Mail, Mailer};
pub use objects::Objects;
pub use queue::{
    DeadLetter, LONGEST_LEASE, Peeked, Queue, QueueStats, Received, Release, note_expired,
};
pub use transfer::{Exported, ObjectEntry, Transfer};

/// What went wrong in a port, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// It may work later: the store is down, slow or overloaded.
    #[error("{what} is not available")]
    Unavailable {
        /// Which store: `Postgres at db:5432`.
        what: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It never will work: what was asked for is not possible.
    #[error("{what}: {why}")]
    Invalid {
        /// What was asked for.
        what: String,
        /// Why it cannot be, and what to do.
        why: String,
    },
}

impl PortError {
    /// May work later.
    pub fn unavailable(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable { what: what.into(), source: source.into() }
    }

    /// Never will work.
    pub fn invalid(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Invalid { what: what.into(), why: why.into() }
    }
}

/// Everything a handler can reach, as one host provides it.
#[derive(Clone)]
pub struct Ports {
    /// Reads of documents.
    pub documents: Arc<dyn Documents>,
    /// The commit of units of work.
    pub commit: Arc<dyn Commit>,
    /// Reads of objects.
    pub objects: Arc<dyn Objects>,
    /// Mail.
    pub mail: Arc<dyn Mailer>,
    /// Encryption.
    pub keys: Arc<dyn Keys>,
    /// Bearer tokens.
    pub auth: Arc<dyn Auth>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports").field("documents", &self.documents).finish_non_exhaustive()
    }
}
