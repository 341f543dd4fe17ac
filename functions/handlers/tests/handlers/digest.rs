//! `digest`: what a day left behind, told the next morning.

use std::sync::Arc;

use events::{HuntReport, HuntStatus, Severity, Zombie};
use functions::{Digest, Notifier};
use twinhost::dispatch::{Delivery, Disposition, dispatch};
use twinhost::{App, Handler, TestHost, Tick};

use crate::support::{FakeChat, anomaly, settings};

fn digest_and_notifier(chat: &Arc<FakeChat>) -> App {
    App::new("test").handler(Digest).handler(Notifier::new(chat.clone()))
}

/// A host at 2026-01-02T07:00:00Z.
fn host(chat: &Arc<FakeChat>) -> TestHost {
    let host = TestHost::new(digest_and_notifier(chat));
    host.memory().clock().set("2026-01-02T07:00:00Z".parse().unwrap());
    host
}

async fn tick(host: &TestHost) {
    assert_eq!(host.tick(Digest::NAME).await, Disposition::Done);
    host.run().await;
}

fn zombie(id: &str, monthly: Option<i64>, opened_at: &str, status: &str) -> Zombie {
    serde_json::from_value(serde_json::json!({
        "rule": "unattached_volume",
        "resource": {"id": id, "type": "AWS::EC2::Volume", "region": "us-east-1", "account": "123456789012"},
        "look_back_days": 7,
        "evidence": {"name": format!("data of {id}")},
        "monthly_micro_usd": monthly,
        "first_seen": "2025-12-01T08:00:00Z",
        "opened_at": opened_at,
        "last_seen": "2026-01-01T08:00:00Z",
        "status": status,
        "severity": "low",
    }))
    .unwrap()
}

#[tokio::test]
async fn the_day_before_is_summed_up_by_what_matters_most() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], true).await).await;
    host.given(&anomaly("yesterday-low", "2026-01-01T00:00:00Z", Severity::Low)).await;
    host.given(&anomaly("yesterday-high", "2026-01-01T23:59:59Z", Severity::High)).await;
    host.given(&anomaly("today", "2026-01-02T00:00:00Z", Severity::Critical)).await;
    host.given(&anomaly("before", "2025-12-31T23:59:59Z", Severity::Critical)).await;
    host.given(&zombie("vol-old", Some(80_000_000), "2025-12-02T08:00:00Z", "open")).await;
    host.given(&zombie("vol-new", Some(8_000_000), "2026-01-01T08:00:00Z", "open")).await;
    host.given(&zombie("vol-odd", None, "2025-12-02T08:00:00Z", "open")).await;
    host.given(&zombie("vol-gone", Some(1), "2025-12-02T08:00:00Z", "gone")).await;
    host.given(&zombie("vol-once", Some(1), "2025-12-02T08:00:00Z", "observed")).await;
    host.given(&HuntReport {
        date: "2026-01-01".parse().unwrap(),
        account_id: "123456789012".to_owned(),
        regions: vec!["us-east-1".to_owned()],
        status: HuntStatus::Partial,
        missing: vec!["us-east-1: idle_database: `rds:DescribeDBInstances` is denied".to_owned()],
        found: Default::default(),
        monthly_micro_usd: 0,
        unpriced: 0,
        started_at: "2026-01-01T08:00:00Z".parse().unwrap(),
    })
    .await;
    tick(&host).await;
    let mail = host.mails().remove(0);
    let title = "2 anomalies, 3 idle resources and an incomplete hunt on 2026-01-01 (UTC)";
    assert_eq!(mail.subject, title);
    assert_eq!(
        mail.text,
        "Anomalies: 1 high, 1 low
- High: bert started 10 × p2.xlarge in us-east-1 ($9.00 an hour, $6570.00 a month)
- Low: bert started 10 × p2.xlarge in us-east-1 ($9.00 an hour, $6570.00 a month)

Idle resources: $88.00 a month and 1 of unknown cost, 1 new
- new: unattached volume vol-new (data of vol-new) in account 123456789012, us-east-1: $8.00 a month
- unattached volume vol-old (data of vol-old) in account 123456789012, us-east-1: $80.00 a month
- unattached volume vol-odd (data of vol-odd) in account 123456789012, us-east-1: unknown cost

The hunt for idle resources did not see everything:
- account 123456789012, us-east-1: idle_database: `rds:DescribeDBInstances` is denied"
    );
    let posts = chat.posts();
    assert_eq!((posts.len(), posts[0].1.title.as_str()), (1, title));
    assert_eq!(posts[0].0, "digest/2026-01-01");
}

#[tokio::test]
async fn a_quiet_day_is_not_told() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], true).await).await;
    host.given(&anomaly("today", "2026-01-02T00:00:00Z", Severity::Critical)).await;
    tick(&host).await;
    assert!(host.mails().is_empty() && chat.posts().is_empty());
}

#[tokio::test]
async fn without_a_recipient_nothing_is_sent() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&anomaly("yesterday", "2026-01-01T12:00:00Z", Severity::High)).await;
    tick(&host).await;
    assert!(host.mails().is_empty() && host.dead_letters(Notifier::NAME).await.is_empty());
}

#[tokio::test]
async fn the_same_day_told_twice_is_one_mail() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], false).await).await;
    host.given(&anomaly("yesterday", "2026-01-01T12:00:00Z", Severity::High)).await;
    tick(&host).await;
    tick(&host).await;
    assert_eq!(host.mails().len(), 1);
}

#[tokio::test]
async fn a_long_day_names_the_first_ten_and_counts_the_rest() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], false).await).await;
    for n in 0..25 {
        host.given(&anomaly(&format!("e{n}"), "2026-01-01T12:00:00Z", Severity::Medium)).await;
    }
    tick(&host).await;
    let mail = host.mails().remove(0);
    assert_eq!(mail.subject, "25 anomalies on 2026-01-01 (UTC)");
    assert_eq!(mail.text.lines().filter(|line| line.starts_with("- Medium: ")).count(), 10);
    assert!(mail.text.ends_with("- and 15 more"), "{}", mail.text);
}

#[tokio::test]
async fn days_on_which_nothing_ran_are_told_with_the_next() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], false).await).await;
    for at in ["2025-12-29T12:00:00Z", "2025-12-30T12:00:00Z", "2026-01-01T12:00:00Z"] {
        host.given(&anomaly(at, at, Severity::Medium)).await;
    }
    let delivery = Delivery::Tick {
        id: "late".to_owned(),
        tenant: host.tenant().clone(),
        tick: Tick { scheduled_at: "2026-01-02T07:00:00Z".parse().unwrap(), missed: 2 },
    };
    dispatch(&digest_and_notifier(&chat), Digest::NAME, &host.memory().ports(), delivery).await;
    host.run().await;
    assert_eq!(host.mails()[0].subject, "2 anomalies on 2025-12-30 to 2026-01-01 (UTC)");
}
