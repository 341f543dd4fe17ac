//! Sends what requests of processes that ended have committed and not sent.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::{Either, select};
use tokio::time::{Instant, timeout};
use twinhost::Response;

use crate::commit::DynamoCommit;

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(60);

/// How much longer a request may take because of it.
const WAIT: Duration = Duration::from_millis(250);

/// Sends what requests of processes that ended have committed and not sent.
///
/// A request may never come again, so the requests after it look. They do so beside their own work, seldom, and wait
/// [a moment](WAIT) at the most: between two requests the process is frozen.
#[derive(Debug)]
pub(in crate::hosts) struct Recovery {
    commit: Arc<DynamoCommit>,
    age: Duration,
    last: Mutex<Option<Instant>>,
}

impl Recovery {
    /// Over `commit`, for what is older than `age`: longer than a request can take.
    pub(in crate::hosts) fn new(commit: Arc<DynamoCommit>, age: Duration) -> Self {
        Self { commit, age, last: Mutex::default() }
    }

    /// Whether a request is to look now; then no other is for a while.
    pub(super) fn is_due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| last.elapsed() >= EVERY);
        if due {
            *last = Some(Instant::now());
        }
        due
    }

    /// Looks while a request is answered.
    pub(super) async fn beside(
        &self,
        handler: &'static str,
        answer: impl Future<Output = Response>,
    ) -> Response {
        let recover = async {
            match self.commit.recover(handler, self.age).await {
                Ok(0) => {}
                Ok(outboxes) => {
                    tracing::info!(handler, outboxes, "Sent what ended requests had left")
                }
                Err(error) => {
                    tracing::warn!(handler, %error, "cannot send what ended requests have left")
                }
            }
        };
        match select(std::pin::pin!(answer), std::pin::pin!(recover)).await {
            Either::Left((response, recover)) => {
                // Given up half way it is no worse: what is sent twice has no effect.
                let _in_time = timeout(WAIT, recover).await;
                response
            }
            Either::Right(((), answer)) => answer.await,
        }
    }
}
