//! What is a zombie, what is not, and what cannot be told.

use super::testing::{
    address, database, days_ago, empty, haunted, hunt, hunt_in, instance, load_balancer,
    nat_gateway, now, snapshot, tags, used, volume,
};
use super::{KeepTag, Scope, find};
use crate::zombies::{
    Address, DatabaseStatus, DbInstance, Hunt, Image, Instance, InstanceState, Inventory,
    LoadBalancer, LoadBalancerKind, Metric, NatGateway, NoCloud, Prices, Rule, Section, Snapshot,
    TargetHealth, Volume,
};

fn rules(hunt: &Hunt) -> Vec<Rule> {
    hunt.findings.iter().map(|finding| finding.rule).collect()
}

fn volumes(items: Vec<Volume>) -> Hunt {
    hunt(&Inventory { volumes: Section::Complete(items), ..empty() })
}

fn addresses(items: Vec<Address>) -> Hunt {
    hunt(&Inventory { addresses: Section::Complete(items), ..empty() })
}

fn instances(items: Vec<Instance>) -> Hunt {
    hunt(&Inventory { instances: Section::Complete(items), ..haunted_volumes() })
}

fn haunted_volumes() -> Inventory {
    let kept = Volume { id: "vol-kept".into(), unattached: false, ..volume() };
    Inventory { volumes: Section::Complete(vec![kept]), ..empty() }
}

fn load_balancers(items: Vec<LoadBalancer>) -> Hunt {
    hunt(&Inventory { load_balancers: Section::Complete(items), ..empty() })
}

fn snapshots(items: Vec<Snapshot>) -> Hunt {
    hunt(&Inventory { snapshots: Section::Complete(items), ..empty() })
}

fn databases(items: Vec<DbInstance>) -> Hunt {
    hunt(&Inventory { databases: Section::Complete(items), ..empty() })
}

fn nat_gateways(items: Vec<NatGateway>) -> Hunt {
    hunt(&Inventory { nat_gateways: Section::Complete(items), ..empty() })
}

#[track_caller]
fn assert_nothing(hunt: &Hunt) {
    assert_eq!(*hunt, Hunt::default());
}

/// Nothing was found, and the note says why with these words.
#[track_caller]
fn assert_unknown(hunt: &Hunt, words: &str) {
    assert_eq!(rules(hunt), []);
    let [note] = hunt.notes.as_slice() else { panic!("one note wanted, got {:?}", hunt.notes) };
    assert!(note.reason.contains(words), "`{words}` wanted, got `{}`", note.reason);
    assert!(!hunt.clears(note.rule, &note.resource));
}

#[test]
fn every_rule_finds_its_zombie_once() {
    let hunt = hunt(&haunted());
    assert_eq!(rules(&hunt), Rule::ALL);
    assert!(hunt.is_complete());
    assert!(hunt.notes.is_empty());
}

#[test]
fn every_finding_states_evidence_and_monthly_cost() {
    let hunt = hunt(&haunted());
    let costs: Vec<_> =
        hunt.findings.iter().map(|finding| finding.monthly_micro_usd.unwrap()).collect();
    assert_eq!(
        costs,
        [
            8_000_000,              // 100 GiB of gp3 at 0.08
            3_650_000,              // an address, 730 h at 0.005
            8_000_000,              // the volume kept
            16_425_000,             // 730 h at 0.0225
            2_000_000,              // 40 GiB at 0.05
            13_140_000 + 2_300_000, // 730 h at 0.018 and 20 GiB at 0.115
            32_850_000,             // 730 h at 0.045
        ]
    );
    assert_eq!(hunt.monthly_micro_usd(), (costs.iter().sum(), 0));
    for finding in &hunt.findings {
        assert!(finding.evidence.len() > 1, "{finding:?}");
        assert!(finding.cost_basis.contains("AWS list prices, us-east-1"), "{finding:?}");
    }
}

#[test]
fn an_empty_account_has_no_zombies() {
    assert_nothing(&hunt(&empty()));
}

#[test]
fn the_same_inventory_gives_the_same_report() {
    assert_eq!(hunt(&haunted()), hunt(&haunted()));
}

#[test]
fn a_finding_is_named_by_its_owner_and_keyed_by_place_rule_and_resource() {
    let finding = instances(vec![instance()]).findings.remove(0);
    assert_eq!(finding.name.as_deref(), Some("old build server"));
    assert_eq!(finding.key(), "123456789012/us-east-1/stopped_instance/i-1");
}

