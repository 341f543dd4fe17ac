//! The hunt for idle resources: from the daily tick to what is known of each.

use std::sync::Arc;

use events::{
    CloudAccount, Credentials, HuntReport, HuntRequest, HuntStatus, Sightings, Zombie, ZombieStatus,
};
use functions::zombies::{Inventory, NoCloud, Section};
use functions::{ZombieHunter, ZombieRecorder, ZombieScanner};
use twinhost::dispatch::Disposition;
use twinhost::{App, Document, Handler, TestHost};

use crate::support::{FakeCloud, nothing, snapshots};

const ACCOUNT: &str = "123456789012";

fn host(cloud: &Arc<FakeCloud>) -> TestHost {
    let app = App::new("test")
        .handler(ZombieHunter)
        .handler(ZombieScanner::new(cloud.clone()))
        .handler(ZombieRecorder);
    TestHost::new(app)
}

async fn add_account(host: &TestHost, account_id: &str, regions: &[&str]) {
    let context = CloudAccount::seal_context(account_id);
    host.given(&CloudAccount {
        account_id: account_id.to_owned(),
        credentials: Credentials::AccessKey {
            access_key_id: "AKIAEXAMPLE".to_owned(),
            secret_access_key: host.sealed(b"the secret half", &context).await,
        },
        regions: regions.iter().map(|&region| region.to_owned()).collect(),
        exclude_tag: None,
        created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
    })
    .await;
}

/// Runs the day's hunt to its end.
async fn hunt(host: &TestHost, day: &str) {
    host.memory().clock().set(format!("{day}T08:00:00Z").parse().unwrap());
    assert_eq!(host.tick(ZombieHunter::NAME).await, Disposition::Done);
    let done = host.run().await;
    assert!(done.iter().all(|disposition| *disposition == Disposition::Done), "{done:?}");
}

/// Asks for one region alone.
fn region(day: &str, region: &str) -> HuntRequest {
    HuntRequest::Region {
        date: day.parse().unwrap(),
        account_id: ACCOUNT.to_owned(),
        region: region.to_owned(),
    }
}

fn report(host: &TestHost, day: &str) -> HuntReport {
    host.document(&format!("{day}/{ACCOUNT}")).unwrap()
}

fn statuses(host: &TestHost) -> Vec<(String, ZombieStatus)> {
    let zombies = host.documents::<Zombie>();
    zombies.into_iter().map(|zombie| (zombie.resource.id.unwrap(), zombie.status)).collect()
}

#[tokio::test]
async fn a_zombie_is_observed_confirmed_on_a_later_day_and_gone_when_it_is() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    add_account(&host, ACCOUNT, &["us-east-1"]).await;
    cloud.holds(ACCOUNT, "us-east-1", snapshots(1));
    let id = || "snap-00000".to_owned();

    hunt(&host, "2026-01-02").await;
    assert_eq!(statuses(&host), [(id(), ZombieStatus::Observed)]);
    hunt(&host, "2026-01-03").await;
    let open = host.documents::<Zombie>().remove(0);
    assert_eq!(open.status, ZombieStatus::Open);
    assert_eq!(open.opened_at.unwrap().to_string(), "2026-01-03T08:00:00Z");
    assert_eq!(open.first_seen.to_string(), "2026-01-02T08:00:00Z");
    assert_eq!((open.rule.as_str(), open.look_back_days), ("old_snapshot", 90));
    assert_eq!(open.monthly_micro_usd, Some(5_000_000));
    assert!(open.evidence.contains_key("taken") && open.cost_basis.contains("100 GiB"));
    hunt(&host, "2026-01-04").await;
    let seen = host.documents::<Zombie>().remove(0);
    assert_eq!(seen.last_seen.to_string(), "2026-01-04T08:00:00Z");
    assert_eq!(seen.opened_at, open.opened_at);

    cloud.holds(ACCOUNT, "us-east-1", nothing());
    hunt(&host, "2026-01-05").await;
    assert_eq!(statuses(&host), [(id(), ZombieStatus::Gone)]);
}

#[tokio::test]
async fn one_that_is_used_again_the_next_day_is_forgotten() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    add_account(&host, ACCOUNT, &["us-east-1"]).await;
    cloud.holds(ACCOUNT, "us-east-1", snapshots(2));
    hunt(&host, "2026-01-02").await;
    cloud.holds(ACCOUNT, "us-east-1", snapshots(1));
    hunt(&host, "2026-01-03").await;
    assert_eq!(statuses(&host), [("snap-00000".to_owned(), ZombieStatus::Open)]);
}

#[tokio::test]
async fn what_a_partial_scan_did_not_see_is_not_gone_and_the_report_says_so() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    add_account(&host, ACCOUNT, &["us-east-1"]).await;
    cloud.holds(ACCOUNT, "us-east-1", snapshots(3));
    hunt(&host, "2026-01-02").await;
    hunt(&host, "2026-01-03").await;
    assert_eq!(report(&host, "2026-01-03").status, HuntStatus::Complete);

    let Section::Complete(items) = snapshots(1).snapshots else { unreachable!() };
    let broken = Section::Partial { items, reason: "throttled after 1 page".to_owned() };
    cloud.holds(ACCOUNT, "us-east-1", Inventory { snapshots: broken, ..nothing() });
    hunt(&host, "2026-01-04").await;
    assert!(statuses(&host).iter().all(|(_, status)| *status == ZombieStatus::Open));
    let report = report(&host, "2026-01-04");
    assert_eq!(report.status, HuntStatus::Partial);
    assert_eq!(report.missing, ["us-east-1: old_snapshot: throttled after 1 page"]);
    assert_eq!(report.found.get("old_snapshot"), Some(&1));
    assert_eq!(report.found.get("unattached_volume"), Some(&0));
}

