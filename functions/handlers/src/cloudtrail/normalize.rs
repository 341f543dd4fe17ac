//! From one record to what it costs.

use std::borrow::Cow;

use events::{Attempt, CostEvent, Effect, Estimate, EventStatus, Outcome, Resource, Severity};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::actor::actor;
use super::charge::{Call, Charge};
use super::charges::{calls_a_model, charge};
use super::json::text;
use crate::prices::{EC2, HAND, REGION};

/// The region of what has none; no account is ever new to it.
pub(crate) const GLOBAL: &str = "global";

/// Longest name kept from a record, in bytes: with its prefix it still is a key in the store.
const LONGEST_NAME: usize = 480;

/// What a record is.
#[derive(Clone, Debug, PartialEq)]
pub enum Normalized {
    /// A call that starts, changes or ends a cost.
    Cost(Box<CostEvent>),
    /// A refused call that would have started or changed one.
    Attempt(Box<Attempt>),
    /// Nothing to watch.
    Dropped(DropReason),
}

/// Why a record is not looked at further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DropReason {
    /// It changed nothing.
    ReadOnly,
    /// It changed nothing that costs money by itself.
    NoCost,
    /// It asked whether it would be allowed.
    DryRun,
    /// It has no id, time, source or name, or they are not what they should be.
    Malformed,
}

impl DropReason {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read_only",
            Self::NoCost => "no_cost",
            Self::DryRun => "dry_run",
            Self::Malformed => "malformed",
        }
    }
}

/// Where a record came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// When its payload arrived.
    pub received_at: Timestamp,
    /// The archived record: `raw/<sha-256>#<index>`.
    pub raw_ref: String,
}

/// The parts of a record that say whether to look closer; the others stay text until then.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(rename = "eventID", borrow)]
    event_id: Cow<'a, str>,
    event_time: Timestamp,
    #[serde(borrow)]
    event_name: Cow<'a, str>,
    #[serde(borrow)]
    event_source: Cow<'a, str>,
    aws_region: Option<String>,
    read_only: Option<Value>,
    error_code: Option<String>,
    error_message: Option<String>,
    #[serde(rename = "sourceIPAddress")]
    source_address: Option<String>,
    recipient_account_id: Option<String>,
    #[serde(borrow)]
    user_identity: Option<&'a RawValue>,
    #[serde(borrow)]
    request_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    response_elements: Option<&'a RawValue>,
}

/// Says what the record of a call costs. Any text gives an answer.
#[must_use]
pub fn normalize(record: &str, origin: Origin) -> Normalized {
    let Ok(record) = serde_json::from_str::<Record<'_>>(record) else {
        return Normalized::Dropped(DropReason::Malformed);
    };
    looked_at(&record, origin).unwrap_or_else(Normalized::Dropped)
}

fn looked_at(record: &Record<'_>, origin: Origin) -> Result<Normalized, DropReason> {
    if !is_id(&record.event_id) {
        return Err(DropReason::Malformed);
    }
    let service = service(&record.event_source);
    let action = without_date(&record.event_name);
    let read_only = record.read_only.as_ref().is_some_and(|value| value == true || value == "true");
    if read_only && !(service == "bedrock" && calls_a_model(action)) {
        return Err(DropReason::ReadOnly);
    }
    let error = record.error_code.as_deref().filter(|code| !code.is_empty());
    if error.is_some_and(|code| code.ends_with("DryRunOperation")) {
        return Err(DropReason::DryRun);
    }

    let parsed = |raw: Option<&RawValue>| -> Result<Value, DropReason> {
        let Some(raw) = raw else { return Ok(Value::Null) };
        serde_json::from_str(raw.get()).map_err(|_| DropReason::Malformed)
    };
    let (request, response) =
        (parsed(record.request_parameters)?, parsed(record.response_elements)?);
    let identity = parsed(record.user_identity)?;
    let region = region(service, record.aws_region.as_deref());
    let account =
        account(record.recipient_account_id.as_deref().or_else(|| text(&identity, "accountId")));
    let call = Call {
        service,
        action,
        request: &request,
        response: &response,
        partition: partition(region),
        region,
        account,
    };
    let charge = charge(&call).ok_or(DropReason::NoCost)?;
    // They name the series in the store and in queues.
    if !(is_id(service) && is_id(action)) {
        return Err(DropReason::Malformed);
    }
    let Some(code) = error else {
        return Ok(Normalized::Cost(Box::new(event(
            record,
            &call,
            &charge,
            &identity,
            origin,
            Outcome::Succeeded,
        ))));
    };
    // Failing to end a cost is no news: it goes on as before.
    if charge.effect == Effect::Stop {
        return Err(DropReason::NoCost);
    }
    Ok(Normalized::Attempt(Box::new(Attempt {
        would_be: event(record, &call, &charge, &identity, origin, Outcome::Failed),
        error_code: tidy(code),
        error_message: record.error_message.as_deref().map(tidy),
    })))
}

