//! Builds units of work in a line each.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use super::{ORDERS, THINGS, acme};
use crate::TenantId;
use crate::ports::Received;
use crate::unit::{Ack, Change, Condition, NewObject, Once, Outgoing, Unit, Write};

/// The handler of the suite's units.
pub(super) const HANDLER: &str = "tester";

/// A unit of tenant `acme` with no effects yet.
pub(super) fn unit() -> Unit {
    of(acme())
}

pub(super) fn of(tenant: TenantId) -> Unit {
    Unit::new(tenant, HANDLER)
}

/// What a unit can be given, one after the other.
pub(super) trait With: Sized {
    fn put(self, condition: Condition, key: &str, body: &str) -> Self;
    fn put_until(self, condition: Condition, key: &str, body: &str, until: Timestamp) -> Self;
    fn delete(self, condition: Condition, key: &str) -> Self;
    fn send(self, group: &str, body: &str) -> Self;
    fn send_once(self, group: &str, body: &str, id: &str) -> Self;
    fn once(self, key: &str) -> Self;
    fn object(self, key: &str, bytes: &[u8]) -> Self;
    fn done(self, message: &Received) -> Self;
    fn rejected(self, message: &Received, reason: &str) -> Self;
}

fn write(condition: Condition, key: &str, change: Change) -> Write {
    Write { collection: THINGS, key: key.to_owned(), condition, change }
}

impl With for Unit {
    fn put(mut self, condition: Condition, key: &str, body: &str) -> Self {
        let change = Change::Put { body: body.to_owned(), expires_at: None };
        self.writes.push(write(condition, key, change));
        self
    }

    fn put_until(mut self, condition: Condition, key: &str, body: &str, until: Timestamp) -> Self {
        let change = Change::Put { body: body.to_owned(), expires_at: Some(until) };
        self.writes.push(write(condition, key, change));
        self
    }

    fn delete(mut self, condition: Condition, key: &str) -> Self {
        self.writes.push(write(condition, key, Change::Delete));
        self
    }

    fn send(mut self, group: &str, body: &str) -> Self {
        self.sends.push(message(group, body, None));
        self
    }

    fn send_once(mut self, group: &str, body: &str, id: &str) -> Self {
        self.sends.push(message(group, body, Some(id)));
        self
    }

    fn once(mut self, key: &str) -> Self {
        self.once = Some(Once { key: key.to_owned(), keep: Duration::from_secs(3600) });
        self
    }

    fn object(mut self, key: &str, bytes: &[u8]) -> Self {
        let bytes = Bytes::copy_from_slice(bytes);
        self.objects.push(NewObject { key: key.to_owned(), bytes });
        self
    }

    fn done(mut self, message: &Received) -> Self {
        self.ack = Some(Ack::Done(message.receipt.clone()));
        self
    }

    fn rejected(mut self, message: &Received, reason: &str) -> Self {
        self.ack = Some(Ack::DeadLetter(message.receipt.clone(), reason.to_owned()));
        self
    }
}

/// A message to the queue of orders, whose id says what it is.
fn message(group: &str, body: &str, deduplication_id: Option<&str>) -> Outgoing {
    Outgoing {
        id: format!("{group}-{body}"),
        queue: ORDERS.to_owned(),
        group: group.to_owned(),
        deduplication_id: deduplication_id.map(str::to_owned),
        body: body.to_owned(),
        ..Outgoing::default()
    }
}
