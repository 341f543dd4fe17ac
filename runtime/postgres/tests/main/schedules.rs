//! Occurrences of schedules.

use jiff::Timestamp;
use twinhost::TenantId;
use twinhost::ports::Queue as _;
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
    };
    (tenant.parse().unwrap(), outgoing)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + seconds).unwrap()
}

#[tokio::test]
async fn of_many_nodes_one_fires_a_tick() {
    let pg = pg().await;
    let other = pg.database.host().await;
    let ticks = [tick("acme", ORDERS), tick("other", ORDERS)];
    let (ours, theirs) = (pg.host.schedules(), other.schedules());
    let fires = (0..20).map(|n| {
        let (schedules, node) = if n % 2 == 0 { (&ours, "one") } else { (&theirs, "two") };
        schedules.fire(ORDERS, at(0), 3, node, &ticks)
    });
    let fired = futures::future::join_all(fires).await;
    assert_eq!(fired.into_iter().filter(|fired| *fired.as_ref().unwrap()).count(), 1);
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
    let error = schedules.fire(ORDERS, at(0), 0, "one", &ticks).await.unwrap_err();
    assert!(error.to_string().contains("twinhost migrate"), "{error}");
    assert_eq!(schedules.last(ORDERS).await.unwrap(), None);
    assert_eq!(pg.host.queue().stats(ORDERS).await.unwrap().backlog, 0);
    assert!(schedules.fire(ORDERS, at(0), 0, "one", &ticks[..1]).await.unwrap());
}

#[tokio::test]
async fn occurrences_are_listed_newest_first() {
    let pg = pg().await;
    let schedules = pg.host.schedules();
    for (schedule, seconds, missed) in [("a", 0, 0), ("b", 30, 0), ("a", 60, 2)] {
        assert!(schedules.fire(schedule, at(seconds), missed, "one", &[]).await.unwrap());
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
