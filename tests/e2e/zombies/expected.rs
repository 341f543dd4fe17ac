//! What is to be said of each resource of `seed_account.py` that is a zombie.

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const OTHER_ACCOUNT: &str = "210987654321";

/// Hours a month, as AWS bills them on average.
const HOURS: i64 = 730;

/// What all zombies of a rule have in common.
struct Rule {
    name: &'static str,
    kind: &'static str,
    look_back_days: u32,
    /// Micro-USD, of a resource as the script makes them.
    monthly: i64,
}

const VOLUME: Rule = Rule {
    name: "unattached_volume",
    kind: "AWS::EC2::Volume",
    look_back_days: 7,
    monthly: 10 * 80_000, // GiB of gp3
};

const ADDRESS: Rule = Rule {
    name: "unassociated_address",
    kind: "AWS::EC2::EIP",
    look_back_days: 7,
    monthly: HOURS * 5_000,
};

const STOPPED: Rule = Rule {
    name: "stopped_instance",
    kind: "AWS::EC2::Instance",
    look_back_days: 30,
    monthly: 8 * 100_000, // GiB of gp2: its root
};

const BALANCER: Rule = Rule {
    name: "load_balancer_without_targets",
    kind: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    look_back_days: 7,
    monthly: HOURS * 22_500,
};

const SNAPSHOT: Rule = Rule {
    name: "old_snapshot",
    kind: "AWS::EC2::Snapshot",
    look_back_days: 90,
    monthly: 10 * 50_000, // GiB
};

const DATABASE: Rule = Rule {
    name: "idle_database",
    kind: "AWS::RDS::DBInstance",
    look_back_days: 14,
    monthly: HOURS * 18_000 + 20 * 115_000, // db.t3.micro, and GiB of gp2
};

const GATEWAY: Rule = Rule {
    name: "idle_nat_gateway",
    kind: "AWS::EC2::NatGateway",
    look_back_days: 14,
    monthly: HOURS * 45_000,
};

/// What is to be said of a resource, but for its status; `made` is what the script printed.
pub(super) fn zombie(made: &Value, name: &str) -> anyhow::Result<Value> {
    let made = |name: &str| made[name].as_str().with_context(|| format!("no `{name}` was made"));
    let (rule, evidence) = match name {
        "volume" | "volume_elsewhere" => (VOLUME, unattached(made("day")?)),
        "young_volume" => (VOLUME, unattached(made("young_day")?)),
        "spare_volume" => (VOLUME, named("spare", unattached(made("day")?))),
        "address" => (ADDRESS, unassociated(made("address_ip")?)),
        "other_address" => (ADDRESS, unassociated(made("other_address_ip")?)),
        "stopped" => (STOPPED, named("old", stopped(made("day")?, made("stopped_root")?))),
        "spare_stopped" => (STOPPED, stopped(made("day")?, made("spare_stopped_root")?)),
        "balancer" => (BALANCER, named("empty", without_targets())),
        "young_balancer" => (BALANCER, named("young", without_targets())),
        "snapshot" => (
            SNAPSHOT,
            json!({
                "taken": made("day")?,
                "images": "none of the account's images starts from it",
            }),
        ),
        "database" => (
            DATABASE,
            json!({
                "instances": "idle",
                "connections": "0 in 14 days, with datapoints on each",
            }),
        ),
        "gateway" => (
            GATEWAY,
            json!({
                "bytes_out": "0 in 14 days, with datapoints on each",
                "connections": "0 on each day",
            }),
        ),
        _ => bail!("`{name}` is never a zombie"),
    };
    let mut resource = json!({
        "id": made(name)?,
        "type": rule.kind,
        "region": if name == "volume_elsewhere" { "eu-central-1" } else { "us-east-1" },
        "account": if name == "other_address" { OTHER_ACCOUNT } else { ACCOUNT },
    });
    if made(name)?.starts_with("arn:") {
        resource["arn"] = json!(made(name)?);
    }
    Ok(json!({
        "rule": rule.name,
        "resource": resource,
        "look_back_days": rule.look_back_days,
        "evidence": evidence,
        "monthly_micro_usd": rule.monthly,
    }))
}

fn unattached(created: &str) -> Value {
    json!({
        "state": "attached to nothing",
        "created": created,
        "last_attached": "not told by AWS",
    })
}

fn unassociated(ip: &str) -> Value {
    json!({
        "address": ip,
        "state": "associated with nothing",
        "last_associated": "not told by AWS",
    })
}

fn stopped(since: &str, root: &str) -> Value {
    json!({ "instance_type": "t3.micro", "stopped_since": since, "keeps": root })
}

fn without_targets() -> Value {
    json!({ "targets": "no registered target", "traffic": "none in 7 days" })
}

fn named(name: &str, mut evidence: Value) -> Value {
    evidence["name"] = json!(name);
    evidence
}
