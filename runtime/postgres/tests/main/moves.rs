//! A message is in one place, whatever ends the session that moves it: half-way through a move to the dead letters, or
//! back from them.

use std::time::Duration;

use sqlx::PgConnection;
use twinhost::conformance::Backend as _;
use twinhost::ports::{
    Commit as _, CommitError, DeadLetter, DeadLetters as _, PortError, Queue as _, RedriveState,
    Selection,
};
use twinhost::unit::{Ack, Outgoing, Unit};

use crate::database::{Pg, pg, run};

const ORDERS: &str = "order-taker";
const LEASE: Duration = Duration::from_secs(300);

/// Names the lock that a move waits for.
const LOCK: i64 = 4711;

/// Whoever inserts into a table waits, with what was deleted before it not committed.
struct Held {
    admin: PgConnection,
    table: &'static str,
}

impl Held {
    async fn on(pg: &Pg, table: &'static str) -> Self {
        let mut admin = pg.database.admin().await;
        let wait = format!(
            "CREATE OR REPLACE FUNCTION public.wait_here() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END $$"
        );
        run(&mut admin, &wait).await;
        let trigger = "FOR EACH ROW EXECUTE FUNCTION public.wait_here()";
        run(&mut admin, &format!("CREATE TRIGGER held BEFORE INSERT ON {table} {trigger}")).await;
        run(&mut admin, &format!("SELECT pg_advisory_lock({LOCK})")).await;
        Self { admin, table }
    }

    /// Ends the session that waits, as soon as there is one, and lets the next pass.
    async fn cut(mut self) {
        let ended = "SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND NOT granted AND objid = $1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let mut cut: Option<bool> = None;
        while cut != Some(true) {
            let ended = sqlx::query_scalar(ended).bind(LOCK).fetch_optional(&mut self.admin);
            cut = tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap().unwrap();
        }
        run(&mut self.admin, &format!("DROP TRIGGER held ON {}", self.table)).await;
        run(&mut self.admin, &format!("SELECT pg_advisory_unlock({LOCK})")).await;
    }
}

/// The ids in the queue and among its dead letters.
async fn places(pg: &Pg) -> [Vec<String>; 2] {
    let mut admin = pg.database.admin().await;
    let mut places = [Vec::new(), Vec::new()];
    for (place, table) in places.iter_mut().zip(["q_order_taker", "q_order_taker_dlq"]) {
        let ids = format!("SELECT headers ->> 'id' FROM pgmq.{table} ORDER BY msg_id");
        *place = sqlx::query_scalar(sqlx::AssertSqlSafe(ids)).fetch_all(&mut admin).await.unwrap();
    }
    places
}

async fn send(pg: &Pg, ids: &[&str]) {
    let mut unit = Unit::new("acme".parse().unwrap(), "tester");
    unit.sends.extend(ids.iter().map(|id| Outgoing {
        id: (*id).to_owned(),
        queue: ORDERS.to_owned(),
        group: "g".to_owned(),
        body: "{}".to_owned(),
        ..Outgoing::default()
    }));
    pg.host.store().commit(vec![unit]).await.unwrap();
}

/// Sends a message and receives it.
async fn in_hand(pg: &Pg) -> DeadLetter {
    send(pg, &["a"]).await;
    let received = pg.queue().receive(ORDERS, 1, 1, LEASE).await.unwrap().remove(0);
    DeadLetter { receipt: received.receipt, reason: "no".to_owned() }
}

fn was_cut<T: std::fmt::Debug>(result: &Result<T, PortError>) {
    assert!(matches!(result, Err(PortError::Unavailable { .. })), "{result:?}");
}

/// D7: by the host, which gives a message up.
#[tokio::test]
async fn a_move_to_the_dead_letters_that_is_cut_short_has_not_happened() {
    let pg = pg().await;
    let letter = [in_hand(&pg).await];
    let (queue, held) = (pg.queue(), Held::on(&pg, "pgmq.q_order_taker_dlq").await);
    let (moved, ()) = tokio::join!(queue.dead_letter(&letter), held.cut());
    was_cut(&moved);
    assert_eq!(places(&pg).await, [vec!["a".to_owned()], vec![]]);
    queue.dead_letter(&letter).await.unwrap();
    queue.dead_letter(&letter).await.unwrap();
    assert_eq!(places(&pg).await, [vec![], vec!["a".to_owned()]]);
}

