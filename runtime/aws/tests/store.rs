//! The table and the bucket: faults of AWS, limits, and whose data is whose.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use twinhost::TenantId;
use twinhost::conformance::{OTHERS, THINGS};
use twinhost::ports::{Commit as _, CommitError, Committed, Order, PortError, Query};
use twinhost::unit::Condition::{Absent, Any, Version};
use twinhost::unit::{NewObject, Unit};
use twinhost_aws::table::create_table;
use twinhost_aws::{AwsHost, AwsOptions};

use crate::aws::{Aws, aws};
use crate::units::{With as _, acme, unit};

impl Aws {
    async fn write(&self, unit: Unit) -> Result<Committed, CommitError> {
        self.host.commit().commit(vec![unit]).await.map(|committed| committed[0])
    }

    async fn version(&self, key: &str) -> Option<u64> {
        let stored = self.ports().documents.get(&acme(), THINGS, key).await.unwrap();
        stored.map(|stored| stored.version)
    }

    async fn keys(&self, query: &Query) -> (Vec<String>, Option<String>) {
        let page = self.ports().documents.query(&acme(), THINGS, query).await.unwrap();
        (page.items.into_iter().map(|stored| stored.key).collect(), page.next)
    }
}

fn error(code: &str) -> Value {
    json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "a fault was asked for"})
}

fn cancelled(codes: &[&str]) -> Value {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({"Code": code})).collect();
    let mut body = error("TransactionCanceledException");
    body["CancellationReasons"] = Value::from(reasons);
    json!({"operation": "TransactWriteItems", "status": 400, "body": body})
}

/// T4: the answer is lost, the call is repeated, the effect is there once.
#[tokio::test]
async fn a_transaction_whose_answer_is_lost_has_its_effect_once() {
    for status in [500, 0] {
        let aws = aws().await;
        aws.emulator
            .fault(&json!({"operation": "TransactWriteItems", "status": status, "done": true}));
        aws.emulator.calls();
        let unit = unit().put(Absent, "a", "{}").put(Any, "b", "{}").send("g", "1");
        assert_eq!(aws.write(unit).await.unwrap(), Committed::Applied);
        assert_eq!(aws.emulator.calls()["TransactWriteItems"], 2);
        assert_eq!((aws.version("a").await, aws.version("b").await), (Some(1), Some(1)));
    }
}

#[tokio::test]
async fn what_is_throttled_or_in_the_way_is_tried_again() {
    let aws = aws().await;
    let body = error("ProvisionedThroughputExceededException");
    for fault in [
        json!({"operation": "TransactWriteItems", "status": 400, "body": body}),
        json!({"operation": "TransactWriteItems", "status": 400, "body": error("TransactionInProgressException")}),
        cancelled(&["TransactionConflict", "None"]),
        cancelled(&["None", "ThrottlingError"]),
        json!({"operation": "GetItem", "status": 500, "body": error("InternalServerError"), "times": 2}),
    ] {
        aws.emulator.fault(&fault);
    }
    let unit = unit().put(Version(1), "a", "{}").put(Absent, "b", "{}");
    aws.write(self::unit().put(Absent, "a", "{}")).await.unwrap();
    assert_eq!(aws.write(unit).await.unwrap(), Committed::Applied);
    assert_eq!(aws.version("a").await, Some(2));
}

#[tokio::test]
async fn a_conflict_beside_a_busy_item_is_a_conflict() {
    let aws = aws().await;
    aws.emulator.fault(&cancelled(&["TransactionConflict", "ConditionalCheckFailed"]));
    let result = aws.write(unit().put(Version(1), "a", "{}").put(Version(1), "b", "{}")).await;
    assert!(matches!(result, Err(CommitError::Conflict)), "{result:?}");
}

