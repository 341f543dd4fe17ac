//! The in-memory host. Nothing runs by itself: work is done while it is waited for, and a retry is not
//! waited for but the clock is moved.

use std::time::Duration;

use anyhow::{Context as _, bail};
use async_trait::async_trait;
use bytes::Bytes;
use futures::future::join_all;
use http::StatusCode;
use jiff::Timestamp;
use twinhost::conformance::hosts::Host;
use twinhost::dispatch::{Delivery, Disposition, Outcome, backoff, dispatch};
use twinhost::http::{BODY_LIMIT_BYTES, joined, path_params};
use twinhost::manifest::{HandlerManifest, Manifest, Trigger};
use twinhost::memory::Memory;
use twinhost::ports::{
    Clock as _, DeadLetter, Peeked, Ports, Principal, Queue as _, Received, Release,
};
use twinhost::schedule::messages;
use twinhost::{App, Request, Response, Tick};

use crate::PATIENCE;

/// Bytes of headers that a gateway takes.
const HEAD_BYTES: usize = 10_240;

/// An application in memory.
#[derive(Debug)]
pub struct MemoryHost {
    app: App,
    memory: Memory,
    manifest: Manifest,
    functions: Vec<String>,
}

impl MemoryHost {
    /// Runs these handlers of an application; all, if none is named.
    #[must_use]
    pub fn start(app: App, functions: &[&str]) -> Self {
        let manifest = app.manifest();
        let named = functions.iter().map(|name| (*name).to_owned()).collect();
        let memory = Memory::new(Timestamp::now());
        memory.declare(&manifest);
        Self { app, memory, manifest, functions: named }
    }

    /// The stores behind it; its mails, too.
    #[must_use]
    pub const fn memory(&self) -> &Memory {
        &self.memory
    }

    fn runs(&self, name: &str) -> bool {
        self.functions.is_empty() || self.functions.iter().any(|function| function == name)
    }

    fn handler(&self, name: &str) -> anyhow::Result<&HandlerManifest> {
        self.manifest.handler(name).with_context(|| format!("there is no handler `{name}`"))
    }

    /// Works on what can be received now, groups side by side; false when there was nothing.
    async fn work(&self, handler: &HandlerManifest) -> anyhow::Result<bool> {
        let batch = handler.trigger.batch() as usize;
        let max = batch * handler.concurrency as usize;
        let lease = Duration::from_secs(handler.visibility_seconds());
        let received = self.memory.receive(handler.name, max, batch, lease).await?;
        let groups = received.chunk_by(|a, b| a.group == b.group);
        for settled in join_all(groups.map(|group| self.run(handler, group))).await {
            settled?;
        }
        Ok(!received.is_empty())
    }

    async fn run(&self, handler: &HandlerManifest, messages: &[Received]) -> anyhow::Result<()> {
        let delivery = Delivery::Messages(messages.to_vec());
        let ports = self.memory.ports();
        let Outcome::Messages(dispositions) =
            dispatch(&self.app, handler.name, &ports, delivery).await
        else {
            bail!("messages were answered like something else");
        };
        let max_receives = handler.trigger.max_receives().unwrap_or(1);
        for (message, disposition) in messages.iter().zip(dispositions) {
            let (receipt, count) = (message.receipt.clone(), message.receive_count);
            let (attempted, reason) = match disposition {
                Disposition::Retry(reason) if count >= max_receives => {
                    let reason = format!("failed {count} times; the last time: {reason}");
                    self.memory.dead_letter(&[DeadLetter { receipt, reason }]).await?;
                    continue;
                }
                Disposition::Retry(reason) => (true, Some(reason)),
                Disposition::Untouched => (false, None),
                Disposition::Done
                | Disposition::Filtered
                | Disposition::DeadLettered(_)
                | Disposition::Lost => continue,
            };
            let delay = if attempted { backoff(count) } else { Duration::ZERO };
            self.memory.release(&[Release { receipt, delay, attempted, reason }]).await?;
        }
        Ok(())
    }

