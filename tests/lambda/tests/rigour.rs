//! What the emulator of AWS does as AWS, where moto alone does not.

use std::sync::Arc;

use lambda_emulator::{Aws, clients};
use serde_json::json;
use twinhost::TenantId;
use twinhost::ports::{CommitError, Query, SystemClock};
use twinhost::unit::{Change, Condition, Unit, Write};
use twinhost_aws::table::create_table;
use twinhost_aws::{AwsHost, AwsOptions};

use crate::queue::queue;

#[tokio::test]
async fn a_run_that_timed_out_comes_again_whole_and_in_order() {
    let queue = queue().await;
    queue.send("g", [json!(1), json!(2), json!(3)]).await;
    assert_eq!(queue.bodies().await, [json!(1), json!(2), json!(3)]);
    assert!(queue.bodies().await.is_empty());
    queue.time_out().await;
    assert_eq!(queue.bodies().await, [json!(1), json!(2), json!(3)]);
}

/// F1 to F3.
#[tokio::test]
async fn of_a_group_only_the_leading_run_that_is_visible_is_received() {
    let queue = queue().await;
    queue.send("g", [json!(1), json!(2)]).await;
    queue.send("h", [json!("h")]).await;
    queue.send("g", [json!(3)]).await;
    let received = queue.receive().await;
    let bodies: Vec<_> = received.iter().map(|message| message.body().unwrap()).collect();
    assert_eq!(bodies, ["1", "2", "3", "\"h\""], "a run is not broken up");
    queue.send("g", [json!(4)]).await;
    assert!(queue.delete(&received[1]).await && queue.delete(&received[3]).await);
    assert!(queue.bodies().await.is_empty(), "what is before 4 is in flight");
    queue.time_out().await;
    assert_eq!(queue.bodies().await, [json!(1), json!(3), json!(4)]);
}

/// V3.
#[tokio::test]
async fn a_receipt_that_has_expired_deletes_nothing() {
    let queue = queue().await;
    queue.send("g", [json!(1)]).await;
    let first = queue.receive().await.remove(0);
    queue.time_out().await;
    assert!(!queue.delete(&first).await);
    let second = queue.receive().await.remove(0);
    assert!(!queue.delete(&first).await);
    assert!(queue.delete(&second).await);
    assert!(queue.all().await.is_empty());
}

/// T3: moto takes a table back by a copy of it; ours by a copy of the items concerned.
#[tokio::test]
async fn a_transaction_that_fails_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let aws = Aws::start(folder.path(), 0).await.unwrap();
    let clients = Arc::new(clients(aws.url()).await);
    create_table(clients.dynamodb(), "t").await.unwrap();
    let options = AwsOptions { table: Some("t".to_owned()), ..AwsOptions::default() };
    let ports = AwsHost::new(clients, &options, Arc::new(SystemClock)).unwrap().ports();
    let acme: TenantId = "acme".parse().unwrap();
    let commit = async |writes: &[(&str, &str, Condition)]| {
        let mut unit = Unit::new(acme.clone(), "test");
        unit.writes.extend(writes.iter().map(|(key, body, condition)| Write {
            collection: "things",
            key: (*key).to_owned(),
            condition: *condition,
            change: Change::Put { body: (*body).to_owned(), expires_at: None },
        }));
        ports.commit.commit(vec![unit]).await
    };
    commit(&[("a", "1", Condition::Absent)]).await.unwrap();
    let failed = commit(&[
        ("a", "2", Condition::Any),
        ("b", "2", Condition::Any),
        ("c", "2", Condition::Version(7)),
    ]);
    assert!(matches!(failed.await, Err(CommitError::Conflict)));
    let found = ports.documents.query(&acme, "things", &Query::default()).await.unwrap().items;
    let found: Vec<_> =
        found.iter().map(|it| (it.key.as_str(), it.body.as_str(), it.version)).collect();
    assert_eq!(found, [("a", "1", 1)]);
}
