//! The leases of everything in flight, and the one heartbeat that keeps them.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use twinhost::crash::CrashPoint;
use twinhost::mutants::Mutant;
use twinhost::ports::{Queue, Received};
use twinhost::unit::Receipt;

use crate::quiet::Quiet;

/// The leases of one queue.
#[derive(Debug, Default)]
pub(super) struct Leases {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    next: u64,
    runs: BTreeMap<u64, (Vec<Receipt>, CancellationToken)>,
}

/// Holds the leases of one run until it is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    leases: Arc<Leases>,
    id: u64,
    /// Cancelled when every lease of the run is lost: whatever it does can no longer be committed.
    pub(super) lost: CancellationToken,
}

impl Leases {
    /// Keeps the leases of a run from now on.
    pub(super) fn hold(self: &Arc<Self>, run: &[Received]) -> Lease {
        let receipts = run.iter().map(|message| message.receipt.clone()).collect();
        let lost = CancellationToken::new();
        let mut held = self.lock();
        let id = held.next;
        held.next += 1;
        held.runs.insert(id, (receipts, lost.clone()));
        Lease { leases: Arc::clone(self), id, lost }
    }

    /// Renews all leases every third of their time, until it is dropped.
    pub(super) async fn renew(&self, queue: &dyn Queue, name: &str, lease: Duration) {
        let mut beat = tokio::time::interval(lease / 3);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut quiet = Quiet::default();
        loop {
            beat.tick().await;
            let receipts: Vec<Receipt> =
                self.lock().runs.values().flat_map(|(receipts, _)| receipts).cloned().collect();
            if receipts.is_empty() || Mutant::NoHeartbeatAtHome.on() {
                continue;
            }
            CrashPoint::InHeartbeat.reached();
            match queue.extend(&receipts, lease).await {
                Ok(lost) if lost.is_empty() => quiet.recovered(),
                Ok(lost) => {
                    quiet.recovered();
                    self.give_up(name, &lost);
                }
                Err(error) => quiet.warn(|times| {
                    tracing::warn!(queue = name, %error, times, "Cannot renew the leases on messages");
                }),
            }
        }
    }

    /// Tells the runs that have nothing left.
    ///
    /// A run of which only a part is lost goes on: that part is what it has just committed.
    fn give_up(&self, name: &str, lost: &[Receipt]) {
        let lost: HashSet<&Receipt> = lost.iter().collect();
        for (receipts, token) in self.lock().runs.values_mut() {
            receipts.retain(|receipt| !lost.contains(receipt));
            if receipts.is_empty() && !token.is_cancelled() {
                tracing::debug!(queue = name, "A run is done, or has lost its lease");
                token.cancel();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.leases.lock().runs.remove(&self.id);
    }
}