/// D7: by the commit of a handler that rejects a message.
#[tokio::test]
async fn a_rejection_that_is_cut_short_has_not_happened() {
    let pg = pg().await;
    let DeadLetter { receipt, reason } = in_hand(&pg).await;
    let mut unit = Unit::new("acme".parse().unwrap(), "tester");
    unit.ack = Some(Ack::DeadLetter(receipt, reason));
    let (store, held) = (pg.host.store(), Held::on(&pg, "pgmq.q_order_taker_dlq").await);
    let (committed, ()) = tokio::join!(store.commit(vec![unit.clone()]), held.cut());
    let cut = matches!(committed, Err(CommitError::Port(PortError::Unavailable { .. })));
    assert!(cut, "{committed:?}");
    assert_eq!(places(&pg).await, [vec!["a".to_owned()], vec![]]);
    store.commit(vec![unit]).await.unwrap();
    assert_eq!(places(&pg).await, [vec![], vec!["a".to_owned()]]);
}

/// D6: whoever goes on after a crash finds every dead letter where it was, and sends each back once.
#[tokio::test]
async fn a_redrive_that_is_cut_short_has_moved_nothing_and_goes_on() {
    let pg = pg().await;
    let ids = ["a", "b", "c"];
    send(&pg, &ids).await;
    let queue = pg.host.queue();
    let received = queue.receive(ORDERS, 10, 10, LEASE).await.unwrap();
    let letter =
        |m: twinhost::ports::Received| DeadLetter { receipt: m.receipt, reason: "no".to_owned() };
    queue.dead_letter(&received.into_iter().map(letter).collect::<Vec<_>>()).await.unwrap();
    let redrive = queue.start_redrive(ORDERS, &Selection::default(), None).await.unwrap();
    let held = Held::on(&pg, "pgmq.q_order_taker").await;
    let (stepped, ()) = tokio::join!(queue.step_redrive(redrive.id), held.cut());
    was_cut(&stepped);
    let all = ids.map(str::to_owned).to_vec();
    assert_eq!(places(&pg).await, [vec![], all.clone()]);
    // Another process goes on; all at once, too.
    let other = pg.database.host().await.queue();
    let held = Held::on(&pg, "pgmq.q_order_taker").await;
    let (redriven, ()) = tokio::join!(other.redrive(ORDERS, None), held.cut());
    was_cut(&redriven);
    assert_eq!(places(&pg).await, [vec![], all.clone()]);
    let stepped = other.step_redrive(redrive.id).await.unwrap();
    assert_eq!((stepped.moved, stepped.state), (3, RedriveState::Done));
    assert_eq!(places(&pg).await, [all, vec![]]);
}

/// D6: there is nothing to take from, or nowhere to put it.
#[tokio::test]
async fn a_redrive_of_what_is_no_queue_is_refused_and_moves_nothing() {
    let pg = pg().await;
    let letter = in_hand(&pg).await;
    let queue = pg.host.queue();
    queue.dead_letter(&[letter]).await.unwrap();
    for name in ["unheard-of", "order-taker-dlq"] {
        let error = queue.redrive(name, None).await.unwrap_err();
        assert!(matches!(error, PortError::Invalid { .. }), "{name}: {error:?}");
        let started = queue.start_redrive(name, &Selection::default(), None).await;
        let error = started.unwrap_err();
        assert!(matches!(error, PortError::Invalid { .. }), "{name}: {error:?}");
    }
    run(&mut pg.database.admin().await, "ALTER TABLE pgmq.q_order_taker RENAME TO gone").await;
    let error = queue.redrive(ORDERS, None).await.unwrap_err();
    assert!(error.to_string().contains("twinhost migrate"), "{error}");
    run(&mut pg.database.admin().await, "ALTER TABLE pgmq.gone RENAME TO q_order_taker").await;
    assert_eq!(places(&pg).await, [vec![], vec!["a".to_owned()]]);
}

/// F10: by whatever process a message is sent, and whatever was done in between.
#[tokio::test]
async fn a_queue_numbers_its_messages_upwards_and_no_number_comes_twice() {
    let pg = pg().await;
    let mut admin = pg.database.admin().await;
    let (mut numbers, mut other): (Vec<i64>, _) = (Vec::new(), pg.database.host().await);
    for round in 0..6 {
        let id = format!("m{round}");
        if round % 2 == 0 {
            send(&pg, &[&id]).await;
        } else {
            let mut unit = Unit::new("globex".parse().unwrap(), "tester");
            let queue = ORDERS.to_owned();
            unit.sends.push(Outgoing { id: id.clone(), queue, ..Outgoing::default() });
            other.store().commit(vec![unit]).await.unwrap();
        }
        let number = "SELECT msg_id FROM pgmq.q_order_taker WHERE headers ->> 'id' = $1";
        numbers.push(sqlx::query_scalar(number).bind(&id).fetch_one(&mut admin).await.unwrap());
        match round {
            1 => {
                pg.queue().purge(ORDERS, false).await.unwrap();
            }
            3 => other = pg.database.host().await,
            _ => {}
        }
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
}
