//! Everything that the nodes of one run share: the store, the model it is held against, chance and the history.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use twinhost::conformance::model::Model;
use twinhost::memory::Memory;

use crate::app::Job;
use crate::faults::{Fate, Faults};
use crate::rng::Rng;
use crate::ticks::Ticks;

/// How many of the last steps a failure shows.
const LAST_STEPS: usize = 60;

/// What the nodes of one run share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) memory: Memory,
    pub(crate) faults: Faults,
    /// Cancelled when a promise is broken: the run is over.
    pub(crate) broken: CancellationToken,
    start: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) rng: Rng,
    /// By queue.
    pub(crate) models: BTreeMap<String, Model>,
    /// Who has which message, by queue and id.
    pub(crate) holders: BTreeMap<(String, String), Holder>,
    /// What was sent, by order group with the tenant, in order; and whether its sender knows.
    pub(crate) sent: BTreeMap<String, Vec<(Job, bool)>>,
    /// The schedule's ledger.
    pub(crate) ticks: Ticks,
    /// How often each thing happened.
    pub(crate) counts: BTreeMap<&'static str, u64>,
    /// By how much the store's clock has jumped.
    jumped: SignedDuration,
    healed: bool,
    violation: Option<String>,
    history: History,
}

/// The delivery of a message that counts now.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    /// The node that received it.
    pub(crate) node: String,
    /// Which delivery.
    pub(crate) receive_count: u32,
    /// Whether its handler is through with it, well or for good.
    pub(crate) passed: bool,
}

/// The steps of a run: the last ones, and a sum over all (FNV-1a) by which two runs are compared.
#[derive(Debug)]
struct History {
    last: VecDeque<String>,
    keep: usize,
    sum: u64,
    length: u64,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) violation: Option<String>,
    pub(crate) last_steps: Vec<String>,
    pub(crate) steps: u64,
    pub(crate) sum: u64,
    pub(crate) counts: BTreeMap<&'static str, u64>,
}

impl World {
    /// The world of a seed; `whole` keeps the whole history.
    pub(crate) fn new(seed: u64, whole: bool) -> Self {
        let mut rng = Rng::new(seed);
        let faults = Faults::draw(&mut rng);
        let keep = if whole { usize::MAX } else { LAST_STEPS };
        let state = State {
            rng,
            models: BTreeMap::new(),
            holders: BTreeMap::new(),
            sent: BTreeMap::new(),
            ticks: Ticks::default(),
            counts: BTreeMap::new(),
            jumped: SignedDuration::ZERO,
            healed: false,
            violation: None,
            history: History { last: VecDeque::new(), keep, sum: 0xcbf2_9ce4_8422_2325, length: 0 },
        };
        let world = Self {
            memory: Memory::new(Timestamp::UNIX_EPOCH),
            faults,
            broken: CancellationToken::new(),
            start: Instant::now(),
            state: Mutex::new(state),
        };
        world.step(format_args!("{:?}", world.faults));
        world
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws from chance.
    pub(crate) fn draw<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        draw(&mut self.state().rng)
    }

    /// What becomes of the next call.
    pub(crate) fn fate(&self) -> Fate {
        let mut state = self.state();
        if state.healed { Fate::default() } else { self.faults.fate(&mut state.rng) }
    }

    /// Lets nothing go wrong any more.
    pub(crate) fn heal(&self) {
        self.state().healed = true;
        self.step(format_args!("healed"));
    }

    /// The store's time; its clock is set to it.
    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.start.elapsed()).unwrap_or(SignedDuration::MAX);
        let now = Timestamp::UNIX_EPOCH + elapsed + self.state().jumped;
        self.memory.clock().set(now);
        now
    }

    /// Moves the store's clock.
    pub(crate) fn jump(&self, by: SignedDuration) {
        self.state().jumped += by;
    }

    /// Notes that something happened.
    pub(crate) fn count(&self, what: &'static str) {
        *self.state().counts.entry(what).or_default() += 1;
    }

    /// Adds to the history.
    pub(crate) fn step(&self, step: fmt::Arguments<'_>) {
        let at = self.start.elapsed().as_secs_f64();
        let text = format!("{at:9.3}  {step}");
        let mut state = self.state();
        let history = &mut state.history;
        for byte in text.bytes() {
            history.sum = (history.sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        history.length += 1;
        history.last.push_back(text);
        if history.last.len() > history.keep {
            history.last.pop_front();
        }
    }

    /// Notes that a promise is broken, and ends the run.
    pub(crate) fn violated(&self, why: impl Into<String>) {
        let why = why.into();
        self.step(format_args!("BROKEN: {why}"));
        self.state().violation.get_or_insert(why);
        self.broken.cancel();
    }

    /// Notes a broken promise if there is one.
    pub(crate) fn wants(&self, promise: Result<(), String>) {
        if let Err(why) = promise {
            self.violated(why);
        }
    }

    /// Notes what was sent to a group, and whether its sender knows that it was.
    pub(crate) fn sent(&self, group: &str, jobs: &[Job], known: bool) {
        let mut state = self.state();
        let sent = state.sent.entry(group.to_owned()).or_default();
        sent.extend(jobs.iter().map(|job| (job.clone(), known)));
    }

    /// How it ended.
    pub(crate) fn end(&self) -> Ended {
        let mut state = self.state();
        Ended {
            violation: state.violation.take(),
            last_steps: state.history.last.drain(..).collect(),
            steps: state.history.length,
            sum: state.history.sum,
            counts: std::mem::take(&mut state.counts),
        }
    }
}
