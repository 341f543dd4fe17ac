//! What a collection holds.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The one type of document that a collection holds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a document",
    note = "implement `twinhost::Document` for it: a collection's name and the key of a document"
)]
pub trait Document: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The collection's name: 1 to 48 characters of `a-z`, `0-9` and `_`, starting with a letter.
    const COLLECTION: &'static str;

    /// The document's key, unique in its collection and tenant: 1 to 1,024 bytes, ordered by bytes.
    fn key(&self) -> String;

    /// When the document is no longer there: an expired document reads as absent
    /// at once and is removed some time later. `None` keeps it.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}
