//! EC2 instances, and what starts them.

use events::Effect;
use serde_json::Value;

use super::super::charge::{Call, Charge};
use super::super::json::{anywhere, items, number, text};
use super::storage;
use crate::prices::{EC2, instance};

const INSTANCE: &str = "AWS::EC2::Instance";

pub(super) fn charge(call: &Call<'_>) -> Option<Charge> {
    match call.action {
        "RunInstances" => Some(run_instances(call)),
        "StartInstances" => Some(by_id(call, Effect::Start)),
        "StopInstances" | "TerminateInstances" => Some(by_id(call, Effect::Stop)),
        "ModifyInstanceAttribute" => modify_instance(call),
        "CreateFleet" | "RequestSpotFleet" => {
            Some(request(call, "AWS::EC2::EC2Fleet", Effect::Start, capacity(call.request)))
        }
        "RequestSpotInstances" => {
            let count = number(call.request, "instanceCount");
            Some(request(call, "AWS::EC2::SpotInstanceRequest", Effect::Start, count))
        }
        "CreateAutoScalingGroup" => group(call, Effect::Start),
        "UpdateAutoScalingGroup" | "SetDesiredCapacity" => group(call, Effect::Change),
        _ => None,
    }
}

/// Counts the instances that came, not those that were asked for (`maxCount` is an upper limit), and
/// counts those of fleets and groups too: this is the one place where instances are charged.
fn run_instances(call: &Call<'_>) -> Charge {
    let came = items(call.response, "instancesSet/items");
    let asked = call.request;
    // With a launch template, the type is in the answer only.
    let first = came.first().copied().unwrap_or(&Value::Null);
    let machine = text(first, "instanceType").or_else(|| text(asked, "instanceType"));
    let quantity = if came.is_empty() {
        number(asked, "instancesSet/items/0/maxCount").unwrap_or(1)
    } else {
        came.len() as i64
    };
    let machines = if came.is_empty() {
        machine.and_then(instance).and_then(|price| price.checked_mul(quantity))
    } else {
        came.iter()
            .map(|one| instance(text(one, "instanceType")?))
            .try_fold(0_i64, |sum, price| sum.checked_add(price?))
    };
    let volumes = storage::attached(asked).and_then(|each| each.checked_mul(quantity));
    let total = machines.zip(volumes).and_then(|(machines, volumes)| machines.checked_add(volumes));

    let id = text(first, "instanceId");
    let mut charge = Charge::new(Effect::Start, INSTANCE, "instance")
        .id(id)
        .arn(id.map(|id| call.arn(&format!("instance/{id}"))))
        .machines(quantity, machine)
        .priced(total, EC2)
        .assuming("Linux, on demand");
    if text(first, "platform") == Some("windows") {
        charge = charge.assuming("without the Windows licence");
    }
    if text(first, "instanceLifecycle") == Some("spot") {
        charge = charge.assuming("at the on-demand price, which a spot instance stays under");
    }
    let tenancy = text(first, "placement/tenancy").or_else(|| text(asked, "placement/tenancy"));
    // The dedicated host it runs on is what is paid for.
    if tenancy == Some("host") { charge.counted_elsewhere() } else { charge }
}

/// Calls that name instances and nothing else: their size, so their price, is not in the event.
fn by_id(call: &Call<'_>, effect: Effect) -> Charge {
    let named = call.items("instancesSet/items");
    let id = named.first().and_then(|one| text(one, "instanceId"));
    Charge::new(effect, INSTANCE, "instance")
        .id(id)
        .arn(id.map(|id| call.arn(&format!("instance/{id}"))))
        .quantity(named.len().max(1) as i64)
}

/// Only a new type costs money; it can be given in two ways.
fn modify_instance(call: &Call<'_>) -> Option<Charge> {
    let by_name = || {
        let named = text(call.request, "attribute")?.eq_ignore_ascii_case("instanceType");
        named.then(|| text(call.request, "value"))?
    };
    let machine = text(call.request, "instanceType/value").or_else(by_name)?;
    let id = text(call.request, "instanceId");
    Some(
        Charge::new(Effect::Change, INSTANCE, "instance")
            .id(id)
            .arn(id.map(|id| call.arn(&format!("instance/{id}"))))
            .machines(1, Some(machine))
            .priced(instance(machine), EC2)
            .assuming("Linux, on demand"),
    )
}

/// A request that EC2 answers by starting instances: those arrive as `RunInstances` and are charged there.
fn request(call: &Call<'_>, kind: &'static str, effect: Effect, count: Option<i64>) -> Charge {
    let machine = anywhere(call.request, "instanceType");
    let count = count.unwrap_or(1);
    let price = machine.and_then(instance).and_then(|price| price.checked_mul(count));
    let id = ["fleetId", "spotFleetRequestId", "autoScalingGroupName"];
    Charge::new(effect, kind, "instance")
        .id(id.iter().find_map(|path| call.text(path)))
        .machines(count, machine)
        .priced(price, EC2)
        .counted_elsewhere()
}

fn group(call: &Call<'_>, effect: Effect) -> Option<Charge> {
    let desired =
        number(call.request, "desiredCapacity").or_else(|| number(call.request, "minSize"));
    // An update of anything else starts nothing.
    if effect == Effect::Change && desired.is_none() {
        return None;
    }
    Some(request(call, "AWS::AutoScaling::AutoScalingGroup", effect, Some(desired.unwrap_or(0))))
}

fn capacity(request: &Value) -> Option<i64> {
    number(request, "targetCapacitySpecification/totalTargetCapacity")
        .or_else(|| number(request, "spotFleetRequestConfig/targetCapacity"))
}
