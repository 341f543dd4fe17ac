//! The leases of everything in flight, and the one heartbeat that keeps them.
//!
//! A run has a pulse, which stops when its handler blocks the thread it runs on, past any time limit: nobody can stop that.
//! Then its leases are kept no longer, and the message is tried by somebody else, and at last given up.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use twinhost::crash::CrashPoint;
use twinhost::mutants::Mutant;
use twinhost::ports::{Queue, Received};
use twinhost::unit::Receipt;

use crate::quiet::Quiet;

/// Of so many heartbeats in a row a run must have had a pulse before one. Its pulse is twice as quick.
const SILENCE: u32 = 2;

/// The leases of one queue.
#[derive(Debug)]
pub(super) struct Leases {
    /// How long a lease is.
    lease: Duration,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    next: u64,
    runs: BTreeMap<u64, Run>,
}

/// What is held for a run.
#[derive(Debug)]
struct Run {
    receipts: Vec<Receipt>,
    lost: CancellationToken,
    /// Heartbeats since its last pulse; `None` while it waits to begin.
    silent: Option<u32>,
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
    /// No leases yet, each of which will be so long.
    pub(super) fn new(lease: Duration) -> Arc<Self> {
        Arc::new(Self { lease, held: Mutex::default() })
    }

    /// Keeps the leases of a run from now on.
    pub(super) fn hold(self: &Arc<Self>, run: &[Received]) -> Lease {
        let receipts = run.iter().map(|message| message.receipt.clone()).collect();
        let lost = CancellationToken::new();
        let mut held = self.lock();
        let id = held.next;
        held.next += 1;
        held.runs.insert(id, Run { receipts, lost: lost.clone(), silent: None });
        Lease { leases: Arc::clone(self), id, lost }
    }

    /// Renews all leases every third of their time, until it is dropped.
    pub(super) async fn renew(&self, queue: &dyn Queue, name: &str) {
        let mut beat = tokio::time::interval(self.lease / 3);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut quiet = Quiet::default();
        loop {
            beat.tick().await;
            let receipts = self.kept(name);
            if receipts.is_empty() || Mutant::NoHeartbeatAtHome.on() {
                continue;
            }
            CrashPoint::InHeartbeat.reached();
            match queue.extend(&receipts, self.lease).await {
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

    /// What is to be renewed: what waits, and what has a pulse.
    fn kept(&self, name: &str) -> Vec<Receipt> {
        let mut kept = Vec::new();
        for run in self.lock().runs.values_mut() {
            let silent = run.silent.as_mut().map_or(0, |silent| {
                *silent += 1;
                *silent
            });
            if silent <= SILENCE {
                kept.extend_from_slice(&run.receipts);
            } else if silent == SILENCE + 1 {
                metrics::counter!("twinhost_blocked_runs_total", "queue" => name.to_owned())
                    .increment(1);
                tracing::error!(
                    handler = name,
                    "The handler blocks its thread, so that its time limit cannot stop it; its messages will come again. \
                     Use `tokio::task::spawn_blocking` for long computations and for calls that block"
                );
            }
        }
        kept
    }

    /// Tells the runs that have nothing left.
    ///
    /// A run of which only a part is lost goes on: that part is what it has just committed.
    fn give_up(&self, name: &str, lost: &[Receipt]) {
        let lost: HashSet<&Receipt> = lost.iter().collect();
        for run in self.lock().runs.values_mut() {
            run.receipts.retain(|receipt| !lost.contains(receipt));
            if run.receipts.is_empty() && !run.lost.is_cancelled() {
                tracing::debug!(queue = name, "A run is done, or has lost its lease");
                run.lost.cancel();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Has a pulse for as long as somebody asks for it.
    pub(super) async fn pulse(&self) -> Infallible {
        loop {
            self.beat();
            tokio::time::sleep(self.leases.lease / 6).await;
        }
    }

    /// The run goes on.
    pub(super) fn beat(&self) {
        if let Some(run) = self.leases.lock().runs.get_mut(&self.id) {
            run.silent = Some(0);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.leases.lock().runs.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Rig;
    use super::*;

    /// E16: where a time limit cannot stop a run, it loses its leases.
    #[tokio::test(start_paused = true)]
    async fn a_run_without_a_pulse_loses_its_lease_and_others_keep_theirs() {
        const LEASE: Duration = Duration::from_secs(30);
        let rig = Rig::new();
        for group in ["waits", "lives", "blocked"] {
            rig.send_as("acme", group, 0).await;
        }
        let received = rig.memory.receive("worker", 10, 10, LEASE).await.unwrap();
        let leases = Leases::new(LEASE);
        let held: BTreeMap<&str, Lease> = received
            .iter()
            .map(|one| (one.group.as_str(), leases.hold(std::slice::from_ref(one))))
            .collect();
        held["acme/blocked"].beat();
        tokio::select! {
            biased;
            () = leases.renew(&rig.memory, "worker") => {}
            never = held["acme/lives"].pulse() => match never {},
            () = tokio::time::sleep(LEASE * 2) => {}
        }
        let again = rig.memory.receive("worker", 10, 10, LEASE).await.unwrap();
        assert_eq!(
            again.iter().map(|one| one.group.as_str()).collect::<Vec<_>>(),
            ["acme/blocked"]
        );
        assert!(again[0].unanswered);
    }
}
