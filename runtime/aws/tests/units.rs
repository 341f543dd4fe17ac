//! Builds units of work in a line each.

use std::time::Duration;

use twinhost::TenantId;
use twinhost::conformance::{BILLS, THINGS};
use twinhost::ports::Received;
use twinhost::unit::{Ack, Change, Condition, Once, Outgoing, Unit, Write};

/// The handler of the units.
pub(crate) const HANDLER: &str = "tester";

pub(crate) fn acme() -> TenantId {
    "acme".parse().unwrap()
}

/// A unit of tenant `acme` with no effects yet.
pub(crate) fn unit() -> Unit {
    Unit::new(acme(), HANDLER)
}

/// What a unit can be given, one after the other.
pub(crate) trait With: Sized {
    fn put(self, condition: Condition, key: &str, body: &str) -> Self;
    fn delete(self, condition: Condition, key: &str) -> Self;
    fn send(self, group: &str, body: &str) -> Self;
    fn once(self, key: &str, keep: Duration) -> Self;
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

    fn delete(mut self, condition: Condition, key: &str) -> Self {
        self.writes.push(write(condition, key, Change::Delete));
        self
    }

    fn send(mut self, group: &str, body: &str) -> Self {
        self.sends.push(Outgoing {
            id: uuid::Uuid::new_v4().to_string(),
            queue: BILLS.to_owned(),
            group: group.to_owned(),
            deduplication_id: None,
            body: body.to_owned(),
            ..Outgoing::default()
        });
        self
    }

    fn once(mut self, key: &str, keep: Duration) -> Self {
        self.once = Some(Once { key: key.to_owned(), keep });
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
