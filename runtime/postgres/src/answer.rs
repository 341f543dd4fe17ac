//! Bounds the wait for the server's answer.

use std::future::Future;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};

use crate::options::ANSWER_TIMEOUT;

/// Runs a statement on a connection. When no answer comes in time, or the connection fails, it is
/// closed, never given back to the pool with an answer still to come.
pub(crate) async fn answered<'c, T, F>(
    connection: &'c mut PoolConnection<Postgres>,
    statement: impl FnOnce(&'c mut PgConnection) -> F,
) -> Result<T, sqlx::Error>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    // Undone below only by success: a future that is dropped midway leaves it set.
    connection.close_on_drop();
    let _ = statement;
    unimplemented!()
}
