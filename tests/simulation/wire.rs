//! The way from a node to the store, on which anything can happen to a call: it is late, it is refused, it is carried
//! out twice, its answer is lost. A call that has left its node is carried out even if the node is dead by then.
//!
//! Each call, where it has its effect, is held against the model: so a broken promise ends the run at the step that
//! broke it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use twinhost::TenantId;
use twinhost::ports::{
    Commit, CommitError, Committed, DeadLetter, Documents, Page, Peeked, PortError, Query, Queue,
    QueueStats, Received, Release, Stored,
};
use twinhost::unit::{Receipt, Unit};

use crate::check;
use crate::node::Node;
use crate::world::World;

/// The ports of one node.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    world: Arc<World>,
    node: Arc<Node>,
}

impl Wire {
    pub(crate) fn new(world: &Arc<World>, node: &Arc<Node>) -> Self {
        Self { world: Arc::clone(world), node: Arc::clone(node) }
    }

    /// Makes a call whose effect is `effect`.
    pub(crate) async fn call<T, E, F>(
        &self,
        what: &'static str,
        effect: impl Fn(Arc<World>) -> F + Send + Sync + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<PortError> + Send + 'static,
        F: Future<Output = Result<T, E>> + Send,
    {
        self.node.thawed().await;
        let fate = self.world.fate();
        let (world, name) = (Arc::clone(&self.world), self.node.name.clone());
        let carried = tokio::spawn(async move {
            pass(fate.before).await;
            if fate.refused {
                world.count("refused calls");
                world.step(format_args!("{name} {what} is refused"));
                return Err(PortError::unavailable("the store", "it is down").into());
            }
            if fate.twice {
                world.count("repeated calls");
                world.step(format_args!("{name} {what} is carried out twice"));
                let _the_first_answer_is_lost = effect(Arc::clone(&world)).await;
            }
            effect(world).await
        });
        let answer = carried.await.expect("an effect does not panic");
        pass(fate.after).await;
        self.node.thawed().await;
        if fate.lost {
            self.world.count("lost answers");
            self.world.step(format_args!("{} {what}: the answer is lost", self.node.name));
            return Err(PortError::unavailable("the store", "the answer was lost").into());
        }
        answer
    }
}

async fn pass(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

#[async_trait]
impl Queue for Wire {
    async fn receive(
        &self,
        queue: &str,
        max: usize,
        per_group: usize,
        lease: Duration,
    ) -> Result<Vec<Received>, PortError> {
        let (queue, node) = (queue.to_owned(), self.node.name.clone());
        self.call("receive", move |world| {
            let (queue, node) = (queue.clone(), node.clone());
            async move { check::receive(&world, &node, &queue, (max, per_group), lease).await }
        })
        .await
    }

    async fn wait(&self, queue: &str, at_most: Duration) {
        self.world.memory.wait(queue, at_most).await;
    }

    async fn extend(
        &self,
        receipts: &[Receipt],
        lease: Duration,
    ) -> Result<Vec<Receipt>, PortError> {
        let (receipts, node) = (receipts.to_vec(), self.node.name.clone());
        self.call("extend", move |world| {
            let (receipts, node) = (receipts.clone(), node.clone());
            async move { check::extend(&world, &node, &receipts, lease).await }
        })
        .await
    }

    async fn release(&self, releases: &[Release]) -> Result<(), PortError> {
        let (releases, node) = (releases.to_vec(), self.node.name.clone());
        self.call("release", move |world| {
            let (releases, node) = (releases.clone(), node.clone());
            async move { check::release(&world, &node, &releases).await }
        })
        .await
    }

    async fn dead_letter(&self, letters: &[DeadLetter]) -> Result<(), PortError> {
        let (letters, node) = (letters.to_vec(), self.node.name.clone());
        self.call("dead_letter", move |world| {
            let (letters, node) = (letters.clone(), node.clone());
            async move { check::dead_letter(&world, &node, &letters).await }
        })
        .await
    }

    async fn stats(&self, queue: &str) -> Result<QueueStats, PortError> {
        self.world.memory.stats(queue).await
    }

    async fn peek(&self, queue: &str, dead: bool, max: usize) -> Result<Vec<Peeked>, PortError> {
        self.world.memory.peek(queue, dead, max).await
    }

    async fn redrive(&self, queue: &str, ids: Option<&[String]>) -> Result<u64, PortError> {
        self.world.memory.redrive(queue, ids).await
    }

    async fn purge(&self, queue: &str, dead: bool) -> Result<u64, PortError> {
        self.world.memory.purge(queue, dead).await
    }
}

#[async_trait]
impl Commit for Wire {
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        let node = self.node.name.clone();
        self.call("commit", move |world| {
            let (units, node) = (units.clone(), node.clone());
            async move { check::commit(&world, &node, units).await }
        })
        .await
    }
}

#[async_trait]
impl Documents for Wire {
    async fn get(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        key: &str,
    ) -> Result<Option<Stored>, PortError> {
        let (tenant, key) = (tenant.clone(), key.to_owned());
        self.call("get", move |world| {
            let (tenant, key) = (tenant.clone(), key.clone());
            async move { world.memory.ports().documents.get(&tenant, collection, &key).await }
        })
        .await
    }

    async fn query(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        query: &Query,
    ) -> Result<Page<Stored>, PortError> {
        self.world.memory.ports().documents.query(tenant, collection, query).await
    }
}
