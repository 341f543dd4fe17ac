use std::any::Any;

use anyhow::Context as _;
use bytes::Bytes;
use http::Method;
use serde_json::Value;

use super::Host;
use crate::conformance::probe::{Act, Entry, Stage, Task, Thing, Trace, Worker};
use crate::unit::{Change, Condition, Outgoing, Unit, Write};
use crate::{Document, Handler as _, Payload as _, TenantId};

/// The [probe](crate::conformance::probe), running on a host.
pub struct Site {
    /// The host.
    pub host: Box<dyn Host>,
    /// What its handlers see.
    pub trace: Trace,
    _kept: Box<dyn Any + Send + Sync>,
}

impl Site {
    /// A host that runs the probe with this trace; `kept` is dropped after it: the folder of the trace.
    pub fn new(host: impl Host + 'static, trace: Trace, kept: impl Any + Send + Sync) -> Self {
        Self { host: Box::new(host), trace, _kept: Box::new(kept) }
    }

    /// Sends tasks of tenant `acme` in one commit.
    pub(super) async fn give(&self, tasks: Vec<Outgoing>) -> anyhow::Result<()> {
        self.host.send(&acme(), tasks).await
    }

    /// Sends tasks of tenant `acme` and waits until all is done, retries too.
    pub(super) async fn finish(&self, tasks: Vec<Outgoing>) -> anyhow::Result<()> {
        self.give(tasks).await?;
        self.host.drained(Worker::NAME).await
    }

    /// Asks tenant `acme`'s doer to do something now.
    pub(super) async fn ask(
        &self,
        name: &str,
        acts: &[Act],
    ) -> anyhow::Result<http::Response<Bytes>> {
        let body = serde_json::to_vec(acts)?;
        let json = [("content-type", "application/json")];
        self.post(&format!("/do/acme/{name}"), &json, body).await
    }

    pub(super) async fn post(
        &self,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> anyhow::Result<http::Response<Bytes>> {
        let mut request = http::Request::builder().method(Method::POST).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.host.request(request.body(body.into())?).await
    }

    /// All deliveries of the events of this name, in the order they began.
    pub(super) fn deliveries(&self, name: &str) -> anyhow::Result<Vec<Entry>> {
        let mut all = self.trace.entries()?;
        all.retain(|entry| entry.name == name && entry.stage == Stage::Begin);
        Ok(all)
    }

    /// The attempts at the events of this name, in the order they began.
    pub(super) fn attempts(&self, name: &str) -> anyhow::Result<Vec<u32>> {
        Ok(self.deliveries(name)?.iter().map(|entry| entry.attempt).collect())
    }

    /// What the events of this name looked at, in order.
    pub(super) fn saw(&self, name: &str) -> anyhow::Result<Vec<Value>> {
        let all = self.trace.entries()?.into_iter();
        let saw = all.filter(|entry| entry.name == name && entry.stage == Stage::Saw);
        Ok(saw.map(|entry| entry.value).collect())
    }

    /// The names of what a handler began, in order; those of one prefix.
    pub(super) fn begun(&self, handler: &str, prefix: &str) -> anyhow::Result<Vec<String>> {
        let all = self.trace.entries()?.into_iter();
        let begun = all.filter(|entry| {
            entry.handler == handler
                && entry.stage == Stage::Begin
                && entry.name.starts_with(prefix)
        });
        Ok(begun.map(|entry| entry.name).collect())
    }

    /// A thing of tenant `acme`.
    pub(super) async fn thing(&self, key: &str) -> anyhow::Result<Option<Value>> {
        let documents = self.host.ports().documents;
        let Some(stored) = documents.get(&acme(), Thing::COLLECTION, key).await? else {
            return Ok(None);
        };
        Ok(Some(serde_json::from_str::<Thing>(&stored.body)?.value))
    }

    /// Stores a document for a tenant, as if it had been there before.
    pub(super) async fn store<D: Document>(
        &self,
        tenant: &TenantId,
        document: &D,
    ) -> anyhow::Result<()> {
        let body = serde_json::to_string(document)?;
        self.store_json(tenant, D::COLLECTION, document.key(), body).await
    }

    pub(super) async fn store_json(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        key: String,
        body: String,
    ) -> anyhow::Result<()> {
        let mut unit = Unit::new(tenant.clone(), "conformance");
        let change = Change::Put { body, expires_at: None };
        unit.writes.push(Write { collection, key, condition: Condition::Any, change });
        self.host.ports().commit.commit(vec![unit]).await?;
        Ok(())
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("host", &self.host.name()).finish_non_exhaustive()
    }
}

/// The tenant of most promises.
pub(super) fn acme() -> TenantId {
    tenant("acme")
}

pub(super) fn tenant(name: &str) -> TenantId {
    name.parse().expect("a tenant's name")
}

/// A task of a group; its name is its id.
pub(super) fn task(name: &str, group: &str, acts: Vec<Act>) -> Outgoing {
    let task = Task { name: name.to_owned(), group: group.to_owned(), acts, verbatim: None };
    let body = serde_json::to_string(&task).context("a task").expect("a task is JSON");
    raw(name, &task.group(), body)
}

/// A message to the worker with any body.
pub(super) fn raw(id: &str, group: &str, body: impl Into<String>) -> Outgoing {
    Outgoing {
        id: id.to_owned(),
        queue: Worker::NAME.to_owned(),
        group: group.to_owned(),
        deduplication_id: None,
        body: body.into(),
        ..Outgoing::default()
    }
}
