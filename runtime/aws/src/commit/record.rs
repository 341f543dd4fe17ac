//! Records: the item that makes a unit once-only and keeps its messages until they are sent.

use std::time::Duration;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use twinhost::TenantId;
use twinhost::ports::PortError;
use twinhost::unit::Unit;

use super::message::{Message, hash};
use crate::delivery::Handle;
use crate::error::port;
use crate::table::{
    ALONE, BODY, Item, OUTBOX, OUTBOX_INDEX, OUTBOX_SINCE, PARTITION_KEY, TTL, Table, key, number,
    number_of, text, text_of, ttl,
};

/// How long a message may come again: 14 days in its queue and 14 among the dead letters (SQS's
/// longest retention, and a FIFO queue's move to its dead letters begins it anew), and a day to spare.
const RECORD_KEEP: Duration = Duration::from_hours(29 * 24);

/// An outbox up to this size is in its record; an item has 400 KB at the most.
const INLINE_BYTES: usize = 300 * 1000;

/// Bytes of a piece of an outbox that is kept apart.
const PIECE_BYTES: usize = 350 * 1000;

/// Until when a record counts, in whole seconds since 1970. `ttl`, when it is removed, may be later:
/// its messages must be sent first.
const UNTIL: &str = "until";

/// What a record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A message of a queue, which is done.
    Event,
    /// A request's idempotency key, which is spent.
    Once,
    /// Nothing but its messages.
    Request,
}

/// The record of a unit, before it is written.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) kind: Kind,
    pub(super) pk: String,
    /// How long it counts.
    keep: Duration,
    /// The messages as the item keeps them.
    outbox: Option<String>,
    /// Of a unit that nobody delivers again: its handler, who looks after the outbox.
    handler: Option<&'static str>,
}

/// Messages as an item keeps them.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Outbox {
    Here(Vec<Message>),
    Apart { at: String, pieces: usize },
}

/// The partition key of the record of a message.
pub(super) fn event_key(tenant: &TenantId, queue: &str, handle: &Handle) -> String {
    format!("TENANT#{tenant}#EVENT#{queue}#{}", handle.name())
}

impl Record {
    /// The records of a unit that sends these messages; none when nothing of it could happen twice.
    pub(super) async fn of(
        table: &Table,
        unit: &Unit,
        messages: &[Message],
        now: Timestamp,
    ) -> Result<Vec<Self>, PortError> {
        let record = |kind, pk, keep| Self { kind, pk, keep, outbox: None, handler: None };
        let tenant = &unit.tenant;
        let mut records = Vec::new();
        if let Some(once) = &unit.once {
            let pk = format!("TENANT#{tenant}#ONCE#{}#{}", unit.handler, hash(&[&once.key]));
            records.push(record(Kind::Once, pk, once.keep));
        }
        match &unit.ack {
            // Storing an object twice is storing it once.
            Some(ack) if !(unit.writes.is_empty() && messages.is_empty()) => {
                let receipt = ack.receipt();
                let pk = event_key(tenant, &receipt.queue, &Handle::of(receipt)?);
                records.push(record(Kind::Event, pk, RECORD_KEEP));
            }
            None if records.is_empty() && !messages.is_empty() => {
                let pk = format!("TENANT#{tenant}#REQUEST#{}", uuid::Uuid::new_v4().simple());
                records.push(record(Kind::Request, pk, RECORD_KEEP));
            }
            _ => {}
        }
        if let Some(first) = records.first_mut().filter(|_| !messages.is_empty()) {
            first.outbox = Some(store(table, tenant, messages, now).await?);
            first.handler = unit.ack.is_none().then_some(unit.handler);
        }
        Ok(records)
    }

    /// Bytes of its item, or a few more.
    pub(super) fn bytes(&self) -> usize {
        self.pk.len() + self.outbox.as_ref().map_or(0, String::len) + 200
    }

    /// Whether it keeps messages.
    pub(super) const fn sends(&self) -> bool {
        self.outbox.is_some()
    }