#[tokio::test]
async fn a_store_that_stays_down_is_unavailable_in_time() {
    let aws = aws().await;
    aws.emulator.fault(&json!({"operation": "TransactWriteItems", "times": 1000, "body": error("InternalServerError")}));
    let began = Instant::now();
    let result = aws.write(unit().put(Any, "a", "{}")).await;
    assert!(matches!(result, Err(CommitError::Port(PortError::Unavailable { .. }))), "{result:?}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(aws.emulator.calls()["TransactWriteItems"].as_u64().unwrap() > 3, "it was tried again");
}

#[tokio::test]
async fn what_is_missing_is_named_with_the_cure() {
    let aws = aws().await;
    let options = AwsOptions {
        table: Some("nowhere".into()),
        bucket: Some("none".into()),
        ..aws.options.clone()
    };
    let clock = std::sync::Arc::new(aws.clock.clone());
    let host = AwsHost::new(std::sync::Arc::clone(&aws.clients), &options, clock).unwrap();
    let read = host.ports().documents.get(&acme(), THINGS, "a").await.unwrap_err();
    let mut stores = unit();
    stores.objects.push(NewObject { key: "files/a".into(), bytes: "a".into() });
    let write = host.commit().commit(vec![stores]).await.unwrap_err();
    for (error, named) in [(read.to_string(), "nowhere"), (write.to_string(), "none")] {
        assert!(error.contains(named) && error.contains("deploy it"), "{error}");
    }
}

/// A host without a bucket says which variable is missing; nothing is committed without its objects.
#[tokio::test]
async fn objects_without_a_bucket_are_refused() {
    let aws = aws().await;
    let options =
        AwsOptions { bucket: None, mail_from: None, kms_key: None, ..aws.options.clone() };
    let clock = std::sync::Arc::new(aws.clock.clone());
    let host = AwsHost::new(std::sync::Arc::clone(&aws.clients), &options, clock).unwrap();
    let mut stores = unit().put(Any, "a", "{}");
    stores.objects.push(NewObject { key: "files/a".into(), bytes: "a".into() });
    let error = host.commit().commit(vec![stores]).await.unwrap_err().to_string();
    assert!(error.contains("TWINHOST_BUCKET"), "{error}");
    assert_eq!(aws.version("a").await, None);
    let error = host.ports().objects.get(&acme(), "files/a").await.unwrap_err().to_string();
    assert!(error.contains("TWINHOST_BUCKET"), "{error}");
    let error = host.ports().keys.seal(b"a", &Default::default()).await.unwrap_err().to_string();
    assert!(error.contains("TWINHOST_KMS_KEY"), "{error}");
}

/// T8: a page of DynamoDB has 1 MB; ours has what was asked for.
#[tokio::test]
async fn a_page_is_full_however_large_its_documents_are() {
    let aws = aws().await;
    let body = format!("\"{}\"", "x".repeat(398_000));
    for key in ["a", "b", "c", "d", "e", "f"] {
        aws.write(unit().put(Absent, key, &body)).await.unwrap();
    }
    let query = Query { limit: 5, ..Query::default() };
    let (keys, next) = aws.keys(&query).await;
    assert_eq!((keys.len(), next.as_deref()), (5, Some("e")));
    let (keys, next) = aws.keys(&Query { cursor: next, ..query }).await;
    assert_eq!((keys, next), (vec!["f".to_owned()], None));
}

/// What expired, or does not match, takes no place on a page.
#[tokio::test]
async fn a_page_is_full_of_what_matches() {
    let aws = aws().await;
    for hundred in 0..4 {
        let keys = (0..100).map(|n| hundred * 100 + n);
        let unit = keys.fold(unit(), |unit, n: usize| {
            let status = if n % 50 == 49 { "open" } else { "done" };
            unit.put(Any, &format!("k{n:03}"), &json!({"status": status}).to_string())
        });
        aws.write(unit).await.unwrap();
    }
    let equals = vec![("status".to_owned(), json!("open"))];
    let query = Query { equals, limit: 7, order: Order::Descending, ..Query::default() };
    let (keys, next) = aws.keys(&query).await;
    assert_eq!(keys, ["k399", "k349", "k299", "k249", "k199", "k149", "k099"]);
    let (keys, next) = aws.keys(&Query { cursor: next, ..query }).await;
    assert_eq!((keys, next), (vec!["k049".to_owned()], None));
}

#[tokio::test]
async fn a_key_that_nothing_can_have_is_absent() {
    let aws = aws().await;
    let documents = aws.ports().documents;
    for key in [String::new(), "k".repeat(1025)] {
        assert_eq!(documents.get(&acme(), THINGS, &key).await.unwrap(), None);
        let (keys, _) = aws.keys(&Query { prefix: key.clone() + "x", ..Query::default() }).await;
        assert!(keys.is_empty());
    }
    let long = "k".repeat(1024);
    aws.write(unit().put(Absent, &long, "{}")).await.unwrap();
    assert_eq!(aws.version(&long).await, Some(1));
    for (cursor, order) in
        [("zzz", Order::Ascending), ("a", Order::Descending), ("", Order::Descending)]
    {
        let query =
            Query { prefix: "k".into(), cursor: Some(cursor.into()), order, ..Query::default() };
        assert_eq!(aws.keys(&query).await, (Vec::new(), None), "{cursor}");
    }
}

/// T11: everything in the table begins with its tenant, and the neighbour of a name is somebody else.
#[tokio::test]
async fn nothing_in_the_table_is_without_its_tenant() {
    let aws = aws().await;
    let other: TenantId = "acme-2".parse().unwrap();
    aws.write(unit().put(Any, "a", "{}").once("key", Duration::from_secs(60)).send("g", "1"))
        .await
        .unwrap();
    aws.write(unit().put(Any, "things#a", "{}").send("g", "2")).await.unwrap();
    let mut theirs = Unit::new(other.clone(), "tester").put(Any, "a", r#"{"of":"acme-2"}"#);
    theirs.objects.push(NewObject { key: "files/a".into(), bytes: "theirs".into() });
    aws.write(theirs).await.unwrap();
    let items = aws.items().await;
    assert!(items.len() >= 5, "{items:?}");
    assert!(
        items.iter().all(|pk| pk.starts_with("TENANT#acme#") || pk.starts_with("TENANT#acme-2#"))
    );
    let documents = aws.ports().documents;
    let page = documents.query(&other, THINGS, &Query::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(documents.get(&acme(), OTHERS, "a").await.unwrap(), None);
    assert_eq!(aws.ports().objects.get(&acme(), "files/a").await.unwrap(), None);
    let theirs = aws.ports().objects.get(&other, "files/a").await.unwrap();
    assert_eq!(theirs.as_deref(), Some(&b"theirs"[..]));
}

/// No collection can be named like a record's partition.
#[tokio::test]
async fn records_are_in_no_collection() {
    let aws = aws().await;
    aws.write(unit().put(Any, "a", "{}").once("key", Duration::from_secs(60)).send("g", "1"))
        .await
        .unwrap();
    let (keys, _) = aws.keys(&Query::default()).await;
    assert_eq!(keys, ["a"]);
}

#[tokio::test]
async fn a_table_that_is_there_already_is_refused() {
    let aws = aws().await;
    let error = create_table(aws.clients.dynamodb(), crate::aws::TABLE).await.unwrap_err();
    assert!(error.to_string().contains(crate::aws::TABLE), "{error}");
}
