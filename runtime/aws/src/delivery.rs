//! A message of a queue as it is delivered, and the receipt that its unit acknowledges it with.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::ports::{PortError, Received};
use twinhost::unit::Receipt;
use twinhost::{TenantId, Trace};

/// The names of the attributes that travel with a message.
pub mod attribute {
    /// The message's id, the same wherever it goes.
    pub const ID: &str = "id";
    /// Whose message it is.
    pub const TENANT: &str = "tenant";
    /// Of a dead letter: why it is one.
    pub const REASON: &str = "reason";
    /// Of a dead letter: how many times it was rejected.
    pub const REJECTIONS: &str = "rejections";
    /// Of a dead letter: its deliveries until then.
    pub const RECEIVE_COUNT: &str = "receive-count";
    /// Of a dead letter: when it was first sent, in milliseconds since 1970.
    pub const SENT_AT: &str = "sent-at";
}

/// The system attribute that ties a message to its trace, in the form of AWS X-Ray.
pub(crate) const TRACE_HEADER: &str = "AWSTraceHeader";

/// A message of a queue as SQS, or Lambda for it, delivers it.
///
/// On AWS the queue and the table do not commit together, and a function has no right of its own to
/// a message: Lambda deletes what the function reports as done. So the receipt that a unit carries
/// is not SQS's; it is all that the commit must know of the message: which it is, for the record
/// that makes it once-only, and what it says, for the dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The queue: its consumer's handler name.
    pub queue: String,
    /// The message's id: the attribute [`ID`](attribute::ID), or SQS's own for a message that has none.
    pub id: String,
    /// Whose message it is: the attribute [`TENANT`](attribute::TENANT).
    pub tenant: TenantId,
    /// SQS's `MessageGroupId`; of a standard queue, the message's id.
    pub group: String,
    /// The payload.
    pub body: String,
    /// SQS's `ApproximateReceiveCount`.
    pub receive_count: u32,
    /// SQS's `SentTimestamp`.
    pub sent_at: Timestamp,
    /// The attribute [`REJECTIONS`](attribute::REJECTIONS), which a dead letter has kept when it is
    /// sent back; 0 without it. A message that comes back is to be handled anew.
    pub rejections: u32,
    /// SQS's `AWSTraceHeader`.
    pub trace: Option<Trace>,
}

impl Delivery {
    /// Reads a message, of which `system` gives SQS's attributes by name and `custom` the sender's.
    ///
    /// # Errors
    ///
    /// Names the attribute that is missing or cannot be read.
    pub fn read<'a>(
        queue: &str,
        message_id: &str,
        body: &str,
        system: impl Fn(&str) -> Option<&'a str>,
        custom: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Self, PortError> {
        let invalid = |name: &str, value: Option<&str>, cure: &str| {
            let value = value.unwrap_or_default().escape_debug().take(80).collect::<String>();
            let why = format!("its attribute `{name}` is `{value}`; {cure}");
            PortError::invalid(format!("message `{message_id}` of `{queue}`"), why)
        };
        let number = |name: &str, value: Option<&str>| {
            let number = value.unwrap_or_default().parse::<u32>();
            number.map_err(|_| invalid(name, value, "a count is a whole number"))
        };
        let tenant = custom(attribute::TENANT);
        let tenant = tenant.unwrap_or_default().parse().map_err(|_| {
            invalid(
                attribute::TENANT,
                tenant,
                "a sender says whose message it is: 1 to 63 of a-z, 0-9 and `-`",
            )
        })?;
        let sent_at = system("SentTimestamp");
        let millis = sent_at.unwrap_or_default().parse().ok();
        let sent_at = millis
            .and_then(|millis| Timestamp::from_millisecond(millis).ok())
            .ok_or_else(|| invalid("SentTimestamp", sent_at, "it is in milliseconds since 1970"))?;
        let id = custom(attribute::ID).unwrap_or(message_id);
        let rejections = match custom(attribute::REJECTIONS) {
            None => 0,
            some => number(attribute::REJECTIONS, some)?,
        };
        Ok(Self {
            queue: queue.to_owned(),
            id: id.to_owned(),
            tenant,
            group: system("MessageGroupId").unwrap_or(message_id).to_owned(),
            body: body.to_owned(),
            receive_count: number("ApproximateReceiveCount", system("ApproximateReceiveCount"))?,
            sent_at,
            rejections,
            trace: system(TRACE_HEADER).and_then(|header| header.parse().ok()),
        })
    }

