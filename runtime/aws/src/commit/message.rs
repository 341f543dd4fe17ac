//! A message on its way from a unit of work to SQS.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use twinhost::TenantId;
use twinhost::mutants::Mutant;
use twinhost::unit::{Outgoing, Receipt};

use crate::delivery::{Handle, attribute};

/// SQS's limit of a `MessageGroupId`, in characters.
const GROUP_CHARS: usize = 128;

/// A reason longer than this is cut: attributes count in a message's size.
const REASON_CHARS: usize = 500;

/// What is to be sent, as the outbox keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Message {
    /// The queue: its consumer's handler name.
    pub(super) queue: String,
    /// Whether it goes to that queue's dead letters.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) dead: bool,
    pub(super) group: String,
    pub(super) deduplication: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) body: String,
    /// Seconds until it is first delivered; for a queue without order.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) delay: u64,
    /// The `AWSTraceHeader`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trace: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(delay: &u64) -> bool {
    *delay == 0
}

impl Message {
    /// A message that a handler has published.
    pub(super) fn outgoing(tenant: &TenantId, send: &Outgoing) -> Self {
        let id = send.deduplication_id.as_ref();
        let deduplication = match id.filter(|_| !Mutant::ForgetDeduplicationOnAws.on()) {
            // An id of the sender's is the tenant's own, and of any form.
            Some(id) => hash(&["sender", tenant.as_str(), id]),
            None => hash(&["message", tenant.as_str(), &send.id]),
        };
        Self {
            queue: send.queue.clone(),
            dead: false,
            group: group(tenant, &send.group),
            deduplication,
            attributes: attributes(tenant, &send.id),
            body: send.body.clone(),
            delay: send.delay.as_secs(),
            trace: send.trace.map(|trace| trace.xray()),
        }
    }

    /// A message that a handler has rejected.
    pub(super) fn dead_letter(
        tenant: &TenantId,
        receipt: &Receipt,
        handle: Handle,
        reason: &str,
    ) -> Self {
        let deduplication = hash(&["dead letter", tenant.as_str(), &handle.name()]);
        let mut attributes = attributes(tenant, &handle.id);
        attributes.extend(
            [
                (attribute::REASON, sendable(reason)),
                (attribute::REJECTIONS, (handle.rejections + 1).to_string()),
                (attribute::RECEIVE_COUNT, handle.receive_count.to_string()),
                (attribute::SENT_AT, handle.sent_at.to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Self {
            queue: receipt.queue.clone(),
            dead: true,
            group: handle.group,
            deduplication,
            attributes,
            body: handle.body,
            delay: 0,
            trace: handle.trace,
        }
    }

    /// Bytes that SQS counts.
    pub(super) fn bytes(&self) -> usize {
        let attribute =
            |(name, value): (&String, &String)| name.len() + value.len() + "String".len();
        self.body.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }
}

fn attributes(tenant: &TenantId, id: &str) -> BTreeMap<String, String> {
    [(attribute::ID, id), (attribute::TENANT, tenant.as_str())]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// The order group with its tenant, as SQS can hold it.
fn group(tenant: &TenantId, group: &str) -> String {
    let whole = format!("{tenant}/{group}");
    if whole.len() <= GROUP_CHARS { whole } else { format!("{tenant}/{}", hash(&[group])) }
}

/// A hash in hexadecimal; the parts are kept apart by their lengths.
pub(super) fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// A reason as SQS takes an attribute: short, not empty, without the characters that XML lacks.
fn sendable(reason: &str) -> String {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let short = reason.chars().take(REASON_CHARS);
    let clean: String = short.map(|c| if allowed(c) { c } else { '\u{fffd}' }).collect();
    if clean.is_empty() { "no reason".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing(group: &str, deduplication_id: Option<&str>) -> Outgoing {
        Outgoing {
            id: "m".into(),
            queue: "scorer".into(),
            group: group.into(),
            deduplication_id: deduplication_id.map(Into::into),
            body: "{}".into(),
            ..Outgoing::default()
        }
    }

    #[test]
    fn a_group_and_an_id_fit_sqs_however_long_they_are() {
        let tenant: TenantId = "t".repeat(63).parse().unwrap();
        let (long, longer) = ("g".repeat(127), "g".repeat(128));
        let [a, b] = [long, longer]
            .map(|g| Message::outgoing(&tenant, &outgoing(&g, Some(&"é ".repeat(900)))));
        for message in [&a, &b] {
            assert_eq!(message.group.len(), 128);
            assert!(message.deduplication.len() <= 128);
            assert!(message.deduplication.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
        assert_ne!(a.group, b.group);
        let short = Message::outgoing(&"acme".parse().unwrap(), &outgoing("g", None));
        assert_eq!(short.group, "acme/g");
    }

    #[test]
    fn a_deduplication_id_is_its_tenants_and_not_a_message_id() {
        let id = |tenant: &str, given| {
            Message::outgoing(&tenant.parse().unwrap(), &outgoing("g", given)).deduplication
        };
        let all = [id("a", None), id("b", None), id("a", Some("m")), id("b", Some("m"))];
        for (n, one) in all.iter().enumerate() {
            assert!(!all[..n].contains(one));
        }
    }

    /// Q3: 1 MiB, attributes included. The trace header is not counted.
    #[test]
    fn the_largest_message_has_room_for_all_that_a_dead_letter_adds() {
        let tenant: TenantId = "t".repeat(63).parse().unwrap();
        let id = "i".repeat(1024);
        let body = "x".repeat(twinhost::unit::limits::MESSAGE_BYTES);
        let sent = Outgoing { id: id.clone(), body: body.clone(), ..outgoing("g", None) };
        assert!(Message::outgoing(&tenant, &sent).bytes() <= 1 << 20);
        let handle = Handle {
            id,
            group: "g".into(),
            rejections: u32::MAX - 1,
            receive_count: u32::MAX,
            sent_at: i64::MAX,
            body,
            trace: None,
        };
        let receipt = Receipt { queue: "scorer".into(), handle: String::new() };
        let reason = "\u{1f600}".repeat(10_000);
        assert!(Message::dead_letter(&tenant, &receipt, handle, &reason).bytes() <= 1 << 20);
    }

    #[test]
    fn a_reason_becomes_text_that_sqs_takes() {
        assert_eq!(sendable("n\0t\u{ffff} a\tcost"), "n\u{fffd}t\u{fffd} a\tcost");
        assert_eq!(sendable(""), "no reason");
        assert_eq!(sendable(&"é".repeat(10_000)).chars().count(), REASON_CHARS);
    }
}