#[test]
fn a_resource_younger_than_the_look_back_is_never_a_zombie() {
    let young = |rule: Rule| Some(days_ago(i64::from(rule.look_back_days()) - 1));
    assert_nothing(&volumes(vec![Volume { created: young(Rule::UnattachedVolume), ..volume() }]));
    let state = InstanceState::Stopped { since: young(Rule::StoppedInstance) };
    assert_nothing(&instances(vec![Instance { state, ..instance() }]));
    let created = young(Rule::LoadBalancerWithoutTargets);
    assert_nothing(&load_balancers(vec![LoadBalancer { created, ..load_balancer() }]));
    assert_nothing(&snapshots(vec![Snapshot { started: young(Rule::OldSnapshot), ..snapshot() }]));
    assert_nothing(&databases(vec![DbInstance {
        created: young(Rule::IdleDatabase),
        ..database()
    }]));
    assert_nothing(&nat_gateways(vec![NatGateway {
        created: young(Rule::IdleNatGateway),
        ..nat_gateway()
    }]));
}

#[test]
fn a_resource_of_unknown_age_is_noted_not_found() {
    assert_unknown(&volumes(vec![Volume { created: None, ..volume() }]), "does not say when");
    assert_unknown(&snapshots(vec![Snapshot { started: None, ..snapshot() }]), "does not say when");
    assert_unknown(
        &databases(vec![DbInstance { created: None, ..database() }]),
        "does not say when",
    );
    assert_unknown(
        &nat_gateways(vec![NatGateway { created: None, ..nat_gateway() }]),
        "does not say when",
    );
    assert_unknown(
        &load_balancers(vec![LoadBalancer { created: None, ..load_balancer() }]),
        "does not say when",
    );
    let state = InstanceState::Stopped { since: None };
    assert_unknown(&instances(vec![Instance { state, ..instance() }]), "does not say since when");
}

#[test]
fn a_resource_in_use_is_no_zombie() {
    assert_nothing(&volumes(vec![Volume { unattached: false, ..volume() }]));
    assert_nothing(&addresses(vec![Address { associated: true, ..address() }]));
    assert_nothing(&instances(vec![Instance { state: InstanceState::Other, ..instance() }]));
    let targets = Section::Complete(vec![TargetHealth::OutOfService, TargetHealth::InService]);
    assert_nothing(&load_balancers(vec![LoadBalancer { targets, ..load_balancer() }]));
    assert_nothing(&databases(vec![DbInstance { connections: used(), ..database() }]));
    assert_nothing(&nat_gateways(vec![NatGateway { bytes: used(), ..nat_gateway() }]));
    assert_nothing(&nat_gateways(vec![NatGateway { connections: used(), ..nat_gateway() }]));
}

#[test]
fn a_resource_not_in_its_steady_state_is_not_judged() {
    assert_nothing(&load_balancers(vec![LoadBalancer { active: false, ..load_balancer() }]));
    assert_nothing(&snapshots(vec![Snapshot { completed: false, ..snapshot() }]));
    assert_nothing(&databases(vec![DbInstance { status: DatabaseStatus::Other, ..database() }]));
    assert_nothing(&nat_gateways(vec![NatGateway { available: false, ..nat_gateway() }]));
}

#[test]
fn the_keep_tags_of_disaster_recovery_and_of_the_account_exclude() {
    for (key, value, excluded) in [
        ("twinhost:keep", "", true),
        ("TwinHost:Keep", "yes", true),
        ("twinhost:keep", "false", false),
        ("DR", "true", true),
        ("disaster-recovery", "warm", true),
        ("lifecycle", "Archive", true),
        ("lifecycle", "temporary", false),
        ("Name", "twinhost:keep", false),
    ] {
        let mut keep = KeepTag::defaults();
        keep.push(KeepTag { key: "Lifecycle".into(), value: Some("archive".into()) });
        let scope = Scope { account: "1".into(), region: "us-east-1".into(), now: now(), keep };
        let mut inventory = empty();
        inventory.volumes = Section::Complete(vec![Volume { tags: tags(key, value), ..volume() }]);
        inventory.databases =
            Section::Complete(vec![DbInstance { tags: tags(key, value), ..database() }]);
        let found = find(&inventory, &scope, Prices::of("us-east-1")).findings.len();
        assert_eq!(found, if excluded { 0 } else { 2 }, "{key}={value}");
    }
}

#[test]
fn fleet_members_spot_and_managed_backups_are_excluded() {
    for tag in
        ["aws:autoscaling:groupName", "karpenter.sh/nodepool", "karpenter.k8s.aws/ec2nodeclass"]
    {
        assert_nothing(&instances(vec![Instance { tags: tags(tag, "workers"), ..instance() }]));
    }
    assert_nothing(&instances(vec![Instance { spot: true, ..instance() }]));
    for tag in ["aws:backup:source-resource", "aws:dlm:lifecycle-policy-id"] {
        assert_nothing(&snapshots(vec![Snapshot { tags: tags(tag, "x"), ..snapshot() }]));
    }
    assert_nothing(&addresses(vec![Address { service_managed: true, ..address() }]));
    assert_nothing(&addresses(vec![Address { billed: false, ..address() }]));
}

