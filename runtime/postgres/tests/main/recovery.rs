//! Lost connections, and what has expired.

use std::time::Duration;

use jiff::Timestamp;
use twinhost::conformance::Backend as _;
use twinhost::ports::{Commit as _, CommitError, Documents as _, PortError, Queue as _};
use twinhost::schedule::{Occurrence, Outcome};
use twinhost::unit::{Change, Condition, Once, Outgoing, Unit, Write};

use crate::database::{Pg, pg, run};

fn unit(key: &str) -> Unit {
    let mut unit = Unit::new("acme".parse().unwrap(), "tester");
    unit.writes.push(Write {
        collection: "things",
        key: key.to_owned(),
        condition: Condition::Absent,
        change: Change::Put { body: "{}".to_owned(), expires_at: None },
    });
    unit
}

/// Ends every session of the host, as a restart of the server does.
async fn cut(pg: &Pg) {
    let mut admin = pg.database.admin().await;
    run(
        &mut admin,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
}

#[tokio::test]
async fn after_a_lost_connection_the_next_try_succeeds() {
    let pg = pg().await;
    let (store, acme) = (pg.host.store(), "acme".parse().unwrap());
    for round in 0..3 {
        store.commit(vec![unit(&format!("a{round}"))]).await.unwrap();
        cut(&pg).await;
        // A connection that was used a moment ago is trusted; it fails once, and is replaced.
        for read in [store.get(&acme, "things", "a0").await, store.get(&acme, "things", "a0").await]
        {
            assert!(matches!(&read, Ok(_) | Err(PortError::Unavailable { .. })), "{read:?}");
        }
        assert!(store.get(&acme, "things", "a0").await.unwrap().is_some());
        let key = format!("b{round}");
        let mut result = store.commit(vec![unit(&key)]).await;
        for _ in 0..3 {
            if result.is_ok() {
                break;
            }
            assert!(
                matches!(&result, Err(CommitError::Port(PortError::Unavailable { .. }))),
                "{result:?}"
            );
            result = store.commit(vec![unit(&key)]).await;
        }
        result.unwrap();
    }
}

#[tokio::test]
async fn wake_ups_from_other_processes_go_on_after_a_lost_connection() {
    let pg = pg().await;
    let other = pg.database.host().await;
    let consumer = other.queue();
    cut(&pg).await;
    let mut message = Unit::new("acme".parse().unwrap(), "tester");
    message.sends.push(Outgoing {
        id: "1".to_owned(),
        queue: "order-taker".to_owned(),
        group: "g".to_owned(),
        deduplication_id: None,
        body: "{}".to_owned(),
        ..Outgoing::default()
    });
    while pg.host.store().commit(vec![message.clone()]).await.is_err() {}
    let received = async {
        loop {
            let got = consumer.receive("order-taker", 1, 1, Duration::from_secs(300)).await;
            if got.is_ok_and(|got| !got.is_empty()) {
                break;
            }
            consumer.wait("order-taker", Duration::from_secs(600)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), received).await.expect("it is woken");
}

#[tokio::test]
async fn housekeeping_deletes_what_has_expired_and_nothing_else() {
    let pg = pg().await;
    let hour = Duration::from_secs(3600);
    for tenant in ["acme", "other"] {
        let mut unit = unit("stays");
        unit.tenant = tenant.parse().unwrap();
        for n in 0..700 {
            if unit.writes.len() == 99 {
                let full =
                    std::mem::replace(&mut unit, Unit::new(tenant.parse().unwrap(), "tester"));
                pg.host.store().commit(vec![full]).await.unwrap();
            }
            unit.writes.push(Write {
                collection: "things",
                key: format!("k{n}"),
                condition: Condition::Any,
                change: Change::Put {
                    body: "{}".to_owned(),
                    expires_at: Some(Timestamp::now() + hour),
                },
            });
        }
        unit.once = Some(Once { key: "k".to_owned(), keep: hour });
        pg.host.store().commit(vec![unit]).await.unwrap();
    }
    assert_eq!(pg.host.housekeeping().await.unwrap(), 0);
    pg.advance(hour * 2).await;
    assert_eq!(pg.host.housekeeping().await.unwrap(), 1402);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM twinhost.documents")
        .fetch_one(&mut pg.database.admin().await)
        .await
        .unwrap();
    assert_eq!(left, 2);
}

#[tokio::test]
async fn housekeeping_keeps_the_newest_occurrence_of_a_schedule() {
    let pg = pg().await;
    let schedules = pg.host.schedules();
    for seconds in [0, 60, 120] {
        let at = Timestamp::from_second(1_767_225_600 + seconds).unwrap();
        let occurrence = Occurrence {
            schedule: "a",
            scheduled_at: at,
            missed: 0,
            node: "one",
            outcome: Outcome::Fired,
            reason: None,
            skip_overlapping: false,
            ticks: Vec::new(),
        };
        assert_eq!(schedules.fire(&occurrence).await.unwrap(), Some(0));
    }
    let last = schedules.last("a").await.unwrap();
    pg.advance(Duration::from_secs(91 * 24 * 3600)).await;
    assert_eq!(pg.host.housekeeping().await.unwrap(), 2);
    let left = schedules.last("a").await.unwrap();
    assert!(left.is_some() && left < last, "{left:?}: the newest is left, in the past");
}
