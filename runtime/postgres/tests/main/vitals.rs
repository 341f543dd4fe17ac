//! Whether a database clears away after itself is seen, whoever asks.

use twinhost::conformance::manifest;
use twinhost_postgres::migrate;

use crate::database::{Database, run};

#[tokio::test]
async fn a_transaction_that_is_left_open_is_told_with_who_has_it() {
    let database = Database::create().await;
    migrate(&database.options(), &manifest()).await.unwrap();
    // One that may do nothing but run the application, and sees nobody's sessions.
    let user = database.role("LOGIN IN ROLE twinhost_app").await;
    let mut options = database.options_of(Some(&user));
    options.migrate = false;
    let host = database.try_host(&options).await.unwrap();
    let mut left_open = database.admin().await;
    run(&mut left_open, "BEGIN; SELECT count(*) FROM twinhost.occurrences").await;
    let pid: i32 =
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut left_open).await.unwrap();
    let vitals = host.vitals().await.unwrap();
    assert_eq!(vitals.holder, Some(format!("process {pid}")));
    assert!(vitals.oldest_transaction_seconds < 300, "{vitals:?}");
    assert!(vitals.problems().is_empty(), "{vitals:?}");
    run(&mut left_open, "COMMIT").await;
    assert_ne!(host.vitals().await.unwrap().holder, Some(format!("process {pid}")));
    drop(host);
    database.drop_owner(&user).await;
}

#[tokio::test]
async fn rows_that_vacuum_has_not_cleared_away_are_counted_by_table() {
    let database = Database::create().await;
    let host = database.host().await;
    let mut admin = database.admin().await;
    run(&mut admin, "ALTER TABLE pgmq.q_order_taker SET (autovacuum_enabled = off)").await;
    run(&mut admin, "INSERT INTO pgmq.q_order_taker (vt) SELECT now() FROM generate_series(1, 70)")
        .await;
    run(&mut admin, "DELETE FROM pgmq.q_order_taker WHERE msg_id % 2 = 0").await;
    run(&mut admin, "SELECT pg_stat_force_next_flush()").await;
    let vitals = host.vitals().await.unwrap();
    let rows = vitals.tables.iter().find(|rows| rows.table == "pgmq.q_order_taker").unwrap();
    assert_eq!((rows.dead, rows.live), (35, 35));
    assert!(vitals.tables.iter().any(|rows| rows.table == "twinhost.documents"), "{vitals:?}");
}
