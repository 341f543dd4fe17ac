//! Records to feed, and a scorer's memory.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use events::{Baseline, CostEvent, EventStatus, Familiar, Observation, RawPayload};
use flate2::read::GzDecoder;
use functions::cloudtrail::{Normalized, Origin, normalize};
use functions::scoring::{Sight, Verdict, novelty, score, traits};
use jiff::Timestamp;
use serde_json::{Value, json};
use twinhost::Document;

/// The files of the corpus, each as it was written, in the order of their names.
pub(crate) fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/cloudtrail");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{folder:?} holds the corpus and cannot be read: {error}"))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "gz"))
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
    };
    files.into_iter().map(read).collect()
}

/// The bytes of a gzip file.
pub(crate) fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

/// A payload whose bytes are elsewhere.
pub(crate) fn payload(id: &str, offset: usize) -> RawPayload {
    RawPayload {
        id: id.to_owned(),
        source: "cloudtrail".to_owned(),
        content_type: None,
        received_at: at("2023-07-10T13:00:00Z"),
        object: "raw/0000".to_owned(),
        length: 0,
        body: events::Body::Archived,
        offset,
    }
}

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// A record of a call by `jo` in us-east-1 that worked.
pub(crate) fn record(source: &str, name: &str, request: Value, response: Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.08",
        "eventID": "00000000-0000-4000-8000-000000000001",
        "eventTime": "2023-07-10T12:00:00Z",
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "us-east-1",
        "readOnly": false,
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/jo"},
        "recipientAccountId": "111122223333",
    });
    record["requestParameters"] = request;
    record["responseElements"] = response;
    record
}

pub(crate) fn normalized(record: &Value) -> Normalized {
    let origin =
        Origin { received_at: at("2023-07-10T12:10:00Z"), raw_ref: "raw/0000#0".to_owned() };
    normalize(&record.to_string(), origin)
}

/// The cost event of a record that has one.
pub(crate) fn cost(record: &Value) -> CostEvent {
    match normalized(record) {
        Normalized::Cost(event) => *event,
        other => panic!("not a cost event: {other:?}"),
    }
}

/// A scorer with its collections in memory.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) events: HashMap<String, CostEvent>,
    pub(crate) baselines: HashMap<String, Baseline>,
    pub(crate) familiar: HashMap<String, Familiar>,
}

impl Memory {
    /// Scores an observation as the handler does; a duplicate has no verdict.
    pub(crate) fn score(&mut self, observation: &Observation) -> Option<Verdict> {
        let event = observation.event();
        let happened = matches!(observation, Observation::Cost(_));
        if happened && self.events.contains_key(&event.key()) {
            return None;
        }
        let account = &event.resource.account;
        let sights = traits(event)
            .into_iter()
            .map(|(of, value)| {
                let known = self.familiar.get(&Familiar::key_of(account, of, &value)).cloned();
                Sight { of, value, known }
            })
            .collect();
        let novelty = novelty(observation, sights);
        let key = event.series().to_string();
        let fresh = || Baseline::new(event.series(), event.occurred_at);
        let mut baseline = self.baselines.get(&key).cloned().unwrap_or_else(fresh);
        let verdict = score(observation, &mut baseline, &novelty);
        self.baselines.insert(key, baseline);
        self.familiar
            .extend(novelty.learned.into_iter().map(|familiar| (familiar.key(), familiar)));
        if happened {
            let scored =
                CostEvent { severity: verdict.severity, status: verdict.status, ..event.clone() };
            self.events.insert(scored.key(), scored);
        }
        assert_eq!(verdict.anomaly.is_some(), verdict.status == EventStatus::Anomaly);
        Some(verdict)
    }
}
