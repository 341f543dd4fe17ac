//! Large objects in a bucket, of an S3 server that checks signatures.

use std::error::Error as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;
use twinhost::conformance::manifest;
use twinhost::ports::{Commit as _, CommitError, Committed, Objects as _, PortError};
use twinhost::unit::{Change, Condition, NewObject, Outgoing, Unit, Write};
use twinhost_postgres::s3::{S3Options, Style};
use twinhost_postgres::{LargeObjects, PgHost};

use crate::database::Database;

/// The server; ends with this value, or with the test process.
struct Server {
    process: Child,
    known: Value,
}

impl Server {
    fn start() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = here.join("../../.venv/bin/python");
        assert!(python.exists(), "no `.venv` in the project's folder; run `make setup`");
        let mut process = Command::new(python)
            .arg(here.join("tests/s3_server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let known = serde_json::from_str(&line).expect("moto did not start; run `make setup`");
        Self { process, known }
    }

    fn known(&self, name: &str) -> String {
        self.known[name].as_str().unwrap().to_owned()
    }

    fn options(&self) -> S3Options {
        S3Options {
            bucket: "large".to_owned(),
            endpoint: Some(self.known("url")),
            allow_http: false,
            region: "us-east-1".to_owned(),
            access_key_id: self.known("access_key_id"),
            secret_access_key: self.known("secret_access_key").into(),
            style: Style::Path,
            prefix: "home".to_owned(),
        }
    }

    fn stop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A unit with a document, a message and an object of that size.
fn unit(key: &str, size: usize) -> Unit {
    let mut unit = Unit::new("acme".parse().unwrap(), "tester");
    unit.writes.push(Write {
        collection: "things",
        key: key.to_owned(),
        condition: Condition::Absent,
        change: Change::Put { body: "{}".to_owned(), expires_at: None },
    });
    unit.sends.push(Outgoing {
        id: key.to_owned(),
        queue: "order-taker".to_owned(),
        group: "g".to_owned(),
        deduplication_id: None,
        body: "{}".to_owned(),
        ..Outgoing::default()
    });
    unit.objects.push(NewObject { key: format!("files/{key}"), bytes: bytes(size) });
    unit
}

fn bytes(size: usize) -> Bytes {
    (0..size).map(|n| u8::try_from(n % 251).unwrap()).collect()
}

async fn host(database: &Database, options: &S3Options) -> PgHost {
    let large = LargeObjects::s3(options).unwrap();
    PgHost::connect_with_objects(&database.options(), &manifest(), large).await.unwrap()
}

/// Everything that units leave in the database.
async fn traces(database: &Database) -> i64 {
    sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM twinhost.documents) + (SELECT count(*) FROM twinhost.objects)
            + (SELECT count(*) FROM pgmq.q_order_taker)",
    )
    .fetch_one(&mut database.admin().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_large_object_is_in_the_bucket_when_its_unit_is_committed() {
    let server = Server::start();
    let database = Database::create().await;
    let store = host(&database, &server.options()).await.store();
    let committed = store.commit(vec![unit("a", 300_000), unit("b", 1000)]).await.unwrap();
    assert_eq!(committed, [Committed::Applied; 2]);
    let (acme, other) = ("acme".parse().unwrap(), "other".parse().unwrap());
    assert_eq!(store.get(&acme, "files/a").await.unwrap(), Some(bytes(300_000)));
    assert_eq!(store.get(&acme, "files/b").await.unwrap(), Some(bytes(1000)));
    assert_eq!(store.get(&other, "files/a").await.unwrap(), None);
    assert!(!database.folder.path().join("objects").exists(), "a folder for nothing");

    // Whoever names another place has to copy large objects; small ones are rows.
    let elsewhere = S3Options { prefix: String::new(), ..server.options() };
    let elsewhere = host(&database, &elsewhere).await.store();
    assert_eq!(elsewhere.get(&acme, "files/b").await.unwrap(), Some(bytes(1000)));
    let error = elsewhere.get(&acme, "files/a").await.unwrap_err();
    assert!(matches!(error, PortError::Invalid { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("`files/a` of `acme`"), "{text}");
    assert!(text.contains("copy it to `acme/files/a` there"), "{text}");
}

#[tokio::test]
async fn what_the_bucket_does_not_take_is_not_committed() {
    let mut server = Server::start();
    let database = Database::create().await;
    let good = server.options();
    let wrong_secret = S3Options { secret_access_key: "canary".into(), ..good.clone() };
    let unknown_key = S3Options { access_key_id: "AKIAUNKNOWN".to_owned(), ..good.clone() };
    let no_bucket = S3Options { bucket: "missing".to_owned(), ..good.clone() };
    for (options, said, cure) in [
        (&no_bucket, "NoSuchBucket", "create it"),
        (&wrong_secret, "SignatureDoesNotMatch", "check the keys"),
        (&unknown_key, "InvalidAccessKeyId", "check the keys"),
    ] {
        let why = refusal(&database, options).await;
        assert!(why.contains(said) && why.contains(cure), "{why}");
    }

    server.stop();
    let began = Instant::now();
    let why = refusal(&database, &good).await;
    assert!(why.contains("Connection refused") && why.contains("check the endpoint"), "{why}");
    assert!(began.elapsed() < Duration::from_secs(30), "after {:?}", began.elapsed());
    // Who has no large object does not mind.
    let store = host(&database, &good).await.store();
    assert_eq!(store.commit(vec![unit("small", 1000)]).await.unwrap(), [Committed::Applied]);
    assert_eq!(traces(&database).await, 3);
}

/// What a commit is refused with, and a check too. Nothing is left behind, and nothing said that is secret.
async fn refusal(database: &Database, options: &S3Options) -> String {
    let store = host(database, options).await.store();
    let refused = store.commit(vec![unit("small", 1000), unit("large", 300_000)]).await;
    let Err(CommitError::Port(error @ PortError::Unavailable { .. })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(traces(database).await, 0);
    let shown = format!("{error:?} {error} {store:?}");
    assert!(!shown.contains("canary") && !shown.contains(&options.access_key_id), "{shown}");
    assert!(shown.contains(&format!("the bucket `{}`", options.bucket)), "{shown}");

    let why = error.source().unwrap().to_string();
    let checked = LargeObjects::s3(options).unwrap().check().await.unwrap_err();
    assert_eq!(checked.source().unwrap().to_string(), why);
    why
}

#[tokio::test]
async fn a_check_needs_no_more_than_to_put_and_get() {
    let server = Server::start();
    LargeObjects::s3(&server.options()).unwrap().check().await.unwrap();
}
