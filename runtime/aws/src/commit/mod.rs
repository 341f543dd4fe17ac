//! The commit of units of work: one transaction, then the outbox, then the acknowledgement.
//!
//! The table and the queues do not commit together. So the transaction writes, beside the documents,
//! a *record* of the event with the messages to be sent; then these are sent, and the record is
//! cleared of them. Whatever happens in between, the event is delivered again and finds its record:
//! [`resume`](DynamoCommit::resume) sends what is left and no handler runs. A message sent twice
//! is dropped by the queue within five minutes (its de-duplication id is the same), and later by
//! its own record.

mod message;
mod plan;
mod record;
mod sender;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::SignedDuration;
use tokio::time::Instant;
use twinhost::mutants::Mutant;
use twinhost::ports::{Clock, Commit, CommitError, Committed, PortError, Received};
use twinhost::unit::{Ack, Unit};

use crate::clients::{Clients, OPERATION};
use crate::delivery::Handle;
use crate::error::port;
use crate::objects::S3Objects;
use crate::options::AwsOptions;
use crate::table::{OUTBOX_INDEX, OUTBOX_SINCE, PARTITION_KEY, Table, number, text, text_of};
use message::Message;
use plan::{Known, Plan, Refusal, fitting};
use record::{Found, Kind, Record, event_key};
use sender::Sender;

/// Actions of one transaction (DynamoDB).
const ACTIONS: usize = 100;
/// Bytes of all items of one transaction (DynamoDB).
const BYTES: usize = 4 * 1024 * 1024;
/// The first pause before a transaction is tried again; each next may be twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What is known of a message that has been delivered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumed {
    /// Nothing of it is committed: a handler is to run.
    New,
    /// Its unit is committed and its messages are sent: it is to be acknowledged, and no handler runs.
    Done,
}

/// Commits units of work to DynamoDB, S3 and SQS.
///
/// Two lines of [`Commit`]'s contract read differently on AWS, where no function owns a message:
///
/// - The acknowledgement in a unit makes the unit once-only; the message itself is deleted by who
///   received it, after the commit. A delivery whose lease has run out commits, if nobody else
///   has; the next delivery then finds it done.
/// - [`CommitError::LeaseLost`] says that the unit of a message of the run is committed already.
///   The host then asks [`resume`](Self::resume) which, and has the rest delivered again.
///
/// A run that does not fit one transaction is committed in several, in order. If a later one
/// fails, the error is `Unavailable`: delivered again, what is done is done and the rest runs.
#[derive(Debug)]
pub struct DynamoCommit {
    table: Table,
    sender: Sender,
    objects: Option<S3Objects>,
    clock: Arc<dyn Clock>,
}

/// A unit with what is written for it beside its documents.
#[derive(Debug)]
struct Prepared {
    unit: Unit,
    messages: Vec<Message>,
    records: Vec<Record>,
    outcome: Option<Committed>,
}

impl Prepared {
    fn record(&self, kind: Kind) -> Option<&Record> {
        self.records.iter().find(|record| record.kind == kind)
    }

    /// Bytes of its items, or a few more.
    fn bytes(&self) -> usize {
        let documents = self.unit.writes.iter().map(|write| {
            let body = match &write.change {
                twinhost::unit::Change::Put { body, .. } => body.len(),
                twinhost::unit::Change::Delete => 0,
            };
            body + write.key.len() + 300
        });
        documents.sum::<usize>() + self.records.iter().map(Record::bytes).sum::<usize>()
    }
}

impl DynamoCommit {
    pub(crate) fn new(
        table: Table,
        clients: Arc<Clients>,
        options: &AwsOptions,
        objects: Option<S3Objects>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let AwsOptions { queues, dead_letters, .. } = options.clone();
        let sender = Sender::new(clients, queues, dead_letters);
        Self { table, sender, objects, clock }
    }

