//! From webhook to mail: the whole application over the corpus of real CloudTrail logs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use events::{
    Anomaly, Attempt, Baseline, CostEvent, Duplicate, Familiar, PayloadReport, RawPayload, Severity,
};
use functions::app::{Outside, app};
use functions::signatures::Scheme;
use functions::{Normalizer, Notifier, Scorer};
use http::StatusCode;
use serde_json::{Value, json};
use twinhost::dispatch::Disposition;
use twinhost::ports::{Documents, Query};
use twinhost::{Document, Handler, TestHost};

use crate::support::{FakeChat, FakeCloud, add_source, delivery, gzip, settings};

struct Watcher {
    host: TestHost,
    chat: Arc<FakeChat>,
}

impl Watcher {
    async fn new() -> Self {
        let chat = Arc::new(FakeChat::default());
        let outside = Outside { cloud: Arc::new(FakeCloud::default()), chat: chat.clone() };
        let host = TestHost::new(app(outside));
        add_source(&host, Scheme::StandardWebhooks, &[1]).await;
        host.given(&settings(&host, &["ops@acme.example"], true).await).await;
        Self { host, chat }
    }

    /// Sends a payload and runs until nothing is left to do.
    async fn take(&self, id: &str, body: Vec<u8>) -> Vec<Disposition> {
        let response = self.host.request(delivery(&self.host, id, body)).await;
        assert_eq!(response.status, StatusCode::ACCEPTED, "{id}: {}", response.body.escape_ascii());
        self.host.run().await
    }

    /// All documents of a collection, more than a page of them.
    async fn all<D: Document>(&self) -> Vec<D> {
        let mut query = Query { limit: 1000, ..Query::default() };
        let mut all = Vec::new();
        loop {
            let host = self.host.memory();
            let page = host.query(self.host.tenant(), D::COLLECTION, &query).await.unwrap();
            all.extend(page.items.iter().map(|s| serde_json::from_str::<D>(&s.body).unwrap()));
            query.cursor = page.next;
            if query.cursor.is_none() {
                return all;
            }
        }
    }

    /// What scoring has left behind, as text.
    async fn scored(&self) -> String {
        let documents = (
            self.all::<CostEvent>().await,
            self.all::<Attempt>().await,
            self.all::<Baseline>().await,
            self.all::<Familiar>().await,
            self.all::<Anomaly>().await,
        );
        serde_json::to_string(&documents).unwrap()
    }

    async fn assert_no_dead_letters(&self) {
        for queue in [Normalizer::NAME, Scorer::NAME, Notifier::NAME] {
            let dead = self.host.dead_letters(queue).await;
            assert!(dead.is_empty(), "{queue}: {:?}", dead[0].reason);
        }
    }
}

/// The files of the corpus by name.
fn corpus() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/cloudtrail");
    let files = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{folder:?} holds the corpus and cannot be read: {error}"));
    let files = files.map(|entry| entry.unwrap().path());
    let logs = files.filter(|path| path.extension().is_some_and(|extension| extension == "gz"));
    let read = |path: std::path::PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
    };
    logs.map(read).collect()
}

/// A delivery id for a file: ids have no dots.
fn id(name: &str) -> String {
    name.replace('.', "-")
}

/// A record of so many machines started by `jo`.
fn machines(event: &str, at: &str, count: usize) -> Value {
    let instance = json!({"instanceId": "i-0123456789abcdef0", "instanceType": "p3.16xlarge"});
    json!({
        "eventVersion": "1.08",
        "eventID": event,
        "eventTime": at,
        "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances",
        "awsRegion": "us-east-1",
        "readOnly": false,
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/jo"},
        "recipientAccountId": "111122223333",
        "requestParameters": {"instanceType": "p3.16xlarge"},
        "responseElements": {"instancesSet": {"items": vec![instance; count]}},
    })
}

fn log_file(records: &[Value]) -> Vec<u8> {
    json!({ "Records": records }).to_string().into_bytes()
}

