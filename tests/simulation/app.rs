//! The application of the simulation: a worker that keeps a ledger for each order group and tells an auditor, who
//! keeps one, too; and a ticker, who keeps one of its ticks. What is in the ledgers is what was done, how often and in which order.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use twinhost::{
    App, Consume, Context, Document, Grant, Handler, HandlerError, HandlerResult, Limits, Message,
    Payload, Schedule, Tick,
};

use crate::check;
use crate::node::Node;
use crate::rng::Rng;
use crate::world::World;

/// Deliveries of a message before it is given up.
pub(crate) const MAX_RECEIVES: u32 = 4;

/// Longer than a handler may take.
const TOO_LONG: Duration = Duration::from_secs(3600);

/// What becomes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Plan {
    Succeed,
    /// Its first deliveries fail, so many.
    Fail(u32, How),
    /// Every delivery fails.
    Poison,
    /// It is rejected.
    Reject,
}

/// How a handler fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum How {
    Error,
    Panic,
    Overrun,
}

impl Plan {
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        let how = *rng.pick(&[How::Error, How::Error, How::Error, How::Panic, How::Overrun]);
        match rng.among(0..=99) {
            0..60 => Self::Succeed,
            60..85 => Self::Fail(rng.among(1..=2) as u32, how),
            85..93 => Self::Poison,
            _ => Self::Reject,
        }
    }
}

/// A piece of work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) group: String,
    pub(crate) n: u32,
    pub(crate) plan: Plan,
    pub(crate) takes: Duration,
}

impl Payload for Job {
    const TOPIC: &'static str = "jobs";
    fn group(&self) -> String {
        self.group.clone()
    }
}

/// That a piece of work was done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    group: String,
    n: u32,
}

impl Payload for Note {
    const TOPIC: &'static str = "notes";
    fn group(&self) -> String {
        self.group.clone()
    }
}

/// What was done of an order group, in order, by one of the handlers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) key: String,
    pub(crate) done: Vec<u32>,
}

impl Document for Ledger {
    const COLLECTION: &'static str = "ledgers";
    fn key(&self) -> String {
        self.key.clone()
    }
}

/// How much was done of all groups: they conflict on it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) done: u64,
}

impl Tally {
    pub(crate) const KEY: &'static str = "all";
}

impl Document for Tally {
    const COLLECTION: &'static str = "tallies";
    fn key(&self) -> String {
        Self::KEY.to_owned()
    }
}

/// The handlers on one node.
pub(crate) fn of(world: &Arc<World>, node: &Arc<Node>) -> App {
    App::new("simulation")
        .handler(Worker { world: Arc::clone(world), node: Arc::clone(node) })
        .handler(Auditor { world: Arc::clone(world), node: Arc::clone(node) })
        .handler(Ticker { world: Arc::clone(world), node: Arc::clone(node) })
}

/// The key of the ledger that a handler keeps of a group.
pub(crate) fn ledger(handler: &str, group: &str) -> String {
    format!("{handler}/{group}")
}

async fn enter(ctx: &Context, handler: &str, group: &str, n: u32) -> HandlerResult {
    let key = ledger(handler, group);
    let mut ledger: Ledger = ctx.get(&key).await?.unwrap_or_default();
    ledger.key = key;
    ledger.done.push(n);
    ctx.put(&ledger)
}

pub(crate) struct Worker {
    world: Arc<World>,
    node: Arc<Node>,
}

impl Handler for Worker {
    type Event = Message<Job>;
    const NAME: &'static str = "worker";
    const TRIGGER: Consume = Consume { max_receives: MAX_RECEIVES, batch: 4, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] = &[
        Grant::ReadWrite(Ledger::COLLECTION),
        Grant::ReadWrite(Tally::COLLECTION),
        Grant::Publish(Note::TOPIC),
    ];
    const LIMITS: Limits =
        Limits { timeout: Duration::from_secs(20), concurrency: 2, ..Limits::DEFAULT };

    async fn handle(&self, ctx: &Context, Message(job): Message<Job>) -> HandlerResult {
        let name = &self.node.name;
        check::begin(&self.world, name, Self::NAME, ctx.id(), ctx.attempt());
        tokio::time::sleep(job.takes).await;
        self.node.thawed().await;
        match job.plan {
            Plan::Poison => return Err(HandlerError::retry("poison")),
            Plan::Reject => {
                check::passed(&self.world, name, Self::NAME, ctx.id(), ctx.attempt());
                return Err(HandlerError::reject("not wanted"));
            }
            Plan::Fail(times, how) if ctx.attempt() <= times => match how {
                How::Error => return Err(HandlerError::retry("not yet")),
                // A panic, but for the hook that would print it.
                How::Panic => std::panic::resume_unwind(Box::new("a panic of the plan")),
                How::Overrun => tokio::time::sleep(TOO_LONG).await,
            },
            Plan::Succeed | Plan::Fail(..) => {}
        }
        enter(ctx, Self::NAME, &job.group, job.n).await?;
        let mut tally: Tally = ctx.get(Tally::KEY).await?.unwrap_or_default();
        tally.done += 1;
        ctx.put(&tally)?;
        ctx.publish(&Note { group: job.group, n: job.n })?;
        check::passed(&self.world, name, Self::NAME, ctx.id(), ctx.attempt());
        Ok(())
    }
}

pub(crate) struct Auditor {
    world: Arc<World>,
    node: Arc<Node>,
}

impl Handler for Auditor {
    type Event = Message<Note>;
    const NAME: &'static str = "auditor";
    const TRIGGER: Consume = Consume { max_receives: MAX_RECEIVES, batch: 10, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] = &[Grant::ReadWrite(Ledger::COLLECTION)];
    const LIMITS: Limits =
        Limits { timeout: Duration::from_secs(20), concurrency: 3, ..Limits::DEFAULT };

    async fn handle(&self, ctx: &Context, Message(note): Message<Note>) -> HandlerResult {
        let name = &self.node.name;
        check::begin(&self.world, name, Self::NAME, ctx.id(), ctx.attempt());
        enter(ctx, Self::NAME, &note.group, note.n).await?;
        check::passed(&self.world, name, Self::NAME, ctx.id(), ctx.attempt());
        Ok(())
    }
}

pub(crate) struct Ticker {
    world: Arc<World>,
    node: Arc<Node>,
}

impl Ticker {
    /// The group of its ledger.
    pub(crate) const GROUP: &'static str = "ticks";
}

impl Handler for Ticker {
    type Event = Tick;
    const NAME: &'static str = "ticker";
    const TRIGGER: Schedule =
        Schedule { max_receives: MAX_RECEIVES, ..Schedule::once("rate(1 minute)") };
    const GRANTS: &'static [Grant] = &[Grant::ReadWrite(Ledger::COLLECTION)];

    async fn handle(&self, ctx: &Context, tick: Tick) -> HandlerResult {
        let name = &self.node.name;
        check::begin(&self.world, name, Self::NAME, ctx.id(), ctx.attempt());
        let second = u32::try_from(tick.scheduled_at.as_second()).unwrap_or(u32::MAX);
        enter(ctx, Self::NAME, Self::GROUP, second).await?;
        check::passed(&self.world, name, Self::NAME, ctx.id(), ctx.attempt());
        Ok(())
    }
}
