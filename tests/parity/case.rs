//! A case: a folder with what happens and what must come of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use twinhost::TenantId;

use crate::layout::laid_out;

/// One folder of `tests/cases`.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The folder's name, which is also the case's tenant.
    pub(crate) name: String,
    /// Whose data the case is about; nobody else has any.
    pub(crate) tenant: TenantId,
    /// What happens.
    pub(crate) event: EventFile,
    /// What must come of it; `None` for a case that is not finished.
    pub(crate) expected: Option<Value>,
    folder: PathBuf,
}

/// `event.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventFile {
    /// The promise, in a sentence.
    pub(crate) about: String,
    /// The handler under test: the only one that runs.
    pub(crate) handler: String,
    /// What is there before.
    #[serde(default)]
    pub(crate) given: Given,
    /// What happens, one after the other.
    pub(crate) events: Vec<Event>,
}

/// What is there before the first event.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    /// Documents by collection and key. `{"sealed": …, "with": …}` in one is sealed by the host first.
    #[serde(default)]
    pub(crate) documents: BTreeMap<String, BTreeMap<String, Value>>,
    /// Objects, stored under `raw/` and the SHA-256 of their bytes.
    #[serde(default)]
    pub(crate) objects: Vec<Bytes>,
}

/// Something that happens; the handler has come to rest before the next.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Event {
    /// Somebody asks, and is answered.
    Request(Box<RequestEvent>),
    /// A producer commits these messages, in this order.
    Messages(Vec<MessageEvent>),
    /// A schedule is due.
    Tick(TickEvent),
}

/// An HTTP request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestEvent {
    #[serde(default = "post")]
    pub(crate) method: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) body: Bytes,
    /// Adds the headers of a signature over the body, before `headers` replace or add to them.
    pub(crate) sign: Option<Sign>,
    /// How often the very same request is made.
    #[serde(default = "once")]
    pub(crate) times: usize,
}

/// How a request is signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sign {
    /// `standard-webhooks` or `github`.
    pub(crate) scheme: String,
    pub(crate) secret: String,
    /// The sender's id of the delivery.
    pub(crate) id: String,
    /// Seconds before now at which the sender says it signed.
    #[serde(default)]
    pub(crate) seconds_ago: i64,
    /// What is signed instead of the body.
    pub(crate) instead: Option<Bytes>,
}

/// A message of one queue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageEvent {
    #[serde(default = "group")]
    pub(crate) group: String,
    pub(crate) deduplication_id: Option<String>,
    /// A string is sent as it is, anything else as its JSON, [spelled out](crate::bytes::spelled_out).
    pub(crate) body: Value,
}

/// An occurrence of the handler's schedule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TickEvent {
    pub(crate) scheduled_at: Timestamp,
    /// How often the same occurrence is fired.
    #[serde(default = "once")]
    pub(crate) times: usize,
}

/// Bytes as they are best written down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Bytes {
    /// The text's UTF-8.
    Text(String),
    /// The value's JSON.
    Json(Value),
    /// Standard base64 with padding.
    Base64(String),
    /// Other bytes, compressed.
    Gzip(Box<Self>),
    /// A text a number of times.
    Repeat { text: String, times: usize },
    /// Several, one after the other.
    Concat(Vec<Self>),
    /// The first so many of other bytes.
    Cut { of: Box<Self>, to: usize },
}

impl Default for Bytes {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

fn post() -> String {
    "POST".to_owned()
}

const fn once() -> usize {
    1
}

fn group() -> String {
    "group".to_owned()
}

/// Every case, by name.
pub(crate) fn all() -> anyhow::Result<Vec<Case>> {
    let root = tests::project().join("tests/cases");
    let mut cases = Vec::new();
    for entry in fs::read_dir(&root).with_context(|| format!("read {}", root.display()))? {
        let folder = entry?.path();
        if folder.is_dir() {
            let read = Case::read(&folder);
            cases.push(read.with_context(|| format!("the case {}", folder.display()))?);
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

impl Case {
    fn read(folder: &Path) -> anyhow::Result<Self> {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let event = fs::read_to_string(folder.join("event.json")).context("event.json")?;
        let event: EventFile = serde_json::from_str(&event).context("event.json")?;
        ensure!(!event.events.is_empty(), "event.json has no events; a case has at least one");
        let expected = match fs::read_to_string(folder.join("expect.json")) {
            Ok(text) => Some(serde_json::from_str(&text).context("expect.json")?),
            Err(_) => None,
        };
        let tenant = name.parse().context("a case's folder is named like a tenant")?;
        Ok(Self { name, tenant, event, expected, folder: folder.to_owned() })
    }

    /// Keeps what was found as what is expected.
    pub(crate) fn expect(&self, found: &Value) -> anyhow::Result<()> {
        Ok(fs::write(self.folder.join("expect.json"), laid_out(found))?)
    }
}
