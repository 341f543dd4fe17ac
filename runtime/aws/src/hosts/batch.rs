//! An SQS event: its messages, and the report of those that are not done.
//!
//! Read by hand and leniently, for a record that cannot be read must fail alone, and every other type for it fails the
//! whole event.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use twinhost::mutants::Mutant;
use twinhost::ports::{PortError, Received};

use super::event::{self, InvocationError};
use crate::delivery::Delivery;

/// What a queue's function is invoked with.
pub(super) const EXPECTED: &str = "a batch of SQS messages; let an event source mapping of the handler's queue invoke \
    this function";

/// What SQS's records say of themselves.
const SOURCE: &str = "aws:sqs";

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "Records")]
    records: Vec<&'a RawValue>,
}

/// What must be readable for a record to be reported.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    #[serde(borrow)]
    message_id: Cow<'a, str>,
    #[serde(borrow)]
    event_source: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow, default)]
    receipt_handle: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, str>,
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attribute {
    /// Absent where the value is binary.
    string_value: Option<String>,
}

/// A message of a batch.
#[derive(Debug)]
pub(super) struct Record {
    /// SQS's id, by which it is reported.
    pub(super) message_id: String,
    /// SQS's right to this delivery.
    pub(super) receipt_handle: String,
    /// The delivery, or why it cannot be read.
    pub(super) received: Result<Received, PortError>,
}

/// The messages of one order group that are not done, in order.
pub(super) type Group = VecDeque<Record>;

/// The messages that are not done: Lambda deletes the others.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

impl FromIterator<Record> for Report {
    fn from_iter<T: IntoIterator<Item = Record>>(records: T) -> Self {
        let failure = |record: Record| Failure { item_identifier: record.message_id };
        let failed = records.into_iter().filter(|_| !Mutant::ReportNothingOnLambda.on());
        Self { batch_item_failures: failed.map(failure).collect() }
    }
}

/// Reads a batch: its messages by order group, groups and messages in the order they came. A message of a standard
/// queue is a group of its own.
pub(super) fn read(event: &RawValue, queue: &str) -> Result<Vec<Group>, InvocationError> {
    let Event { records } = event::read(event, EXPECTED)?;
    let mut groups: Vec<Group> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for record in records {
        let (group, record) = read_record(record, queue)
            .map_err(|why| InvocationError::unknown(EXPECTED, why, event))?;
        let place = *places.entry(group).or_insert_with(|| {
            groups.push(Group::new());
            groups.len() - 1
        });
        groups[place].push_back(record);
        if Mutant::SwapTwoOnLambda.on() && groups[place].len() == 2 {
            groups[place].swap(0, 1);
        }
    }
    Ok(groups)
}

/// Reads a message and names its order group.
fn read_record(record: &RawValue, queue: &str) -> Result<(String, Record), String> {
    let head: Head<'_> = serde_json::from_str(record.get()).map_err(|error| error.to_string())?;
    if head.event_source != SOURCE {
        return Err(format!("a record's source is `{}`", head.event_source.escape_debug()));
    }
    let message_id = head.message_id.into_owned();
    let body: Body<'_> = match serde_json::from_str(record.get()) {
        Ok(body) => body,
        Err(error) => {
            let what = format!("message `{message_id}` of `{queue}`");
            let received = Err(PortError::invalid(what, error.to_string()));
            let record = Record { message_id, receipt_handle: String::new(), received };
            return Ok((record.message_id.clone(), record));
        }
    };
    let system = |name: &str| body.attributes.get(name).map(String::as_str);
    let custom = |name: &str| body.message_attributes.get(name)?.string_value.as_deref();
    let delivery = Delivery::read(queue, &message_id, &body.body, system, custom);
    let group = system("MessageGroupId").unwrap_or(&message_id).to_owned();
    let record = Record {
        receipt_handle: body.receipt_handle.into_owned(),
        received: delivery.map(Delivery::received),
        message_id,
    };
    Ok((group, record))
}
