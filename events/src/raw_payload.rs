//! What a webhook brought, on its way to the normalizer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::Payload;

use crate::name::queue_name;

/// A webhook's body as it arrived, to be normalized from its record `offset` on.
///
/// A log file can hold more records than one unit of work may send, so the
/// normalizer takes a slice and sends itself the same payload with a larger offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawPayload {
    /// The sender's id of the delivery, unique in its source.
    pub id: String,
    /// The name of the [`Source`](crate::Source) that sent it.
    pub source: String,
    /// The `content-type` it came with: a hint, since senders get it wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Where the bytes rest: `raw/<sha-256 of the bytes, hex>`.
    pub object: String,
    /// How many bytes rest there.
    pub length: u64,
    /// The bytes themselves when they are few.
    pub body: Body,
    /// How many of its records have been read already.
    #[serde(default)]
    pub offset: usize,
}

/// The bytes of a payload, or where to find them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// Small, and UTF-8 without control characters other than tab and line ends.
    Inline {
        /// The bytes as text, unchanged.
        text: String,
    },
    /// Small, and not such text (gzip, for one).
    InlineBase64 {
        /// The bytes in standard base64 with padding.
        base64: String,
    },
    /// Read it from the archive under [`RawPayload::object`].
    Archived,
}

impl RawPayload {
    /// Largest body that travels in the message, in bytes; a larger one is read from the archive.
    pub const INLINE_LIMIT: usize = 64 * 1024;

    /// Names record number `index` (from 0) of this payload: `raw/<sha-256>#<index>`.
    #[must_use]
    pub fn record_ref(&self, index: usize) -> String {
        format!("{}#{index}", self.object)
    }

    /// The rest of the payload, from record `offset` on.
    #[must_use]
    pub fn continued(&self, offset: usize) -> Self {
        Self { offset, ..self.clone() }
    }
}

impl Payload for RawPayload {
    const TOPIC: &'static str = "raw-payloads";

    fn group(&self) -> String {
        queue_name(&format!("{}/{}", self.source, self.id))
    }

    /// The slices of one payload are different messages.
    fn deduplication_id(&self) -> Option<String> {
        Some(queue_name(&format!("{}/{}/{}", self.source, self.id, self.offset)))
    }
}
