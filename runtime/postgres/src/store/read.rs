//! Reads of single documents; those that come while a round trip is under way share the next one.

use std::sync::Arc;

use sqlx::query_as;
use tokio::sync::{Mutex, mpsc, oneshot};
use twinhost::TenantId;
use twinhost::ports::{PortError, Stored};

use crate::connections::Connections;
use crate::error::port;

/// Round trips side by side.
const LANES: usize = 2;

/// Reads in one round trip at the most.
const MAX_READS: usize = 128;

/// Reads that may wait.
const MAX_WAITING: usize = 4096;

type Reply = oneshot::Sender<Result<Option<Stored>, PortError>>;

#[derive(Debug)]
struct Read {
    tenant: TenantId,
    collection: &'static str,
    key: String,
    reply: Reply,
}

/// Answers reads. Ends its tasks when dropped.
#[derive(Debug)]
pub(super) struct Reads {
    server: Arc<str>,
    waiting: mpsc::Sender<Read>,
}

impl Reads {
    pub(super) fn start(server: &Arc<str>, connections: &Arc<Connections>) -> Self {
        let (sender, waiting) = mpsc::channel(MAX_WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..LANES {
            tokio::spawn(run(Arc::clone(server), Arc::clone(connections), Arc::clone(&waiting)));
        }
        Self { server: Arc::clone(server), waiting: sender }
    }

    pub(super) async fn get(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        key: &str,
    ) -> Result<Option<Stored>, PortError> {
        let closed = || PortError::unavailable(&*self.server, "the store is shutting down");
        let (reply, answer) = oneshot::channel();
        let read = Read { tenant: tenant.clone(), collection, key: key.to_owned(), reply };
        self.waiting.send(read).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

async fn run(
    server: Arc<str>,
    connections: Arc<Connections>,
    waiting: Arc<Mutex<mpsc::Receiver<Read>>>,
) {
    loop {
        let mut reads = Vec::new();
        let mut queue = waiting.lock().await;
        if queue.recv_many(&mut reads, MAX_READS).await == 0 {
            return;
        }
        // Who is about to ask is let go first: the more share a round trip, the less each costs.
        tokio::task::yield_now().await;
        while reads.len() < MAX_READS
            && let Ok(read) = queue.try_recv()
        {
            reads.push(read);
        }
        drop(queue);
        // The function sets each tenant once.
        reads.sort_by(|a, b| a.tenant.cmp(&b.tenant));
        match fetch(&connections, &reads).await {
            Ok(rows) => answer(reads, rows),
            Err(error) => {
                for read in reads {
                    let _gone = read.reply.send(Err(port(&server, &error)));
                }
            }
        }
    }
}

async fn fetch(
    connections: &Arc<Connections>,
    reads: &[Read],
) -> Result<Vec<(i32, i64, String)>, sqlx::Error> {
    let tenants: Vec<&str> = reads.iter().map(|read| read.tenant.as_str()).collect();
    let collections: Vec<&str> = reads.iter().map(|read| read.collection).collect();
    let keys: Vec<&str> = reads.iter().map(|read| read.key.as_str()).collect();
    let statement = || {
        query_as("SELECT place, version, body FROM twinhost.get_documents($1, $2, $3)")
            .bind(&tenants)
            .bind(&collections)
            .bind(&keys)
    };
    connections.fetch(statement).await
}

/// Answers each read with its row, if there is one.
fn answer(reads: Vec<Read>, rows: Vec<(i32, i64, String)>) {
    let mut found: Vec<Option<(i64, String)>> = reads.iter().map(|_| None).collect();
    for (place, version, body) in rows {
        let at = usize::try_from(place).unwrap_or(0).wrapping_sub(1);
        if let Some(slot) = found.get_mut(at) {
            *slot = Some((version, body));
        }
    }
    for (read, row) in reads.into_iter().zip(found) {
        let document = row.map(|(version, body)| stored(read.key, version, body));
        // Whoever asked may have given up.
        let _gone = read.reply.send(Ok(document));
    }
}

pub(super) fn stored(key: String, version: i64, body: String) -> Stored {
    // A version is never negative: the table checks it.
    Stored { key, body, version: u64::try_from(version).unwrap_or(0) }
}