#[tokio::test]
async fn every_record_of_the_corpus_is_accounted_for_and_sending_it_again_changes_nothing() {
    let watcher = Watcher::new().await;
    let corpus = corpus();
    let mut records = 0;
    for (name, file) in &corpus {
        records += functions::cloudtrail::parse(file).unwrap().len() as u64;
        watcher.take(&id(name), file.clone()).await;
    }
    watcher.assert_no_dead_letters().await;
    let reports = watcher.all::<PayloadReport>().await;
    let sum = |count: fn(&PayloadReport) -> u64| reports.iter().map(count).sum::<u64>();
    assert_eq!(sum(|report| report.records), records);
    assert_eq!(sum(PayloadReport::accounted), records);
    assert_eq!(reports.iter().filter(|report| report.complete).count(), corpus.len());

    let duplicates = watcher.all::<Duplicate>().await.len() as u64;
    let kept = watcher.all::<CostEvent>().await.len() + watcher.all::<Attempt>().await.len();
    let observed = sum(|report| report.cost_events + report.attempts);
    assert_eq!(kept as u64 + duplicates, observed, "each observation is kept, or known already");
    assert!(records > 2_500 && observed > 20, "{records} records, {observed} observations");
    let anomalies = watcher.all::<Anomaly>().await;
    let high = anomalies.iter().filter(|anomaly| anomaly.severity >= Severity::Medium).count();
    assert_eq!((watcher.host.mails().len(), watcher.chat.posts().len()), (high, high));

    let before = watcher.scored().await;
    // Longer than a queue remembers what was sent to it.
    watcher.host.memory().clock().advance(Duration::from_hours(1));
    for (name, file) in &corpus {
        // The same delivery, and the same file as another delivery.
        assert!(watcher.take(&id(name), file.clone()).await.is_empty(), "{name}");
        watcher.take(&format!("again-{}", id(name)), file.clone()).await;
    }
    assert!(watcher.scored().await == before, "scoring the same events again changed something");
    assert_eq!(watcher.all::<Duplicate>().await.len(), kept, "each event came a second time");
    assert_eq!(watcher.host.mails().len(), high);
    watcher.assert_no_dead_letters().await;
}

#[tokio::test]
async fn an_anomaly_arrives_as_a_mail_and_in_the_chat() {
    let watcher = Watcher::new().await;
    watcher.take("msg_1", log_file(&[machines("e1", "2026-01-01T00:00:00Z", 4)])).await;
    let anomaly = watcher.all::<Anomaly>().await.remove(0);
    assert!(anomaly.severity >= Severity::High, "{anomaly:?}");
    let event = watcher.all::<CostEvent>().await.remove(0);
    assert_eq!((event.severity, event.quantity), (anomaly.severity, 4));
    let mail = watcher.host.mails().remove(0);
    assert_eq!(mail.to, ["ops@acme.example"]);
    assert!(mail.subject.contains("4 × p3.16xlarge"), "{}", mail.subject);
    assert!(mail.text.contains("Who: arn:aws:iam::111122223333:user/jo"), "{}", mail.text);
    assert_eq!(watcher.chat.posts().len(), 1);
}

#[tokio::test]
async fn a_log_larger_than_a_unit_of_work_is_taken_in_slices() {
    let watcher = Watcher::new().await;
    let records: Vec<Value> =
        (0..250).map(|n| machines(&format!("e{n}"), "2026-01-01T00:00:00Z", 1)).collect();
    for (id, body) in [("plain", log_file(&records)), ("zipped", gzip(&log_file(&records)))] {
        watcher.take(id, body).await;
        let reports = watcher.all::<PayloadReport>().await;
        let slices: Vec<_> = reports.iter().filter(|report| report.payload == id).collect();
        assert!(slices.len() > 2, "{slices:?}");
        assert_eq!(slices.iter().map(|report| report.accounted()).sum::<u64>(), 250);
        assert_eq!(slices.iter().filter(|report| report.complete).count(), 1);
    }
    assert_eq!(watcher.all::<CostEvent>().await.len(), 250);
    assert_eq!(watcher.all::<Duplicate>().await.len(), 250);
    watcher.assert_no_dead_letters().await;
}

