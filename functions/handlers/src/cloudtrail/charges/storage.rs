//! Volumes, snapshots, file systems.

use events::Effect;
use serde_json::Value;

use super::super::charge::{Call, Charge};
use super::super::json::{at, items, number, text};
use crate::prices::{SNAPSHOT_GB_MONTH, Volume, hourly, volume_month};

pub(super) fn charge(call: &Call<'_>) -> Option<Charge> {
    match call.action {
        "CreateVolume" => Some(volume(call, call.response, call.request, Effect::Start)),
        "ModifyVolume" => Some(modify_volume(call)),
        "CreateSnapshot" => Some(snapshot(call)),
        // The copy's size is that of a snapshot in another region.
        "CopySnapshot" => Some(
            Charge::new(Effect::Start, "AWS::EC2::Snapshot", "snapshot")
                .id(call.text("snapshotId")),
        ),
        "CreateFileSystem" => Some(file_system(call)),
        _ => None,
    }
}

/// What an instance's own volumes cost an hour, of those whose size the call gives; `None` when one has no price.
pub(super) fn attached(request: &Value) -> Option<i64> {
    items(request, "blockDeviceMapping")
        .into_iter()
        .filter_map(|device| at(device, "ebs").filter(|ebs| number(ebs, "volumeSize").is_some()))
        .map(|ebs| per_hour(ebs, number(ebs, "volumeSize")?))
        .try_fold(0_i64, |sum, price| sum.checked_add(price?))
}

/// A volume described by `spec`; gp2 is what EC2 makes when none is named.
fn per_hour(spec: &Value, gb: i64) -> Option<i64> {
    let kind = text(spec, "volumeType").unwrap_or("gp2");
    let (iops, throughput) = (number(spec, "iops"), number(spec, "throughput"));
    volume_month(Volume { kind, gb, iops, throughput }).map(hourly)
}

fn volume(call: &Call<'_>, answer: &Value, asked: &Value, effect: Effect) -> Charge {
    // The answer knows the defaults that were filled in.
    let spec = if answer.is_null() { asked } else { answer };
    let gb = number(spec, "size");
    let kind = text(spec, "volumeType").unwrap_or("gp2");
    let id = call.text("volumeId");
    Charge::new(effect, "AWS::EC2::Volume", format!("GB {kind}"))
        .id(id)
        .arn(id.map(|id| call.arn(&format!("volume/{id}"))))
        .quantity(gb.unwrap_or(1))
        .total(gb.and_then(|gb| per_hour(spec, gb)))
}

fn modify_volume(call: &Call<'_>) -> Charge {
    let modification = at(call.response, "volumeModification");
    let Some(target) = modification else {
        return volume(call, &Value::Null, call.request, Effect::Change);
    };
    let kind = text(target, "targetVolumeType").unwrap_or("gp2");
    let gb = number(target, "targetSize");
    let month = gb.and_then(|gb| {
        let (iops, throughput) = (number(target, "targetIops"), number(target, "targetThroughput"));
        volume_month(Volume { kind, gb, iops, throughput })
    });
    let id = text(target, "volumeId");
    Charge::new(Effect::Change, "AWS::EC2::Volume", format!("GB {kind}"))
        .id(id)
        .arn(id.map(|id| call.arn(&format!("volume/{id}"))))
        .quantity(gb.unwrap_or(1))
        .total(month.map(hourly))
}

fn snapshot(call: &Call<'_>) -> Charge {
    let id = call.text("snapshotId");
    let gb = call.number("volumeSize");
    let month = gb.and_then(|gb| gb.checked_mul(SNAPSHOT_GB_MONTH));
    Charge::new(Effect::Start, "AWS::EC2::Snapshot", "GB snapshot")
        .id(id)
        .arn(id.map(|id| call.arn(&format!("snapshot/{id}"))))
        .quantity(gb.unwrap_or(1))
        .total(month.map(hourly))
        .assuming("as if the volume were full and nothing of it stored before")
}

fn file_system(call: &Call<'_>) -> Charge {
    let (kind, id) = match call.service {
        "fsx" => ("AWS::FSx::FileSystem", call.text("fileSystem/fileSystemId")),
        _ => ("AWS::EFS::FileSystem", call.text("fileSystemId")),
    };
    // EFS is paid by what is stored, FSx by figures that depend on its kind.
    let capacity =
        call.number("fileSystem/storageCapacity").or_else(|| call.number("storageCapacity"));
    match capacity {
        Some(gb) => Charge::new(Effect::Start, kind, "GB file system").id(id).quantity(gb),
        None => Charge::new(Effect::Start, kind, "file system").id(id),
    }
}
