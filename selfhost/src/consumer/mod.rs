//! Takes messages from one handler's queue and runs the handler on them.
//!
//! A *run* is what is taken of one order group at once: up to `batch` messages,
//! dispatched together and committed together. As many runs go on side by side
//! as the handler's limits allow; a further run waits, under its lease, until
//! one ends.
//!
//! # Tenants
//!
//! One tenant's flood is not in the way of another: the queue has tenants take turns, no more is taken than can be
//! run soon, and a slot that is free goes to the tenant that has the fewest.
//!
//! # Whose fault a crash is
//!
//! A message that kills the whole process uses up its own deliveries and not those of its neighbours. One that was
//! delivered before is a run of its own, and while such messages come only as many are taken as can run at once. And
//! one that has its last delivery, while nobody has said what became of the one before, has the process to itself
//! ([`Company`]): whatever ends the process then, it was this. Until it can be alone it is given back, lest another
//! that is alone first takes it along.
//!
//! # One seed, one schedule
//!
//! The simulation (`tests/simulation`) replays what it finds, so nothing in here may be left to chance: every `select!` is
//! biased, nothing goes through a `HashMap` in its order, and a random-looking delay is derived from the message.

mod company;
#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod fairness_tests;
#[cfg(test)]
mod idle_tests;
mod leases;
mod run;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod timing_tests;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, OptionFuture};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use twinhost::manifest::HandlerManifest;
use twinhost::ports::{PortError, Ports, Queue, Received, Release};
use twinhost::{App, TenantId};

use crate::quiet::Quiet;
pub use company::Company;
use company::Solitude;
use leases::{Lease, Leases};
use run::{Runs, untouched};

/// The longest lease: after a crash nobody waits longer for what was in flight.
const LONGEST_LEASE: Duration = Duration::from_secs(30);

/// The first and the longest pause after the queue could not be read.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// A lot that is half done by then is no reason to think of the hosts beside us: the next can be received ahead.
const FAST: Duration = Duration::from_secs(1);

/// How a queue is consumed.
#[derive(Clone, Debug)]
pub struct ConsumerOptions {
    /// How often to look at the queue when nobody says that there is something.
    pub poll: Duration,
    /// What the consumers of the process have in common.
    pub company: Company,
}

impl Default for ConsumerOptions {
    fn default() -> Self {
        Self { poll: Duration::from_secs(5), company: Company::default() }
    }
}

/// Runs one handler on the messages of its queue.
#[derive(Debug)]
pub struct Consumer {
    runs: Arc<Runs>,
    concurrency: usize,
    batch: usize,
    lease: Duration,
    poll: Duration,
}

impl Consumer {
    /// A consumer for a handler that has a queue; `None` for one that has not.
    #[must_use]
    pub fn new(
        app: App,
        handler: &HandlerManifest,
        ports: Ports,
        queue: Arc<dyn Queue>,
        options: ConsumerOptions,
    ) -> Option<Self> {
        let max_receives = handler.trigger.max_receives()?;
        Some(Self {
            concurrency: handler.concurrency.max(1) as usize,
            batch: handler.trigger.batch().max(1) as usize,
            lease: Duration::from_secs(handler.visibility_seconds()).min(LONGEST_LEASE),
            poll: options.poll,
            runs: Arc::new(Runs {
                app,
                name: handler.name,
                ports,
                queue,
                company: options.company,
                max_receives,
            }),
        })
    }

    /// The handler's name, which is its queue's.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.runs.name
    }

    /// Consumes until `stop`; then takes nothing more, gives back what has not
    /// begun and lets what has begun end. `cut` gives that back, too.
    pub async fn run(self, stop: CancellationToken, cut: CancellationToken) {
        let leases = Leases::new(self.lease);
        let taking = Taking {
            leases: Arc::clone(&leases),
            running: JoinSet::new(),
            pending: VecDeque::new(),
            busy: HashMap::new(),
            lot: Lot { at: Instant::now(), messages: 1, runs: 1, ended: 0 },
            cautious: false,
            approach: None,
            turn: None,
            cut,
            consumer: &self,
        };
        tokio::select! {
            biased;
            () = taking.run(&stop) => {}
            () = leases.renew(&*self.runs.queue, self.runs.name) => {}
        }
    }
}

