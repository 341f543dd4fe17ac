//! Group commit: what shares a transaction, and what does not share its fate.

use std::time::Duration;

use sqlx::PgConnection;
use twinhost::conformance::Backend as _;
use twinhost::ports::{Commit as _, CommitError, Committed, DeadLetter, PortError, Queue};
use twinhost::unit::{Change, Condition, Outgoing, Unit, Write};

use crate::database::{pg, run};

/// Longer than a test.
const LEASE: Duration = Duration::from_secs(300);

fn unit(key: &str, body: &str) -> Unit {
    let mut unit = Unit::new("acme".parse().unwrap(), "tester");
    unit.writes.push(Write {
        collection: "things",
        key: key.to_owned(),
        condition: Condition::Absent,
        change: Change::Put { body: body.to_owned(), expires_at: None },
    });
    unit
}

fn send(queue: &str, group: &str, body: &str) -> Outgoing {
    Outgoing {
        id: body.to_owned(),
        queue: queue.to_owned(),
        group: group.to_owned(),
        deduplication_id: None,
        body: body.to_owned(),
        ..Outgoing::default()
    }
}

#[tokio::test]
async fn concurrent_requests_of_several_tenants_share_a_transaction() {
    let pg = pg().await;
    let store = pg.host.store();
    let commits = (0..300).map(|n| {
        let mut unit = unit(&format!("k{n}"), "{}");
        unit.tenant = format!("t{}", n % 7).parse().unwrap();
        store.commit(vec![unit])
    });
    for result in futures::future::join_all(commits).await {
        assert_eq!(result.unwrap(), [Committed::Applied]);
    }
    let (rows, transactions): (i64, i64) =
        sqlx::query_as("SELECT count(*), count(DISTINCT xmin::text) FROM twinhost.documents")
            .fetch_one(&mut pg.database.admin().await)
            .await
            .unwrap();
    assert_eq!(rows, 300);
    assert!(transactions < 50, "{transactions} transactions");
}

