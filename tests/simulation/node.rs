//! One runner: the real consumers over a faulty wire; killed, frozen, drained and started again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use twinhost::ports::{Clock, Ports};
use twinhost_selfhost::consumer::{Consumer, ConsumerOptions};
use twinhost_selfhost::scheduler::Scheduler;

use crate::app;
use crate::wire::Wire;
use crate::world::World;

/// How often a consumer looks when nobody says that there is something: less often than usual, for most looks are idle.
const POLL: Duration = Duration::from_secs(15);

/// What is known of a node from outside: its name, whether it is frozen, how wrong its clock is.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    world: Arc<World>,
    frozen_until: Mutex<Instant>,
    skew: Mutex<SignedDuration>,
}

impl Node {
    pub(crate) fn new(world: &Arc<World>, name: String, skew: SignedDuration) -> Arc<Self> {
        let frozen_until = Mutex::new(Instant::now());
        Arc::new(Self { name, world: Arc::clone(world), frozen_until, skew: Mutex::new(skew) })
    }

    /// Stops it for a time, as SIGSTOP does: whatever it waits for, it does not go on before.
    pub(crate) fn freeze(&self, time: Duration) {
        *self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + time;
    }

    /// Lets its clock jump.
    pub(crate) fn skew(&self, skew: SignedDuration) {
        *self.skew.lock().unwrap_or_else(PoisonError::into_inner) = skew;
    }

    /// Waits until it is not frozen.
    pub(crate) async fn thawed(&self) {
        loop {
            let until = *self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner);
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

impl Clock for Node {
    fn now(&self) -> Timestamp {
        self.world.now() + *self.skew.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A node that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) node: Arc<Node>,
    stop: CancellationToken,
    cut: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts a consumer for every handler of the application, and a scheduler.
    pub(crate) fn start(world: &Arc<World>, node: Arc<Node>) -> Self {
        let wire = Arc::new(Wire::new(world, &node));
        let ports = Ports {
            documents: Arc::clone(&wire) as _,
            commit: Arc::clone(&wire) as _,
            clock: Arc::clone(&node) as _,
            ..world.memory.ports()
        };
        let app = app::of(world, &node);
        let manifest = app.manifest();
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let options = ConsumerOptions { poll: POLL, ..ConsumerOptions::default() };
        let consumers = manifest.handlers.iter().filter_map(|handler| {
            let queue = Arc::clone(&wire) as _;
            Consumer::new(app.clone(), handler, ports.clone(), queue, options.clone())
        });
        let mut tasks: Vec<JoinHandle<()>> = consumers
            .map(|consumer| tokio::spawn(consumer.run(stop.clone(), cut.clone())))
            .collect();
        let scheduler = Scheduler::new(&manifest, &ports, wire, &node.name);
        let (scheduler, stopped) = (scheduler.expect("the schedule is one"), stop.clone());
        tasks.push(tokio::spawn(async move { scheduler.run(stopped).await }));
        world.step(format_args!("{} starts", node.name));
        Self { node, stop, cut, tasks }
    }

    /// Kills it: whatever it is doing ends there. What it has sent on its way arrives all the same.
    pub(crate) fn kill(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }

    /// Stops it as SIGTERM does: it takes nothing more, and is given some time for what it has.
    pub(crate) async fn drain(self, grace: Duration) {
        self.stop.cancel();
        let cut = self.cut.clone();
        let ended = futures::future::join_all(self.tasks);
        let mut ended = std::pin::pin!(ended);
        if tokio::time::timeout(grace, ended.as_mut()).await.is_err() {
            cut.cancel();
            ended.await;
        }
    }
}