/// What was taken last.
#[derive(Clone, Copy)]
struct Lot {
    at: Instant,
    messages: usize,
    /// How many runs they made.
    runs: usize,
    /// How many runs ended since.
    ended: usize,
}

/// A consumer at work.
struct Taking<'a> {
    consumer: &'a Consumer,
    leases: Arc<Leases>,
    running: JoinSet<()>,
    /// Runs that wait for a slot.
    pending: VecDeque<(Vec<Received>, Lease)>,
    /// Whose runs are going on.
    busy: HashMap<task::Id, TenantId>,
    lot: Lot,
    /// Whether the last messages taken had been delivered before.
    cautious: bool,
    /// Waits to be alone, for a message that should be; `None` when that takes too long.
    approach: Option<BoxFuture<'static, Option<Solitude>>>,
    /// The turn of such a message: until it has begun, or is not there any more, nothing else begins.
    turn: Option<Option<Solitude>>,
    cut: CancellationToken,
}

impl Taking<'_> {
    async fn run(mut self, stop: &CancellationToken) {
        let consumer = self.consumer;
        let Consumer { runs, poll, lease, .. } = consumer;
        // Whether there may be something to take.
        let mut look = true;
        let mut receiving = None;
        let mut pause = None;
        let mut quiet = Quiet::default();
        while !stop.is_cancelled() {
            self.start_pending();
            if look
                && receiving.is_none()
                && let Some((max, per_group)) = self.wanted()
            {
                receiving = Some(runs.queue.receive(runs.name, max, per_group, *lease));
                look = false;
            }
            let ready = receiving.is_none() && self.free() > 0 && self.pending.is_empty();
            let received = OptionFuture::from(receiving.as_mut());
            let idle = async {
                match pause {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => runs.queue.wait(runs.name, *poll).await,
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                Some(ended) = self.running.join_next_with_id() => {
                    self.ended(&ended);
                    // The next of its group can be taken now.
                    look = pause.is_none();
                }
                Some(alone) = OptionFuture::from(self.approach.as_mut()) => {
                    self.approach = None;
                    self.turn = Some(alone);
                    look = true;
                }
                Some(received) = received => {
                    receiving = None;
                    let taken = match received {
                        Ok(messages) => self.take(messages).await,
                        Err(error) => Err(error),
                    };
                    match taken {
                        Ok(taken) => {
                            look |= taken;
                            pause = None;
                            quiet.recovered();
                        }
                        Err(error) => {
                            quiet.warn(|times| {
                                tracing::warn!(queue = runs.name, %error, times, "Cannot receive messages");
                            });
                            look = false;
                            self.turn = None;
                            pause = Some(pause.map_or(PAUSE.0, |p: Duration| (p * 2).min(PAUSE.1)));
                        }
                    }
                }
                () = idle, if ready => look = true,
            }
        }
        self.turn = None;
        // Not given up half-way: what was taken then would stay hidden until its lease ends.
        if let Some(receiving) = receiving
            && let Ok(messages) = receiving.await
            && let Err(error) = self.take(messages).await
        {
            tracing::warn!(queue = runs.name, %error, "Cannot give messages back; their leases will run out");
        }
        self.drain().await;
    }

    /// How many messages to receive now, and how many of one group, if any.
    ///
    /// Slots that are free are filled, with as many messages as runs had lately. While runs end so fast that half
    /// of the last lot is done within [`FAST`], the next is received ahead and up to twice as large, so that handlers
    /// do not wait for the queue.
    fn wanted(&self) -> Option<(usize, usize)> {
        let Consumer { concurrency, batch, .. } = *self.consumer;
        let Lot { at, messages, runs, ended } = self.lot;
        if self.approach.is_some() {
            return None;
        }
        if self.turn.is_some() {
            return Some((concurrency, 1));
        }
        let free = if self.pending.is_empty() { self.free() } else { 0 };
        if self.cautious {
            return (free > 0).then_some((free, 1));
        }
        let is_fast = ended * 2 >= runs && at.elapsed() < FAST;
        let ahead = if is_fast { (messages * 2).min(concurrency * batch) } else { 0 };
        let max = ahead.max(free * messages.div_ceil(runs.max(1)).min(batch));
        (max > 0).then_some((max, batch))
    }

    /// How many more runs may begin.
    fn free(&self) -> usize {
        self.consumer.concurrency.saturating_sub(self.running.len())
    }

    fn start_pending(&mut self) {
        // What began now would only be in the way of who is to be alone.
        while self.approach.is_none()
            && self.turn.is_none()
            && self.free() > 0
            && let Some((run, lease)) = self.next_pending()
        {
            self.start(run, lease, None);
        }
    }

    fn start(&mut self, run: Vec<Received>, lease: Lease, alone: Option<Solitude>) {
        let (runs, tenant) = (Arc::clone(&self.consumer.runs), run[0].tenant.clone());
        let task = self.running.spawn(runs.run(run, lease, alone, self.cut.clone()));
        self.busy.insert(task.id(), tenant);
    }

    /// Of the tenants that have something pending, what the one with the fewest runs going on has had for longest.
    fn next_pending(&mut self) -> Option<(Vec<Received>, Lease)> {
        let mut least: Option<(usize, usize)> = None;
        let mut last: Option<&TenantId> = None;
        for (at, (run, _)) in self.pending.iter().enumerate() {
            let tenant = &run[0].tenant;
            // Runs of one tenant are mostly next to each other.
            if last.replace(tenant) != Some(tenant) {
                let busy = self.busy.values().filter(|busy| *busy == tenant).count();
                if least.is_none_or(|(fewest, _)| busy < fewest) {
                    least = Some((busy, at));
                }
            }
        }
        self.pending.remove(least?.1)
    }

    fn ended(&mut self, ended: &Result<(task::Id, ()), JoinError>) {
        self.lot.ended += 1;
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        self.busy.remove(&id);
        if let Err(error) = ended {
            let handler = self.consumer.runs.name;
            tracing::error!(handler, %error, "A run ended badly; its messages come again");
        }
    }

    /// Makes runs of what was received; false when there was nothing.
    async fn take(&mut self, messages: Vec<Received>) -> Result<bool, PortError> {
        let runs = &self.consumer.runs;
        let mut turn = self.turn.take();
        if messages.is_empty() {
            self.cautious = false;
            return Ok(false);
        }
        self.cautious = messages.iter().any(|message| message.receive_count > 1);
        let (free, before) = (self.free(), self.pending.len());
        let mut back = Vec::new();
        for group in messages.chunk_by(|a, b| a.group == b.group) {
            let Some(run) = runs.sort_out(group, &mut back).await else { continue };
            if !runs.is_last_chance(&run[0]) {
                let lease = self.leases.hold(&run);
                self.pending.push_back((run, lease));
            } else if let Some(alone) =
                turn.take().or_else(|| runs.company.alone_already().map(Some))
            {
                let lease = self.leases.hold(&run);
                self.start(run, lease, alone);
            } else {
                back.extend(run.iter().map(untouched));
                self.approach = Some(runs.company.clone().alone().boxed());
            }
        }
        drop(turn);
        self.lot = Lot {
            at: Instant::now(),
            messages: messages.len(),
            runs: self.pending.len() - before,
            ended: 0,
        };
        // What was delivered before does not wait in here: a crash would be charged to it.
        while self.pending.len() > free
            && let Some(at) = self.pending.iter().rposition(|(run, _)| run[0].receive_count > 1)
            && let Some((run, _)) = self.pending.remove(at)
        {
            back.extend(run.iter().map(untouched));
        }
        if !back.is_empty() {
            runs.queue.release(&back).await?;
        }
        Ok(true)
    }

    /// Gives back what has not begun and waits for what has.
    async fn drain(mut self) {
        let runs = &self.consumer.runs;
        self.approach = None;
        self.turn = None;
        let back: Vec<Release> =
            self.pending.iter().flat_map(|(run, _)| run).map(untouched).collect();
        if !back.is_empty()
            && let Err(error) = runs.queue.release(&back).await
        {
            tracing::warn!(queue = runs.name, %error, "Cannot give messages back; their leases will run out");
        }
        self.pending.clear();
        while let Some(ended) = self.running.join_next_with_id().await {
            self.ended(&ended);
        }
    }
}
