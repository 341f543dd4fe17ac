//! What the runner asks of a database beside the ports.

use std::fmt::Debug;

use async_trait::async_trait;
use twinhost::ports::PortError;
use twinhost_postgres::Vitals;

/// The database behind the ports.
#[async_trait]
pub trait Backend: Debug + Send + Sync {
    /// Answers when the database does.
    async fn check(&self) -> Result<(), PortError>;

    /// Removes what has expired. Called once a minute, on every node.
    async fn housekeep(&self) -> Result<(), PortError>;

    /// Whether it clears away after itself.
    async fn vitals(&self) -> Result<Vitals, PortError>;
}