    /// Finishes what an earlier delivery of a message has committed, if one has.
    ///
    /// To be asked before a handler runs whenever [`Received::receive_count`] is above 1, and after a
    /// run was [lost](CommitError::LeaseLost). Asking costs one read.
    ///
    /// # Errors
    ///
    /// When it cannot be said, or the messages cannot be sent now: the message is not to be acknowledged.
    pub async fn resume(&self, message: &Received) -> Result<Resumed, PortError> {
        let handle = Handle::of(&message.receipt)?;
        let pk = event_key(&message.tenant, &message.receipt.queue, &handle);
        match self.finish(&pk).await? {
            Some(true) => Ok(Resumed::Done),
            Some(false) | None => Ok(Resumed::New),
        }
    }

    /// Sends what requests of a handler have committed at least `age` ago and whose process ended
    /// before it was sent. Answers how many outboxes that were.
    ///
    /// A message is delivered again until its outbox is sent; a request may never come again. So a
    /// host with routes calls this now and then. `age` should be longer than a request can take.
    ///
    /// # Errors
    ///
    /// `Unavailable` when DynamoDB does not answer, or an outbox cannot be sent; the others are.
    pub async fn recover(&self, handler: &str, age: Duration) -> Result<u64, PortError> {
        let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
        let before = self.clock.now().saturating_sub(age).unwrap_or(jiff::Timestamp::MIN);
        let (mut recovered, mut failure) = (0, None);
        let mut start = None;
        loop {
            let request = self
                .table
                .client()
                .query()
                .table_name(&*self.table.name)
                .index_name(OUTBOX_INDEX)
                .key_condition_expression("#of = :handler AND #since <= :before")
                .expression_attribute_names("#of", OUTBOX_INDEX)
                .expression_attribute_names("#since", OUTBOX_SINCE)
                .expression_attribute_values(":handler", text(handler))
                .expression_attribute_values(":before", number(before.as_millisecond()))
                .set_exclusive_start_key(start);
            let page = request.send().await.map_err(|error| port(&self.table.what(), &error))?;
            for pk in page.items().iter().filter_map(|item| text_of(item, PARTITION_KEY)) {
                match self.finish(pk).await {
                    Ok(found) => recovered += u64::from(found.is_some()),
                    Err(error) => failure = Some(error),
                }
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return failure.map_or(Ok(recovered), Err);
            }
        }
    }

    /// Sends what a record still keeps. Answers whether it counts; `None` when there is none.
    async fn finish(&self, pk: &str) -> Result<Option<bool>, PortError> {
        let Some(found) = Found::read(&self.table, pk, self.clock.now()).await? else {
            return Ok(None);
        };
        if !found.messages.is_empty() {
            let (_, failure) = self.sender.send(&found.messages).await;
            if let Some(error) = failure {
                return Err(unsent(error));
            }
            found.clear(&self.table).await?;
        }
        Ok(Some(found.live))
    }

    async fn prepare(&self, unit: Unit) -> Result<Prepared, PortError> {
        let mut messages: Vec<Message> =
            unit.sends.iter().map(|send| Message::outgoing(&unit.tenant, send)).collect();
        if let Some(Ack::DeadLetter(receipt, reason)) = &unit.ack {
            let handle = Handle::of(receipt)?;
            messages.push(Message::dead_letter(&unit.tenant, receipt, handle, reason));
        }
        // Once the unit is committed it is too late to find that a queue is not known.
        messages.iter().try_for_each(|message| self.sender.url(message).map(drop))?;
        let mut records = Record::of(&self.table, &unit, &messages, self.clock.now()).await?;
        if Mutant::KeepNoRecordOnAws.on() {
            records.clear();
        }
        let prepared = Prepared { unit, messages, records, outcome: None };
        let (actions, bytes) =
            (prepared.unit.writes.len() + prepared.records.len(), prepared.bytes());
        if actions > ACTIONS || bytes > BYTES {
            let why = format!(
                "it has {actions} actions and {bytes} bytes, {ACTIONS} and {BYTES} are allowed; publish the rest as a message to yourself"
            );
            return Err(PortError::invalid("a unit of work", why));
        }
        Ok(prepared)
    }

