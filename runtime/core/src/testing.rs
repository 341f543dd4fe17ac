//! A host for unit tests: no network, no macro, no mock.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::App;
use crate::dispatch::{Delivery, Disposition, Outcome, dispatch};
use crate::document::Document;
use crate::handler::{Handler, Tick};
use crate::http::{Request, Response, path_params};
use crate::manifest::Trigger;
use crate::memory::Memory;
use crate::payload::{Letter, Payload};
use crate::ports::{Commit as _, Documents as _, Mail, Peeked, Query, Queue as _, SealContext};
use crate::tenant::TenantId;
use crate::unit::{Change, Condition, Unit, Write};

/// Runs handlers on the in-memory host, for one tenant.
///
/// A message published to a topic that no handler of the test consumes is kept
/// for [`published`](Self::published).
pub struct TestHost {
    app: App,
    memory: Memory,
    tenant: TenantId,
    sent: std::sync::atomic::AtomicU64,
}

impl TestHost {
    /// A host of one handler, for tenant `acme`, at 2026-01-01T00:00:00Z.
    #[must_use]
    pub fn of(handler: impl Handler) -> Self {
        Self::new(App::new("test").handler(handler))
    }

    /// A host of an application, for tenant `acme`, at 2026-01-01T00:00:00Z.
    #[must_use]
    pub fn new(app: App) -> Self {
        let now = Timestamp::constant(1_767_225_600, 0);
        let tenant = TenantId::try_from("acme".to_owned()).unwrap_or_else(|_| TenantId::system());
        let memory = Memory::new(now);
        memory.declare(&app.manifest());
        Self { app, memory, tenant, sent: Default::default() }
    }

    /// Also keeps what is published to the topic of `P`, which no handler of the test consumes.
    #[must_use]
    pub fn collecting<P: Payload>(mut self) -> Self {
        self.app.collect(P::TOPIC);
        self
    }

    /// The in-memory host behind it: its clock, mails and tokens.
    #[must_use]
    pub const fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The tenant whose data the test sees.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Stores a document, as if it had been there before.
    pub async fn given<D: Document>(&self, document: &D) {
        let body = serde_json::to_string(document).expect("a document is written as JSON");
        let mut unit = Unit::new(self.tenant.clone(), "test");
        unit.writes.push(Write {
            collection: D::COLLECTION,
            key: document.key(),
            condition: Condition::Any,
            change: Change::Put { body, expires_at: document.expires_at() },
        });
        self.memory.commit(vec![unit]).await.expect("memory takes a document");
    }

    /// Seals a secret as [`Context::seal`](crate::Context::seal) would for this tenant.
    pub async fn sealed(&self, plain: &[u8], context: &[(&str, &str)]) -> String {
        let context: SealContext = crate::context::seal_context(&self.tenant, context);
        let keys = self.memory.ports().keys;
        keys.seal(plain, &context).await.expect("memory seals anything")
    }

    /// Sends a message to every consumer of its topic and runs handlers until nothing is left to do.
    pub async fn send<P: Payload>(&self, payload: &P) -> Vec<Disposition> {
        let letter = Letter::of(payload, None, None).expect("a payload that a queue can hold");
        let mut unit = Unit::new(self.tenant.clone(), "test");
        for queue in self.app.queues_of(P::TOPIC) {
            let n = self.sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            unit.sends.push(letter.to(queue, format!("test-{n}")));
        }
        assert!(!unit.sends.is_empty(), "no handler of this test consumes `{}`", P::TOPIC);
        self.memory.commit(vec![unit]).await.expect("memory takes a message");
        self.run().await
    }

    /// Runs consumers until every queue is empty or only holds messages that back off.
    pub async fn run(&self) -> Vec<Disposition> {
        let mut all = Vec::new();
        let manifest = self.app.manifest();
        loop {
            let before = all.len();
            for handler in manifest.queues() {
                all.extend(self.run_queue(handler.name).await);
            }
            if all.len() == before {
                return all;
            }
        }
    }

