//! The unit of work: what a handler did, as data.
//!
//! While a handler runs, its writes, sends and objects are only *staged* here.
//! When it returns `Ok` the host commits the unit together with the
//! acknowledgement of the event that caused it; on any error the unit is
//! dropped. So effects happen once, and a test needs no mock.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::TenantId;
use crate::mutants::Mutant;
use crate::trace::Trace;

/// A unit has the same limits on every host: DynamoDB's, the smaller ones.
/// (`TransactWriteItems`: 100 actions and 4 MB; an item: 400 KB.)
pub mod limits {
    /// Document writes and sends in a unit. One action is kept for the host's own record of the event.
    pub const ACTIONS: usize = 99;
    /// Bytes of all documents and messages of a unit.
    pub const BYTES: usize = 4 * 1000 * 1000;
    /// Bytes of one document, its key included.
    pub const DOCUMENT_BYTES: usize = 400 * 1000;
    /// Bytes of one message (SQS: 1 MiB), less what a host adds around it.
    pub const MESSAGE_BYTES: usize = 1024 * 1024 - 4096;
    /// Bytes of a document's key.
    pub const KEY_BYTES: usize = 1024;
}

/// What must be true of a stored document for a write to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing: the last write wins.
    Any,
    /// No document has this key.
    Absent,
    /// The document has this version.
    Version(u64),
}

/// What happens to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is stored with this body.
    Put {
        /// The document as JSON.
        body: String,
        /// When it expires.
        expires_at: Option<Timestamp>,
    },
    /// It is removed.
    Delete,
}

/// A staged write of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The collection.
    pub collection: &'static str,
    /// The document's key.
    pub key: String,
    /// What must be true for the write to happen.
    pub condition: Condition,
    /// What happens.
    pub change: Change,
}

/// A staged message, addressed to one queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The message's id: derived from the event and its ordinal, so that a re-run sends the same.
    pub id: String,
    /// The queue: its consumer's handler name.
    pub queue: String,
    /// The order group, without the tenant. A message without order is a group of its own: its id.
    pub group: String,
    /// An id of the sender's for de-duplication, if it gave one.
    pub deduplication_id: Option<String>,
    /// The payload as JSON.
    pub body: String,
    /// How long it waits before it is first delivered, in whole seconds.
    pub delay: Duration,
    /// The trace of the event that caused it.
    pub trace: Option<Trace>,
}

/// A staged object, under a key derived from its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObject {
    /// The key: `prefix/sha256`.
    pub key: String,
    /// The bytes.
    pub bytes: Bytes,
}

/// Names a unit so that it commits at most once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// The idempotency key, unique in the tenant and handler.
    pub key: String,
    /// How long the key is remembered.
    pub keep: Duration,
}

/// The right to acknowledge one delivery of a message.
///
/// It goes stale: after the lease has run out, or once the message has been
/// received again, nothing can be done with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    /// The queue.
    pub queue: String,
    /// The host's name for this delivery.
    pub handle: String,
}

/// What becomes of the message that caused a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ack {
    /// It is done with: deleted.
    Done(Receipt),
    /// It cannot be handled: moved to the dead-letter queue, with the reason.
    DeadLetter(Receipt, String),
}

impl Ack {
    /// The receipt of the message.
    #[must_use]
    pub const fn receipt(&self) -> &Receipt {
        match self {
            Self::Done(receipt) | Self::DeadLetter(receipt, _) => receipt,
        }
    }
}

/// Everything that one event caused, to be committed as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Whose data this is.
    pub tenant: TenantId,
    /// The handler that did it.
    pub handler: &'static str,
    /// The message that caused it, if one did.
    pub ack: Option<Ack>,
    /// The name under which it commits at most once, if it has one.
    pub once: Option<Once>,
    /// Document writes, at most one a document.
    pub writes: Vec<Write>,
    /// Messages, in the order sent.
    pub sends: Vec<Outgoing>,
    /// Objects: stored before the rest is committed, never after.
    pub objects: Vec<NewObject>,
}

impl Unit {
    /// A unit with no effects yet.
    #[must_use]
    pub const fn new(tenant: TenantId, handler: &'static str) -> Self {
        Self {
            tenant,
            handler,
            ack: None,
            once: None,
            writes: Vec::new(),
            sends: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// Whether committing it would change nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ack.is_none()
            && self.once.is_none()
            && self.writes.is_empty()
            && self.sends.is_empty()
            && self.objects.is_empty()
    }

    /// Stages a write; a second write of one document replaces the first and keeps its condition.
    pub(crate) fn stage(&mut self, write: Write) {
        let staged = self
            .writes
            .iter_mut()
            .find(|staged| staged.collection == write.collection && staged.key == write.key);
        match staged {
            Some(staged) => staged.change = write.change,
            None => self.writes.push(write),
        }
    }
}

/// The writes of several units of one tenant that are committed in order, as
/// one write a document: the first condition with the last change.
#[must_use]
pub fn merged_writes(units: &[Unit]) -> Vec<(Condition, &Write)> {
    let mut merged: Vec<(Condition, &Write)> = Vec::new();
    let mut place: HashMap<(&str, &str), usize> = HashMap::new();
    for write in units.iter().flat_map(|unit| &unit.writes) {
        match place.entry((write.collection, &write.key)) {
            std::collections::hash_map::Entry::Occupied(at) => merged[*at.get()].1 = write,
            std::collections::hash_map::Entry::Vacant(free) => {
                let overwrite = Mutant::IgnoreVersions.on();
                let condition = if overwrite { Condition::Any } else { write.condition };
                free.insert(merged.len());
                merged.push((condition, write));
            }
        }
    }
    merged
}
