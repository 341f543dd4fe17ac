//! What the durable queues promise beyond the suite of the ports.

use std::time::Duration;

use twinhost::conformance::Backend as _;
use twinhost::ports::{Commit as _, PortError, Queue as _};
use twinhost::unit::{Ack, Outgoing, Unit};
use twinhost_postgres::PgHost;

use crate::commit::until_waiting;
use crate::database::pg;

const ORDERS: &str = "order-taker";

/// A queue without order.
const PHOTOS: &str = "photo-resizer";

fn message(group: &str, n: usize) -> Outgoing {
    Outgoing {
        id: format!("{group}-{n}"),
        queue: ORDERS.to_owned(),
        group: group.to_owned(),
        deduplication_id: None,
        body: n.to_string(),
        ..Outgoing::default()
    }
}

async fn send(host: &PgHost, group: &str, count: usize) {
    let mut unit = Unit::new("acme".parse().unwrap(), "tester");
    unit.sends = (0..count).map(|n| message(group, n)).collect();
    host.store().commit(vec![unit]).await.unwrap();
}

#[tokio::test]
async fn groups_take_turns_so_that_a_busy_one_cannot_starve_the_rest() {
    let pg = pg().await;
    let (queue, store) = (pg.host.queue(), pg.host.store());
    for group in ["a", "b", "c"] {
        send(&pg.host, group, 20).await;
    }
    let mut turns = Vec::new();
    for _ in 0..6 {
        let run = queue.receive(ORDERS, 5, 5, Duration::from_secs(30)).await.unwrap();
        turns.push(run[0].group.clone());
        assert!(run.iter().all(|message| message.group == run[0].group));
        let done = run.iter().map(|message| {
            let mut unit = Unit::new(message.tenant.clone(), "tester");
            unit.ack = Some(Ack::Done(message.receipt.clone()));
            unit
        });
        store.commit(done.collect()).await.unwrap();
    }
    assert_eq!(turns, ["acme/a", "acme/b", "acme/c", "acme/a", "acme/b", "acme/c"]);
}

#[tokio::test]
async fn a_tenant_is_served_next_whatever_another_has_waiting() {
    let pg = pg().await;
    let (queue, store) = (pg.host.queue(), pg.host.store());
    for to in [ORDERS, PHOTOS] {
        let message = |tenant: &str, n: usize| {
            let mut unit = Unit::new(tenant.parse().unwrap(), "tester");
            unit.sends.push(Outgoing {
                id: format!("{tenant}-{n}"),
                queue: to.to_owned(),
                group: format!("g{n:05}"),
                body: "{}".to_owned(),
                ..Outgoing::default()
            });
            unit
        };
        for part in 0..10 {
            let units = (part * 1000..part * 1000 + 1000).map(|n| message("acme", n));
            store.commit(units.collect()).await.unwrap();
        }
        let mut taken = Vec::new();
        for n in 0..20 {
            for tenant in ["aaa", "acme-b", "zeta"] {
                store.commit(vec![message(tenant, n)]).await.unwrap();
            }
            // As when one slot is free, and when all are.
            let max = if n < 10 { 4 } else { 16 };
            for _ in 0..2 {
                taken.extend(queue.receive(to, max, 10, Duration::from_secs(300)).await.unwrap());
            }
            let of = |tenant: &str| taken.iter().filter(|m| m.tenant.as_str() == tenant).count();
            let seen = ["aaa", "acme-b", "zeta"].map(of);
            assert_eq!(seen, [n + 1; 3], "{to}: each is there within two receives");
        }
        let flood = taken.iter().filter(|m| m.tenant.as_str() == "acme").count();
        assert_eq!(flood, 10 * 8 + 10 * 32 - 60, "{to}: the rest is for the flood");
    }
}

#[tokio::test]
async fn what_waits_behind_thousands_of_hidden_groups_is_found_bit_by_bit() {
    let pg = pg().await;
    let queue = pg.host.queue();
    let mut admin = pg.database.admin().await;
    let hidden = "INSERT INTO pgmq.q_order_taker (vt, message, headers)
        SELECT clock_timestamp() + interval '1 hour', '\"{}\"',
            jsonb_build_object('id', n, 'tenant', 'acme', 'x-pgmq-group', 'acme/a' || n)
        FROM generate_series(1, 40000) AS n";
    sqlx::query(hidden).execute(&mut admin).await.unwrap();
    send(&pg.host, "z", 1).await;
    let mut found = Vec::new();
    for _ in 0..3 {
        found.push(queue.receive(ORDERS, 10, 10, Duration::from_secs(30)).await.unwrap().len());
    }
    // One receive looks at 32,000 groups, a statement at 2,000; a third begins anew and finds nothing.
    assert_eq!(found, [0, 1, 0]);
}

