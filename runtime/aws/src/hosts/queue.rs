//! The queue host: order groups side by side, the messages of a group one run after the other.
//!
//! The same rules as the consumers at home: a run is up to `batch` messages of a group; a message that was delivered
//! before runs alone; after the first message of a group that is not done, the rest of the group is not touched. What
//! differs is that Lambda, not the function, deletes what is done, and that SQS counts a delivery of what was not
//! touched. Before a message that was delivered before is handled, the commit is asked whether it is done already.

#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout, timeout_at};
use twinhost::App;
use twinhost::dispatch::{Delivery, Disposition, Outcome, backoff, dispatch};
use twinhost::manifest::HandlerManifest;
use twinhost::mutants::Mutant;
use twinhost::ports::{CommitError, PortError, Ports, Received};
use twinhost::unit::{Ack, Unit};

use super::batch::{Group, Record, Report, read};
use super::event::InvocationError;
use super::{LONGEST, MARGIN, function_timeout};
use crate::clients::Clients;
use crate::commit::{DynamoCommit, Resumed};

/// The longest that a batch waits for SQS to put a failed message off.
const PUT_OFF: Duration = Duration::from_secs(1);

/// What a host can do about a message that was delivered before, or that will be again.
#[async_trait]
pub(super) trait Redelivery: Debug + Send + Sync {
    /// Finishes what an earlier delivery has committed, if one has.
    async fn resume(&self, message: &Received) -> Result<Resumed, PortError>;

    /// Has SQS deliver a message again after `delay`, rather than after the queue's visibility timeout. Best effort.
    async fn put_off(&self, record: &Record, delay: Duration);
}

/// SQS and the commit to DynamoDB.
#[derive(Debug)]
pub(super) struct Sqs {
    commit: Arc<DynamoCommit>,
    clients: Arc<Clients>,
    url: String,
}

impl Sqs {
    pub(super) const fn new(commit: Arc<DynamoCommit>, clients: Arc<Clients>, url: String) -> Self {
        Self { commit, clients, url }
    }
}

#[async_trait]
impl Redelivery for Sqs {
    async fn resume(&self, message: &Received) -> Result<Resumed, PortError> {
        self.commit.resume(message).await
    }

    async fn put_off(&self, record: &Record, delay: Duration) {
        let seconds = delay.as_secs_f64().round() as i32;
        let request = self.clients.sqs().change_message_visibility().queue_url(&self.url);
        let request = request.receipt_handle(&record.receipt_handle).visibility_timeout(seconds);
        let why = match timeout(PUT_OFF, request.send()).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => crate::error::said(&error),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(
            "cannot put a failed message off ({why}); it comes again after the queue's visibility timeout. May the \
             function's role do `sqs:ChangeMessageVisibility`?"
        );
    }
}

/// Runs a handler on batches of its queue.
#[derive(Debug)]
pub(super) struct QueueHost<R> {
    app: App,
    handler: &'static str,
    ports: Ports,
    redelivery: R,
    batch: usize,
    concurrency: usize,
    max_receives: u32,
    timeout: Duration,
}

/// The time of one batch.
#[derive(Clone, Copy, Debug)]
struct Time {
    /// When what is not done is given up.
    cut: Instant,
    /// What must be left for a run to begin.
    needed: Duration,
}

impl<R: Redelivery> QueueHost<R> {
    pub(super) fn new(app: App, handler: &HandlerManifest, ports: Ports, redelivery: R) -> Self {
        Self {
            app,
            handler: handler.name,
            ports,
            redelivery,
            batch: handler.trigger.batch().max(1) as usize,
            concurrency: handler.concurrency.max(1) as usize,
            max_receives: handler.trigger.max_receives().unwrap_or(1),
            timeout: Duration::from_secs(handler.timeout_seconds),
        }
    }

    /// Handles a batch and reports the messages that are not done.
    pub(super) async fn answer(
        &self,
        event: &RawValue,
        cut: Instant,
    ) -> Result<Report, InvocationError> {
        let groups = read(event, self.handler)?;
        let time = self.time(cut);
        let work = groups.into_iter().map(|group| self.group(group, time));
        let left: Vec<Group> =
            futures::stream::iter(work).buffer_unordered(self.concurrency).collect().await;
        Ok(left.into_iter().flatten().collect())
    }

    fn time(&self, cut: Instant) -> Time {
        let left = cut.saturating_duration_since(Instant::now());
        let mut needed = self.timeout.min(LONGEST - MARGIN);
        if left < needed {
            // With all of it asked for, nothing would ever run.
            needed = left / 2;
            tracing::warn!(
                handler = self.handler,
                "the function's timeout leaves {left:?} for a handler that may take {:?}; set it to {:?}",
                self.timeout,
                function_timeout(self.timeout),
            );
        }
        Time { cut, needed }
    }

