//! The one table: what its items are called and what they hold.
//!
//! | partition key `pk` | sort key `sk` | item |
//! |---|---|---|
//! | `TENANT#<tenant>#<collection>` | the document's key | a document: `version`, `body`, `ttl`, `expires_at` |
//! | `TENANT#<tenant>#EVENT#<queue>#<message>` | `-` | the record of a message that is done |
//! | `TENANT#<tenant>#ONCE#<handler>#<hash of the key>` | `-` | the record of a request that commits once |
//! | `TENANT#<tenant>#REQUEST#<random>` | `-` | the record of any other unit that sends |
//! | `TENANT#<tenant>#OUTBOX#<random>` | `0000`, … | a piece of an outbox too large for its record |
//!
//! Every partition key begins with the tenant, and no collection is in upper case, so no read of one
//! kind finds another. A record keeps its unit's messages (`outbox`) until they are sent. The sparse
//! index `outbox` holds the records whose unit nobody delivers again: those of requests.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, Projection, ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use jiff::Timestamp;
use twinhost::TenantId;
use twinhost::mutants::Mutant;
use twinhost::ports::PortError;

use crate::clients::Clients;
use crate::error::port;

/// The partition key.
pub const PARTITION_KEY: &str = "pk";
/// The sort key.
pub const SORT_KEY: &str = "sk";
/// Counts a document's writes.
pub const VERSION: &str = "version";
/// A document, or a piece of an outbox.
pub const BODY: &str = "body";
/// When an item is no longer there, in whole seconds since 1970: DynamoDB's time to live.
pub const TTL: &str = "ttl";
/// When exactly a document expires, in microseconds since 1970, if that is within a second: `ttl` cannot say it.
pub const EXPIRES_AT: &str = "expires_at";
/// The messages of a unit that are not sent yet.
pub const OUTBOX: &str = "outbox";
/// The sparse index of outboxes, and its partition key: the handler.
pub const OUTBOX_INDEX: &str = "outbox_of";
/// The sort key of that index: when the unit was committed, in milliseconds since 1970.
pub const OUTBOX_SINCE: &str = "outbox_since";

/// The sort key of an item that is alone in its partition.
pub(crate) const ALONE: &str = "-";

/// An item of the table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The table of an application.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    clients: Arc<Clients>,
    pub(crate) name: Arc<str>,
}

impl Table {
    pub(crate) fn new(clients: Arc<Clients>, name: &str) -> Self {
        Self { clients, name: name.into() }
    }

    pub(crate) fn client(&self) -> &Client {
        self.clients.dynamodb()
    }

    /// The table's name for messages.
    pub(crate) fn what(&self) -> String {
        format!("table `{}`", self.name)
    }

    /// Reads one item as it is now, expired or not.
    pub(crate) async fn get(&self, pk: &str, sk: &str) -> Result<Option<Item>, PortError> {
        let request = self.client().get_item().table_name(&*self.name).consistent_read(true);
        let request = request.set_key(Some(key(pk, sk)));
        let answer = request.send().await.map_err(|error| port(&self.what(), &error))?;
        Ok(answer.item)
    }
}

/// The partition of a tenant's collection.
pub(crate) fn collection(tenant: &TenantId, collection: &str) -> String {
    format!("TENANT#{tenant}#{collection}")
}

/// A key as DynamoDB takes it.
pub(crate) fn key(pk: &str, sk: &str) -> Item {
    Item::from([(PARTITION_KEY.to_owned(), text(pk)), (SORT_KEY.to_owned(), text(sk))])
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// The text of an item's attribute.
pub(crate) fn text_of<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// The number of an item's attribute.
pub(crate) fn number_of<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// A time as `ttl` has it: rounded up, so that DynamoDB removes nothing early.
pub(crate) fn ttl(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

/// A time as `expires_at` has it; `None` when `ttl` says it all.
pub(crate) fn expires_at(at: Timestamp) -> Option<i64> {
    (at.subsec_nanosecond() > 0).then(|| at.as_microsecond())
}

/// When an item expires, to the microsecond.
pub(crate) fn expiry(item: &Item) -> Option<Timestamp> {
    if let Some(micros) = number_of(item, EXPIRES_AT) {
        return Timestamp::from_microsecond(micros).ok();
    }
    Timestamp::from_second(number_of(item, TTL)?).ok()
}

/// Whether an item is there at a time: DynamoDB removes expired ones up to days late.
pub(crate) fn is_live(item: &Item, now: Timestamp) -> bool {
    let ttl = number_of::<i64>(item, TTL);
    ttl.is_none_or(|ttl| ttl > now.as_second()) || Mutant::ReadTheExpiredOnAws.on()
}

/// Creates an application's table, billed by request, with its index and time to live.
///
/// For emulators and tests; a deployment describes the same table in its template.
///
/// # Errors
///
/// When DynamoDB refuses.
pub async fn create_table(client: &Client, name: &str) -> Result<(), PortError> {
    let what = format!("table `{name}`");
    let request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(vec![
            attribute(&what, PARTITION_KEY, ScalarAttributeType::S)?,
            attribute(&what, SORT_KEY, ScalarAttributeType::S)?,
            attribute(&what, OUTBOX_INDEX, ScalarAttributeType::S)?,
            attribute(&what, OUTBOX_SINCE, ScalarAttributeType::N)?,
        ]))
        .set_key_schema(Some(schema(&what, PARTITION_KEY, SORT_KEY)?))
        .global_secondary_indexes(
            GlobalSecondaryIndex::builder()
                .index_name(OUTBOX_INDEX)
                .set_key_schema(Some(schema(&what, OUTBOX_INDEX, OUTBOX_SINCE)?))
                .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
                .build()
                .map_err(|error| PortError::invalid(&what, error.to_string()))?,
        );
    request.send().await.map_err(|error| port(&what, &error))?;
    let expiry = TimeToLiveSpecification::builder().attribute_name(TTL).enabled(true).build();
    let expiry = expiry.map_err(|error| PortError::invalid(&what, error.to_string()))?;
    let request = client.update_time_to_live().table_name(name).time_to_live_specification(expiry);
    request.send().await.map_err(|error| port(&what, &error))?;
    Ok(())
}

fn attribute(
    what: &str,
    name: &str,
    kind: ScalarAttributeType,
) -> Result<AttributeDefinition, PortError> {
    let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(kind);
    attribute.build().map_err(|error| PortError::invalid(what, error.to_string()))
}

fn schema(what: &str, hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, PortError> {
    let element = |name: &str, kind| {
        let element = KeySchemaElement::builder().attribute_name(name).key_type(kind);
        element.build().map_err(|error| PortError::invalid(what, error.to_string()))
    };
    Ok(vec![element(hash, KeyType::Hash)?, element(range, KeyType::Range)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_never_removed_early() {
        let at: Timestamp = "2026-11-21T00:00:00.001Z".parse().unwrap();
        let item = Item::from([(TTL.to_owned(), number(ttl(at)))]);
        assert!(is_live(&item, at));
        assert!(!is_live(&item, "2026-11-21T00:00:01Z".parse().unwrap()));
        assert!(is_live(&Item::new(), Timestamp::MAX));
    }
}