#[test]
fn a_stopped_instance_that_keeps_no_volume_costs_nothing() {
    assert_nothing(&instances(vec![Instance { volumes: vec![], ..instance() }]));
}

#[test]
fn a_stopped_instance_with_an_unseen_volume_has_an_unknown_cost() {
    let hunt = instances(vec![Instance {
        volumes: vec!["vol-kept".into(), "vol-unseen".into()],
        ..instance()
    }]);
    assert_eq!(rules(&hunt), [Rule::StoppedInstance]);
    assert_eq!(hunt.findings[0].monthly_micro_usd, None);
    assert!(hunt.findings[0].cost_basis.starts_with("unknown"));
}

#[test]
fn a_load_balancer_that_only_redirects_is_in_use() {
    let targets = Section::Complete(vec![]);
    let traffic = Metric::Sum { total: 12.0, days: 3 };
    assert_nothing(&load_balancers(vec![LoadBalancer { targets, traffic, ..load_balancer() }]));
}

#[test]
fn absent_requests_of_a_load_balancer_mean_zero() {
    for (targets, traffic) in [
        (Section::Complete(vec![]), Metric::Missing),
        (Section::Complete(vec![TargetHealth::OutOfService]), Metric::Sum { total: 0.0, days: 1 }),
    ] {
        let hunt = load_balancers(vec![LoadBalancer { targets, traffic, ..load_balancer() }]);
        assert_eq!(rules(&hunt), [Rule::LoadBalancerWithoutTargets]);
    }
}

#[test]
fn a_load_balancer_whose_targets_or_traffic_could_not_be_read_is_unknown() {
    let targets = Section::unavailable("throttled");
    assert_unknown(
        &load_balancers(vec![LoadBalancer { targets, ..load_balancer() }]),
        "targets could not be read",
    );
    let traffic = Metric::Unread { reason: "denied".into() };
    assert_unknown(
        &load_balancers(vec![LoadBalancer { traffic, ..load_balancer() }]),
        "traffic could not be read",
    );
}

#[test]
fn a_snapshot_that_an_image_starts_from_is_no_zombie() {
    let images =
        Section::Complete(vec![Image { id: "ami-1".into(), snapshots: vec!["snap-1".into()] }]);
    assert_nothing(&hunt(&Inventory {
        snapshots: Section::Complete(vec![snapshot()]),
        images,
        ..empty()
    }));
}

#[test]
fn no_snapshot_is_judged_when_images_may_be_missing() {
    let images = Section::unavailable("`ec2:DescribeImages` is denied");
    let hunt =
        hunt(&Inventory { snapshots: Section::Complete(vec![snapshot()]), images, ..empty() });
    assert_eq!(rules(&hunt), []);
    assert!(!hunt.is_complete());
    assert!(hunt.gaps[0].reason.contains("DescribeImages"));
}

#[test]
fn missing_datapoints_of_a_database_are_unknown_never_idle() {
    let judged = |connections| databases(vec![DbInstance { connections, ..database() }]);
    assert_unknown(&judged(Metric::Missing), "no datapoint in 14 days");
    assert_unknown(&judged(Metric::Sum { total: 0.0, days: 13 }), "13 of 14 days");
    assert_unknown(&judged(Metric::Unread { reason: "denied".into() }), "denied");
}

#[test]
fn missing_datapoints_of_a_nat_gateway_are_unknown_never_idle() {
    assert_unknown(
        &nat_gateways(vec![NatGateway { bytes: Metric::Missing, ..nat_gateway() }]),
        "BytesOutToDestination",
    );
    let connections = Metric::Missing;
    assert_unknown(
        &nat_gateways(vec![NatGateway { connections, ..nat_gateway() }]),
        "ActiveConnectionCount",
    );
}

#[test]
fn replicas_and_databases_with_replicas_are_excluded() {
    assert_nothing(&databases(vec![DbInstance { replica: true, ..database() }]));
    assert_nothing(&databases(vec![DbInstance { has_replicas: true, ..database() }]));
}

#[test]
fn a_standby_is_not_idle_while_its_cluster_is_used() {
    let member = |id: &str, connections| DbInstance {
        id: id.into(),
        cluster: Some("shop".into()),
        connections,
        ..database()
    };
    assert_nothing(&databases(vec![
        member("writer", used()),
        member("standby", super::testing::zero()),
    ]));
    let idle = databases(vec![
        member("writer", super::testing::zero()),
        member("standby", super::testing::zero()),
    ]);
    assert_eq!(idle.findings.len(), 1);
    assert_eq!(idle.findings[0].resource, "shop");
    assert_eq!(idle.findings[0].monthly_micro_usd, Some(2 * 15_440_000));
    let unknown = databases(vec![
        member("writer", Metric::Missing),
        member("standby", super::testing::zero()),
    ]);
    assert_unknown(&unknown, "no datapoint");
    assert!(!unknown.clears(Rule::IdleDatabase, "shop"), "the cluster is unknown, not in use");
}