fn event(
    record: &Record<'_>,
    call: &Call<'_>,
    charge: &Charge,
    identity: &Value,
    origin: Origin,
    outcome: Outcome,
) -> CostEvent {
    let actor = actor(identity, record.source_address.as_deref());
    // Our lists are in dollars, for the commercial regions.
    let listed =
        charge.per_hour.filter(|(_, list)| call.partition == "aws" || ![EC2, HAND].contains(list));
    // What would have been counted elsewhere never came to be.
    let elsewhere = charge.counted_elsewhere && outcome == Outcome::Succeeded;
    let priced = listed.filter(|_| !elsewhere);
    let mut assumptions: Vec<String> = match priced {
        Some(_) => charge.assumptions.iter().map(|&text| text.to_owned()).collect(),
        None => Vec::new(),
    };
    if priced.is_some() && ![REGION, GLOBAL].contains(&call.region) {
        assumptions.push(format!("at the price of {REGION}"));
    }
    let sign = if charge.effect == Effect::Stop { -1 } else { 1 };
    CostEvent {
        source: "cloudtrail".to_owned(),
        source_id: record.event_id.clone().into_owned(),
        occurred_at: record.event_time,
        received_at: origin.received_at,
        actor: tidy(&actor.name),
        actor_kind: actor.kind,
        invoked_by: actor.invoked_by.as_deref().map(tidy),
        service: tidy(call.service),
        action: tidy(call.action),
        outcome,
        effect: charge.effect,
        resource: Resource {
            arn: charge.arn.as_deref().map(tidy),
            id: charge.id.as_deref().map(tidy),
            kind: charge.kind.to_owned(),
            region: call.region.to_owned(),
            account: call.account.to_owned(),
        },
        family: charge.family.as_deref().map(tidy),
        quantity: charge.quantity.unsigned_abs(),
        unit: tidy(&charge.unit),
        est_micro_usd_per_hour: priced.map(|(price, _)| sign * price),
        up_front_micro_usd: charge.up_front,
        estimate: match priced {
            Some(_) => Estimate::Known,
            None if elsewhere => Estimate::CountedElsewhere,
            None => Estimate::Unknown,
        },
        price_source: priced.map(|(_, list)| list.source.to_owned()),
        price_version: priced.map(|(_, list)| list.version.to_owned()).filter(|v| !v.is_empty()),
        assumptions,
        raw_ref: origin.raw_ref,
        severity: Severity::Info,
        status: EventStatus::Normal,
    }
}

/// Whether a text can name something in the store and in queues: visible ASCII, not too long.
fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `ec2` of `ec2.amazonaws.com`
fn service(source: &str) -> &str {
    [".amazonaws.com", ".amazonaws.com.cn"]
        .iter()
        .find_map(|suffix| source.strip_suffix(suffix))
        .unwrap_or(source)
}

/// `CreateFunction` of `CreateFunction20150331` and `CreateFunction20150331v2`.
fn without_date(name: &str) -> &str {
    let unversioned = name
        .rsplit_once('v')
        .filter(|(_, version)| !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()))
        .map_or(name, |(before, _)| before);
    let action = unversioned.trim_end_matches(|c: char| c.is_ascii_digit());
    if unversioned.len() - action.len() == 8 { action } else { name }
}

fn region<'a>(service: &str, region: Option<&'a str>) -> &'a str {
    // Their calls are all logged in us-east-1, wherever they were made.
    if matches!(service, "savingsplans" | "route53domains") {
        return GLOBAL;
    }
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    region
        .filter(|name| (1..=32).contains(&name.len()) && name.bytes().all(letter))
        .unwrap_or("unknown")
}

fn account(id: Option<&str>) -> &str {
    id.filter(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or("unknown")
}

fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// A text that every store and queue takes: no control characters, not too long.
fn tidy(text: &str) -> String {
    let refused = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut tidy: String =
        text.chars().take(LONGEST_NAME).map(|c| if refused(c) { '\u{fffd}' } else { c }).collect();
    tidy.truncate(tidy.floor_char_boundary(LONGEST_NAME));
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_api_is_not_part_of_a_calls_name() {
        for (name, action) in [
            ("CreateFunction20150331", "CreateFunction"),
            ("UpdateFunctionConfiguration20150331v2", "UpdateFunctionConfiguration"),
            ("PutProvisionedConcurrencyConfig20190930", "PutProvisionedConcurrencyConfig"),
            ("RunInstances", "RunInstances"),
            ("ReceiveV2", "ReceiveV2"),
            ("Move", "Move"),
            ("CreateClusterV2", "CreateClusterV2"),
            ("20150331", ""),
            ("", ""),
        ] {
            assert_eq!(without_date(name), action, "{name}");
        }
    }

    #[test]
    fn a_text_is_made_fit_for_the_store() {
        assert_eq!(tidy("a\0b\n\u{ffff}é"), "a\u{fffd}b\u{fffd}\u{fffd}é");
        assert!(tidy(&"é".repeat(5_000)).len() <= LONGEST_NAME);
        assert!(tidy(&"\0".repeat(5_000)).len() <= LONGEST_NAME);
    }

    #[test]
    fn odd_accounts_and_regions_are_unknown() {
        assert_eq!(account(Some("123837392027")), "123837392027");
        assert_eq!(account(Some("12383739202x")), "unknown");
        assert_eq!(account(None), "unknown");
        assert_eq!(region("ec2", Some("us-gov-west-1")), "us-gov-west-1");
        assert_eq!(region("ec2", Some("Mars\n")), "unknown");
        assert_eq!(region("savingsplans", Some("us-east-1")), GLOBAL);
    }
}
