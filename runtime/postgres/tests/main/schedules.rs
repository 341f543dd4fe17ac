//! Occurrences of schedules.

use jiff::Timestamp;
use twinhost::TenantId;
use twinhost::ports::Queue as _;
use twinhost::schedule::{Failure, Occurrence, Outcome};
use twinhost::unit::Outgoing;

use crate::database::pg;

const ORDERS: &str = "order-taker";

fn tick(tenant: &str, queue: &str) -> (TenantId, Outgoing) {
    let outgoing = Outgoing {
        id: format!("{queue}@{tenant}"),
        queue: queue.to_owned(),
        group: "ticks".to_owned(),
        deduplication_id: None,
        body: r#"{"missed": 0}"#.to_owned(),
        ..Outgoing::default()
    };
    (tenant.parse().unwrap(), outgoing)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + seconds).unwrap()
}

/// An occurrence that is fired at once.
fn occurrence<'a>(
    schedule: &'a str,
    seconds: i64,
    missed: u64,
    ticks: &[(TenantId, Outgoing)],
) -> Occurrence<'a> {
    Occurrence {
        schedule,
        scheduled_at: at(seconds),
        missed,
        node: "one",
        outcome: Outcome::Fired,
        reason: None,
        skip_overlapping: false,
        ticks: ticks.to_vec(),
    }
}

#[tokio::test]
async fn of_many_nodes_one_fires_a_tick() {
    let pg = pg().await;
    let other = pg.database.host().await;
    let ticks = [tick("acme", ORDERS), tick("other", ORDERS)];
    let (ours, theirs) = (pg.host.schedules(), other.schedules());
    let fires = (0..20).map(|n| {
        let (schedules, node) = if n % 2 == 0 { (&ours, "one") } else { (&theirs, "two") };
        let occurrence = Occurrence { node, ..occurrence(ORDERS, 0, 3, &ticks) };
        async move { schedules.fire(&occurrence).await.unwrap() }
    });
    let fired = futures::future::join_all(fires).await;
    assert_eq!(fired.into_iter().flatten().collect::<Vec<_>>(), [2]);
    let peeked = pg.host.queue().peek(ORDERS, false, 10).await.unwrap();
    let tenants: Vec<&str> = peeked.iter().map(|message| message.tenant.as_str()).collect();
    assert_eq!(tenants, ["acme", "other"]);
    assert_eq!(
        (peeked[0].body.as_str(), peeked[0].group.as_str()),
        (r#"{"missed": 0}"#, "acme/ticks")
    );
}

#[tokio::test]
async fn a_tick_whose_queue_is_missing_is_not_fired() {
    let pg = pg().await;
    let schedules = pg.host.schedules();
    let ticks = [tick("acme", ORDERS), tick("acme", "unheard-of")];
    let error = schedules.fire(&occurrence(ORDERS, 0, 0, &ticks)).await.unwrap_err();
    assert!(error.to_string().contains("twinhost migrate"), "{error}");
    assert_eq!(schedules.last(ORDERS).await.unwrap(), None);
    assert_eq!(pg.host.queue().stats(ORDERS).await.unwrap().backlog, 0);
    let fired = schedules.fire(&occurrence(ORDERS, 0, 0, &ticks[..1])).await.unwrap();
    assert_eq!(fired, Some(1));
}

#[tokio::test]
async fn occurrences_are_listed_newest_first() {
    let pg = pg().await;
    let schedules = pg.host.schedules();
    for (schedule, seconds, missed) in [("a", 0, 0), ("b", 30, 0), ("a", 60, 2)] {
        let fired = schedules.fire(&occurrence(schedule, seconds, missed, &[])).await.unwrap();
        assert_eq!(fired, Some(0));
    }
    assert_eq!(schedules.last("a").await.unwrap(), Some(at(60)));
    assert_eq!(schedules.last("c").await.unwrap(), None);
    let all = schedules.occurrences(None, 2).await.unwrap();
    let seen: Vec<_> =
        all.iter().map(|o| (o.schedule.as_str(), o.scheduled_at, o.missed)).collect();
    assert_eq!(seen, [("a", at(60), 2), ("b", at(30), 0)]);
    assert_eq!(schedules.occurrences(Some("b"), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_schedule_is_first_seen_once() {
    let pg = pg().await;
    let schedules = pg.host.schedules();
    let first = schedules.first_seen("a").await.unwrap();
    let again = schedules.first_seen("a").await.unwrap();
    assert_eq!(first, again);
    assert!(first.duration_since(Timestamp::now()).abs().as_secs() < 60);
}

#[tokio::test]
async fn a_tick_is_left_out_where_an_earlier_one_of_its_group_is_not_done() {
    let pg = pg().await;
    let schedules = pg.host.schedules();
    let fire = async |seconds, tenants: &[&str]| {
        let ticks: Vec<_> = tenants.iter().map(|tenant| tick(tenant, ORDERS)).collect();
        let occurrence = occurrence(ORDERS, seconds, 0, &ticks);
        schedules.fire(&Occurrence { skip_overlapping: true, ..occurrence }).await.unwrap()
    };
    assert_eq!(fire(0, &["acme"]).await, Some(1));
    assert_eq!(fire(60, &["acme", "other"]).await, Some(1));
    assert_eq!(fire(120, &["acme", "other"]).await, Some(0));
    assert_eq!(fire(120, &["acme", "other"]).await, None, "it is in the ledger all the same");
    let peeked = pg.host.queue().peek(ORDERS, false, 10).await.unwrap();
    let tenants: Vec<&str> = peeked.iter().map(|message| message.tenant.as_str()).collect();
    assert_eq!(tenants, ["acme", "other"]);
    let ledger = schedules.occurrences(Some(ORDERS), 10).await.unwrap();
    let rows: Vec<_> = ledger.iter().map(|row| (row.outcome, row.ticks, row.skipped)).collect();
    let (skipped, fired) = (Outcome::Skipped, Outcome::Fired);
    assert_eq!(rows, [(skipped, Some(0), 2), (fired, Some(1), 1), (fired, Some(1), 0)]);
}

#[tokio::test]
async fn a_failure_is_kept_until_its_schedule_goes_on_and_what_is_given_up_has_its_reason() {
    let pg = pg().await;
    let schedules = pg.host.schedules();
    assert_eq!(schedules.failure("a").await.unwrap(), None);
    let mut failure = Failure {
        scheduled_at: at(0),
        attempts: 1,
        first_at: at(1),
        next_at: at(2),
        reason: "a\0b".to_owned(),
    };
    schedules.fail("a", &failure).await.unwrap();
    failure.attempts = 2;
    schedules.fail("a", &failure).await.unwrap();
    failure.reason = "a\u{fffd}b".to_owned();
    assert_eq!(schedules.failure("a").await.unwrap(), Some(failure));
    assert_eq!(schedules.failure("b").await.unwrap(), None);

    let dead = Occurrence {
        outcome: Outcome::Dead,
        reason: Some("it is not there"),
        ..occurrence("a", 0, 0, &[])
    };
    assert_eq!(schedules.fire(&dead).await.unwrap(), Some(0));
    assert_eq!(schedules.failure("a").await.unwrap(), None);
    let ledger = schedules.occurrences(Some("a"), 1).await.unwrap();
    assert_eq!((ledger[0].outcome, ledger[0].ticks), (Outcome::Dead, Some(0)));
    assert_eq!(ledger[0].reason.as_deref(), Some("it is not there"));
}