    async fn store_objects(&self, units: &[Unit]) -> Result<(), PortError> {
        let objects = units
            .iter()
            .flat_map(|unit| unit.objects.iter().map(move |object| (&unit.tenant, object)));
        let puts = objects.map(|(tenant, object)| async move {
            match &self.objects {
                Some(bucket) => bucket.put(tenant, object).await,
                None => Err(S3Objects::missing()),
            }
        });
        futures::future::try_join_all(puts).await.map(drop)
    }

    /// Commits units in one transaction. Answers whether it wrote anything.
    async fn apply(&self, units: &mut [Prepared], known: &mut Known) -> Result<bool, CommitError> {
        let mut pauses = Pauses::new();
        let mut turns = 0;
        loop {
            let mut plan = Plan::of(&self.table, units, known, self.clock.now())?;
            let actions = std::mem::take(&mut plan.actions);
            let writes = !actions.is_empty();
            let refusal = match self.transact(actions).await? {
                None => {
                    known.left.extend(plan.leaves());
                    for open in units.iter_mut().filter(|unit| unit.outcome.is_none()) {
                        open.outcome = Some(Committed::Applied);
                    }
                    return Ok(writes);
                }
                Some(reasons) => plan.judge(&reasons),
            };
            match refusal {
                Refusal::Duplicates(places) => {
                    for place in places {
                        self.duplicate(&mut units[place]).await?;
                    }
                }
                Refusal::LeaseLost => return Err(CommitError::LeaseLost),
                Refusal::Conflict => return Err(CommitError::Conflict),
                // A document that expires or comes back while we look: somebody else is at work on it.
                Refusal::Expired(_) if turns == 3 => return Err(CommitError::Conflict),
                Refusal::Expired(places) => {
                    turns += 1;
                    for place in places {
                        if !known.expired.remove(&place) {
                            known.expired.insert(place);
                        }
                    }
                }
                Refusal::Invalid(why) => {
                    return Err(PortError::invalid(self.table.what(), why).into());
                }
                Refusal::Busy(code) => {
                    if !pauses.pause().await {
                        return Err(PortError::unavailable(self.table.what(), code).into());
                    }
                }
            }
        }
    }

    /// Settles a unit whose key is spent, unless it is so no longer.
    async fn duplicate(&self, unit: &mut Prepared) -> Result<(), PortError> {
        if let Some(once) = unit.record(Kind::Once)
            && self.finish(&once.pk).await? == Some(true)
        {
            unit.outcome = Some(Committed::Duplicate);
        }
        Ok(())
    }

    /// Runs a transaction. Answers the reasons if it was refused.
    ///
    /// A call whose answer is lost is repeated under the same token, which DynamoDB remembers for ten
    /// minutes: it is done once.
    async fn transact(
        &self,
        actions: Vec<TransactWriteItem>,
    ) -> Result<Option<Vec<aws_sdk_dynamodb::types::CancellationReason>>, PortError> {
        if actions.is_empty() {
            return Ok(None);
        }
        let token = uuid::Uuid::new_v4().to_string();
        let mut pauses = Pauses::new();
        loop {
            let request = self.table.client().transact_write_items();
            let request = request.set_transact_items(Some(actions.clone()));
            let Err(error) = request.client_request_token(&token).send().await else {
                return Ok(None);
            };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    return Ok(Some(cancelled.cancellation_reasons().to_vec()));
                }
                Some(other) if other.code() == Some("TransactionInProgressException") => {
                    if !pauses.pause().await {
                        return Err(port(&self.table.what(), &error));
                    }
                }
                _ => return Err(port(&self.table.what(), &error)),
            }
        }
    }

    /// Sends what the units of a transaction send, and clears their records of it.
    async fn deliver(&self, units: &[Prepared]) -> Result<(), PortError> {
        let mut messages = Vec::new();
        let mut owners = Vec::new();
        for unit in units.iter().filter(|unit| unit.outcome == Some(Committed::Applied)) {
            if let Some(record) = unit.records.iter().find(|record| record.sends()) {
                let first = messages.len();
                messages.extend_from_slice(&unit.messages);
                owners.push((record, first..messages.len()));
            }
        }
        if messages.is_empty() || Mutant::LeaveTheOutboxOnAws.on() {
            return Ok(());
        }
        let (sent, failure) = self.sender.send(&messages).await;
        let done =
            owners.into_iter().filter(|(_, places)| places.clone().all(|p| sent.contains(&p)));
        let clears = done.map(|(record, _)| record.clear(&self.table));
        for cleared in futures::future::join_all(clears).await {
            if let Err(error) = cleared {
                // Sent again at worst, which has no effect.
                tracing::warn!(%error, "a record still keeps messages that are sent");
            }
        }
        failure.map_or(Ok(()), |error| Err(unsent(error)))
    }
}

