//! RDS. Its keys are of an odd case (`dBInstanceClass`), and secrets in them are masked.

use events::Effect;

use super::super::charge::{Call, Charge};
use super::super::json::{at, flag, number, text};
use crate::prices::{database, database_storage_month, hourly};

const INSTANCE: &str = "AWS::RDS::DBInstance";
const CLUSTER: &str = "AWS::RDS::DBCluster";

/// A GB of a manual snapshot beyond the free share, a month, as of the hand table.
const SNAPSHOT_GB_MONTH: i64 = 95_000;

pub(super) fn charge(call: &Call<'_>) -> Option<Charge> {
    match call.action {
        "CreateDBInstance"
        | "CreateDBInstanceReadReplica"
        | "RestoreDBInstanceFromDBSnapshot"
        | "RestoreDBInstanceFromS3"
        | "RestoreDBInstanceToPointInTime"
        | "StartDBInstance" => Some(instance(call, Effect::Start)),
        "StopDBInstance" => Some(stop_instance(call)),
        "DeleteDBInstance" => Some(instance(call, Effect::Stop)),
        "ModifyDBInstance" => modify_instance(call),
        "CreateDBCluster"
        | "RestoreDBClusterFromSnapshot"
        | "RestoreDBClusterFromS3"
        | "RestoreDBClusterToPointInTime"
        | "StartDBCluster" => Some(cluster(call, Effect::Start)),
        "StopDBCluster" | "DeleteDBCluster" => Some(cluster(call, Effect::Stop)),
        "CreateDBSnapshot" => Some(snapshot(call)),
        _ => None,
    }
}

fn instance(call: &Call<'_>, effect: Effect) -> Charge {
    let class = call.text("dBInstanceClass");
    let compute = compute(call);
    // Storage is charged while an instance is stopped, so starting it adds none.
    let storage = if call.action == "StartDBInstance" { Some(0) } else { storage(call) };
    named(call, effect)
        .machines(1, class)
        .total(compute.zip(storage).and_then(|(compute, storage)| compute.checked_add(storage)))
}

/// Storage goes on being charged.
fn stop_instance(call: &Call<'_>) -> Charge {
    named(call, Effect::Stop).machines(1, call.text("dBInstanceClass")).total(compute(call))
}

/// Only a change of what is paid for; it may wait for the maintenance window, and the answer shows the old class until then.
fn modify_instance(call: &Call<'_>) -> Option<Charge> {
    let paid = ["dBInstanceClass", "allocatedStorage", "multiAZ", "storageType", "iops"];
    if paid.iter().all(|path| at(call.request, path).is_none()) {
        return None;
    }
    let asked = text(call.request, "dBInstanceClass");
    let class = asked.or_else(|| text(call.response, "dBInstanceClass"));
    let hour = class.zip(call.text("engine")).and_then(|(class, engine)| database(class, engine));
    let gb = number(call.request, "allocatedStorage")
        .or_else(|| number(call.response, "allocatedStorage"));
    let kind = text(call.request, "storageType").or_else(|| text(call.response, "storageType"));
    let storage = storage_of(gb, kind);
    let standby = if at(call.request, "multiAZ").is_some() { call.request } else { call.response };
    let zones = if flag(standby, "multiAZ") { 2 } else { 1 };
    let total =
        hour.zip(storage).and_then(|(hour, storage)| hour.checked_add(storage)?.checked_mul(zones));
    let mut charge = named(call, Effect::Change).machines(1, class).total(total);
    if !flag(call.request, "applyImmediately") {
        charge = charge.assuming("from the next maintenance window on");
    }
    Some(charge)
}

/// The instance without storage; twice with a standby in another zone.
fn compute(call: &Call<'_>) -> Option<i64> {
    database(call.text("dBInstanceClass")?, call.text("engine")?)?.checked_mul(zones(call))
}

fn storage(call: &Call<'_>) -> Option<i64> {
    storage_of(call.number("allocatedStorage"), call.text("storageType"))?.checked_mul(zones(call))
}

fn storage_of(gb: Option<i64>, kind: Option<&str>) -> Option<i64> {
    gb?.checked_mul(database_storage_month(kind.unwrap_or("gp2"))?).map(hourly)
}

fn zones(call: &Call<'_>) -> i64 {
    if flag(call.response, "multiAZ") || flag(call.request, "multiAZ") { 2 } else { 1 }
}

fn named(call: &Call<'_>, effect: Effect) -> Charge {
    Charge::new(effect, INSTANCE, "database instance")
        .id(call.text("dBInstanceIdentifier"))
        .arn(call.text("dBInstanceArn"))
}

/// An Aurora cluster is paid through its instances, or by use; one with a class of its own has three machines.
fn cluster(call: &Call<'_>, effect: Effect) -> Charge {
    let class = call.text("dBClusterInstanceClass");
    let machines = if class.is_some() { 3 } else { 1 };
    Charge::new(effect, CLUSTER, "database cluster")
        .id(call.text("dBClusterIdentifier"))
        .arn(call.text("dBClusterArn"))
        .machines(machines, class)
}

fn snapshot(call: &Call<'_>) -> Charge {
    let gb = call.number("allocatedStorage");
    let month = gb.and_then(|gb| gb.checked_mul(SNAPSHOT_GB_MONTH));
    Charge::new(Effect::Start, "AWS::RDS::DBSnapshot", "GB database snapshot")
        .id(call.text("dBSnapshotIdentifier"))
        .arn(call.text("dBSnapshotArn"))
        .quantity(gb.unwrap_or(1))
        .total(month.map(hourly))
        .assuming("as if the database were full, and without the free share")
}
