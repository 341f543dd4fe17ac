//! What travels on a topic.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The one type of message that a topic carries.
///
/// A topic and its payload are declared together, so a producer and a consumer
/// cannot disagree on what is in a message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a payload",
    note = "implement `twinhost::Payload` for it: a topic's name and the order group of a message"
)]
pub trait Payload: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The topic's name, in kebab-case.
    const TOPIC: &'static str;

    /// The order group: messages of one group are handled one after the other, in the order sent.
    ///
    /// Messages of different groups are handled side by side. 1 to 128
    /// characters; the tenant is added by the host, so it need not be in here.
    fn group(&self) -> String;

    /// Names this message for de-duplication: a second message with the same id
    /// sent to the same queue within five minutes is accepted and not delivered.
    ///
    /// `None`, the default, derives it from the event that caused the message.
    fn deduplication_id(&self) -> Option<String> {
        None
    }
}