    /// Handles the messages of a group, in order. Answers those that are not done.
    async fn group(&self, mut waiting: Group, time: Time) -> Group {
        let work = async { while !waiting.is_empty() && self.step(&mut waiting, time).await {} };
        if timeout_at(time.cut, work).await.is_err() {
            tracing::warn!(
                handler = self.handler,
                left = waiting.len(),
                "the function's time is over; what is not done comes again"
            );
        }
        waiting
    }

    /// Handles the next messages of a group and takes those off that are done. Answers whether the group goes on.
    async fn step(&self, waiting: &mut Group, time: Time) -> bool {
        let Some(first) = waiting.front() else { return false };
        let received = match &first.received {
            Ok(received) => received,
            Err(error) => {
                tracing::error!(
                    handler = self.handler,
                    %error,
                    "a message cannot be read; the queue's redrive policy moves it to the dead letters"
                );
                return false;
            }
        };
        let again = received.receive_count > 1;
        if again {
            match self.redelivery.resume(received).await {
                Ok(Resumed::Done) => {
                    tracing::info!(handler = self.handler, event.id = %received.id, "it was done already");
                    waiting.pop_front();
                    return true;
                }
                Ok(Resumed::New) => {}
                Err(error) => return self.failed(first, received, &error.to_string()).await,
            }
        }
        if time.cut.saturating_duration_since(Instant::now()) < time.needed {
            tracing::info!(
                handler = self.handler,
                left = waiting.len(),
                "no time for another run; the rest of an order group comes again"
            );
            return false;
        }
        let most = if again { 1 } else { self.batch };
        let fresh = |record: &&Record| record.received.as_ref().is_ok_and(|m| m.receive_count <= 1);
        let rest = waiting.iter().skip(1).take_while(fresh);
        let run = waiting.iter().take(1).chain(rest).take(most);
        let run: Vec<Received> =
            run.filter_map(|record| record.received.as_ref().ok().cloned()).collect();
        let delivery = Delivery::Messages(run);
        let outcome = dispatch(&self.app, self.handler, &self.ports, delivery).await;
        let Outcome::Messages(dispositions) = outcome else { return false };
        for disposition in dispositions {
            let done = self.settle(waiting.front(), disposition).await;
            if !done && !Mutant::TakeAFailureForDoneOnLambda.on() {
                return false;
            }
            waiting.pop_front();
        }
        true
    }

    /// Whether a message that was run is done with.
    async fn settle(&self, record: Option<&Record>, disposition: Disposition) -> bool {
        let Some(record) = record else { return false };
        let Ok(received) = &record.received else { return false };
        match disposition {
            Disposition::Done | Disposition::Filtered | Disposition::DeadLettered(_) => true,
            Disposition::Lost => self.is_done(received).await,
            Disposition::Retry(reason) => self.failed(record, received, &reason).await,
            Disposition::Untouched => false,
        }
    }

    /// Whether the unit of a message is committed and sent.
    async fn is_done(&self, received: &Received) -> bool {
        match self.redelivery.resume(received).await {
            Ok(resumed) => resumed == Resumed::Done,
            Err(error) => {
                tracing::warn!(handler = self.handler, %error, "cannot say whether a message is done");
                false
            }
        }
    }

    /// Moves a message that has failed for the last time to the dead letters, and puts any other off. Answers whether
    /// it is done with.
    async fn failed(&self, record: &Record, received: &Received, reason: &str) -> bool {
        let count = received.receive_count;
        if count + u32::from(Mutant::GiveUpEarlyOnLambda.on()) >= self.max_receives {
            let reason = format!("failed {count} times; the last time: {reason}");
            let mut unit = Unit::new(received.tenant.clone(), self.handler);
            unit.ack = Some(Ack::DeadLetter(received.receipt.clone(), reason));
            match self.ports.commit.commit(vec![unit]).await {
                Ok(_) => return true,
                // Its unit was committed after all.
                Err(CommitError::LeaseLost) if self.is_done(received).await => return true,
                Err(error) => {
                    tracing::warn!(handler = self.handler, %error, "cannot move a message to the dead letters");
                }
            }
        }
        self.redelivery.put_off(record, jittered(backoff(count))).await;
        false
    }
}

/// Up to a quarter more, so that what failed together does not come again together.
fn jittered(delay: Duration) -> Duration {
    delay.mul_f64(rand::random_range(1.0..1.25))
}
