//! Group commit: a lane takes everything that waits and commits it as one transaction.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Mutex, mpsc};
use twinhost::ports::{CommitError, PortError};

use super::batch::{Batch, Flushed};
use super::request::{Request, Touched};
use crate::connections::Connections;
use crate::error::{is_invalid, port};
use crate::queue::Wakes;

/// Requests in one flush at the most.
const MAX_REQUESTS: usize = 256;

/// Bytes in one flush at the most, a single request aside.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// What the lanes share.
#[derive(Debug)]
pub(super) struct Lanes {
    pub(super) connections: Arc<Connections>,
    pub(super) server: Arc<str>,
    pub(super) wakes: Arc<Wakes>,
    pub(super) waiting: Mutex<mpsc::Receiver<Request>>,
}

impl Lanes {
    /// Commits what is asked for until nobody can ask any more.
    pub(super) async fn run(self: Arc<Self>) {
        let mut later = Vec::new();
        loop {
            let requests = self.take(&mut later).await;
            if requests.is_empty() {
                return;
            }
            self.flush(requests).await;
        }
    }

    /// Everything that waits, within bounds. `later` holds what touches the same as something taken; it goes first next time.
    async fn take(&self, later: &mut Vec<Request>) -> Vec<Request> {
        let mut taken = Vec::new();
        let mut touched = Touched::default();
        let mut bytes = 0;
        for request in std::mem::take(later) {
            bytes += request.bytes;
            if touched.admit(&request) { taken.push(request) } else { later.push(request) }
        }
        let mut waiting = if taken.is_empty() {
            let mut waiting = self.waiting.lock().await;
            let Some(first) = waiting.recv().await else { return taken };
            bytes += first.bytes;
            touched.admit(&first);
            taken.push(first);
            waiting
        } else {
            // The other lane may hold it, waiting for a request: not to be waited for with work in hand.
            let Ok(waiting) = self.waiting.try_lock() else { return taken };
            waiting
        };
        // Who is about to ask is let go first, until nobody does: the more share a flush, the less each costs.
        let mut gained = true;
        while gained {
            tokio::task::yield_now().await;
            gained = false;
            while taken.len() + later.len() < MAX_REQUESTS && bytes < MAX_BYTES {
                let Ok(request) = waiting.try_recv() else { break };
                bytes += request.bytes;
                if touched.admit(&request) {
                    taken.push(request)
                } else {
                    later.push(request)
                }
                gained = true;
            }
        }
        taken
    }

    /// Commits the requests and answers each.
    async fn flush(&self, mut requests: Vec<Request>) {
        while !requests.is_empty() {
            let batch = match Batch::of(&requests) {
                Ok(batch) => batch,
                Err((place, error)) => {
                    requests.remove(place).answer(Err(error));
                    continue;
                }
            };
            let began = Instant::now();
            let flushed = self.execute(&batch).await;
            metrics::histogram!("twinhost_commit_batch_size").record(requests.len() as f64);
            metrics::histogram!("twinhost_commit_seconds").record(began.elapsed().as_secs_f64());
            match flushed {
                Ok(flushed) => {
                    let duplicates: Vec<_> =
                        flushed.duplicates.iter().filter_map(|at| batch.once_at(*at)).collect();
                    requests = settle(requests, &flushed, &duplicates);
                }
                // The statement names nobody, so each goes alone, and only the guilty one fails.
                Err(error) if is_invalid(&error) && requests.len() > 1 => {
                    for request in requests {
                        Box::pin(self.flush(vec![request])).await;
                    }
                    return;
                }
                Err(error) => {
                    for request in requests {
                        request.answer(Err(port(&self.server, &error).into()));
                    }
                    return;
                }
            }
        }
    }

    async fn execute(&self, batch: &Batch<'_>) -> Result<Flushed, sqlx::Error> {
        let flushed = self.connections.fetch_one(|| batch.query()).await?;
        for (queue, delay) in batch.queues() {
            self.wakes.sent_for(queue, delay);
        }
        Ok(flushed)
    }
}

/// Answers the requests that are done with, and gives back those that are to be committed without their duplicates.
fn settle(
    requests: Vec<Request>,
    flushed: &Flushed,
    duplicates: &[(usize, usize)],
) -> Vec<Request> {
    let mut again = Vec::new();
    for (place, mut request) in requests.into_iter().enumerate() {
        let number = i32::try_from(place).unwrap_or(i32::MAX);
        let mut repeated = duplicates.iter().filter(|(request, _)| *request == place).peekable();
        if flushed.conflicts.contains(&number) {
            request.answer(Err(CommitError::Conflict));
        } else if flushed.lost.contains(&number) {
            request.answer(Err(CommitError::LeaseLost));
        } else if repeated.peek().is_some() {
            for (_, unit) in repeated {
                request.drop_effects(*unit);
            }
            if request.is_empty() { request.answer(Ok(())) } else { again.push(request) }
        } else {
            request.answer(Ok(()));
        }
    }
    again
}

/// The lanes have ended: the host is being dropped.
pub(super) fn closed(server: &str) -> CommitError {
    PortError::unavailable(server, "the store is shutting down").into()
}
