//! Volumes, addresses, instances, snapshots, images and NAT gateways.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    self, DomainType, InstanceLifecycleType, InstanceStateName, NatGatewayState, SnapshotState,
    StorageTier, Tag, VolumeState,
};
use functions::zombies::{
    Address, Image, Instance, InstanceState, Metric, NatGateway, Section, Snapshot, Tags, Volume,
};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::paging::{read_all, reason};
use super::{tags, time};

pub(super) async fn volumes(ec2: &Client, page_size: Option<i32>) -> Section<Volume> {
    read_all(
        "ec2:DescribeVolumes",
        |token| ec2.describe_volumes().set_max_results(page_size).set_next_token(token).send(),
        |page| page.next_token(),
        |page| page.volumes().iter().map(volume).collect(),
    )
    .await
}

fn volume(volume: &types::Volume) -> Volume {
    Volume {
        id: volume.volume_id().unwrap_or_default().to_owned(),
        kind: volume.volume_type().map_or("unknown", |kind| kind.as_str()).to_owned(),
        size_gib: volume.size().unwrap_or_default().into(),
        iops: volume.iops().map(i64::from),
        throughput: volume.throughput().map(i64::from),
        created: time(volume.create_time()),
        unattached: volume.state() == Some(&VolumeState::Available)
            && volume.attachments().is_empty(),
        tags: tags_of(volume.tags()),
    }
}

/// AWS gives all addresses in one answer.
pub(super) async fn addresses(ec2: &Client) -> Section<Address> {
    match ec2.describe_addresses().send().await {
        Ok(answer) => Section::Complete(answer.addresses().iter().map(address).collect()),
        Err(error) => Section::unavailable(reason("ec2:DescribeAddresses", &error)),
    }
}

fn address(address: &types::Address) -> Address {
    let ip = address.public_ip().unwrap_or_default();
    Address {
        // EC2-Classic addresses had no allocation id; their ip is their name.
        id: address.allocation_id().unwrap_or(ip).to_owned(),
        ip: ip.to_owned(),
        associated: [
            address.association_id(),
            address.instance_id(),
            address.network_interface_id(),
        ]
        .into_iter()
        .flatten()
        .any(|id| !id.is_empty()),
        // Addresses of the customer's own range come from a pool that is not Amazon's.
        billed: address.domain() != Some(&DomainType::Vpc)
            || address.public_ipv4_pool().is_none_or(|pool| pool == "amazon"),
        service_managed: address.service_managed().is_some(),
        tags: tags_of(address.tags()),
    }
}

pub(super) async fn instances(ec2: &Client, page_size: Option<i32>) -> Section<Instance> {
    read_all(
        "ec2:DescribeInstances",
        |token| ec2.describe_instances().set_max_results(page_size).set_next_token(token).send(),
        |page| page.next_token(),
        |page| {
            page.reservations()
                .iter()
                .flat_map(|reservation| reservation.instances())
                .map(instance)
                .collect()
        },
    )
    .await
}

fn instance(instance: &types::Instance) -> Instance {
    let stopped =
        instance.state().and_then(|state| state.name()) == Some(&InstanceStateName::Stopped);
    Instance {
        id: instance.instance_id().unwrap_or_default().to_owned(),
        kind: instance.instance_type().map_or("unknown", |kind| kind.as_str()).to_owned(),
        state: if stopped {
            InstanceState::Stopped {
                since: instance.state_transition_reason().and_then(transition_time),
            }
        } else {
            InstanceState::Other
        },
        spot: instance.instance_lifecycle() == Some(&InstanceLifecycleType::Spot),
        volumes: instance
            .block_device_mappings()
            .iter()
            .filter_map(|device| device.ebs()?.volume_id().map(str::to_owned))
            .collect(),
        tags: tags_of(instance.tags()),
    }
}

/// The time in `User initiated (2026-10-01 12:00:00 GMT)`, the only place where EC2 tells when an instance stopped.
fn transition_time(reason: &str) -> Option<jiff::Timestamp> {
    let (_, rest) = reason.split_once('(')?;
    let (time, _) = rest.split_once(')')?;
    let time = time.strip_suffix(" GMT").or_else(|| time.strip_suffix(" UTC"))?;
    let time: DateTime = time.parse().ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

pub(super) async fn snapshots(ec2: &Client, page_size: Option<i32>) -> Section<Snapshot> {
    read_all(
        "ec2:DescribeSnapshots",
        |token| {
            ec2.describe_snapshots()
                .owner_ids("self")
                .set_max_results(page_size)
                .set_next_token(token)
                .send()
        },
        |page| page.next_token(),
        |page| page.snapshots().iter().map(snapshot).collect(),
    )
    .await
}

fn snapshot(snapshot: &types::Snapshot) -> Snapshot {
    Snapshot {
        id: snapshot.snapshot_id().unwrap_or_default().to_owned(),
        volume_gib: snapshot.volume_size().unwrap_or_default().into(),
        started: time(snapshot.start_time()),
        completed: snapshot.state() == Some(&SnapshotState::Completed),
        archived: snapshot.storage_tier() == Some(&StorageTier::Archive),
        tags: tags_of(snapshot.tags()),
    }
}

/// Also disabled and deprecated images: they keep their snapshots.
pub(super) async fn images(ec2: &Client, page_size: Option<i32>) -> Section<Image> {
    read_all(
        "ec2:DescribeImages",
        |token| {
            ec2.describe_images()
                .owners("self")
                .include_deprecated(true)
                .include_disabled(true)
                .set_max_results(page_size)
                .set_next_token(token)
                .send()
        },
        |page| page.next_token(),
        |page| page.images().iter().map(image).collect(),
    )
    .await
}

fn image(image: &types::Image) -> Image {
    Image {
        id: image.image_id().unwrap_or_default().to_owned(),
        snapshots: image
            .block_device_mappings()
            .iter()
            .filter_map(|device| device.ebs()?.snapshot_id().map(str::to_owned))
            .collect(),
    }
}

/// The gateways; their metrics are [`Missing`](Metric::Missing) until they are read.
pub(super) async fn nat_gateways(ec2: &Client, page_size: Option<i32>) -> Section<NatGateway> {
    read_all(
        "ec2:DescribeNatGateways",
        |token| ec2.describe_nat_gateways().set_max_results(page_size).set_next_token(token).send(),
        |page| page.next_token(),
        |page| page.nat_gateways().iter().map(nat_gateway).collect(),
    )
    .await
}

fn nat_gateway(gateway: &types::NatGateway) -> NatGateway {
    NatGateway {
        id: gateway.nat_gateway_id().unwrap_or_default().to_owned(),
        created: time(gateway.create_time()),
        available: gateway.state() == Some(&NatGatewayState::Available),
        bytes: Metric::Missing,
        connections: Metric::Missing,
        tags: tags_of(gateway.tags()),
    }
}

fn tags_of(found: &[Tag]) -> Tags {
    tags(found.iter().map(|tag| (tag.key(), tag.value())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_an_instance_stopped_is_read_from_its_transition() {
        let time = |reason| transition_time(reason).map(|time| time.to_string());
        let wanted = Some("2026-10-01T12:30:05Z".to_owned());
        assert_eq!(time("User initiated (2026-10-01 12:30:05 GMT)"), wanted);
        assert_eq!(time("User initiated (2026-10-01 12:30:05 UTC)"), wanted);
        for unknown in [
            "",
            "User initiated",
            "User initiated (yesterday)",
            "Server.SpotInstanceTermination",
            "((",
            ")(",
        ] {
            assert_eq!(time(unknown), None, "{unknown}");
        }
    }
}