#[test]
fn a_cluster_is_not_judged_when_members_may_be_missing() {
    let items = vec![DbInstance { cluster: Some("shop".into()), ..database() }];
    let databases = Section::Partial { items, reason: "throttled".into() };
    assert_eq!(rules(&hunt(&Inventory { databases, ..empty() })), []);
}

#[test]
fn a_multi_az_database_costs_twice() {
    let hunt = databases(vec![DbInstance { multi_az: true, ..database() }]);
    assert_eq!(hunt.findings[0].monthly_micro_usd, Some(30_880_000));
}

#[test]
fn an_unknown_price_is_none_and_says_why() {
    let oracle = databases(vec![DbInstance { engine: "oracle-se2".into(), ..database() }]);
    assert_eq!(oracle.findings[0].monthly_micro_usd, None);
    assert!(oracle.findings[0].cost_basis.contains("no entry for a db.t3.micro with oracle-se2"));
    let apart = hunt_in("us-gov-west-1", &haunted());
    assert_eq!(apart.monthly_micro_usd(), (0, 7));
    assert!(
        apart
            .findings
            .iter()
            .all(|finding| finding.cost_basis.contains("no price list for this region"))
    );
}

#[test]
fn a_cost_in_another_region_is_an_estimate_and_says_so() {
    let far = hunt_in("eu-central-1", &haunted());
    assert_eq!(far.monthly_micro_usd(), hunt(&haunted()).monthly_micro_usd());
    assert!(
        far.findings.iter().all(|finding| finding.cost_basis.contains("estimated for this region"))
    );
}

#[test]
fn what_a_volume_provisions_is_part_of_its_cost() {
    let fast = volumes(vec![Volume { iops: Some(4_000), throughput: Some(225), ..volume() }]);
    assert_eq!(fast.findings[0].monthly_micro_usd, Some(8_000_000 + 5_000_000 + 4_000_000));
    let huge = volumes(vec![Volume { size_gib: i64::MAX, ..volume() }]);
    assert_eq!(huge.findings[0].monthly_micro_usd, None);
}

#[test]
fn an_archived_snapshot_costs_a_quarter() {
    let archived = snapshots(vec![Snapshot { archived: true, ..snapshot() }]);
    assert_eq!(archived.findings[0].monthly_micro_usd, Some(500_000));
}

#[test]
fn a_database_with_charged_operations_has_an_unknown_cost() {
    let fast = databases(vec![DbInstance { iops: Some(12_001), ..database() }]);
    assert_eq!(fast.findings[0].monthly_micro_usd, None);
    let provisioned = databases(vec![DbInstance { storage_kind: "io1".into(), ..database() }]);
    assert_eq!(provisioned.findings[0].monthly_micro_usd, None);
}

#[test]
fn a_gateway_load_balancer_has_its_own_price() {
    let hunt =
        load_balancers(vec![LoadBalancer { kind: LoadBalancerKind::Gateway, ..load_balancer() }]);
    assert_eq!(hunt.findings[0].monthly_micro_usd, Some(9_125_000));
}

#[test]
fn a_partial_scan_keeps_what_it_saw_and_says_that_it_is_partial() {
    let volumes =
        Section::Partial { items: vec![volume()], reason: "throttled after 1 page".into() };
    let hunt = hunt(&Inventory { volumes, ..empty() });
    assert_eq!(rules(&hunt), [Rule::UnattachedVolume]);
    assert!(!hunt.is_complete());
    assert_eq!(hunt.gaps[0].reason, "throttled after 1 page");
    assert!(!hunt.clears(Rule::UnattachedVolume, "vol-2"), "what was not seen is not gone");
    assert!(hunt.clears(Rule::UnassociatedAddress, "eipalloc-2"));
}

#[tokio::test]
async fn a_build_without_the_cloud_says_what_to_build() {
    use crate::zombies::{AccountAccess, CloudReader, Credentials};
    let credentials =
        Credentials::Role { arn: "arn:aws:iam::1:role/r".into(), external_id: "x".into() };
    let access = AccountAccess { account: "1".into(), credentials };
    let hunt = hunt(&NoCloud.inventory(&access, "us-east-1", now()).await);
    assert_eq!(rules(&hunt), []);
    for rule in Rule::ALL {
        assert!(
            hunt.gaps.iter().any(|gap| gap.rule == rule && gap.reason.contains("feature `aws`")),
            "{rule}"
        );
    }
}