    async fn run_queue(&self, name: &str) -> Vec<Disposition> {
        let lease = Duration::from_secs(30);
        let received = self.memory.receive(name, 1, 1, lease).await.expect("memory receives");
        if received.is_empty() {
            return Vec::new();
        }
        let ports = self.memory.ports();
        let message = received[0].clone();
        let outcome = dispatch(&self.app, name, &ports, Delivery::Messages(received)).await;
        let Outcome::Messages(dispositions) = outcome else { return Vec::new() };
        if let Some(Disposition::Retry(reason)) = dispositions.first() {
            let max = self.app.manifest().handler(name).and_then(|h| h.trigger.max_receives());
            if message.receive_count >= max.unwrap_or(1) {
                let letter =
                    crate::ports::DeadLetter { receipt: message.receipt, reason: reason.clone() };
                self.memory.dead_letter(&[letter]).await.expect("memory moves a message");
            } else {
                let release = crate::ports::Release {
                    receipt: message.receipt,
                    delay: crate::dispatch::backoff(message.receive_count),
                    attempted: true,
                    reason: Some(reason.clone()),
                };
                self.memory.release(&[release]).await.expect("memory releases");
            }
        }
        dispositions
    }

    /// Makes a request to the route that its method and path match, and answers its response.
    pub async fn request(&self, mut request: Request) -> Response {
        let manifest = self.app.manifest();
        let matched = manifest.handlers.iter().find_map(|handler| match &handler.trigger {
            Trigger::Route { method, path, .. }
                if request.method == http::Method::from(*method) =>
            {
                Some((handler.name, path_params(path, &request.path)?))
            }
            _ => None,
        });
        let Some((name, params)) = matched else {
            return Response::message(http::StatusCode::NOT_FOUND, "Not Found");
        };
        let Ok(params) = params else {
            return Response::message(http::StatusCode::BAD_REQUEST, "Bad Request");
        };
        request.params = params;
        let n = self.sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let delivery = Delivery::Request { id: format!("test-{n}"), request: Box::new(request) };
        match dispatch(&self.app, name, &self.memory.ports(), delivery).await {
            Outcome::Response(response) => response,
            other => panic!("a request was answered with {other:?}"),
        }
    }

    /// Gives a handler a tick that was due now.
    pub async fn tick(&self, name: &str) -> Disposition {
        use crate::ports::Clock as _;
        let tick = Tick { scheduled_at: self.memory.clock().now(), missed: 0 };
        let id = format!("{name}@{}", tick.scheduled_at);
        let delivery = Delivery::Tick { id, tenant: self.tenant.clone(), tick };
        match dispatch(&self.app, name, &self.memory.ports(), delivery).await {
            Outcome::Tick(disposition) => disposition,
            other => panic!("a tick was answered with {other:?}"),
        }
    }

    /// The document of this key, if there is one.
    #[must_use]
    pub fn document<D: Document>(&self, key: &str) -> Option<D> {
        use futures::FutureExt as _;
        let found = self.memory.get(&self.tenant, D::COLLECTION, key).now_or_never();
        let found = found.expect("memory never waits").expect("memory never fails");
        found.map(|stored| serde_json::from_str(&stored.body).expect("a document of this type"))
    }

    /// All documents of a collection, by key (the first 1,000).
    #[must_use]
    pub fn documents<D: Document>(&self) -> Vec<D> {
        use futures::FutureExt as _;
        let all = Query { limit: 1000, ..Query::default() };
        let page = self.memory.query(&self.tenant, D::COLLECTION, &all).now_or_never();
        let page = page.expect("memory never waits").expect("memory never fails");
        let decode = |body: &str| serde_json::from_str(body).expect("a document of this type");
        page.items.iter().map(|stored| decode(&stored.body)).collect()
    }

    /// Takes what was published to the topic of `P`, which the test [collects](Self::collecting).
    pub async fn published<P: Payload>(&self) -> Vec<P> {
        let peeked = self.peek(P::TOPIC).await;
        self.memory.purge(P::TOPIC, false).await.expect("memory purges");
        let decode = |m: &Peeked| serde_json::from_str(&m.body).expect("a payload of this type");
        peeked.iter().map(decode).collect()
    }

    /// The messages in a queue.
    pub async fn peek(&self, queue: &str) -> Vec<Peeked> {
        self.memory.peek(queue, false, 1000).await.expect("memory peeks")
    }

    /// The dead letters of a queue, with their reasons.
    pub async fn dead_letters(&self, queue: &str) -> Vec<Peeked> {
        self.memory.peek(queue, true, 1000).await.expect("memory peeks")
    }

    /// The mails sent so far.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.memory.mails().into_iter().map(|(mail, _)| mail).collect()
    }
}

impl fmt::Debug for TestHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TestHost").field(&self.app).finish()
    }
}
