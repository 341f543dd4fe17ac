//! Units of work as one transaction of DynamoDB, and what its refusal means.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::{CancellationReason, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use twinhost::TenantId;
use twinhost::ports::PortError;
use twinhost::unit::{Change, Condition, Unit, Write, merged_writes};

use super::record::Kind;
use super::{ACTIONS, BYTES, Prepared};
use crate::table::{
    BODY, EXPIRES_AT, Item, PARTITION_KEY, TTL, Table, VERSION, collection, expires_at, key,
    number, text, ttl,
};

/// Names a document of the run's tenant.
pub(super) type Place = (&'static str, String);

/// What is known of documents beyond what the units say.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Documents that an earlier transaction of the same run has written, as it left them.
    pub(super) left: HashMap<Place, Condition>,
    /// Documents that were found to be expired, which count as absent.
    pub(super) expired: HashSet<Place>,
}

/// One transaction.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) actions: Vec<TransactWriteItem>,
    roles: Vec<Role>,
}

/// What an action is for.
#[derive(Clone, Debug)]
enum Role {
    /// The record of the unit at this place of the run.
    Record(Kind, usize),
    /// A document.
    Document(Place, Condition, bool),
}

/// What the refusal of a transaction means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// These units, by their places, have been committed before.
    Duplicates(Vec<usize>),
    /// A message of the run is done with: somebody else has handled it.
    LeaseLost,
    /// A document has changed.
    Conflict,
    /// These documents have expired, or are there again.
    Expired(Vec<Place>),
    /// Somebody else is at it, or too many are.
    Busy(String),
    /// It never will be possible.
    Invalid(String),
}

impl Plan {
    /// The transaction of the units whose outcome is open.
    pub(super) fn of(
        table: &Table,
        prepared: &[Prepared],
        known: &Known,
        now: Timestamp,
    ) -> Result<Self, PortError> {
        let mut plan = Self { actions: Vec::new(), roles: Vec::new() };
        let open = prepared.iter().enumerate().filter(|(_, prepared)| prepared.outcome.is_none());
        let mut units: Vec<Unit> = Vec::new();
        for (place, prepared) in open {
            for record in &prepared.records {
                plan.actions.push(record.action(table, now)?);
                plan.roles.push(Role::Record(record.kind, place));
            }
            units.push(prepared.unit.clone());
        }
        let Some(tenant) = units.first().map(|unit| unit.tenant.clone()) else { return Ok(plan) };
        for (condition, write) in merged_writes(&units) {
            let place = (write.collection, write.key.clone());
            let condition = known.left.get(&place).copied().unwrap_or(condition);
            let expired = known.expired.contains(&place);
            let action = action(table, &tenant, write, condition, expired, now);
            plan.actions.push(
                action
                    .map_err(|why| PortError::invalid(format!("document `{}`", write.key), why))?,
            );
            let deletes = write.change == Change::Delete;
            plan.roles.push(Role::Document(place, condition, deletes));
        }
        Ok(plan)
    }

    /// What the documents are like once this plan is done, where that can be said.
    pub(super) fn leaves(&self) -> impl Iterator<Item = (Place, Condition)> + '_ {
        self.roles.iter().filter_map(|role| match role {
            Role::Record(..) => None,
            Role::Document(place, _, true) => Some((place.clone(), Condition::Absent)),
            Role::Document(place, Condition::Absent, false) => {
                Some((place.clone(), Condition::Version(1)))
            }
            Role::Document(place, Condition::Version(version), false) => {
                Some((place.clone(), Condition::Version(version.saturating_add(1))))
            }
            Role::Document(_, Condition::Any, false) => None,
        })
    }

    /// What DynamoDB's reasons, one for each action, mean.
    ///
    /// A spent key is looked at first: its unit goes without trace, and what else was wrong with it too.
    pub(super) fn judge(&self, reasons: &[CancellationReason]) -> Refusal {
        let mut duplicates = Vec::new();
        let mut expired = Vec::new();
        let (mut lost, mut conflict, mut busy, mut invalid) = (false, false, None, None);
        for (role, reason) in self.roles.iter().zip(reasons) {
            match (reason.code().unwrap_or("None"), role) {
                ("None", _) => {}
                ("ConditionalCheckFailed", role) => match role {
                    Role::Record(Kind::Once, place) => duplicates.push(*place),
                    Role::Record(Kind::Event | Kind::Request, _) => lost = true,
                    Role::Document(place, Condition::Any, _) => expired.push(place.clone()),
                    Role::Document(..) => conflict = true,
                },
                (code @ ("ValidationError" | "ItemCollectionSizeLimitExceeded"), _) => {
                    let message = reason.message().unwrap_or_default();
                    invalid = Some(format!("{message} ({code})"));
                }
                (code, _) => busy = Some(code.to_owned()),
            }
        }
        match (invalid, busy) {
            _ if !duplicates.is_empty() => Refusal::Duplicates(duplicates),
            _ if lost => Refusal::LeaseLost,
            (Some(why), _) => Refusal::Invalid(why),
            _ if conflict => Refusal::Conflict,
            _ if !expired.is_empty() => Refusal::Expired(expired),
            (None, busy) => Refusal::Busy(busy.unwrap_or_else(|| "no reason given".to_owned())),
        }
    }
}

