//! What a call does to the bill.

use events::Effect;
use serde_json::Value;

use super::json::{at, items, text};
use crate::prices::{HAND, PriceList};

/// A call to a service: what was asked and what came back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    /// `ec2`
    pub(super) service: &'a str,
    /// `CreateFunction`: without the API's date.
    pub(super) action: &'a str,
    /// The parameters; null when there are none.
    pub(super) request: &'a Value,
    /// The answer; null when there is none, as for a refused call.
    pub(super) response: &'a Value,
    /// `aws`, `aws-cn` or `aws-us-gov`
    pub(super) partition: &'static str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
}

impl<'a> Call<'a> {
    /// Takes the name's wrapper off: EC2's newer calls nest everything in `<action>Request` and `<action>Response`.
    pub(super) fn unwrapped(self) -> Self {
        let inner = |value: &'a Value, wrapper: &str| {
            at(value, &format!("{}{wrapper}", self.action)).unwrap_or(value)
        };
        Self {
            request: inner(self.request, "Request"),
            response: inner(self.response, "Response"),
            ..self
        }
    }

    /// The text at `path` in the answer or, without one, in the question.
    pub(super) fn text(&self, path: &str) -> Option<&'a str> {
        text(self.response, path).or_else(|| text(self.request, path))
    }

    /// The number at `path` in the answer or, without one, in the question.
    pub(super) fn number(&self, path: &str) -> Option<i64> {
        super::json::number(self.response, path).or_else(|| super::json::number(self.request, path))
    }

    /// The list at `path` in the answer or, when that has none, in the question.
    pub(super) fn items(&self, path: &str) -> Vec<&'a Value> {
        let answered = items(self.response, path);
        if answered.is_empty() { items(self.request, path) } else { answered }
    }

    /// The ARN of one of the service's resources in the call's region.
    pub(super) fn arn(&self, resource: &str) -> String {
        let Self { partition, service, region, account, .. } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// What a call does to the bill.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Charge {
    pub(super) effect: Effect,
    /// `AWS::EC2::Instance`
    pub(super) kind: &'static str,
    pub(super) id: Option<String>,
    pub(super) arn: Option<String>,
    pub(super) family: Option<String>,
    pub(super) quantity: i64,
    pub(super) unit: String,
    /// Micro-USD an hour for all of it, never negative, with the list it is from.
    pub(super) per_hour: Option<(i64, PriceList)>,
    /// The cost comes as events of its own.
    pub(super) counted_elsewhere: bool,
    /// Micro-USD paid at once.
    pub(super) up_front: Option<i64>,
    pub(super) assumptions: Vec<&'static str>,
}

impl Charge {
    /// One of `unit`, at no known price.
    pub(super) fn new(effect: Effect, kind: &'static str, unit: impl Into<String>) -> Self {
        Self {
            effect,
            kind,
            id: None,
            arn: None,
            family: None,
            quantity: 1,
            unit: unit.into(),
            per_hour: None,
            counted_elsewhere: false,
            up_front: None,
            assumptions: Vec::new(),
        }
    }

    pub(super) fn id(mut self, id: Option<&str>) -> Self {
        self.id = id.map(str::to_owned);
        self
    }

    pub(super) fn arn(mut self, arn: Option<impl Into<String>>) -> Self {
        self.arn = arn.map(Into::into);
        self
    }

    pub(super) fn quantity(mut self, quantity: i64) -> Self {
        self.quantity = quantity;
        self
    }

    /// Counts machines of a type, which is also their unit and tells their family.
    pub(super) fn machines(mut self, quantity: i64, machine: Option<&str>) -> Self {
        self.quantity = quantity;
        if let Some(machine) = machine {
            machine.clone_into(&mut self.unit);
            self.family = family(machine).map(str::to_owned);
        }
        self
    }

    /// The price of all of it, from the hand table.
    pub(super) fn total(self, per_hour: Option<i64>) -> Self {
        self.priced(per_hour, HAND)
    }

    /// The price of each, from the hand table.
    pub(super) fn each(self, per_hour: Option<i64>) -> Self {
        let total = per_hour.and_then(|each| each.checked_mul(self.quantity));
        self.total(total)
    }

    pub(super) fn priced(mut self, per_hour: Option<i64>, list: PriceList) -> Self {
        self.per_hour = per_hour.map(|price| (price, list));
        self
    }

    pub(super) fn counted_elsewhere(mut self) -> Self {
        self.counted_elsewhere = true;
        self
    }

    pub(super) fn assuming(mut self, assumption: &'static str) -> Self {
        self.assumptions.push(assumption);
        self
    }
}

/// The family of a machine type: `p2` of `p2.xlarge`, `db.t3` of `db.t3.micro`.
fn family(machine: &str) -> Option<&str> {
    let (first, rest) = machine.split_once('.')?;
    if !matches!(first, "db" | "cache" | "ml" | "kafka" | "dax") {
        return Some(first);
    }
    let second = rest.split('.').next()?;
    machine.get(..first.len() + 1 + second.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_a_type_without_its_size() {
        for (machine, expected) in [
            ("p2.xlarge", Some("p2")),
            ("db.t3.micro", Some("db.t3")),
            ("cache.r6g.large", Some("cache.r6g")),
            ("u-6tb1.metal", Some("u-6tb1")),
            ("m5.large.search", Some("m5")),
            ("db.", Some("db.")),
            ("large", None),
        ] {
            assert_eq!(family(machine), expected, "{machine}");
        }
    }
}
