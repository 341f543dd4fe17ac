//! Documents and objects in Postgres, and the commit of units of work.

mod batch;
mod lane;
mod read;
mod request;
mod transfer;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::query_as;
use tokio::sync::{Mutex, mpsc, oneshot};
use twinhost::TenantId;
use twinhost::ports::{
    Commit, CommitError, Committed, Documents, Objects, Order, Page, PortError, Query, Stored,
};
use twinhost::unit::Unit;

use crate::connections::Connections;
use crate::error::port;
use crate::objects::LargeObjects;
use crate::queue::Wakes;
pub(crate) use batch::headers;
use lane::Lanes;
use read::Reads;
use request::Request;

/// Objects up to this size are rows, committed with their unit; larger ones are files or S3 objects.
pub(crate) const INLINE_BYTES: usize = 128 * 1024;

/// Requests that may wait for a lane; whoever comes then waits to wait.
const MAX_WAITING: usize = 4096;

/// Documents, objects and the commit, in Postgres. Clones nothing; share it in an [`Arc`].
///
/// Commits of concurrent requests share a transaction: while one flush is under way the next
/// requests gather. Reads do the same.
#[derive(Debug)]
pub struct PgStore {
    server: Arc<str>,
    connections: Arc<Connections>,
    large: LargeObjects,
    requests: mpsc::Sender<Request>,
    reads: Reads,
}

impl PgStore {
    /// Starts `lanes` tasks that commit, which end with the store.
    pub(crate) fn start(
        server: &Arc<str>,
        connections: &Arc<Connections>,
        commits: Arc<Connections>,
        lanes: u32,
        large: LargeObjects,
        wakes: Arc<Wakes>,
    ) -> Self {
        let (requests, waiting) = mpsc::channel(MAX_WAITING);
        let shared = Arc::new(Lanes {
            connections: commits,
            server: Arc::clone(server),
            wakes,
            waiting: Mutex::new(waiting),
        });
        for _ in 0..lanes.max(1) {
            tokio::spawn(Arc::clone(&shared).run());
        }
        let reads = Reads::start(server, connections);
        Self {
            server: Arc::clone(server),
            connections: Arc::clone(connections),
            large,
            requests,
            reads,
        }
    }

    /// A key that cannot be stored is held by no document.
    fn storable(text: &str) -> bool {
        !text.contains('\0')
    }
}

#[async_trait]
impl Documents for PgStore {
    async fn get(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        key: &str,
    ) -> Result<Option<Stored>, PortError> {
        if !Self::storable(key) {
            return Ok(None);
        }
        self.reads.get(tenant, collection, key).await
    }

    async fn query(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        query: &Query,
    ) -> Result<Page<Stored>, PortError> {
        let (fields, values): (Vec<&str>, Vec<String>) =
            query.equals.iter().map(|(field, value)| (field.as_str(), value.to_string())).unzip();
        let text = [query.prefix.as_str(), query.cursor.as_deref().unwrap_or_default()];
        // JSON writes a NUL in a value as an escape, which jsonb does not take either.
        if !text.iter().chain(&fields).all(|text| Self::storable(text))
            || values.iter().any(|value| value.contains("\\u0000"))
        {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let size = query.page_size();
        // One more than asked for tells whether there is more.
        let page = i32::try_from(size + 1).unwrap_or(i32::MAX);
        let failed = |error: sqlx::Error| port(&self.server, &error);
        let statement = || {
            query_as(
                "SELECT key, version, body FROM twinhost.query_documents($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(tenant.as_str())
            .bind(collection)
            .bind(&query.prefix)
            .bind(&query.cursor)
            .bind(query.order == Order::Descending)
            .bind(&fields)
            .bind(&values)
            .bind(page)
        };
        let rows: Vec<(String, i64, String)> =
            self.connections.fetch(statement).await.map_err(failed)?;
        let mut items: Vec<Stored> =
            rows.into_iter().map(|(key, version, body)| read::stored(key, version, body)).collect();
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| last.key.clone());
        Ok(Page { items, next })
    }
}

#[async_trait]
impl Commit for PgStore {
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        for unit in &units {
            for object in unit.objects.iter().filter(|object| object.bytes.len() > INLINE_BYTES) {
                self.large.put(&unit.tenant, &object.key, &object.bytes).await?;
            }
        }
        let (reply, answer) = oneshot::channel();
        let request = Request::new(units, reply);
        self.requests.send(request).await.map_err(|_| lane::closed(&self.server))?;
        answer.await.map_err(|_| lane::closed(&self.server))?
    }
}

#[async_trait]
impl Objects for PgStore {
    async fn get(&self, tenant: &TenantId, key: &str) -> Result<Option<Bytes>, PortError> {
        let failed = |error: sqlx::Error| port(&self.server, &error);
        let statement = || {
            query_as("SELECT bytes FROM twinhost.get_object($1, $2)")
                .bind(tenant.as_str())
                .bind(key)
        };
        let rows: Vec<(Option<Vec<u8>>,)> =
            self.connections.fetch(statement).await.map_err(failed)?;
        let row = rows.into_iter().next().map(|(bytes,)| bytes);
        match row {
            None => Ok(None),
            Some(Some(inline)) => Ok(Some(inline.into())),
            Some(None) => self.large.get(tenant, key).await.map(Some),
        }
    }
}