/// How many of the units fit one transaction; one at the least.
pub(super) fn fitting(prepared: &[Prepared]) -> usize {
    let mut places = HashSet::new();
    let (mut records, mut bytes) = (0, 0);
    for (count, next) in prepared.iter().enumerate() {
        places.extend(next.unit.writes.iter().map(|write| (write.collection, write.key.as_str())));
        records += next.records.len();
        bytes += next.bytes();
        if count > 0 && (places.len() + records > ACTIONS || bytes > BYTES) {
            return count;
        }
    }
    prepared.len()
}

const ABSENT: &str = "attribute_not_exists(#pk) OR #ttl <= :now";
const UNCHANGED: &str = "#version = :version AND (attribute_not_exists(#ttl) OR #ttl > :now)";
const NOT_EXPIRED: &str = "attribute_not_exists(#ttl) OR #ttl > :now";
const COUNT_UP: &str = "#version = if_not_exists(#version, :zero) + :one";

/// The action of one write.
fn action(
    table: &Table,
    tenant: &TenantId,
    write: &Write,
    condition: Condition,
    expired: bool,
    now: Timestamp,
) -> Result<TransactWriteItem, String> {
    let pk = collection(tenant, write.collection);
    let now = number(now.as_second());
    let action = TransactWriteItem::builder();
    let built = match (&write.change, condition) {
        (Change::Delete, condition) => {
            let delete = Delete::builder().table_name(&*table.name);
            let delete = delete.set_key(Some(key(&pk, &write.key)));
            let delete = match condition {
                Condition::Any => delete,
                Condition::Absent => delete
                    .condition_expression(ABSENT)
                    .expression_attribute_names("#pk", PARTITION_KEY)
                    .expression_attribute_names("#ttl", TTL)
                    .expression_attribute_values(":now", now),
                Condition::Version(version) => delete
                    .condition_expression(UNCHANGED)
                    .expression_attribute_names("#version", VERSION)
                    .expression_attribute_names("#ttl", TTL)
                    .expression_attribute_values(":now", now)
                    .expression_attribute_values(":version", number(version)),
            };
            action.delete(delete.build().map_err(|error| error.to_string())?)
        }
        (Change::Put { body, expires_at: expiry }, Condition::Any) if !expired => {
            let mut update = Update::builder()
                .table_name(&*table.name)
                .set_key(Some(key(&pk, &write.key)))
                .condition_expression(NOT_EXPIRED)
                .expression_attribute_names("#version", VERSION)
                .expression_attribute_names("#body", BODY)
                .expression_attribute_names("#ttl", TTL)
                .expression_attribute_names("#at", EXPIRES_AT)
                .expression_attribute_values(":zero", number(0))
                .expression_attribute_values(":one", number(1))
                .expression_attribute_values(":body", text(body))
                .expression_attribute_values(":now", now);
            let mut set = format!("SET {COUNT_UP}, #body = :body");
            let mut remove = Vec::new();
            for (name, holder, value) in
                [("#ttl", ":ttl", expiry.map(ttl)), ("#at", ":at", expiry.and_then(expires_at))]
            {
                match value {
                    Some(value) => {
                        set.push_str(&format!(", {name} = {holder}"));
                        update = update.expression_attribute_values(holder, number(value));
                    }
                    None => remove.push(name),
                }
            }
            if !remove.is_empty() {
                set.push_str(&format!(" REMOVE {}", remove.join(", ")));
            }
            let update = update.update_expression(set);
            action.update(update.build().map_err(|error| error.to_string())?)
        }
        (Change::Put { body, expires_at: expiry }, condition) => {
            let put = Put::builder().table_name(&*table.name);
            let (put, version) = match condition {
                Condition::Version(version) => {
                    let put = put
                        .condition_expression(UNCHANGED)
                        .expression_attribute_names("#version", VERSION)
                        .expression_attribute_values(":version", number(version));
                    (put, version.saturating_add(1))
                }
                Condition::Any | Condition::Absent => {
                    let put = put.condition_expression(ABSENT);
                    (put.expression_attribute_names("#pk", PARTITION_KEY), 1)
                }
            };
            let put = put
                .expression_attribute_names("#ttl", TTL)
                .expression_attribute_values(":now", now)
                .set_item(Some(document(&pk, write, version, body, *expiry)));
            action.put(put.build().map_err(|error| error.to_string())?)
        }
    };
    Ok(built.build())
}

fn document(pk: &str, write: &Write, version: u64, body: &str, expiry: Option<Timestamp>) -> Item {
    let mut item = key(pk, &write.key);
    item.insert(VERSION.to_owned(), number(version));
    item.insert(BODY.to_owned(), text(body));
    if let Some(at) = expiry {
        item.insert(TTL.to_owned(), number(ttl(at)));
    }
    if let Some(exactly) = expiry.and_then(expires_at) {
        item.insert(EXPIRES_AT.to_owned(), number(exactly));
    }
    item
}
