//! A few connections, shared: what sqlx's pool does, without a round trip to test a connection each
//! time it comes back, which would double the cost of our single-statement transactions.

use std::future::Future;
use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgArguments, PgConnectOptions, PgRow};
use sqlx::query::QueryAs;
use sqlx::{Connection as _, FromRow, PgConnection, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::error::{is_full, is_transient};

/// How long to wait for a free connection, or for a new one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for the server's answer, a dead network included: longer than the server's own limits.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// Pause before a server that has no connection left is asked again.
const FULL_PAUSE: Duration = Duration::from_millis(100);

/// A connection that was idle for longer is tried before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// How often a statement is tried before a deadlock is an error.
pub(crate) const MAX_TRIES: u32 = 5;

/// Up to so many connections with the same options. Opens them when they are needed, and again after a failure.
#[derive(Debug)]
pub(crate) struct Connections {
    options: PgConnectOptions,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<(PgConnection, Instant)>>>,
}

impl Connections {
    pub(crate) fn new(options: PgConnectOptions, size: u32) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(size.max(1) as usize));
        Arc::new(Self { options, permits, idle: Arc::default() })
    }

    /// So many more, with a bound of their own. What one side has idle the other uses: on a server that has no connection
    /// left, neither does without for what the other has and does not need.
    pub(crate) fn beside(&self, size: u32) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(size.max(1) as usize));
        Arc::new(Self { options: self.options.clone(), permits, idle: Arc::clone(&self.idle) })
    }

    /// A connection of one's own until it is settled; dropping it unsettled closes it.
    pub(crate) async fn take(self: &Arc<Self>) -> Result<Lease, sqlx::Error> {
        let permit = timeout(CONNECT_TIMEOUT, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let lease = |connection| Lease { connection, owner: Arc::clone(self), _permit: permit };
        let began = Instant::now();
        loop {
            while let Some((mut connection, since)) = self.pop() {
                if since.elapsed() < TRUSTED_IDLE
                    || timeout(CONNECT_TIMEOUT, connection.ping())
                        .await
                        .is_ok_and(|ping| ping.is_ok())
                {
                    return Ok(lease(connection));
                }
            }
            match timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&self.options)).await {
                Err(_) => return Err(late("a new connection")),
                // Others have all there are: one of theirs, or of our own, may be free in a moment.
                Ok(Err(error)) if is_full(&error) && began.elapsed() < CONNECT_TIMEOUT => {
                    sleep(FULL_PAUSE).await;
                }
                Ok(opened) => return opened.map(lease),
            }
        }
    }

    /// Runs a statement that is a transaction of its own, and again after a deadlock.
    pub(crate) async fn fetch<'q, Row>(
        self: &Arc<Self>,
        statement: impl Fn() -> QueryAs<'q, Postgres, Row, PgArguments> + Send + Sync,
    ) -> Result<Vec<Row>, sqlx::Error>
    where
        Row: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut tries = 1;
        loop {
            let mut lease = self.take().await?;
            let rows = in_time(statement().fetch_all(&mut *lease)).await;
            match lease.settle(rows) {
                Err(error) if is_transient(&error) && tries < MAX_TRIES => tries += 1,
                rows => return rows,
            }
        }
    }

    /// Like [`fetch`](Self::fetch), for a statement that answers one row.
    pub(crate) async fn fetch_one<'q, Row>(
        self: &Arc<Self>,
        statement: impl Fn() -> QueryAs<'q, Postgres, Row, PgArguments> + Send + Sync,
    ) -> Result<Row, sqlx::Error>
    where
        Row: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.fetch(statement).await?.pop().ok_or(sqlx::Error::RowNotFound)
    }

    fn pop(&self) -> Option<(PgConnection, Instant)> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// A connection in use.
#[derive(Debug)]
pub(crate) struct Lease {
    connection: PgConnection,
    owner: Arc<Connections>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    /// Gives the connection back, if the result says that it is still good, and answers the result.
    pub(crate) fn settle<T>(self, result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        let good = match &result {
            Ok(_) | Err(sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. }) => true,
            // 57: the server shuts down, or has ended the statement; 08 and 25P03: the session is over.
            Err(sqlx::Error::Database(error)) => {
                let code = error.code().unwrap_or_default();
                !(code.starts_with("57") || code.starts_with("08") || code == "25P03")
            }
            Err(_) => false,
        };
        if good {
            let mut idle = self.owner.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push((self.connection, Instant::now()));
        }
        result
    }
}

impl Deref for Lease {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// Waits for the server's answer, but not for ever: a network that is cut gives none.
pub(crate) async fn in_time<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    timeout(ANSWER_TIMEOUT, answer).await.map_err(|_| late("an answer"))?
}

fn late(what: &str) -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, format!("{what} took too long")))
}
