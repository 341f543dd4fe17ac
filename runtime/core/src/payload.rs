//! What travels on a topic.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{HandlerError, HandlerResult, OrReject as _};
use crate::queue_options::{Deduplication, LONGEST_DELAY, QueueOptions};
use crate::text;
use crate::trace::Trace;
use crate::unit::{Outgoing, limits};

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

    /// How its messages are queued: in order within a group, unless it says otherwise.
    const QUEUE: QueueOptions = QueueOptions::ORDERED;

    /// The order group: messages of one group are handled one after the other, in the order sent.
    ///
    /// Messages of different groups are handled side by side. 1 to 128
    /// characters; the tenant is added by the host, so it need not be in here. On a topic
    /// [without order](QueueOptions::ordered) it has no effect.
    fn group(&self) -> String;

    /// Names this message for de-duplication: a second message with the same id
    /// sent to the same queue, or [to the same group](Deduplication::Group), within five minutes is
    /// accepted and not delivered.
    ///
    /// `None`, the default, derives it from the event that caused the message. A topic without order
    /// has nothing else: SQS knows ids in FIFO queues only.
    ///
    /// 1 to 128 printable ASCII characters, as SQS has it; of anything longer take a hash. No id is made of a body:
    /// who wants that two messages that say the same are one gives a hash of what they say.
    fn deduplication_id(&self) -> Option<String> {
        None
    }
}

/// A payload as messages to queues, before it is known which.
pub(crate) struct Letter {
    outgoing: Outgoing,
    ordered: bool,
}

impl Letter {
    /// Writes a payload down, to be delivered after `delay`, or its topic's own delay if there is none.
    ///
    /// # Errors
    ///
    /// A fault when no queue could hold it: it is too large, its group cannot be one, or it asks for what
    /// its topic does not have.
    pub(crate) fn of<P: Payload>(
        payload: &P,
        delay: Option<Duration>,
        trace: Option<Trace>,
    ) -> HandlerResult<Self> {
        let (topic, options) = (P::TOPIC, P::QUEUE);
        let body =
            serde_json::to_string(payload).or_fault("a payload cannot be written as JSON")?;
        let body = text::sendable(body);
        let fault = |why: String| Err(HandlerError::fault(why));
        if body.len() > limits::MESSAGE_BYTES {
            return fault(format!(
                "a message of {} bytes to `{topic}` is too large, {} are allowed; store the large part as an object",
                body.len(),
                limits::MESSAGE_BYTES
            ));
        }
        let group = payload.group();
        if options.ordered && !text::is_name(&group) {
            return fault(format!(
                "`{group}` cannot be an order group of `{topic}`; use 1 to 128 printable ASCII characters"
            ));
        }
        if options.ordered && delay.is_some() {
            return fault(format!(
                "a message to `{topic}` cannot have a delay of its own, since it would hold up those behind it; give the topic one (`QueueOptions::delay`) or no order (`QueueOptions::UNORDERED`)"
            ));
        }
        // SQS counts in seconds, and every host does as it does.
        let delay = delay.unwrap_or(options.delay);
        let delay = Duration::from_secs(delay.as_nanos().div_ceil(1_000_000_000) as u64);
        if delay > LONGEST_DELAY {
            return fault(format!(
                "a delay of {} s to `{topic}` is not possible; use 0 to 900 s, or a document with a time in it that a schedule looks for",
                delay.as_secs()
            ));
        }
        let deduplication_id = match (payload.deduplication_id(), options.deduplication) {
            (Some(id), _) if options.ordered && !text::is_name(&id) => {
                let shown: String = id.chars().take(128).collect();
                return fault(format!(
                    "`{shown}` cannot be a `deduplication_id` of a message to `{topic}`; use 1 to 128 printable ASCII characters, such as a hash"
                ));
            }
            (Some(_), _) if !options.ordered => {
                return fault(format!(
                    "a message to `{topic}` cannot have a `deduplication_id`, which SQS knows in FIFO queues only; give the topic an order (`QueueOptions::ORDERED`) or leave the id out"
                ));
            }
            // No group has a line break in it, so no two pairs are one.
            (Some(id), Deduplication::Group) => Some(format!("{group}\n{id}")),
            (id, _) => id,
        };
        let outgoing =
            Outgoing { group, deduplication_id, body, delay, trace, ..Outgoing::default() };
        Ok(Self { outgoing, ordered: options.ordered })
    }

    /// Bytes of its body.
    pub(crate) const fn bytes(&self) -> usize {
        self.outgoing.body.len()
    }

    /// The message of this id to a queue.
    pub(crate) fn to(&self, queue: &str, id: String) -> Outgoing {
        let group = if self.ordered { self.outgoing.group.clone() } else { id.clone() };
        Outgoing { id, queue: queue.to_owned(), group, ..self.outgoing.clone() }
    }
}