#[tokio::test]
async fn a_request_that_can_never_be_stored_hurts_only_itself() {
    let pg = pg().await;
    let store = pg.host.store();
    let commits = (0..40).map(|n| {
        let mut unit = unit(&format!("k{n}"), "{}");
        match n {
            3 => {
                unit.writes[0].change = Change::Put { body: "{broken".to_owned(), expires_at: None }
            }
            7 => unit.writes[0].collection = "unheard_of",
            11 => unit.sends.push(send("unheard-of", "g", "{}")),
            13 => unit.sends.push(send("\"; DROP TABLE twinhost.objects; --", "g", "{}")),
            17 => unit.writes[0].key = "a\0b".to_owned(),
            19 => {
                unit.writes[0].change =
                    Change::Put { body: r#"{"n":1e999999}"#.to_owned(), expires_at: None }
            }
            _ => unit.sends.push(send("order-taker", "g", "{}")),
        }
        store.commit(vec![unit])
    });
    let results = futures::future::join_all(commits).await;
    for (n, result) in results.iter().enumerate() {
        match n {
            3 | 7 | 11 | 13 | 17 | 19 => assert!(
                matches!(result, Err(CommitError::Port(PortError::Invalid { .. }))),
                "{n}: {result:?}"
            ),
            _ => assert!(matches!(result.as_deref(), Ok([Committed::Applied])), "{n}: {result:?}"),
        }
    }
    for (n, cure) in
        [(7, "twinhost migrate"), (11, "twinhost migrate"), (13, "a queue has its handler's name")]
    {
        let error = results[n].as_ref().unwrap_err().to_string();
        assert!(error.contains(cure), "{n}: {error}");
    }
    assert_eq!(pg.queue().stats("order-taker").await.unwrap().backlog, 34);
}

/// Waits until so many wait for their turn.
pub(crate) async fn until_waiting(admin: &mut PgConnection, count: i64) {
    let waiting = "SELECT count(*) FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut *admin).await.unwrap() < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn senders_to_a_group_take_turns_and_those_to_another_do_not_wait() {
    let pg = pg().await;
    let (store, queue) = (pg.host.store(), pg.host.queue());
    let message = |group: &str, body: &str| {
        let mut unit = Unit::new("acme".parse().unwrap(), "tester");
        unit.sends.push(send("order-taker", group, body));
        vec![unit]
    };
    store.commit(message("g", "0")).await.unwrap();
    let dead = queue.receive("order-taker", 1, 1, LEASE).await.unwrap().remove(0);
    let letter = DeadLetter { receipt: dead.receipt, reason: "test".to_owned() };
    queue.dead_letter(&[letter]).await.unwrap();
    let (mut other, mut admin) = (pg.database.admin().await, pg.database.admin().await);
    run(&mut other, "BEGIN").await;
    let headers = r#"{"id":"1","tenant":"acme","x-pgmq-group":"acme/g"}"#;
    let first = format!(
        "SELECT twinhost.send('order_taker', '{{0}}', '{{order_taker}}', ARRAY['{headers}'], '{{1}}', '{{}}', '{{}}')"
    );
    run(&mut other, &first).await;

    let second = tokio::spawn({
        let (store, unit) = (pg.host.store(), message("g", "2"));
        async move { store.commit(unit).await }
    });
    until_waiting(&mut admin, 1).await;
    store.commit(message("h", "other")).await.unwrap();
    let received = async |queue: &dyn Queue| -> Vec<String> {
        let messages = queue.receive("order-taker", 10, 10, LEASE).await.unwrap();
        messages.into_iter().map(|message| message.body).collect()
    };
    assert_eq!(received(&*queue).await, ["other"]);
    // What comes back from the dead letters is sent, too.
    let back = tokio::spawn({
        let queue = pg.host.queue();
        async move { queue.redrive("order-taker", None).await }
    });
    until_waiting(&mut admin, 2).await;

    run(&mut other, "COMMIT").await;
    assert_eq!(second.await.unwrap().unwrap(), [Committed::Applied]);
    assert_eq!(back.await.unwrap().unwrap(), 1);
    let mut rest = received(&*queue).await;
    assert_eq!(rest.remove(0), "1");
    rest.sort_unstable();
    assert_eq!(rest, ["0", "2"]);
}

#[tokio::test]
async fn a_sender_that_goes_away_does_not_undo_its_commit() {
    let pg = pg().await;
    // Whatever the moment: the unit is whole or absent, and what follows is served.
    let moments = 40;
    for moment in 0..moments {
        let mut whole = unit(&format!("a{moment}"), "{}");
        whole.sends.push(send("order-taker", &format!("g{moment}"), &moment.to_string()));
        let store = pg.host.store();
        let commit = tokio::spawn(async move { store.commit(vec![whole]).await });
        tokio::time::sleep(Duration::from_micros(250 * moment)).await;
        commit.abort();
        let next = pg.host.store().commit(vec![unit(&format!("b{moment}"), "{}")]).await.unwrap();
        assert_eq!(next, [Committed::Applied]);
    }
    // One statement sees one state, should the last still be under way.
    let counts =
        "SELECT (SELECT count(*) FROM twinhost.things), (SELECT count(*) FROM pgmq.q_order_taker)";
    let (written, sent): (i64, i64) =
        sqlx::query_as(counts).fetch_one(&mut pg.database.admin().await).await.unwrap();
    assert_eq!(written - i64::try_from(moments).unwrap(), sent);
}

#[tokio::test]
async fn severity_and_status_are_columns() {
    let pg = pg().await;
    let body = r#"{"severity":"high","status":"open"}"#;
    pg.host.store().commit(vec![unit("a", body)]).await.unwrap();
    let row: (String, String) =
        sqlx::query_as("SELECT severity, status FROM twinhost.things WHERE tenant = 'acme'")
            .fetch_one(&mut pg.database.admin().await)
            .await
            .unwrap();
    assert_eq!(row, ("high".to_owned(), "open".to_owned()));
}

#[tokio::test]
async fn a_large_object_is_a_file_and_a_small_one_a_row() {
    let pg = pg().await;
    let mut unit = Unit::new("acme".parse().unwrap(), "tester");
    for (key, size) in [("files/small", 128 * 1024), ("files/large", 128 * 1024 + 1)] {
        let bytes = vec![7_u8; size].into();
        unit.objects.push(twinhost::unit::NewObject { key: key.to_owned(), bytes });
    }
    pg.host.store().commit(vec![unit]).await.unwrap();
    let rows: Vec<(String, bool)> =
        sqlx::query_as("SELECT key, bytes IS NULL FROM twinhost.objects ORDER BY key")
            .fetch_all(&mut pg.database.admin().await)
            .await
            .unwrap();
    assert_eq!(rows, [("files/large".to_owned(), true), ("files/small".to_owned(), false)]);
    let file = pg.database.folder.path().join("objects/acme/files/large");
    assert_eq!(std::fs::metadata(file).unwrap().len(), 128 * 1024 + 1);
}