#[tokio::test]
async fn whoever_looks_at_an_empty_queue_waits_for_nobody_and_nobody_for_them() {
    let pg = pg().await;
    let queue = pg.host.queue();
    let mut admin = pg.database.admin().await;
    let hold = "SELECT pg_advisory_lock('pgmq.q_order_taker'::regclass::oid::bigint)::text";
    sqlx::query(hold).execute(&mut admin).await.unwrap();
    let lease = Duration::from_secs(30);
    assert!(queue.receive(ORDERS, 10, 10, lease).await.unwrap().is_empty());
    // With something in it, receives take turns.
    send(&pg.host, "a", 1).await;
    let second = tokio::spawn({
        let queue = pg.host.queue();
        async move { queue.receive(ORDERS, 10, 10, lease).await.unwrap().len() }
    });
    let turn = until_waiting(&mut admin, 1);
    tokio::time::timeout(Duration::from_secs(60), turn).await.expect("it waits for its turn");
    assert!(!second.is_finished());
    // Whoever gives up waiting is in nobody's way.
    second.abort();
    sqlx::query("SELECT pg_advisory_unlock_all()::text").execute(&mut admin).await.unwrap();
    let mut taken = 0;
    for _ in 0..100 {
        taken += queue.receive(ORDERS, 10, 10, lease).await.unwrap().len();
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM pgmq.q_order_taker WHERE vt <= now()")
                .fetch_one(&mut admin)
                .await
                .unwrap();
        if left == 0 {
            return;
        }
    }
    panic!("the message was not received: {taken}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_receivers_of_many_groups_drain_a_queue_without_getting_in_each_others_way() {
    let pg = pg().await;
    let other = pg.database.host().await;
    for group in 0..60 {
        send(&pg.host, &format!("g{group}"), 15).await;
    }
    let workers = (0..6).map(|n| {
        let host = if n % 2 == 0 { &pg.host } else { &other };
        async move {
            let mut done = 0;
            loop {
                let lease = Duration::from_secs(300);
                let run = host.queue().receive(ORDERS, 40, 4, lease).await.unwrap();
                let units = run.iter().map(|message| {
                    let mut unit = Unit::new(message.tenant.clone(), "tester");
                    unit.ack = Some(Ack::Done(message.receipt.clone()));
                    unit
                });
                let units: Vec<Unit> = units.collect();
                if units.is_empty() {
                    return done;
                }
                done += host.store().commit(units).await.unwrap().len();
            }
        }
    });
    let done: usize = futures::future::join_all(workers).await.into_iter().sum();
    // A receiver that found every group in flight stopped early; what the others had was acknowledged.
    assert_eq!(done as u64 + pg.queue().stats(ORDERS).await.unwrap().backlog, 900);
    assert_eq!(done, 900);
}

#[tokio::test]
async fn a_send_wakes_a_consumer_in_another_process() {
    let pg = pg().await;
    let other = pg.database.host().await;
    let consumer = other.queue();
    // A first wake-up tells that the other host listens; a wait may end for no reason.
    send(&pg.host, "g", 1).await;
    let receive = async {
        for n in 0..5 {
            loop {
                let got = consumer.receive(ORDERS, 1, 1, Duration::from_secs(300)).await.unwrap();
                if !got.is_empty() {
                    break;
                }
                consumer.wait(ORDERS, Duration::from_secs(600)).await;
            }
            send(&pg.host, &format!("g{n}"), 1).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), receive).await.expect("every send wakes");
}

#[tokio::test]
async fn a_message_that_was_given_back_wakes_when_its_delay_is_over() {
    let pg = pg().await;
    let queue = pg.host.queue();
    send(&pg.host, "g", 1).await;
    let got = queue.receive(ORDERS, 1, 1, Duration::from_secs(300)).await.unwrap().remove(0);
    let release = twinhost::ports::Release {
        receipt: got.receipt,
        delay: Duration::from_millis(50),
        attempted: true,
        reason: None,
    };
    queue.release(&[release]).await.unwrap();
    let again = async {
        while queue.receive(ORDERS, 1, 1, Duration::from_secs(300)).await.unwrap().is_empty() {
            queue.wait(ORDERS, Duration::from_secs(600)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), again).await.expect("it comes again");
}

#[tokio::test]
async fn a_queue_of_another_name_is_refused_with_the_cure() {
    let pg = pg().await;
    let queue = pg.host.queue();
    for (name, cure) in [
        ("unheard-of", "twinhost migrate"),
        ("a\"b", "handler's name"),
        ("order-taker-dlq", "handler's name"),
    ] {
        let error = queue.receive(name, 1, 1, Duration::from_secs(1)).await.unwrap_err();
        assert!(matches!(&error, PortError::Invalid { .. }), "{name}: {error:?}");
        assert!(error.to_string().contains(cure), "{name}: {error}");
    }
}

#[tokio::test]
async fn pgmq_itself_can_read_what_we_send() {
    let pg = pg().await;
    send(&pg.host, "g", 1).await;
    let (body, group): (String, String) = sqlx::query_as(
        "SELECT message #>> '{}', headers ->> 'x-pgmq-group' FROM pgmq.read('order_taker', 30, 1)",
    )
    .fetch_one(&mut pg.database.admin().await)
    .await
    .unwrap();
    assert_eq!((body.as_str(), group.as_str()), ("0", "acme/g"));
    assert!(pg.queue().receive(ORDERS, 1, 1, Duration::from_secs(1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_put_off_wakes_whoever_waits_when_its_time_has_come() {
    let pg = pg().await;
    let (queue, elsewhere) = (pg.host.queue(), pg.database.host().await.queue());
    let mut unit = Unit::new("acme".parse().unwrap(), "tester");
    for id in ["a", "b"] {
        unit.sends.push(Outgoing {
            id: id.to_owned(),
            queue: PHOTOS.to_owned(),
            group: id.to_owned(),
            body: "{}".to_owned(),
            delay: Duration::from_secs(1),
            ..Outgoing::default()
        });
    }
    pg.host.store().commit(vec![unit]).await.unwrap();
    // In the process that sent it, and in another.
    for queue in [queue, elsewhere] {
        let received = async {
            while queue.receive(PHOTOS, 1, 1, Duration::from_secs(300)).await.unwrap().is_empty() {
                queue.wait(PHOTOS, Duration::from_secs(600)).await;
            }
        };
        let received = tokio::time::timeout(Duration::from_secs(60), received).await;
        assert!(received.is_ok(), "nobody was told");
    }
}
