//! What is seeded is found, and nothing else.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::LoadBalancerTypeEnum::{Application, Network};
use functions::zombies::{
    AccountAccess, CloudReader, Credentials, Hunt, Inventory, KeepTag, Prices, Rule, Scope,
    Section, find,
};
use functions_adapters::aws::AwsReader;
use functions_adapters::cloud::CloudOptions;
use jiff::Timestamp;

use super::emulator::Moto;
use super::seed::{Account, later};
use super::{ACCOUNT, REGION, access, options};

async fn inventory(options: CloudOptions, now: Timestamp) -> Inventory {
    AwsReader::new(options).await.inventory(&access(ACCOUNT), REGION, now).await
}

fn judge(inventory: &Inventory, now: Timestamp) -> Hunt {
    let scope =
        Scope { account: ACCOUNT.into(), region: REGION.into(), now, keep: KeepTag::defaults() };
    find(inventory, &scope, Prices::of(REGION))
}

fn found(hunt: &Hunt) -> BTreeSet<(Rule, String)> {
    hunt.findings.iter().map(|finding| (finding.rule, finding.resource.clone())).collect()
}

const CONNECTIONS: (&str, &str) = ("AWS/RDS", "DatabaseConnections");
const BYTES: (&str, &str) = ("AWS/NATGateway", "BytesOutToDestination");
const ACTIVE: (&str, &str) = ("AWS/NATGateway", "ActiveConnectionCount");

#[tokio::test]
async fn a_seeded_account_gives_exactly_its_zombies() {
    let moto = Moto::start();
    let now = later();
    let account = Account::open(&moto.url).await;

    let web = account.instance(("Name", "web")).await;
    let lost_volume = account.volume(None).await;
    account.volume(Some(("twinhost:keep", "yes"))).await;
    let data = account.volume(None).await;
    account.attach(&data, &web).await;

    let lost_address = account.address(None).await;
    account.address(Some(&web)).await;

    let stopped = account.instance(("Name", "old")).await;
    account.stop(&stopped).await;
    let node = account.instance(("karpenter.sh/nodepool", "default")).await;
    account.stop(&node).await;

    let empty = account.load_balancer("empty", Application).await;
    let serving = account.load_balancer("serving", Application).await;
    account.serve(&serving, &web).await;
    let busy = account.load_balancer("busy", Network).await;
    let dimension = busy.split_once(":loadbalancer/").unwrap().1;
    account
        .datapoints(("AWS/NetworkELB", "ProcessedBytes"), ("LoadBalancer", dimension), 7.0, now)
        .await;

    let old_snapshot = account.snapshot(&data).await;
    account.image(&web).await;

    for id in ["idle", "used", "silent"] {
        account.database(id).await;
    }
    account.replica("used-replica", "used").await;
    for (id, connections) in [("idle", 0.0), ("used", 2.0), ("used-replica", 0.0)] {
        account.datapoints(CONNECTIONS, ("DBInstanceIdentifier", id), connections, now).await;
    }

    let idle_gateway = account.nat_gateway().await;
    let used_gateway = account.nat_gateway().await;
    let silent_gateway = account.nat_gateway().await;
    for (id, bytes) in [(&idle_gateway, 0.0), (&used_gateway, 512.0)] {
        account.datapoints(BYTES, ("NatGatewayId", id), bytes, now).await;
        account.datapoints(ACTIVE, ("NatGatewayId", id), 0.0, now).await;
    }

    let seen = inventory(options(&moto.url), now).await;
    let hunt = judge(&seen, now);
    assert_eq!(hunt.gaps, []);
    assert_eq!(
        found(&hunt),
        BTreeSet::from([
            (Rule::UnattachedVolume, lost_volume),
            (Rule::UnassociatedAddress, lost_address),
            (Rule::StoppedInstance, stopped),
            (Rule::LoadBalancerWithoutTargets, empty),
            (Rule::OldSnapshot, old_snapshot),
            (Rule::IdleDatabase, "idle".to_owned()),
            (Rule::IdleNatGateway, idle_gateway),
        ])
    );
    let unknown: BTreeSet<_> = hunt.notes.iter().map(|note| note.resource.as_str()).collect();
    assert_eq!(unknown, BTreeSet::from(["silent", silent_gateway.as_str()]), "{:?}", hunt.notes);
    let (_, unpriced) = hunt.monthly_micro_usd();
    assert_eq!(unpriced, 0, "{:?}", hunt.findings);
    assert_eq!(hunt.findings[0].monthly_micro_usd, Some(800_000));

    // The same account on the day it was made: everything is too young, or its age unknown and still to be watched.
    let today = Timestamp::now();
    let rules: Vec<_> = judge(&seen, today).findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [Rule::UnassociatedAddress]);
}

#[tokio::test]
async fn an_account_of_several_pages_is_read_to_the_end() {
    let moto = Moto::start();
    let now = later();
    let account = Account::open(&moto.url).await;
    let empty = inventory(options(&moto.url), now).await;
    assert_eq!(empty.instances, Section::Complete(vec![]));
    assert_eq!(judge(&empty, now), Hunt::default());

    let mut wanted = BTreeSet::new();
    for name in ["a", "b", "c", "d", "e"] {
        let instance = account.instance(("Name", name)).await;
        account.stop(&instance).await;
        wanted.insert((Rule::StoppedInstance, instance));
        wanted.insert((
            Rule::LoadBalancerWithoutTargets,
            account.load_balancer(name, Application).await,
        ));
    }
    let paged = inventory(CloudOptions { page_size: Some(2), ..options(&moto.url) }, now).await;
    let hunt = judge(&paged, now);
    assert!(hunt.is_complete());
    assert_eq!(found(&hunt), wanted);
    assert_eq!(paged, inventory(options(&moto.url), now).await);
}

#[tokio::test]
async fn a_role_is_assumed_and_leads_to_its_own_account_only() {
    let moto = Moto::start();
    let now = later();
    Account::open(&moto.url).await.volume(None).await;
    let home_key =
        functions_adapters::cloud::HomeKey { id: "AKIAHOME".into(), secret: "home".into() };
    let reader =
        AwsReader::new(CloudOptions { home_key: Some(home_key), ..options(&moto.url) }).await;
    let access = |account: &str| AccountAccess {
        account: account.into(),
        credentials: Credentials::Role {
            arn: "arn:aws:iam::210987654321:role/twinhost".into(),
            external_id: "tenant-1".into(),
        },
    };
    let other = reader.inventory(&access("210987654321"), REGION, now).await;
    assert_eq!(other.volumes, Section::Complete(vec![]));
    let wrong = reader.inventory(&access(ACCOUNT), REGION, now).await;
    let reason = wrong.volumes.gap().unwrap();
    assert!(reason.contains("lead to account `210987654321`, not to `123456789012`"), "{reason}");
    let nowhere = reader.inventory(&access("210987654321"), "mars-north-1", now).await;
    assert!(nowhere.volumes.gap().unwrap().contains("no region `mars-north-1`"));
}
