//! What calls cost.

use std::collections::BTreeMap;
use std::ops::AddAssign;

/// What AWS puts on a bill for an event.
///
/// The prices are those of us-east-1 (N. Virginia), on demand, in the first tier and after any free tier, as AWS
/// publishes them on each service's page of prices: DynamoDB's since 2024-11-01, the others unchanged for years and
/// compared with what was written about them up to June 2026. Written down by hand, not asked of AWS: compare them with
/// your region's before you count on a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// A write request unit of DynamoDB, table class Standard.
    WriteUnit,
    /// A read request unit of DynamoDB.
    ReadUnit,
    /// A request to a FIFO queue of SQS: an action on up to ten messages, each 64 KB of it.
    QueueRequest,
    /// A `PUT` to S3 Standard.
    ObjectPut,
    /// A `GET` from S3 Standard.
    ObjectGet,
    /// A request to KMS for a symmetric key.
    KeyRequest,
    /// A mail by SES to one address.
    Mail,
    /// An invocation of a Lambda function. The time that it runs comes on top.
    Invocation,
    /// A request to an HTTP API of API Gateway, up to 512 KB.
    ApiRequest,
    /// An invocation by EventBridge Scheduler.
    Schedule,
}

impl Item {
    /// USD for a million.
    pub(super) const fn usd_per_million(self) -> f64 {
        match self {
            Self::WriteUnit => 0.625,
            Self::ReadUnit => 0.125,
            Self::QueueRequest => 0.50,
            Self::ObjectPut => 5.00,
            Self::ObjectGet => 0.40,
            Self::KeyRequest => 3.00,
            Self::Mail => 100.00,
            Self::Invocation => 0.20,
            Self::ApiRequest | Self::Schedule => 1.00,
        }
    }
}

/// Calls of AWS, and what they are billed as.
#[derive(Clone, Debug, Default)]
pub(super) struct Bill {
    /// How often each operation was called.
    pub(super) calls: BTreeMap<String, f64>,
    /// How much of each item that was.
    pub(super) items: BTreeMap<Item, f64>,
}

impl Bill {
    /// Counts a call.
    pub(super) fn call(&mut self, operation: &str) {
        *self.calls.entry(operation.to_owned()).or_default() += 1.0;
    }

    /// Adds so much of an item.
    pub(super) fn add(&mut self, item: Item, much: f64) {
        *self.items.entry(item).or_default() += much;
    }

    /// How much of an item there is.
    pub(super) fn of(&self, item: Item) -> f64 {
        self.items.get(&item).copied().unwrap_or_default()
    }

    /// USD for a million such bills.
    pub(super) fn usd_per_million(&self) -> f64 {
        self.items.iter().map(|(item, much)| item.usd_per_million() * much).sum()
    }

    /// A part of it: what one of so many events comes to.
    pub(super) fn among(mut self, events: usize) -> Self {
        let all = self.calls.values_mut().chain(self.items.values_mut());
        all.for_each(|much| *much /= events as f64);
        self
    }
}

impl AddAssign<&Self> for Bill {
    fn add_assign(&mut self, other: &Self) {
        for (operation, times) in &other.calls {
            *self.calls.entry(operation.clone()).or_default() += times;
        }
        for (item, much) in &other.items {
            self.add(*item, *much);
        }
    }
}