#[tokio::test]
async fn the_same_event_in_two_payloads_is_scored_once() {
    let watcher = Watcher::new().await;
    let mut refused = machines("e2", "2026-01-01T00:10:00Z", 0);
    refused["errorCode"] = "Client.VcpuLimitExceeded".into();
    refused["responseElements"] = Value::Null;
    refused["requestParameters"] = json!({
        "instanceType": "p3.16xlarge",
        "instancesSet": {"items": [{"minCount": 10, "maxCount": 10}]},
    });
    let records = [machines("e1", "2026-01-01T00:00:00Z", 1), refused];
    watcher.take("msg_1", log_file(&records)).await;
    let before = watcher.scored().await;
    assert_eq!(watcher.all::<Attempt>().await.len(), 1);
    let reversed = [records[1].clone(), records[0].clone()];
    watcher.take("msg_2", log_file(&reversed)).await;
    assert!(watcher.scored().await == before, "scoring the same events again changed something");
    assert_eq!(watcher.all::<Duplicate>().await.len(), 2);
}

#[tokio::test]
async fn the_same_bytes_delivered_under_other_ids_at_once_are_each_counted() {
    let watcher = Watcher::new().await;
    let body = log_file(&[machines("e1", "2026-01-01T00:00:00Z", 1)]);
    for id in ["msg_1", "msg_2", "msg_3"] {
        watcher.take(id, body.clone()).await;
        watcher.host.memory().clock().advance(Duration::from_millis(1));
    }
    assert_eq!(watcher.all::<CostEvent>().await.len(), 1);
    assert_eq!(watcher.all::<Duplicate>().await.len(), 2);
}

#[tokio::test]
async fn a_payload_that_is_normalized_again_brings_nothing_new() {
    let watcher = Watcher::new().await;
    let text = String::from_utf8(log_file(&[machines("e1", "2026-01-01T00:00:00Z", 1)])).unwrap();
    let payload = RawPayload {
        id: "msg_1".to_owned(),
        source: "trail".to_owned(),
        content_type: None,
        received_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        object: "raw/00".to_owned(),
        length: text.len() as u64,
        body: events::Body::Inline { text },
        offset: 0,
    };
    for _ in 0..2 {
        watcher.host.send(&payload).await;
        watcher.host.run().await;
        watcher.host.memory().clock().advance(Duration::from_mins(6));
    }
    assert_eq!(watcher.all::<CostEvent>().await.len(), 1);
    assert!(watcher.all::<Duplicate>().await.is_empty());
    watcher.assert_no_dead_letters().await;
}

#[tokio::test]
async fn a_payload_that_cannot_be_read_is_a_dead_letter_that_says_why() {
    let watcher = Watcher::new().await;
    let payload = |body| RawPayload {
        id: "msg_1".to_owned(),
        source: "trail".to_owned(),
        content_type: None,
        received_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        object: "raw/00".to_owned(),
        length: 3,
        body,
        offset: 0,
    };
    for (body, why) in [
        (events::Body::Inline { text: "no!".to_owned() }, "reject: the payload cannot be read"),
        (
            events::Body::InlineBase64 { base64: "%".to_owned() },
            "reject: the payload is not base64",
        ),
        (events::Body::Archived, "fault: object `raw/00` is not in the archive"),
    ] {
        let done = watcher.host.send(&payload(body)).await;
        let [Disposition::DeadLettered(reason)] = &done[..] else { panic!("{done:?}") };
        assert!(reason.starts_with(why), "{reason}");
        watcher.host.memory().clock().advance(Duration::from_mins(6));
    }
    assert_eq!(watcher.host.dead_letters(Normalizer::NAME).await.len(), 3);
    assert!(watcher.all::<PayloadReport>().await.is_empty());
}
