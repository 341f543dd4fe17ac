//! An application that does what it is told and puts down what it sees: what the promises of hosts are
//! tried with.
//!
//! A handler of each kind, one line each: [`Echo`] and [`Doer`] behind public routes, [`Teller`] behind a
//! bearer token, [`Worker`] behind a queue, [`Collector`] and [`Archivist`] behind one topic, [`Porter`] behind one
//! without order, [`Clerk`] behind one whose ids are its groups' own, [`Almanac`]
//! and [`Clock`] behind schedules. What a request, message or tick [says](Act) is done; every delivery
//! is a line of the [trace](Trace).

mod act;
mod handlers;
mod trace;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

pub use act::Act;
pub use handlers::{
    Almanac, Archivist, Clerk, Clock, Collector, Doer, Echo, Porter, Teller, Worker, app,
};
pub use trace::{Entry, Stage, Trace};

use crate::{Deduplication, Document, Payload, QueueOptions};

/// Names the file of the [trace](Trace), for a handler in a process of its own.
pub const TRACE: &str = "TWINHOST_PROBE_TRACE";

/// Deliveries of a task before it is a dead letter.
pub const MAX_RECEIVES: u32 = 3;

/// Time for one event of any handler of the probe, in seconds: short, because some use all of it, and long
/// enough for what they do on a busy machine.
pub const TIMEOUT_SECONDS: u64 = 3;

/// Runs of any handler of the probe side by side.
pub const CONCURRENCY: u32 = 4;

/// How long a parcel waits that does not say so itself: longer than a test.
const PARCEL_DELAY: Duration = Duration::from_secs(600);

/// How long every notice waits.
pub const NOTICE_DELAY: Duration = Duration::from_secs(3);

/// What objects are under.
const PREFIX: &str = "samples";

/// The one document of a collection that no handler of the probe may touch.
const ELSEWHERE: &str = "elsewhere";

/// A message that says what to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// What the trace calls it.
    pub name: String,
    /// Its order group.
    pub group: String,
    /// What to do.
    pub acts: Vec<Act>,
    /// What the trace puts down as it came, to the byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verbatim: Option<Box<RawValue>>,
}

impl Payload for Task {
    const TOPIC: &'static str = "tasks";

    fn group(&self) -> String {
        self.group.clone()
    }
}

/// A message that a handler of the probe publishes; it has two consumers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// What it says; the trace calls it so.
    pub say: String,
    /// Its order group.
    pub group: String,
    /// Its id for de-duplication.
    pub deduplicate: Option<String>,
}

impl Payload for Report {
    const TOPIC: &'static str = "reports";

    fn group(&self) -> String {
        self.group.clone()
    }

    fn deduplication_id(&self) -> Option<String> {
        self.deduplicate.clone()
    }
}

/// A message of a topic that puts off all of its messages, with ids for de-duplication that are its groups' own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// What it says; the trace calls it so.
    pub say: String,
    /// Its order group.
    pub group: String,
    /// Its id for de-duplication.
    pub deduplicate: Option<String>,
}

impl Payload for Notice {
    const TOPIC: &'static str = "notices";
    const QUEUE: QueueOptions = QueueOptions {
        delay: NOTICE_DELAY,
        deduplication: Deduplication::Group,
        ..QueueOptions::ORDERED
    };

    fn group(&self) -> String {
        self.group.clone()
    }

    fn deduplication_id(&self) -> Option<String> {
        self.deduplicate.clone()
    }
}

/// A message of a topic without order, which puts it off for long unless it says otherwise itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parcel {
    /// What it says; the trace calls it so.
    pub say: String,
    /// Its id for de-duplication, which it cannot have.
    pub deduplicate: Option<String>,
}

impl Payload for Parcel {
    const TOPIC: &'static str = "parcels";
    const QUEUE: QueueOptions = QueueOptions { delay: PARCEL_DELAY, ..QueueOptions::UNORDERED };

    fn group(&self) -> String {
        "all".to_owned()
    }

    fn deduplication_id(&self) -> Option<String> {
        self.deduplicate.clone()
    }
}

/// A document of anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thing {
    /// Its key.
    pub key: String,
    /// What it is.
    pub value: Value,
}

impl Thing {
    fn new(key: &str, value: Value) -> Self {
        Self { key: key.to_owned(), value }
    }
}

impl Document for Thing {
    const COLLECTION: &'static str = "samples";

    fn key(&self) -> String {
        self.key.clone()
    }
}

/// What a tick is to do: the document `plan` of its tenant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    /// What to do.
    pub acts: Vec<Act>,
}

impl Plan {
    /// The key of the one there is.
    pub const KEY: &'static str = "plan";
}

impl Document for Plan {
    const COLLECTION: &'static str = "plans";

    fn key(&self) -> String {
        Self::KEY.to_owned()
    }
}

/// A document that no handler of the probe has a grant for.
#[derive(Debug, Serialize, Deserialize)]
struct Foreign {
    key: String,
}

impl Document for Foreign {
    const COLLECTION: &'static str = "plans_of_others";

    fn key(&self) -> String {
        self.key.clone()
    }
}
