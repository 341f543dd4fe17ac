//! Sends the messages of an outbox to SQS, in order.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use aws_sdk_sqs::types::MessageSystemAttributeNameForSends::AwsTraceHeader as TraceHeader;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeValue, SendMessageBatchRequestEntry,
};
use twinhost::ports::PortError;

use super::message::Message;
use crate::clients::Clients;
use crate::error::port;
use crate::options::{DEAD_LETTERS, QUEUE, variable};

/// Entries of one call (SQS).
const ENTRIES: usize = 10;
/// Bytes of one call (SQS: 1 MiB, attributes included).
const BYTES: usize = 1024 * 1024;

/// Sends messages to the queues of an application.
#[derive(Debug)]
pub(super) struct Sender {
    clients: Arc<Clients>,
    queues: BTreeMap<String, String>,
    dead_letters: BTreeMap<String, String>,
}

impl Sender {
    pub(super) const fn new(
        clients: Arc<Clients>,
        queues: BTreeMap<String, String>,
        dead_letters: BTreeMap<String, String>,
    ) -> Self {
        Self { clients, queues, dead_letters }
    }

    /// The URL of a message's queue.
    ///
    /// # Errors
    ///
    /// Names the variable that should hold it.
    pub(super) fn url(&self, message: &Message) -> Result<&str, PortError> {
        let (urls, prefix) =
            if message.dead { (&self.dead_letters, DEAD_LETTERS) } else { (&self.queues, QUEUE) };
        urls.get(&message.queue).map(String::as_str).ok_or_else(|| {
            let name = variable(prefix, &message.queue);
            PortError::invalid(
                format!("queue `{}`", message.queue),
                format!("`{name}` is not set; set it to the queue's URL"),
            )
        })
    }

    /// Sends messages in order, those of different queues side by side. Answers which were sent, and
    /// what kept the rest from it.
    ///
    /// Sending one again within five minutes has no effect: its de-duplication id is the same.
    pub(super) async fn send(&self, messages: &[Message]) -> (HashSet<usize>, Option<PortError>) {
        let mut queues: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut failure = None;
        for (at, message) in messages.iter().enumerate() {
            match self.url(message) {
                Ok(url) => queues.entry(url).or_default().push(at),
                Err(error) => failure = Some(error),
            }
        }
        let sends = queues.into_iter().map(|(url, places)| self.send_to(url, messages, places));
        let mut sent = HashSet::new();
        for (done, error) in futures::future::join_all(sends).await {
            sent.extend(done);
            failure = error.or(failure);
        }
        (sent, failure)
    }

    /// Sends to one queue, call after call, up to the first call that fails.
    async fn send_to(
        &self,
        url: &str,
        messages: &[Message],
        places: Vec<usize>,
    ) -> (Vec<usize>, Option<PortError>) {
        let fifo = url.ends_with(".fifo");
        let mut sent = Vec::new();
        let mut waiting = places;
        while !waiting.is_empty() {
            let (call, rest) = next_call(messages, waiting, fifo);
            waiting = rest;
            match self.send_batch(url, fifo, messages, &call).await {
                Ok((done, failure)) => {
                    sent.extend(done);
                    if failure.is_some() {
                        return (sent, failure);
                    }
                }
                Err(error) => return (sent, Some(error)),
            }
        }
        (sent, None)
    }

    async fn send_batch(
        &self,
        url: &str,
        fifo: bool,
        messages: &[Message],
        call: &[usize],
    ) -> Result<(Vec<usize>, Option<PortError>), PortError> {
        let queue = url.rsplit('/').next().unwrap_or(url);
        let what = format!("queue `{queue}`");
        let mut request = self.clients.sqs().send_message_batch().queue_url(url);
        for place in call {
            let entry = entry(place, &messages[*place], fifo);
            let entry = entry.map_err(|why| PortError::invalid(&what, why))?;
            request = request.entries(entry);
        }
        let answer = request.send().await.map_err(|error| port(&what, &error))?;
        let done = answer.successful().iter().filter_map(|entry| entry.id().parse().ok()).collect();
        let failure = answer.failed().first().map(|failed| {
            let said = failed.message().unwrap_or_default();
            let said = format!("it refused a message: {said} ({})", failed.code());
            if failed.sender_fault() {
                PortError::invalid(&what, said)
            } else {
                PortError::unavailable(&what, said)
            }
        });
        Ok((done, failure))
    }
}

