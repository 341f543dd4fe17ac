//! The queues of an application on the emulator of AWS, for whoever looks after them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::types::QueueAttributeName::{
    self, ApproximateNumberOfMessages as Visible, ApproximateNumberOfMessagesDelayed as Delayed,
    ApproximateNumberOfMessagesNotVisible as InFlight,
};
use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use twinhost::ports::{DeadLetter, Peeked, PortError, Queue, QueueStats, Received, Release};
use twinhost::unit::Receipt;
use twinhost_aws::{AwsOptions, Clients, attribute};
use uuid::Uuid;

use crate::aws;

/// How long a message that is sent back is hidden meanwhile, in seconds.
const MOVING: i32 = 30;

/// The queues of an application, to be looked at and looked after: the part of [`Queue`] that operators use.
///
/// Receiving and acknowledging is Lambda's, so those parts are refused.
#[derive(Clone, Debug)]
pub struct CloudQueues {
    clients: Arc<Clients>,
    endpoint: String,
    queues: BTreeMap<String, String>,
    dead_letters: BTreeMap<String, String>,
}

/// A message as the emulator shows it.
#[derive(Debug, Deserialize)]
struct Shown {
    id: String,
    body: String,
    group: Option<String>,
    receive_count: u32,
    sent_at: i64,
    /// When it can be received, in milliseconds from now.
    visible_in: f64,
    attributes: BTreeMap<String, Option<String>>,
}

impl CloudQueues {
    /// The queues that `options` names, on the emulator at `endpoint`.
    #[must_use]
    pub fn new(clients: Arc<Clients>, endpoint: &str, options: &AwsOptions) -> Self {
        Self {
            clients,
            endpoint: endpoint.to_owned(),
            queues: options.queues.clone(),
            dead_letters: options.dead_letters.clone(),
        }
    }

    fn url(&self, queue: &str, dead: bool) -> Result<&str, PortError> {
        let urls = if dead { &self.dead_letters } else { &self.queues };
        urls.get(queue).map(String::as_str).ok_or_else(|| {
            let known: Vec<&str> = urls.keys().map(String::as_str).collect();
            PortError::invalid(
                format!("queue `{queue}`"),
                format!("there is none; there are {}", known.join(", ")),
            )
        })
    }

    async fn counts(&self, url: &str) -> Result<[u64; 3], PortError> {
        let names = [Visible, InFlight, Delayed];
        let request = self.clients.sqs().get_queue_attributes().queue_url(url);
        let request = request.set_attribute_names(Some(names.to_vec()));
        let answer = request.send().await.map_err(|error| PortError::unavailable(url, error))?;
        let count = |name: QueueAttributeName| {
            let text = answer.attributes().and_then(|all| all.get(&name));
            text.and_then(|text| text.parse().ok()).unwrap_or(0)
        };
        Ok(names.map(count))
    }

    /// Sends a dead letter back as SQS does: as a new message with the same attributes.
    async fn send_back(&self, from: &str, to: &str, message: Message) -> Result<(), PortError> {
        let unavailable = |error: aws_sdk_sqs::Error| PortError::unavailable(to, error);
        let attributes: Option<std::collections::HashMap<String, MessageAttributeValue>> =
            message.message_attributes.clone();
        let group = system(&message, "MessageGroupId").unwrap_or_default().to_owned();
        let mut send = self
            .clients
            .sqs()
            .send_message()
            .queue_url(to)
            .set_message_body(message.body)
            .set_message_attributes(attributes);
        if to.ends_with(".fifo") {
            send =
                send.message_group_id(group).message_deduplication_id(Uuid::new_v4().to_string());
        }
        send.send().await.map_err(|error| unavailable(error.into()))?;
        let delete = self.clients.sqs().delete_message().queue_url(from);
        let delete = delete.set_receipt_handle(message.receipt_handle);
        delete.send().await.map_err(|error| unavailable(error.into()))?;
        Ok(())
    }
}

#[async_trait]
impl Queue for CloudQueues {
    async fn stats(&self, queue: &str) -> Result<QueueStats, PortError> {
        let [visible, in_flight, delayed] = self.counts(self.url(queue, false)?).await?;
        let dead: u64 = self.counts(self.url(queue, true)?).await?.iter().sum();
        let messages = self.peek(queue, false, usize::MAX).await?;
        let oldest = messages.iter().map(|message| message.sent_at).min();
        let age = oldest.map_or(0, |sent| Timestamp::now().duration_since(sent).as_secs().max(0));
        Ok(QueueStats {
            queue: queue.to_owned(),
            backlog: visible + in_flight + delayed,
            in_flight,
            oldest_age_seconds: age.unsigned_abs(),
            dead_letters: dead,
        })
    }