#[tokio::test]
async fn the_same_hunt_twice_a_day_changes_nothing() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    add_account(&host, ACCOUNT, &["us-east-1", "eu-west-1"]).await;
    cloud.holds(ACCOUNT, "us-east-1", snapshots(2));
    hunt(&host, "2026-01-02").await;
    let first = (host.documents::<Zombie>(), report(&host, "2026-01-02"));
    host.memory().clock().set("2026-01-02T20:00:00Z".parse().unwrap());
    host.tick(ZombieHunter::NAME).await;
    host.run().await;
    let report = report(&host, "2026-01-02");
    assert_eq!(host.documents::<Zombie>(), first.0);
    assert_eq!(HuntReport { started_at: first.1.started_at, ..report }, first.1);
    // A part of it alone, as after a redrive.
    host.send(&region("2026-01-02", "us-east-1")).await;
    assert_eq!(host.document::<HuntReport>(&first.1.key()).unwrap().found, first.1.found);
}

#[tokio::test]
async fn more_zombies_than_one_unit_of_work_holds_are_all_recorded() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    add_account(&host, ACCOUNT, &["us-east-1"]).await;
    cloud.holds(ACCOUNT, "us-east-1", snapshots(700));
    hunt(&host, "2026-01-02").await;
    assert_eq!(host.documents::<Zombie>().len(), 700);
    let report = report(&host, "2026-01-02");
    assert_eq!(report.found.get("old_snapshot"), Some(&700));
    assert_eq!(report.monthly_micro_usd, 700 * 5_000_000);
    cloud.holds(ACCOUNT, "us-east-1", nothing());
    hunt(&host, "2026-01-03").await;
    assert!(host.documents::<Zombie>().is_empty());
}

#[tokio::test]
async fn more_than_a_hunt_may_change_is_said_and_left_for_the_next() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    add_account(&host, ACCOUNT, &["us-east-1"]).await;
    cloud.holds(ACCOUNT, "us-east-1", snapshots(2_100));
    hunt(&host, "2026-01-02").await;
    let first = report(&host, "2026-01-02");
    assert_eq!(first.missing, ["us-east-1: 100 zombies are left for the next hunt"]);
    assert_eq!(first.status, HuntStatus::Partial);
    hunt(&host, "2026-01-02").await;
    assert_eq!(report(&host, "2026-01-02").status, HuntStatus::Complete);
}

#[tokio::test]
async fn every_region_of_every_account_is_read_once() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    let regions: Vec<String> = (0..35).map(|n| format!("region-{n:02}")).collect();
    let regions: Vec<&str> = regions.iter().map(String::as_str).collect();
    for n in 0..4 {
        add_account(&host, &format!("{n:012}"), &regions).await;
    }
    hunt(&host, "2026-01-02").await;
    let mut asked = cloud.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 4 * 35);
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 4 * 35);
    for report in host.documents::<HuntReport>() {
        assert_eq!((report.regions.len(), report.status), (35, HuntStatus::Complete));
    }
}

#[tokio::test]
async fn a_build_that_cannot_read_aws_says_so_and_finds_nothing() {
    let app = App::new("test")
        .handler(ZombieHunter)
        .handler(ZombieScanner::new(Arc::new(NoCloud)))
        .handler(ZombieRecorder);
    let host = TestHost::new(app);
    add_account(&host, ACCOUNT, &["us-east-1"]).await;
    hunt(&host, "2026-01-02").await;
    let report = report(&host, "2026-01-02");
    assert_eq!((report.status, report.missing.len()), (HuntStatus::Partial, 2));
    assert!(report.missing[0].contains("build with the feature `aws`"), "{report:?}");
    assert!(report.found.is_empty() && host.documents::<Zombie>().is_empty());
}

#[tokio::test]
async fn a_tenant_without_accounts_has_nothing_to_hunt() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    hunt(&host, "2026-01-02").await;
    assert!(cloud.asked.lock().unwrap().is_empty());
    assert!(host.documents::<HuntReport>().is_empty());
}

#[tokio::test]
async fn an_account_removed_during_the_hunt_is_left_alone() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    assert_eq!(host.send(&region("2026-01-02", "us-east-1")).await, [Disposition::Done]);
    assert!(cloud.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_an_older_hunt_saw_does_not_replace_what_a_newer_one_did() {
    let cloud = Arc::new(FakeCloud::default());
    let host = host(&cloud);
    add_account(&host, ACCOUNT, &["us-east-1"]).await;
    cloud.holds(ACCOUNT, "us-east-1", snapshots(1));
    hunt(&host, "2026-01-02").await;
    let old = host.documents::<Zombie>().remove(0);
    hunt(&host, "2026-01-03").await;
    let new = host.documents::<Zombie>().remove(0);
    let late = Sightings {
        account_id: ACCOUNT.to_owned(),
        region: "us-east-1".to_owned(),
        at: old.last_seen,
        cleared: vec![old.key()],
        zombies: vec![old],
    };
    assert_eq!(host.send(&late).await, [Disposition::Done]);
    assert_eq!(host.documents::<Zombie>(), [new]);
}
