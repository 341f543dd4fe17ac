//! The in-memory host: every port, with the same promises as the durable ones.
//!
//! For tests and examples. Nothing survives the process.

mod documents;
mod letters;
mod queue;
mod services;
mod transfer;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use crate::manifest::Manifest;
use crate::ports::{Clock, Mail, Ports, Principal};
use crate::tenant::TenantId;

use queue::MemoryQueue;

/// A host that lives in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct Memory {
    state: Arc<Mutex<State>>,
    clock: ManualClock,
}

#[derive(Debug, Default)]
struct State {
    documents: BTreeMap<(TenantId, &'static str, String), Row>,
    objects: HashMap<(TenantId, String), Bytes>,
    once: HashMap<(TenantId, &'static str, String), Timestamp>,
    queues: BTreeMap<String, MemoryQueue>,
    mails: Vec<(Mail, String)>,
    mail_keys: HashSet<String>,
    tokens: HashMap<String, Principal>,
    letters: letters::Letters,
}

#[derive(Clone, Debug)]
struct Row {
    body: String,
    version: u64,
    expires_at: Option<Timestamp>,
}

impl Memory {
    /// An empty host whose clock stands at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { state: Arc::default(), clock: ManualClock::new(now) }
    }

    /// Every port, all backed by this host.
    #[must_use]
    pub fn ports(&self) -> Ports {
        let this = Arc::new(self.clone());
        Ports {
            documents: Arc::<Self>::clone(&this) as _,
            commit: Arc::<Self>::clone(&this) as _,
            objects: Arc::<Self>::clone(&this) as _,
            mail: Arc::<Self>::clone(&this) as _,
            keys: Arc::<Self>::clone(&this) as _,
            auth: this,
            clock: Arc::new(self.clock.clone()),
        }
    }

    /// The host's clock.
    #[must_use]
    pub const fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// The mails sent so far, each once, with its key.
    #[must_use]
    pub fn mails(&self) -> Vec<(Mail, String)> {
        self.lock().mails.clone()
    }

    /// Makes a bearer token good for a principal.
    pub fn accept_token(&self, token: &str, principal: Principal) {
        self.lock().tokens.insert(token.to_owned(), principal);
    }

    /// Queues messages as this application says. A queue that is not declared is
    /// [ordered](crate::QueueOptions::ORDERED).
    pub fn declare(&self, manifest: &Manifest) {
        let mut state = self.lock();
        for handler in manifest.queues() {
            let queue = state.queues.entry(handler.name.to_owned()).or_default();
            queue.options = handler.trigger.queue().unwrap_or_default();
        }
    }

    /// Tells whoever waits for a queue, or will wait next, to look again.
    fn wake(&self) {
        self.lock().queues.values().for_each(|queue| queue.told.notify_one());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock that stands still until it is moved. Clones share it.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: std::time::Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
