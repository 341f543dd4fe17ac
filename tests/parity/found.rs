//! Looks at what a case has left behind on a host.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use twinhost::Manifest;
use twinhost::ports::{Peeked, Query};

use crate::bytes::object_key;
use crate::case::{Case, Event};
use crate::stage::Stage;

/// A document as it is stored, by collection and key.
pub(crate) type Documents = BTreeMap<(&'static str, String), (u64, Value)>;

/// Every document of a case's tenant, with its version.
pub(crate) async fn documents(
    host: &Stage,
    case: &Case,
    collections: &[&'static str],
) -> anyhow::Result<Documents> {
    let documents = host.ports().documents;
    let mut found = Documents::new();
    for collection in collections {
        let mut query = Query { limit: 1000, ..Query::default() };
        loop {
            let page = documents.query(&case.tenant, collection, &query).await?;
            for stored in page.items {
                let body = serde_json::from_str(&stored.body).context("a document is JSON")?;
                found.insert((collection, stored.key), (stored.version, body));
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
    }
    Ok(found)
}

/// What was written: collection → key → body, `null` for what was deleted.
pub(crate) fn written(before: &Documents, after: &Documents) -> Value {
    let mut written = Map::new();
    let mut note = |(collection, key): &(&str, String), body: Value| {
        let of = written.entry(*collection).or_insert_with(|| json!({}));
        of[key] = body;
    };
    for (place, (version, body)) in after {
        if before.get(place).is_none_or(|(old, known)| old != version || known != body) {
            note(place, body.clone());
        }
    }
    for place in before.keys().filter(|place| !after.contains_key(place)) {
        note(place, Value::Null);
    }
    Value::Object(written)
}

/// The objects that hold exactly the bytes of a request.
pub(crate) async fn objects(
    host: &Stage,
    case: &Case,
    bodies: &[Vec<u8>],
) -> anyhow::Result<Value> {
    let mut found = Vec::new();
    for body in bodies {
        let key = object_key(body);
        let bytes = host.ports().objects.get(&case.tenant, &key).await?;
        if bytes.is_some_and(|bytes| bytes == body) && !found.contains(&key) {
            found.push(key);
        }
    }
    Ok(json!(found))
}

/// What is in the queues of a case's tenant.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    /// What became of the messages that the case sent, or of its ticks, in order.
    pub(crate) fates: Vec<Value>,
    /// Messages that the handler sent, waiting: queue → group → bodies.
    pub(crate) sent: BTreeMap<String, BTreeMap<String, Vec<Value>>>,
    /// Messages that the handler sent, given up: queue → reason and body.
    pub(crate) dead: BTreeMap<String, Vec<Value>>,
}

/// Looks into every queue. `ids` are those of the messages that the case sent, in order.
pub(crate) async fn queues(
    host: &Stage,
    manifest: &Manifest,
    case: &Case,
    ids: &[String],
) -> anyhow::Result<Queues> {
    let mut queues = Queues::default();
    let mut fates: BTreeMap<String, Value> = BTreeMap::new();
    // A host may name a tick as it likes; a schedule's queue holds nothing else.
    let ticks = case.event.events.iter().any(|event| matches!(event, Event::Tick(_)));
    for handler in manifest.queues() {
        let ours = |message: &Peeked| {
            handler.name == case.event.handler && (ticks || ids.contains(&message.id))
        };
        let name = || handler.name.to_owned();
        for message in of(host.waiting(handler.name).await?, case) {
            if ours(&message) {
                fates.insert(message.id, json!("waiting"));
            } else {
                let group = without_tenant(&message.group, case);
                queues
                    .sent
                    .entry(name())
                    .or_default()
                    .entry(group)
                    .or_default()
                    .push(json_of(&message.body));
            }
        }
        for message in of(host.dead(handler.name).await?, case) {
            let reason = message.reason.clone().unwrap_or_default();
            if ours(&message) {
                fates.insert(message.id, json!({"dead_lettered": reason}));
            } else {
                let letter = json!({"reason": reason, "body": json_of(&message.body)});
                queues.dead.entry(name()).or_default().push(letter);
            }
        }
    }
    queues.fates = match ticks {
        true if fates.is_empty() => vec![json!("done")],
        true => fates.into_values().collect(),
        false => ids.iter().map(|id| fates.get(id).cloned().unwrap_or(json!("done"))).collect(),
    };
    Ok(queues)
}

fn of(messages: Vec<Peeked>, case: &Case) -> impl Iterator<Item = Peeked> {
    messages.into_iter().filter(|message| message.tenant == case.tenant.as_str())
}

fn without_tenant(group: &str, case: &Case) -> String {
    group.strip_prefix(&format!("{}/", case.tenant)).unwrap_or(group).to_owned()
}

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()))
}