    async fn peek(&self, queue: &str, dead: bool, max: usize) -> Result<Vec<Peeked>, PortError> {
        let url = self.url(queue, dead)?;
        let name = url.rsplit('/').next().unwrap_or(url);
        let shown = aws::ask(&self.endpoint, &serde_json::json!({ "peek": name })).await;
        let shown: Value = shown.map_err(|error| {
            let why = format!(
                "its messages can be looked at only on the emulator that `cloud-local` starts itself: {error:#}"
            );
            PortError::unavailable(format!("queue `{queue}`"), why)
        })?;
        let shown: Vec<Shown> = serde_json::from_value(shown)
            .map_err(|error| PortError::invalid(format!("queue `{queue}`"), error.to_string()))?;
        Ok(shown.into_iter().take(max).map(Shown::peeked).collect())
    }

    async fn redrive(&self, queue: &str, ids: Option<&[String]>) -> Result<u64, PortError> {
        let (from, to) = (self.url(queue, true)?, self.url(queue, false)?);
        let mut sent = 0;
        loop {
            let request = self
                .clients
                .sqs()
                .receive_message()
                .queue_url(from)
                .max_number_of_messages(10)
                .visibility_timeout(MOVING)
                .message_attribute_names("All")
                .message_system_attribute_names(MessageSystemAttributeName::All);
            let answer = request.send().await;
            let messages = answer.map_err(|error| PortError::unavailable(from, error))?.messages;
            let messages = messages.unwrap_or_default();
            if messages.is_empty() {
                return Ok(sent);
            }
            for message in messages {
                let id = custom(&message, attribute::ID);
                if ids.is_none_or(|ids| ids.iter().any(|wanted| Some(&**wanted) == id)) {
                    self.send_back(from, to, message).await?;
                    sent += 1;
                }
            }
        }
    }

    async fn purge(&self, queue: &str, dead: bool) -> Result<u64, PortError> {
        let url = self.url(queue, dead)?;
        let count = self.counts(url).await?.iter().sum();
        let request = self.clients.sqs().purge_queue().queue_url(url);
        request.send().await.map_err(|error| PortError::unavailable(url, error))?;
        Ok(count)
    }

    async fn receive(
        &self,
        queue: &str,
        _: usize,
        _: usize,
        _: Duration,
    ) -> Result<Vec<Received>, PortError> {
        Err(lambdas(queue))
    }

    async fn wait(&self, _: &str, _: Duration) {}

    async fn extend(&self, _: &[Receipt], _: Duration) -> Result<Vec<Receipt>, PortError> {
        Err(lambdas("any"))
    }

    async fn release(&self, _: &[Release]) -> Result<(), PortError> {
        Err(lambdas("any"))
    }

    async fn dead_letter(&self, _: &[DeadLetter]) -> Result<(), PortError> {
        Err(lambdas("any"))
    }
}

/// What a queue on AWS does not let anybody do but Lambda.
fn lambdas(queue: &str) -> PortError {
    PortError::invalid(
        format!("queue `{queue}`"),
        "on AWS, Lambda takes its messages, and nobody else",
    )
}

impl Shown {
    fn peeked(self) -> Peeked {
        let text = |name: &str| self.attributes.get(name).cloned().flatten();
        let number = |name: &str| text(name).and_then(|text| text.parse::<i64>().ok());
        let tenant = text(attribute::TENANT).unwrap_or_default();
        let group = self.group.as_deref().unwrap_or_default();
        let group = group.strip_prefix(&format!("{tenant}/")).unwrap_or(group);
        // A dead letter of the function's says how it was before.
        let count = number(attribute::RECEIVE_COUNT).and_then(|count| u32::try_from(count).ok());
        let sent_at = number(attribute::SENT_AT).unwrap_or(self.sent_at);
        let time = |millis| Timestamp::from_millisecond(millis).unwrap_or_default();
        Peeked {
            id: text(attribute::ID).unwrap_or_else(|| self.id.clone()),
            group: group.to_owned(),
            receive_count: count.unwrap_or(self.receive_count),
            sent_at: time(sent_at),
            visible_at: Timestamp::now() + Duration::from_millis(self.visible_in.ceil() as u64),
            reason: text(attribute::REASON),
            tenant,
            body: self.body,
        }
    }
}

fn system<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.attributes()?.get(&name.into()).map(String::as_str)
}

fn custom<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.message_attributes()?.get(name)?.string_value()
}
