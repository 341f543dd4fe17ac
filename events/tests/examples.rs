//! Every example is read and written back unchanged, and every type has one.

#![expect(clippy::unwrap_used, reason = "a test may fail; its helpers are not marked as tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use events::{
    Anomaly, Attempt, Baseline, CloudAccount, CostEvent, Duplicate, Familiar, HuntReport,
    HuntRequest, Notification, Observation, PayloadReport, RawPayload, Settings, Sightings, Source,
    Zombie,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use twinhost::{Document, Payload};

/// Reads and writes back each example of a folder and hands them over.
fn round_tripped<T: Serialize + DeserializeOwned>(folder: &str) -> Vec<T> {
    let files = list(&root().join(folder));
    assert!(!files.is_empty(), "`{folder}` has no example; add one to events/examples/{folder}");
    let round_trip = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let typed: T = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file:?}: {e}"));
        assert_eq!(serde_json::to_value(&typed).unwrap(), value, "{file:?} changed");
        typed
    };
    files.into_iter().map(round_trip).collect()
}

fn payloads<T: Payload>() -> &'static str {
    for payload in round_tripped::<T>(T::TOPIC) {
        for name in [Some(payload.group()), payload.deduplication_id()].into_iter().flatten() {
            let fits =
                (1..=128).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
            assert!(fits, "a queue refuses `{name}`");
        }
    }
    T::TOPIC
}

fn documents<T: Document>() -> &'static str {
    let keys: Vec<String> = round_tripped::<T>(T::COLLECTION).iter().map(T::key).collect();
    for key in &keys {
        assert!((1..=1024).contains(&key.len()), "the store refuses `{key}`");
    }
    T::COLLECTION
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_type_has_examples_that_round_trip_and_every_example_has_a_type() {
    let known = BTreeSet::from([
        payloads::<RawPayload>(),
        payloads::<Observation>(),
        payloads::<Notification>(),
        payloads::<HuntRequest>(),
        payloads::<Sightings>(),
        documents::<CostEvent>(),
        documents::<Attempt>(),
        documents::<Baseline>(),
        documents::<Familiar>(),
        documents::<Anomaly>(),
        documents::<PayloadReport>(),
        documents::<Duplicate>(),
        documents::<Source>(),
        documents::<Settings>(),
        documents::<CloudAccount>(),
        documents::<Zombie>(),
        documents::<HuntReport>(),
    ]);
    for folder in list(&root()) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        assert!(known.contains(name), "`{name}` is no topic and no collection; remove {folder:?}");
    }
}

#[test]
fn a_field_of_a_newer_version_is_ignored() {
    let file = root().join("notifications/digest.json");
    let mut value: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    value["from_the_future"] = Value::from(1);
    let read: Notification = serde_json::from_value(value).unwrap();
    assert_eq!(read.key(), "digest/2023-07-10/chat");
}

#[test]
fn severity_and_status_are_plain_words_at_the_top_of_what_the_store_makes_columns_of() {
    for (folder, severity, status) in [
        ("cost_events/nat_gateway.json", "low", "anomaly"),
        ("anomalies/attempt.json", "high", "open"),
        ("zombies/volume.json", "low", "open"),
    ] {
        let text = fs::read_to_string(root().join(folder)).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&value["severity"], &value["status"]), (&severity.into(), &status.into()));
    }
}

#[test]
fn the_slices_of_a_payload_share_its_order_group_and_are_different_messages() {
    let payload = round_tripped::<RawPayload>(RawPayload::TOPIC).remove(0);
    let rest = payload.continued(payload.offset + 40);
    assert_eq!(payload.group(), rest.group());
    assert_ne!(payload.deduplication_id(), rest.deduplication_id());
    assert!(rest.record_ref(3).ends_with("#3"));
}

#[test]
fn anomalies_are_listed_in_the_order_they_happened() {
    let mut keys: Vec<(jiff::Timestamp, String)> = round_tripped::<Anomaly>(Anomaly::COLLECTION)
        .into_iter()
        .map(|anomaly| (anomaly.at, anomaly.key()))
        .collect();
    keys.sort();
    assert!(keys.is_sorted_by_key(|(_, key)| key), "{keys:?}");
}