    /// The action that writes it, if there is none that counts.
    pub(super) fn action(
        &self,
        table: &Table,
        now: Timestamp,
    ) -> Result<TransactWriteItem, PortError> {
        let until = ttl(later(now, self.keep));
        let mut item = key(&self.pk, ALONE);
        item.insert(UNTIL.to_owned(), number(until));
        item.insert(TTL.to_owned(), number(until.max(ttl(later(now, RECORD_KEEP)))));
        if let Some(outbox) = &self.outbox {
            item.insert(OUTBOX.to_owned(), text(outbox));
        }
        if let Some(handler) = self.handler {
            item.insert(OUTBOX_INDEX.to_owned(), text(handler));
            item.insert(OUTBOX_SINCE.to_owned(), number(now.as_millisecond()));
        }
        let put = Put::builder()
            .table_name(&*table.name)
            .set_item(Some(item))
            .condition_expression(
                "attribute_not_exists(#pk) OR (#until <= :now AND attribute_not_exists(#outbox))",
            )
            .expression_attribute_names("#pk", PARTITION_KEY)
            .expression_attribute_names("#until", UNTIL)
            .expression_attribute_names("#outbox", OUTBOX)
            .expression_attribute_values(":now", number(now.as_second()));
        let put =
            put.build().map_err(|error| PortError::invalid(table.what(), error.to_string()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// A record as it was found.
#[derive(Debug)]
pub(super) struct Found {
    pk: String,
    item: Item,
    /// Whether it counts still.
    pub(super) live: bool,
    /// Its messages that are not sent, or not known to be.
    pub(super) messages: Vec<Message>,
}

impl Found {
    /// Reads a record with its messages.
    pub(super) async fn read(
        table: &Table,
        pk: &str,
        now: Timestamp,
    ) -> Result<Option<Self>, PortError> {
        let Some(item) = table.get(pk, ALONE).await? else { return Ok(None) };
        let live = number_of::<i64>(&item, UNTIL).is_some_and(|until| until > now.as_second());
        let messages = match outbox_of(&item) {
            None => Vec::new(),
            Some(Ok(Outbox::Here(messages))) => messages,
            Some(Ok(Outbox::Apart { at, pieces })) => load(table, &at, pieces).await?,
            Some(Err(error)) => return Err(unreadable(pk, &error)),
        };
        Ok(Some(Self { pk: pk.to_owned(), item, live, messages }))
    }

    /// Clears it of its messages, which are sent.
    pub(super) async fn clear(&self, table: &Table) -> Result<(), PortError> {
        let apart = match outbox_of(&self.item) {
            Some(Ok(apart @ Outbox::Apart { .. })) => Some(apart),
            _ => None,
        };
        clear(table, &self.pk, apart).await
    }
}

impl Record {
    /// Clears the record, now written, of its messages, which are sent.
    pub(super) async fn clear(&self, table: &Table) -> Result<(), PortError> {
        let apart = self.outbox.as_deref().filter(|text| text.starts_with('{'));
        let apart = apart.and_then(|text| serde_json::from_str(text).ok());
        clear(table, &self.pk, apart).await
    }
}

fn outbox_of(item: &Item) -> Option<serde_json::Result<Outbox>> {
    text_of(item, OUTBOX).map(serde_json::from_str)
}

fn unreadable(pk: &str, error: &serde_json::Error) -> PortError {
    let why = format!("its outbox cannot be read ({error}); another version of the host wrote it");
    PortError::invalid(format!("record `{pk}`"), why)
}

async fn clear(table: &Table, pk: &str, apart: Option<Outbox>) -> Result<(), PortError> {
    let request = table
        .client()
        .update_item()
        .table_name(&*table.name)
        .set_key(Some(key(pk, ALONE)))
        .update_expression("REMOVE #outbox, #of, #since")
        // An update would make the item anew if it had expired meanwhile.
        .condition_expression("attribute_exists(#outbox)")
        .expression_attribute_names("#outbox", OUTBOX)
        .expression_attribute_names("#of", OUTBOX_INDEX)
        .expression_attribute_names("#since", OUTBOX_SINCE);
    match request.send().await {
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|e| e.is_conditional_check_failed_exception()) => {}
        Err(error) => return Err(port(&table.what(), &error)),
    }
    if let Some(Outbox::Apart { at, pieces }) = apart {
        let deletes = (0..pieces).map(|place| {
            let request = table.client().delete_item().table_name(&*table.name);
            request.set_key(Some(key(&at, &piece_key(place)))).send()
        });
        for deleted in futures::future::join_all(deletes).await {
            deleted.map_err(|error| port(&table.what(), &error))?;
        }
    }
    Ok(())
}

/// The messages as text for their record. What is too large for an item is stored apart at once: if
/// the unit is never committed, it expires.
async fn store(
    table: &Table,
    tenant: &TenantId,
    messages: &[Message],
    now: Timestamp,
) -> Result<String, PortError> {
    let json = |outbox: &Outbox| {
        let json = serde_json::to_string(outbox);
        json.map_err(|error| PortError::invalid("a message", error.to_string()))
    };
    let inline = json(&Outbox::Here(messages.to_vec()))?;
    if inline.len() <= INLINE_BYTES {
        return Ok(inline);
    }
    let at = format!("TENANT#{tenant}#OUTBOX#{}", uuid::Uuid::new_v4().simple());
    let pieces = pieces(&inline);
    let expires = number(ttl(later(now, RECORD_KEEP)));
    let puts = pieces.iter().enumerate().map(|(place, piece)| {
        let mut item = key(&at, &piece_key(place));
        item.insert(BODY.to_owned(), text(*piece));
        item.insert(TTL.to_owned(), expires.clone());
        table.client().put_item().table_name(&*table.name).set_item(Some(item)).send()
    });
    for put in futures::future::join_all(puts).await {
        put.map_err(|error| port(&table.what(), &error))?;
    }
    json(&Outbox::Apart { at, pieces: pieces.len() })
}

async fn load(table: &Table, at: &str, pieces: usize) -> Result<Vec<Message>, PortError> {
    let keys: Vec<String> = (0..pieces).map(piece_key).collect();
    let reads = keys.iter().map(|sk| table.get(at, sk));
    let mut json = String::new();
    for item in futures::future::join_all(reads).await {
        let item = item?.unwrap_or_default();
        json.push_str(text_of(&item, BODY).unwrap_or_default());
    }
    serde_json::from_str(&json).map_err(|error| unreadable(at, &error))
}

fn piece_key(place: usize) -> String {
    format!("{place:04}")
}

/// Text in pieces that an item can hold.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_together_again_and_cut_no_character() {
        let text = "é".repeat(PIECE_BYTES) + "x";
        let all = pieces(&text);
        assert!(all.iter().all(|piece| piece.len() <= PIECE_BYTES));
        assert_eq!((all.len(), all.concat()), (3, text));
    }
}
