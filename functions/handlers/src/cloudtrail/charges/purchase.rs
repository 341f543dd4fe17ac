//! Commitments: reservations, plans, hosts, domains. They cannot be taken back, or only at a loss.

use events::Effect;

use super::super::charge::{Call, Charge};
use super::super::json::{at, number, text};
use crate::prices::{EC2, PriceList, instance, micro_usd};

/// For a rate that the buyer names.
const IN_THE_CALL: PriceList = PriceList { source: "the call itself", version: "" };

pub(super) fn charge(call: &Call<'_>) -> Option<Charge> {
    match (call.service, call.action) {
        ("ec2", "PurchaseReservedInstancesOffering") => Some(reserved_instances(call)),
        ("savingsplans", "CreateSavingsPlan") => Some(savings_plan(call)),
        ("ec2", "CreateCapacityReservation") => Some(capacity_reservation(call)),
        ("ec2", "AllocateHosts") => Some(hosts(call)),
        ("route53domains", "RegisterDomain" | "RenewDomain" | "TransferDomain") => {
            Some(domain(call))
        }
        ("bedrock", "CreateProvisionedModelThroughput") => Some(model_units(call)),
        (_, action) if action.starts_with("Purchase") => Some(any(call)),
        _ => None,
    }
}

fn reserved_instances(call: &Call<'_>) -> Charge {
    let mut charge = bought("AWS::EC2::ReservedInstances", "reserved instance")
        .id(call.text("reservedInstancesId"))
        .quantity(number(call.request, "instanceCount").unwrap_or(1));
    // A limit on the price of the whole order, where the buyer set one.
    charge.up_front = at(call.request, "limitPrice/amount").and_then(amount);
    charge
}

/// The commitment is a rate: dollars an hour for one or three years.
fn savings_plan(call: &Call<'_>) -> Charge {
    let rate = at(call.request, "commitment").and_then(amount);
    let mut charge = bought("AWS::SavingsPlans::SavingsPlan", "savings plan")
        .id(call.text("savingsPlanId"))
        .priced(rate, IN_THE_CALL);
    charge.up_front = at(call.request, "upfrontPaymentAmount").and_then(amount);
    charge
}

/// Charged at the on-demand rate whether it is used or not.
fn capacity_reservation(call: &Call<'_>) -> Charge {
    let machine =
        call.text("capacityReservation/instanceType").or_else(|| call.text("instanceType"));
    let count = call
        .number("capacityReservation/totalInstanceCount")
        .or_else(|| call.number("instanceCount"))
        .unwrap_or(1);
    let price = machine.and_then(instance).and_then(|price| price.checked_mul(count));
    bought("AWS::EC2::CapacityReservation", "instance")
        .id(call.text("capacityReservation/capacityReservationId"))
        .machines(count, machine)
        .priced(price, EC2)
}

fn hosts(call: &Call<'_>) -> Charge {
    let machine =
        text(call.request, "instanceType").or_else(|| text(call.request, "instanceFamily"));
    let mut charge = bought("AWS::EC2::Host", "dedicated host")
        .quantity(number(call.request, "quantity").unwrap_or(1));
    charge.family = machine.map(|machine| machine.split('.').next().unwrap_or(machine).to_owned());
    charge
}

fn domain(call: &Call<'_>) -> Charge {
    bought("AWS::Route53Domains::Domain", "year")
        .id(text(call.request, "domainName"))
        .quantity(number(call.request, "durationInYears").unwrap_or(1))
}

fn model_units(call: &Call<'_>) -> Charge {
    bought("AWS::Bedrock::ProvisionedModelThroughput", "model unit")
        .id(text(call.request, "modelId"))
        .quantity(number(call.request, "modelUnits").unwrap_or(1))
}

/// Every service names its purchases so: reserved nodes, hosts, database instances.
fn any(call: &Call<'_>) -> Charge {
    let count = ["instanceCount", "dBInstanceCount", "nodeCount", "cacheNodeCount", "count"];
    bought("AWS::Purchase", "purchase")
        .quantity(count.iter().find_map(|path| number(call.request, path)).unwrap_or(1))
}

fn bought(kind: &'static str, unit: &str) -> Charge {
    Charge::new(Effect::Purchase, kind, unit)
}

/// Dollars, written as a number or as text.
fn amount(value: &serde_json::Value) -> Option<i64> {
    match value {
        serde_json::Value::String(text) => micro_usd(text),
        serde_json::Value::Number(number) => micro_usd(&number.to_string()),
        _ => None,
    }
}
