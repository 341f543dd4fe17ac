//! Resources for the rules' tests: each is a zombie of its rule until a test says otherwise.

use jiff::{SignedDuration, Timestamp};

use super::{KeepTag, Scope, find};
use crate::zombies::{
    Address, DatabaseStatus, DbInstance, Hunt, Image, Instance, InstanceState, Inventory,
    LoadBalancer, LoadBalancerKind, Metric, NatGateway, Prices, Section, Snapshot, Tags,
    TargetHealth, Volume,
};

pub(super) fn now() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().unwrap()
}

pub(super) fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(24 * days)
}

pub(super) fn tags(key: &str, value: &str) -> Tags {
    Tags::from([(key.to_owned(), value.to_owned())])
}

/// An account that was read completely and holds nothing.
pub(super) fn empty() -> Inventory {
    Inventory {
        volumes: Section::Complete(vec![]),
        addresses: Section::Complete(vec![]),
        instances: Section::Complete(vec![]),
        load_balancers: Section::Complete(vec![]),
        snapshots: Section::Complete(vec![]),
        images: Section::Complete(vec![]),
        databases: Section::Complete(vec![]),
        nat_gateways: Section::Complete(vec![]),
    }
}

/// One zombie of each rule.
pub(super) fn haunted() -> Inventory {
    Inventory {
        volumes: Section::Complete(vec![
            volume(),
            Volume { id: "vol-kept".into(), unattached: false, ..volume() },
        ]),
        addresses: Section::Complete(vec![address()]),
        instances: Section::Complete(vec![instance()]),
        load_balancers: Section::Complete(vec![load_balancer()]),
        snapshots: Section::Complete(vec![snapshot()]),
        images: Section::Complete(vec![Image {
            id: "ami-1".into(),
            snapshots: vec!["snap-other".into()],
        }]),
        databases: Section::Complete(vec![database()]),
        nat_gateways: Section::Complete(vec![nat_gateway()]),
    }
}

pub(super) fn hunt(inventory: &Inventory) -> Hunt {
    hunt_in("us-east-1", inventory)
}

pub(super) fn hunt_in(region: &str, inventory: &Inventory) -> Hunt {
    let scope = Scope {
        account: "123456789012".into(),
        region: region.into(),
        now: now(),
        keep: KeepTag::defaults(),
    };
    find(inventory, &scope, Prices::of(region))
}

pub(super) fn volume() -> Volume {
    Volume {
        id: "vol-1".into(),
        kind: "gp3".into(),
        size_gib: 100,
        iops: Some(3_000),
        throughput: Some(125),
        created: Some(days_ago(7)),
        unattached: true,
        tags: Tags::new(),
    }
}

pub(super) fn address() -> Address {
    Address {
        id: "eipalloc-1".into(),
        ip: "203.0.113.7".into(),
        associated: false,
        billed: true,
        service_managed: false,
        tags: Tags::new(),
    }
}

pub(super) fn instance() -> Instance {
    Instance {
        id: "i-1".into(),
        kind: "m5.large".into(),
        state: InstanceState::Stopped { since: Some(days_ago(30)) },
        spot: false,
        volumes: vec!["vol-kept".into()],
        tags: tags("Name", "old build server"),
    }
}

pub(super) fn load_balancer() -> LoadBalancer {
    LoadBalancer {
        arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop/1".into(),
        name: "shop".into(),
        kind: LoadBalancerKind::Application,
        created: Some(days_ago(7)),
        active: true,
        targets: Section::Complete(vec![TargetHealth::OutOfService]),
        traffic: Metric::Missing,
        tags: Tags::new(),
    }
}

pub(super) fn snapshot() -> Snapshot {
    Snapshot {
        id: "snap-1".into(),
        volume_gib: 40,
        started: Some(days_ago(90)),
        completed: true,
        archived: false,
        tags: Tags::new(),
    }
}

pub(super) fn database() -> DbInstance {
    DbInstance {
        id: "orders".into(),
        class: "db.t3.micro".into(),
        engine: "postgres".into(),
        created: Some(days_ago(14)),
        status: DatabaseStatus::Available,
        multi_az: false,
        storage_gib: 20,
        storage_kind: "gp3".into(),
        iops: Some(3_000),
        replica: false,
        has_replicas: false,
        cluster: None,
        connections: zero(),
        tags: Tags::new(),
    }
}

pub(super) fn nat_gateway() -> NatGateway {
    NatGateway {
        id: "nat-1".into(),
        created: Some(days_ago(14)),
        available: true,
        bytes: zero(),
        connections: zero(),
        tags: Tags::new(),
    }
}

/// No use, with a datapoint on each day.
pub(super) fn zero() -> Metric {
    Metric::Sum { total: 0.0, days: 14 }
}

/// Some use on some days.
pub(super) fn used() -> Metric {
    Metric::Sum { total: 3.0, days: 2 }
}
