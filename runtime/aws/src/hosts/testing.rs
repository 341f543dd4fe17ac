//! An application in memory behind the hosts, and what Lambda and SQS would do around it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::Instant;
use twinhost::memory::Memory;
use twinhost::ports::{Commit, CommitError, Committed, PortError, Ports, Received};
use twinhost::unit::{Ack, Unit};
use twinhost::{App, Consume, Context, Handler, HandlerError, HandlerResult, Message, Payload};

use super::batch::Record;
use super::queue::{QueueHost, Redelivery};
use crate::commit::Resumed;
use crate::delivery::Handle;

/// What a [`Worker`] is told to do.
#[derive(Serialize, Deserialize)]
pub(super) struct Job(pub(super) String);

impl Payload for Job {
    const TOPIC: &'static str = "jobs";

    fn group(&self) -> String {
        self.0.clone()
    }
}

/// Does what a job says, and remembers which it has seen. It may take 30 s.
pub(super) struct Worker<const BATCH: u32>(Arc<Mutex<Vec<String>>>);

impl<const BATCH: u32> Handler for Worker<BATCH> {
    type Event = Message<Job>;
    const NAME: &'static str = "worker";
    const TRIGGER: Consume = Consume { max_receives: 3, batch: BATCH, ..Consume::DEFAULT };

    async fn handle(&self, ctx: &Context, Message(Job(job)): Message<Job>) -> HandlerResult {
        self.0.lock().unwrap().push(ctx.id().to_owned());
        match job.as_str() {
            "fail" => Err(HandlerError::retry("the disk is full")),
            "reject" => Err(HandlerError::reject("no such order")),
            "panic" => panic!("at the disco"),
            "work" => {
                tokio::time::sleep(Duration::from_secs(8)).await;
                Ok(())
            }
            "hang" => std::future::pending().await,
            _ => Ok(()),
        }
    }
}

/// What is committed, and what SQS was asked.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) memory: Memory,
    state: Arc<Mutex<State>>,
    seen: Arc<Mutex<Vec<String>>>,
}

#[derive(Debug, Default)]
struct State {
    /// Messages that are done or dead, with the reason.
    settled: BTreeMap<String, Option<String>>,
    /// How many units each commit had.
    commits: Vec<usize>,
    put_off: Vec<(String, Duration)>,
    failures: VecDeque<CommitError>,
    resumes_fail: bool,
}

impl World {
    pub(super) fn new() -> Self {
        let memory = Memory::new("2026-01-01T00:00:00Z".parse().unwrap());
        Self { memory, state: Arc::default(), seen: Arc::default() }
    }

    pub(super) fn ports(&self) -> Ports {
        Ports { commit: Arc::new(self.clone()), ..self.memory.ports() }
    }

    /// A host of one worker.
    pub(super) fn worker<const BATCH: u32>(&self) -> QueueHost<Self> {
        let app = App::new("test").handler(Worker::<BATCH>(Arc::clone(&self.seen)));
        let manifest = app.manifest();
        QueueHost::new(app, &manifest.handlers[0], self.ports(), self.clone())
    }

    /// The messages that a worker has seen, in order.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// An earlier delivery has committed this message's unit.
    pub(super) fn done_before(&self, id: &str) {
        self.state.lock().unwrap().settled.insert(id.to_owned(), None);
    }

    /// The next commit fails.
    pub(super) fn fail_commit(&self, error: CommitError) {
        self.state.lock().unwrap().failures.push_back(error);
    }

    /// From now on nobody can say what is done.
    pub(super) fn fail_resumes(&self) {
        self.state.lock().unwrap().resumes_fail = true;
    }

    pub(super) fn is_done(&self, id: &str) -> bool {
        self.state.lock().unwrap().settled.get(id) == Some(&None)
    }

    /// Why a message is a dead letter.
    pub(super) fn reason(&self, id: &str) -> Option<String> {
        self.state.lock().unwrap().settled.get(id).cloned().flatten()
    }

    pub(super) fn commits(&self) -> Vec<usize> {
        self.state.lock().unwrap().commits.clone()
    }

    /// The messages that SQS was asked to deliver again, and after how long.
    pub(super) fn put_off(&self) -> Vec<(String, Duration)> {
        self.state.lock().unwrap().put_off.clone()
    }
}

#[async_trait]
impl Commit for World {
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        {
            let mut state = self.state.lock().unwrap();
            state.commits.push(units.len());
            if let Some(error) = state.failures.pop_front() {
                return Err(error);
            }
            let acks = units.iter().filter_map(|unit| unit.ack.as_ref());
            let all: Vec<(String, Option<String>)> = acks
                .map(|ack| {
                    let reason = match ack {
                        Ack::Done(_) => None,
                        Ack::DeadLetter(_, reason) => Some(reason.clone()),
                    };
                    (Handle::of(ack.receipt()).unwrap().id, reason)
                })
                .collect();
            if all.iter().any(|(id, _)| state.settled.contains_key(id)) {
                return Err(CommitError::LeaseLost);
            }
            state.settled.extend(all);
        }
        // The messages are SQS's, which memory knows nothing of.
        self.memory.commit(units.into_iter().map(|unit| Unit { ack: None, ..unit }).collect()).await
    }
}

#[async_trait]
impl Redelivery for World {
    async fn resume(&self, message: &Received) -> Result<Resumed, PortError> {
        let state = self.state.lock().unwrap();
        if state.resumes_fail {
            return Err(PortError::unavailable("table `app`", "no answer in time"));
        }
        let done = state.settled.contains_key(&message.id);
        Ok(if done { Resumed::Done } else { Resumed::New })
    }

    async fn put_off(&self, record: &Record, delay: Duration) {
        self.state.lock().unwrap().put_off.push((record.message_id.clone(), delay));
    }
}

/// A message as Lambda hands it in: its job is the payload.
pub(super) fn record(id: &str, group: &str, receive_count: u32, job: &str) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": format!("handle of {id}"),
        "body": json!(job).to_string(),
        "attributes": {
            "ApproximateReceiveCount": receive_count.to_string(),
            "SentTimestamp": "1700000000123",
            "MessageGroupId": group,
        },
        "messageAttributes": {
            "tenant": {"stringValue": "acme", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
        },
        "md5OfBody": "00",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:worker.fifo",
        "awsRegion": "us-east-1",
    })
}

pub(super) fn raw(event: &Value) -> Box<RawValue> {
    serde_json::from_str(&event.to_string()).unwrap()
}

/// Hands a batch in and answers the ids that are reported as failed.
pub(super) async fn deliver<R: Redelivery>(host: &QueueHost<R>, records: &[Value]) -> Vec<String> {
    deliver_within(host, Duration::from_secs(40), records).await
}

/// The same with this much time until the work is cut off.
pub(super) async fn deliver_within<R: Redelivery>(
    host: &QueueHost<R>,
    time: Duration,
    records: &[Value],
) -> Vec<String> {
    let event = raw(&json!({"Records": records}));
    let report = host.answer(&event, Instant::now() + time).await.unwrap();
    let report = serde_json::to_value(&report).unwrap();
    let failures = report["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|item| item["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}
