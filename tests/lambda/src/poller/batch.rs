//! When a batch is closed: it is full, a payload holds no more, or its window is over (E2).

use std::time::Duration;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Shared, explain, record};
use crate::environment::LAMBDA_PAYLOAD_BYTES;

/// How long an empty queue is left alone, unless something happens here that may have filled it.
pub(super) const IDLE: Duration = Duration::from_millis(500);

impl Shared {
    /// Gathers a batch of what the function wants; `None` when the queue has nothing.
    ///
    /// The window begins with the first message. A stop ends it: what is there is handed over.
    pub(super) async fn gather(
        &self,
        stop: &CancellationToken,
    ) -> Result<Option<Vec<Message>>, String> {
        let full = self.source.batch.clamp(1, 10) as usize;
        let received = self.receive(full).await?;
        if received.is_empty() {
            return Ok(None);
        }
        let over = Instant::now() + self.source.window;
        let mut batch = self.wanted(received).await;
        let mut closed = batch.is_empty() || self.shed(&mut batch).await;
        while !closed && batch.len() < full && Instant::now() < over && !stop.is_cancelled() {
            let woken = self.wake.notified();
            let more = self.receive(full - batch.len()).await.unwrap_or_else(|error| {
                tracing::warn!(queue = self.source.url, error, "cannot fill a batch");
                Vec::new()
            });
            if more.is_empty() {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = woken => {}
                    () = tokio::time::sleep_until(over) => {}
                    () = tokio::time::sleep(IDLE) => {}
                }
            } else {
                batch.extend(self.wanted(more).await);
                closed = self.shed(&mut batch).await;
            }
        }
        Ok(Some(batch))
    }

    async fn receive(&self, most: usize) -> Result<Vec<Message>, String> {
        let request = self
            .client
            .receive_message()
            .queue_url(&self.source.url)
            .max_number_of_messages(i32::try_from(most).unwrap_or(10))
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All);
        let answer = request.send().await.map_err(|error| explain(&error))?;
        Ok(answer.messages.unwrap_or_default())
    }

    /// Deletes what the filter does not want, and answers the rest.
    async fn wanted(&self, messages: Vec<Message>) -> Vec<Message> {
        let wants =
            |message: &Message| self.source.filter.wants(message.body().unwrap_or_default());
        let (wanted, unwanted): (Vec<_>, Vec<_>) = messages.into_iter().partition(wants);
        let handles: Vec<&str> = unwanted.iter().filter_map(Message::receipt_handle).collect();
        if let Err(error) = self.delete(&handles).await {
            tracing::warn!(queue = self.source.url, error, "cannot delete from a queue");
        }
        wanted
    }

    /// Gives back what a payload cannot hold, and answers whether there was any. It has been delivered once (E11).
    async fn shed(&self, batch: &mut Vec<Message>) -> bool {
        let mut handles = Vec::new();
        while batch.len() > 1 && self.payload(batch).len() > LAMBDA_PAYLOAD_BYTES {
            let last = batch.pop();
            handles.extend(last.and_then(|message| message.receipt_handle));
        }
        let shed = !handles.is_empty();
        if let Err(error) = self.give_back(handles).await {
            tracing::warn!(queue = self.source.url, error, "cannot give messages back");
        }
        shed
    }

    async fn give_back(&self, handles: Vec<String>) -> Result<(), String> {
        if handles.is_empty() {
            return Ok(());
        }
        let mut request = self.client.change_message_visibility_batch().queue_url(&self.source.url);
        for (place, handle) in handles.into_iter().enumerate() {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(place.to_string())
                .receipt_handle(handle)
                .visibility_timeout(0)
                .build()
                .map_err(|error| error.to_string())?;
            request = request.entries(entry);
        }
        request.send().await.map(drop).map_err(|error| explain(&error))
    }

    /// What the function is invoked with for a batch.
    pub(super) fn payload(&self, batch: &[Message]) -> String {
        record::event(batch, &self.source.arn, &self.source.region).to_string()
    }
}