fn entry(
    place: &usize,
    message: &Message,
    fifo: bool,
) -> Result<SendMessageBatchRequestEntry, String> {
    let mut entry =
        SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(&message.body);
    if fifo {
        entry =
            entry.message_group_id(&message.group).message_deduplication_id(&message.deduplication);
    }
    if !fifo {
        // Said even if it is none: the queue may have one of its own.
        entry = entry.delay_seconds(i32::try_from(message.delay).unwrap_or(i32::MAX));
    }
    if let Some(trace) = &message.trace {
        let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace);
        let value = value.build().map_err(|error| error.to_string())?;
        entry = entry.message_system_attributes(TraceHeader, value);
    }
    for (name, value) in &message.attributes {
        let value = MessageAttributeValue::builder().data_type("String").string_value(value);
        entry = entry.message_attributes(name, value.build().map_err(|error| error.to_string())?);
    }
    entry.build().map_err(|error| error.to_string())
}

/// What goes into the next call, and what waits.
///
/// SQS may refuse one entry of a call and take the next. So that this never reorders a group, a call
/// to a FIFO queue has one message of each group at the most.
fn next_call(messages: &[Message], waiting: Vec<usize>, fifo: bool) -> (Vec<usize>, Vec<usize>) {
    let mut call = Vec::new();
    let mut rest = Vec::new();
    let mut groups = HashSet::new();
    let mut bytes = 0;
    for place in waiting {
        let message = &messages[place];
        let first_of_group = groups.insert(message.group.as_str()) || !fifo;
        let fits = call.is_empty() || bytes + message.bytes() <= BYTES;
        if first_of_group && fits && call.len() < ENTRIES {
            bytes += message.bytes();
            call.push(place);
        } else {
            rest.push(place);
        }
    }
    (call, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(group: &str, bytes: usize) -> Message {
        Message {
            queue: "scorer".into(),
            dead: false,
            group: group.into(),
            deduplication: "d".into(),
            attributes: BTreeMap::new(),
            body: "x".repeat(bytes),
            delay: 0,
            trace: None,
        }
    }

    fn calls(messages: &[Message], fifo: bool) -> Vec<Vec<usize>> {
        let mut waiting: Vec<usize> = (0..messages.len()).collect();
        let mut calls = Vec::new();
        while !waiting.is_empty() {
            let (call, rest) = next_call(messages, waiting, fifo);
            calls.push(call);
            waiting = rest;
        }
        calls
    }

    #[test]
    fn the_messages_of_a_group_go_one_call_after_the_other() {
        let all: Vec<Message> = ["a", "a", "b", "a", "b", "c"].map(|g| message(g, 1)).into();
        assert_eq!(calls(&all, true), [vec![0, 2, 5], vec![1, 4], vec![3]]);
        assert_eq!(calls(&all, false), [vec![0, 1, 2, 3, 4, 5]]);
    }

    #[test]
    fn a_call_has_ten_messages_and_a_mebibyte_at_the_most() {
        let many: Vec<Message> = (0..23).map(|n| message(&n.to_string(), 1)).collect();
        let sizes: Vec<usize> = calls(&many, true).iter().map(Vec::len).collect();
        assert_eq!(sizes, [10, 10, 3]);
        let large: Vec<Message> = (0..3).map(|n| message(&n.to_string(), 600_000)).collect();
        assert_eq!(calls(&large, true), [vec![0], vec![1], vec![2]]);
    }

    #[test]
    fn a_large_message_is_not_overtaken_in_its_group() {
        let all = [message("b", 600_000), message("a", 600_000), message("a", 1)];
        assert_eq!(calls(&all, true), [vec![0], vec![1], vec![2]]);
    }
}
