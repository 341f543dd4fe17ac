//! Each family of calls that costs money, with its traps.

mod machines;
mod rules;
mod services;

use events::{CostEvent, Estimate};
use functions::cloudtrail::{DropReason, Normalized};
use serde_json::{Value, json};

use crate::support::{cost, normalized, record};

/// `effect quantity × unit [family] = micro-USD an hour`
fn said(event: &CostEvent) -> String {
    let CostEvent { effect, quantity, unit, family, est_micro_usd_per_hour: rate, .. } = event;
    let family = family.as_ref().map(|family| format!(" [{family}]")).unwrap_or_default();
    let rate = match (rate, event.estimate) {
        (Some(rate), Estimate::Known) => rate.to_string(),
        (None, Estimate::CountedElsewhere) => "elsewhere".to_owned(),
        (None, Estimate::Unknown) => "unknown".to_owned(),
        (rate, estimate) => panic!("{rate:?} is {estimate:?}"),
    };
    format!("{effect:?} {quantity} × {unit}{family} = {rate}")
}

#[track_caller]
fn check(service: &str, name: &str, request: Value, response: Value, expected: &str) -> CostEvent {
    let event = cost(&record(service, name, request, response));
    assert_eq!(said(&event), expected, "{service}:{name}");
    assert_eq!(event.price_source.is_some(), event.est_micro_usd_per_hour.is_some());
    event
}

#[track_caller]
fn costs_nothing(service: &str, name: &str, request: Value) {
    let dropped = normalized(&record(service, name, request, json!(null)));
    assert_eq!(dropped, Normalized::Dropped(DropReason::NoCost), "{service}:{name}");
}

fn instances(machine: &str, count: usize) -> Value {
    let items: Vec<Value> = (0..count)
        .map(|i| json!({"instanceId": format!("i-{i}"), "instanceType": machine}))
        .collect();
    json!({"instancesSet": {"items": items}})
}
