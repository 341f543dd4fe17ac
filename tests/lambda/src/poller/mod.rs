//! Lambda's event source mapping of a queue: receives batches, invokes the function, deletes what is done.
//!
//! - A batch waits for others for its window (E2), one batch at a time.
//! - Nothing is received without a free [slot](crate::Slot) of the function, so a throttled poll burns no
//!   receive (E11). The order of groups, and one batch in flight for each, is the queue's promise (E10, F1).
//! - The mapping has `ReportBatchItemFailures`: what is not reported is deleted, the rest is left to the
//!   visibility timeout (E3 to E9).

mod batch;
mod record;
mod report;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message};
use bytes::Bytes;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use twinhost::filter::Filter;

use self::batch::IDLE;
use self::report::Report;
use crate::function::{Function, Slot};
use crate::invocation::InvokeResult;
use crate::misbehaviour::Misbehaviour;

/// A queue, and the function it is mapped to.
#[derive(Clone, Debug)]
pub struct Source {
    /// The queue's URL.
    pub url: String,
    /// Its ARN.
    pub arn: String,
    /// Its region.
    pub region: String,
    /// Messages of a batch, 1 to 10.
    pub batch: u32,
    /// How long a batch that is not full waits for more.
    pub window: Duration,
    /// What of them the function is given; the rest is deleted (E15).
    pub filter: Filter,
    /// The function.
    pub function: Arc<Function>,
}

/// Polls one queue.
#[derive(Clone, Debug)]
pub struct Poller {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    source: Source,
    client: Client,
    misbehaviour: Arc<Misbehaviour>,
    /// Tells all pollers that a queue may have been filled.
    wake: Arc<Notify>,
    /// Polls and batches under way.
    busy: AtomicUsize,
    /// Batches that have been received.
    batches: AtomicUsize,
}

impl Poller {
    /// A poller that does not run yet; `wake` is notified whenever a batch is done, and looked at by all.
    #[must_use]
    pub fn new(
        source: Source,
        client: Client,
        misbehaviour: Arc<Misbehaviour>,
        wake: Arc<Notify>,
    ) -> Self {
        let shared = Shared {
            source,
            client,
            misbehaviour,
            wake,
            busy: AtomicUsize::new(0),
            batches: AtomicUsize::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// How many batches it has received, if none is in flight now.
    ///
    /// When this is the same twice, nothing was in flight in between.
    #[must_use]
    pub fn at_rest(&self) -> Option<usize> {
        let batches = self.shared.batches.load(Ordering::SeqCst);
        (self.shared.busy.load(Ordering::SeqCst) == 0).then_some(batches)
    }

    /// Polls until `stop`, then waits for what is in flight.
    pub async fn run(self, stop: CancellationToken) {
        let mut batches = JoinSet::new();
        while let Some(slot) = stop.run_until_cancelled(self.shared.source.function.slot()).await {
            while batches.try_join_next().is_some() {}
            let woken = self.shared.wake.notified();
            // Counted before it is received, so that nothing is ever received by nobody.
            let busy = Busy::of(&self.shared);
            match self.shared.gather(&stop).await {
                Ok(Some(messages)) => {
                    if messages.is_empty() {
                        self.shared.wake.notify_waiters();
                        continue;
                    }
                    let shared = Arc::clone(&self.shared);
                    shared.batches.fetch_add(1, Ordering::SeqCst);
                    batches.spawn(async move {
                        shared.process(messages, slot).await;
                        drop(busy);
                        shared.wake.notify_waiters();
                    });
                    continue;
                }
                Ok(None) => {}
                Err(error) => {
                    let queue = &self.shared.source.url;
                    tracing::warn!(queue, error, "cannot receive from a queue");
                }
            }
            drop((slot, busy));
            tokio::select! {
                () = stop.cancelled() => {}
                () = woken => {}
                () = tokio::time::sleep(IDLE) => {}
            }
        }
        while batches.join_next().await.is_some() {}
    }
}

/// Counts a batch in flight.
struct Busy(Arc<Shared>);

impl Busy {
    fn of(shared: &Arc<Shared>) -> Self {
        shared.busy.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Shared {
    /// Invokes the function with a batch and deletes what it has done.
    async fn process(&self, messages: Vec<Message>, slot: Slot) {
        let function = &self.source.function;
        let payload = Bytes::from(self.payload(&messages));
        let trace = messages.first().and_then(|first| record::system(first, "AWSTraceHeader"));
        let invoke = |slot: Slot, payload| {
            let trace = trace.map(str::to_owned);
            async move { slot.invoke(payload, trace).await }
        };
        let second = self.misbehaviour.duplicates_batch().then(|| function.slot_now()).flatten();
        let results = match second {
            None => vec![invoke(slot, payload).await],
            Some(second) => {
                tracing::info!(queue = self.source.url, "a batch is delivered twice on purpose");
                let both = futures::join!(invoke(slot, payload.clone()), invoke(second, payload));
                vec![both.0, both.1]
            }
        };
        let ids: Vec<&str> = messages.iter().filter_map(Message::message_id).collect();
        let mut done: HashSet<&str> = HashSet::new();
        for result in &results {
            done.extend(self.done(result, &ids));
        }
        let handles = messages
            .iter()
            .filter(|message| message.message_id().is_some_and(|id| done.contains(id)))
            .filter_map(Message::receipt_handle);
        let handles: Vec<&str> = handles.collect();
        if self.misbehaviour.loses_delete() {
            tracing::info!(queue = self.source.url, "deletes are lost on purpose");
        } else if let Err(error) = self.delete(&handles).await {
            tracing::warn!(queue = self.source.url, error, "cannot delete from a queue");
        }
    }

    /// The messages that an answer leaves nothing to do for.
    fn done<'a>(&self, result: &InvokeResult, ids: &[&'a str]) -> Vec<&'a str> {
        let function = self.source.function.name();
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => {
                tracing::info!(function, %error, "a batch failed");
                return Vec::new();
            }
        };
        if self.misbehaviour.ignores_report() {
            return ids.to_vec();
        }
        match Report::read(answer, ids) {
            Report::Failed(failed) => {
                ids.iter().copied().filter(|id| !failed.contains(*id)).collect()
            }
            Report::Invalid(why) => {
                tracing::warn!(
                    function,
                    why,
                    "the answer to a batch is no report, so all of it failed"
                );
                Vec::new()
            }
        }
    }

    async fn delete(&self, handles: &[&str]) -> Result<(), String> {
        if handles.is_empty() {
            return Ok(());
        }
        let mut request = self.client.delete_message_batch().queue_url(&self.source.url);
        for (place, handle) in handles.iter().enumerate() {
            let entry = DeleteMessageBatchRequestEntry::builder()
                .id(place.to_string())
                .receipt_handle(*handle)
                .build()
                .map_err(|error| error.to_string())?;
            request = request.entries(entry);
        }
        let answer = request.send().await.map_err(|error| explain(&error))?;
        match answer.failed().first() {
            None => Ok(()),
            Some(failed) => Err(failed.message().unwrap_or(failed.code()).to_owned()),
        }
    }
}

/// An SDK's error with its causes.
fn explain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