#[async_trait]
impl Commit for DynamoCommit {
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        self.store_objects(&units).await?;
        let mut all = Vec::with_capacity(units.len());
        for unit in units {
            all.push(self.prepare(unit).await?);
        }
        mark_repeats(&mut all);
        let whole = first_repeat(&all).unwrap_or(all.len());
        let mut known = Known::default();
        let mut begun = false;
        let mut rest = &mut all[..whole];
        while !rest.is_empty() {
            let (next, after) = rest.split_at_mut(fitting(rest));
            match self.apply(next, &mut known).await {
                Ok(wrote) => begun |= wrote,
                Err(error @ (CommitError::Conflict | CommitError::LeaseLost)) if begun => {
                    let what = "the rest of a run that takes several transactions";
                    return Err(PortError::unavailable(what, error).into());
                }
                Err(error) => return Err(error),
            }
            self.deliver(next).await?;
            rest = after;
        }
        if whole < all.len() {
            let why =
                "a message is in the run twice; delivered again, its second is found to be done";
            return Err(PortError::unavailable("the rest of a run", why).into());
        }
        Ok(all.into_iter().map(|unit| unit.outcome.unwrap_or(Committed::Applied)).collect())
    }
}

/// Of units with one key in one commit the first counts.
fn mark_repeats(units: &mut [Prepared]) {
    let mut seen = HashSet::new();
    for unit in units {
        if unit.record(Kind::Once).is_some_and(|once| !seen.insert(once.pk.clone())) {
            unit.outcome = Some(Committed::Duplicate);
        }
    }
}

/// The first unit of a message that an earlier unit of the run is of too: one that its sender sent
/// again after the queue had forgotten it.
///
/// What came after it builds on what its handler did, so the run ends there.
fn first_repeat(units: &[Prepared]) -> Option<usize> {
    let mut seen = HashSet::new();
    units
        .iter()
        .position(|unit| unit.record(Kind::Event).is_some_and(|event| !seen.insert(&event.pk)))
}

/// A unit is committed and its messages wait: whatever the cause, it may work later.
fn unsent(error: PortError) -> PortError {
    PortError::unavailable("the messages of a committed unit of work", error)
}

/// Pauses between tries, each random and on average longer, within a deadline.
struct Pauses {
    longest: Duration,
    deadline: Instant,
}

impl Pauses {
    fn new() -> Self {
        Self { longest: FIRST_PAUSE, deadline: Instant::now() + OPERATION }
    }

    /// Waits a little; `false` once the deadline is over.
    async fn pause(&mut self) -> bool {
        let pause = self.longest.mul_f64(rand::random_range(0.0..1.0));
        self.longest = (self.longest * 2).min(LONGEST_PAUSE);
        if Instant::now() + pause > self.deadline {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}
