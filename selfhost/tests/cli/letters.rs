//! `queues dlq`: what comes back, how fast, and what is put down about it.

use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection, query_scalar};

use super::stores::Machine;

const QUEUE: &str = "notifier";

/// Makes dead letters `{prefix}0`, `{prefix}1`, … that were given up for this reason.
async fn bury(machine: &Machine, prefix: &str, count: i32, reason: &str) {
    let mut connection = PgConnection::connect(&machine.url()).await.unwrap();
    let insert = "INSERT INTO pgmq.q_notifier_dlq (vt, message, headers)
        SELECT clock_timestamp(), '\"{}\"', jsonb_build_object('id', $1 || n, 'tenant', 'acme',
            'x-pgmq-group', 'acme/g', 'reason', $3)
        FROM generate_series(0, $2 - 1) AS n";
    sqlx::query(insert)
        .bind(prefix)
        .bind(count)
        .bind(reason)
        .execute(&mut connection)
        .await
        .unwrap();
}

async fn ids(machine: &Machine, command: &[&str]) -> Vec<String> {
    let listed = machine.json(command).await;
    let id = |message: &Value| message["id"].as_str().unwrap().to_owned();
    listed.as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn dead_letters_come_back_as_asked_for_and_it_is_known_who_did_what() {
    let machine = Machine::start().await;
    machine.json(&["queues", "list"]).await;
    bury(&machine, "slow-", 3, "a timeout of the relay").await;
    bury(&machine, "bad-", 2, "it panicked").await;
    let dead = ["queues", "dlq", "list", QUEUE];
    let redrive = ["queues", "dlq", "redrive", QUEUE];

    let by_reason = [&redrive[..], &["--reason", "timeout", "--rate", "500"]].concat();
    let done = machine.json(&by_reason).await;
    assert_eq!((&done["moved"], &done["state"]), (&json!(3), &json!("done")), "{done}");
    assert_eq!(ids(&machine, &["queues", "peek", QUEUE]).await, ["slow-0", "slow-1", "slow-2"]);
    assert_eq!(ids(&machine, &dead).await, ["bad-0", "bad-1"]);

    let replay = ["queues", "dlq", "replay", QUEUE, "bad-0", "--by", "ada", "--body", "-"];
    let refused = machine.tell(&replay, "{\"n\":").await;
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("no JSON") && refused.err.contains("nothing was sent"));
    let replayed = machine.tell(&replay, "{\"n\": 1}").await;
    assert_eq!(replayed.code, 0, "{}", replayed.err);
    let again = machine.tell(&replay, "{\"n\": 1}").await;
    assert!(again.err.contains("`bad-0` is no dead letter of `notifier`"), "{}", again.err);

    let unknown = [&redrive[..], &["--id", "bad-1", "--id", "nobody"]].concat();
    assert!(machine.error(&unknown).await.contains("1 of 2 sent back"));
    assert_eq!(ids(&machine, &dead).await, [""; 0]);

    let status = machine.json(&["queues", "dlq", "status", QUEUE]).await;
    let moved: Vec<_> =
        status["redrives"].as_array().unwrap().iter().map(|r| &r["moved"]).collect();
    assert_eq!(moved, [&json!(1), &json!(3)], "the latest first");
    assert_eq!(status["redrives"][1]["selection"]["reason"], "timeout");
    let noted = &status["replays"][0];
    assert_eq!((&noted["by"], &noted["message"]), (&json!("ada"), &json!("bad-0")));
    assert_ne!(noted["old_sha256"], noted["new_sha256"]);
    machine.stop().await;
}

#[tokio::test]
async fn a_redrive_that_was_interrupted_goes_on_or_is_cancelled() {
    let machine = Machine::start().await;
    machine.json(&["queues", "list"]).await;
    bury(&machine, "m", 4, "no").await;
    let redrive = ["queues", "dlq", "redrive", QUEUE];
    let cancel = ["queues", "dlq", "cancel", QUEUE];
    assert!(machine.error(&cancel).await.contains("no redrive of `notifier` is under way"));

    // A process that began, took a step of one message, and died.
    let mut connection = PgConnection::connect(&machine.url()).await.unwrap();
    let die = async |connection: &mut PgConnection| {
        let start = "SELECT twinhost.start_redrive('notifier', '{}', NULL)";
        let id: i64 = query_scalar(start).fetch_one(&mut *connection).await.unwrap();
        let step = "SELECT twinhost.step_redrive($1, 1)";
        let _queue: String = query_scalar(step).bind(id).fetch_one(connection).await.unwrap();
    };
    die(&mut connection).await;
    assert!(machine.error(&redrive).await.contains("--resume"));
    let ended = machine.json(&cancel).await;
    assert_eq!((&ended["state"], &ended["moved"]), (&json!("cancelled"), &json!(1)));

    die(&mut connection).await;
    let resumed = machine.json(&[&redrive[..], &["--resume"]].concat()).await;
    assert_eq!((&resumed["state"], &resumed["moved"]), (&json!("done"), &json!(3)));
    assert_eq!(ids(&machine, &["queues", "peek", QUEUE]).await, ["m0", "m1", "m2", "m3"]);
    assert_eq!(ids(&machine, &["queues", "dlq", "list", QUEUE]).await, [""; 0]);
    machine.stop().await;
}