    /// The delivery as [`dispatch`](twinhost::dispatch::dispatch) takes it.
    #[must_use]
    pub fn received(self) -> Received {
        let handle = Handle {
            id: self.id.clone(),
            group: self.group.clone(),
            body: self.body.clone(),
            receive_count: self.receive_count,
            sent_at: self.sent_at.as_millisecond(),
            rejections: self.rejections,
            trace: self.trace.map(|trace| trace.xray()),
        };
        // Text and numbers only: it cannot fail, and what does not parse is refused by the commit.
        let handle = serde_json::to_string(&handle).unwrap_or_default();
        Received {
            receipt: Receipt { queue: self.queue, handle },
            id: self.id,
            tenant: self.tenant,
            group: self.group,
            body: self.body,
            receive_count: self.receive_count,
            unanswered: false,
            sent_at: self.sent_at,
            trace: self.trace,
        }
    }
}

/// A receipt's handle: what the commit knows of the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Handle {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) body: String,
    pub(crate) receive_count: u32,
    pub(crate) sent_at: i64,
    pub(crate) rejections: u32,
    pub(crate) trace: Option<String>,
}

impl Handle {
    /// Reads a receipt that [`Delivery::received`] gave out.
    pub(crate) fn of(receipt: &Receipt) -> Result<Self, PortError> {
        serde_json::from_str(&receipt.handle).map_err(|_| {
            PortError::invalid(
                format!("a receipt of `{}`", receipt.queue),
                "it is not one of this host; hand out deliveries with `Delivery::received`",
            )
        })
    }

    /// Names this message, sent back or not, among those of its queue.
    pub(crate) fn name(&self) -> String {
        match self.rejections {
            0 => self.id.clone(),
            times => format!("{}#{times}", self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        system: &[(&str, &'static str)],
        custom: &[(&str, &'static str)],
    ) -> Result<Delivery, PortError> {
        let find = |all: &[(&str, &'static str)], name: &str| {
            all.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        };
        Delivery::read("scorer", "sqs-1", "{}", |n| find(system, n), |n| find(custom, n))
    }

    const SYSTEM: [(&str, &str); 3] = [
        ("ApproximateReceiveCount", "2"),
        ("SentTimestamp", "1700000000123"),
        ("MessageGroupId", "acme/g"),
    ];

    #[test]
    fn a_delivery_survives_its_receipt() {
        let custom = [("id", "m"), ("tenant", "acme"), ("rejections", "1")];
        let delivery = read(&SYSTEM, &custom).unwrap();
        let received = delivery.clone().received();
        assert_eq!((received.id.as_str(), received.receive_count), ("m", 2));
        let handle = Handle::of(&received.receipt).unwrap();
        assert_eq!((handle.name().as_str(), handle.group.as_str()), ("m#1", "acme/g"));
        assert_eq!(handle.sent_at, 1_700_000_000_123);
    }

    #[test]
    fn a_message_without_an_id_of_ours_has_that_of_sqs() {
        let delivery = read(&SYSTEM[..2], &[("tenant", "acme")]).unwrap();
        assert_eq!((delivery.id.as_str(), delivery.group.as_str()), ("sqs-1", "sqs-1"));
        assert_eq!(delivery.rejections, 0);
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        for (system, custom, named) in [
            (&SYSTEM[..], &[][..], "tenant"),
            (&SYSTEM[..], &[("tenant", "A b")][..], "tenant"),
            (&SYSTEM[1..], &[("tenant", "acme")][..], "ApproximateReceiveCount"),
            (&SYSTEM[..1], &[("tenant", "acme")][..], "SentTimestamp"),
            (&SYSTEM[..], &[("tenant", "acme"), ("rejections", "-1")][..], "rejections"),
        ] {
            let error = read(system, custom).unwrap_err().to_string();
            assert!(error.contains(named) && error.contains("sqs-1"), "{error}");
        }
    }

    #[test]
    fn a_receipt_of_another_host_is_refused() {
        let receipt = Receipt { queue: "scorer".into(), handle: "12:3".into() };
        assert!(Handle::of(&receipt).unwrap_err().to_string().contains("Delivery::received"));
    }
}