    /// Moves the clock to when the next message can be received again; false when none waits.
    async fn skip(&self, queue: &str) -> anyhow::Result<bool> {
        let now = self.memory.clock().now();
        let waiting = self.memory.peek(queue, false, usize::MAX).await?;
        let next = waiting.iter().map(|message| message.visible_at).filter(|at| *at > now).min();
        if let Some(at) = next {
            self.memory.clock().set(at);
        }
        Ok(next.is_some())
    }
}

#[async_trait]
impl Host for MemoryHost {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn ports(&self) -> Ports {
        self.memory.ports()
    }

    async fn token(&self, principal: &Principal) -> anyhow::Result<String> {
        let token = format!("{}@{}", principal.subject, principal.tenant);
        self.memory.accept_token(&token, principal.clone());
        Ok(token)
    }

    async fn request(
        &self,
        request: http::Request<Bytes>,
    ) -> anyhow::Result<http::Response<Bytes>> {
        let (head, body) = request.into_parts();
        let path = head.uri.path();
        let found = self.manifest.handlers.iter().find_map(|handler| match &handler.trigger {
            Trigger::Route { method, path: pattern, .. }
                if head.method == http::Method::from(*method) && self.runs(handler.name) =>
            {
                Some((handler.name, path_params(pattern, path)?))
            }
            _ => None,
        });
        let Some((name, params)) = found else {
            return Ok(answer(Response::message(StatusCode::NOT_FOUND, "Not Found")));
        };
        let Ok(params) = params else {
            return Ok(answer(Response::message(StatusCode::BAD_REQUEST, "Bad Request")));
        };
        if body.len() > BODY_LIMIT_BYTES {
            let refused = Response::message(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large");
            return Ok(answer(refused));
        }
        let names = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
        if names.sum::<usize>() > HEAD_BYTES {
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            return Ok(answer(Response::message(status, "Request Header Fields Too Large")));
        }
        let request = Request {
            params,
            path: path.to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: joined(head.headers),
            method: head.method,
            body,
            source_ip: Some([127, 0, 0, 1].into()),
        };
        let id = uuid::Uuid::now_v7().to_string();
        let delivery = Delivery::Request { id, request: Box::new(request) };
        match dispatch(&self.app, name, &self.memory.ports(), delivery).await {
            Outcome::Response(response) => Ok(answer(response)),
            other => bail!("a request was answered with {other:?}"),
        }
    }

    async fn fire(&self, handler: &str, scheduled_at: Timestamp) -> anyhow::Result<()> {
        let Trigger::Schedule(schedule) = self.handler(handler)?.trigger else {
            bail!("`{handler}` has no schedule");
        };
        let tick = Tick { scheduled_at, missed: 0 };
        for (tenant, message) in messages(&self.memory, handler, &schedule, &tick).await? {
            self.send(&tenant, vec![message]).await?;
        }
        Ok(())
    }

    async fn settled(&self, handler: &str) -> anyhow::Result<()> {
        let handler = self.handler(handler)?;
        let work = async {
            while self.runs(handler.name) && self.work(handler).await? {}
            Ok(())
        };
        let waited = tokio::time::timeout(PATIENCE, work).await;
        waited.with_context(|| format!("`{}` does not end", handler.name))?
    }

    async fn drained(&self, handler: &str) -> anyhow::Result<()> {
        self.settled(handler).await?;
        while self.skip(handler).await? {
            self.settled(handler).await?;
        }
        Ok(())
    }

    async fn waiting(&self, handler: &str) -> anyhow::Result<Vec<Peeked>> {
        Ok(self.memory.peek(handler, false, usize::MAX).await?)
    }

    async fn dead(&self, handler: &str) -> anyhow::Result<Vec<Peeked>> {
        Ok(self.memory.peek(handler, true, usize::MAX).await?)
    }

    async fn redrive(&self, handler: &str) -> anyhow::Result<u64> {
        Ok(self.memory.redrive(handler, None).await?)
    }
}

fn answer(response: Response) -> http::Response<Bytes> {
    let mut answer = http::Response::new(response.body);
    *answer.status_mut() = response.status;
    *answer.headers_mut() = response.headers;
    answer
}
