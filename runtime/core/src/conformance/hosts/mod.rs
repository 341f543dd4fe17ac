//! The promises of whole hosts, as tests that every host runs.
//!
//! A host implements [`Host`]: an application that runs on it, with its real front, queues and stores.

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use crate::TenantId;
use crate::ports::{Peeked, Ports, Principal};
use crate::unit::{Outgoing, Unit};

/// An application that runs on one host, and is stopped when this is dropped.
///
/// A queue is named by its consumer's handler. What is sent to a handler that does not run here stays
/// in its queue, to be [looked at](Self::waiting).
#[async_trait]
pub trait Host: Send + Sync {
    /// `memory`, `home` or `lambda`.
    fn name(&self) -> &'static str;

    /// The stores behind it: to put something there beforehand, and to look afterwards.
    fn ports(&self) -> Ports;

    /// A bearer token that speaks for this principal.
    async fn token(&self, principal: &Principal) -> anyhow::Result<String>;

    /// Makes a request of the front; the target is sent as it is, to the byte.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    async fn request(&self, request: http::Request<Bytes>)
    -> anyhow::Result<http::Response<Bytes>>;

    /// Sends messages as a producer's commit would, in order.
    ///
    /// # Errors
    ///
    /// When they are not accepted.
    async fn send(&self, tenant: &TenantId, messages: Vec<Outgoing>) -> anyhow::Result<()> {
        let mut unit = Unit::new(tenant.clone(), "conformance");
        unit.sends = messages;
        self.ports().commit.commit(vec![unit]).await?;
        Ok(())
    }

    /// Lets a schedule's occurrence fall due that was due then.
    ///
    /// # Errors
    ///
    /// When the handler has no schedule.
    async fn fire(&self, handler: &str, scheduled_at: Timestamp) -> anyhow::Result<()>;

    /// Waits until the queue has nothing to be worked on now: it is empty, or all that is in it failed
    /// and waits for another try, or waits behind such a message.
    ///
    /// # Errors
    ///
    /// When it takes too long.
    async fn settled(&self, handler: &str) -> anyhow::Result<()>;

    /// Waits until the queue is empty, all retries included.
    ///
    /// # Errors
    ///
    /// When it takes too long.
    async fn drained(&self, handler: &str) -> anyhow::Result<()>;

    /// The messages in its queue, oldest first; those in flight too.
    async fn waiting(&self, handler: &str) -> anyhow::Result<Vec<Peeked>>;

    /// Its dead letters, oldest first.
    async fn dead(&self, handler: &str) -> anyhow::Result<Vec<Peeked>>;

    /// Sends its dead letters back to its queue; answers how many.
    async fn redrive(&self, handler: &str) -> anyhow::Result<u64>;
}
