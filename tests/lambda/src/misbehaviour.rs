//! What goes wrong on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::function::Function;

/// What the emulator does wrong, as the real services may, or a mistaken deployment would have them.
///
/// Can be changed while everything runs. Chances are from 0 (never, as it begins) to 1 (always).
#[derive(Debug, Default)]
pub struct Misbehaviour {
    ignore_reports: AtomicBool,
    duplicates: Chance,
    lost_deletes: Chance,
}

/// A chance as the bits of an `f64`.
#[derive(Debug, Default)]
struct Chance(AtomicU64);

impl Chance {
    fn set(&self, chance: f64) {
        self.0.store(chance.to_bits(), Ordering::SeqCst);
    }

    fn strikes(&self) -> bool {
        let chance = f64::from_bits(self.0.load(Ordering::SeqCst));
        chance > 0.0 && rand::random::<f64>() < chance
    }
}

impl Misbehaviour {
    /// Ignores reports of failed messages, as without `ReportBatchItemFailures` in the mapping (E4).
    pub fn ignore_reports(&self, ignore: bool) {
        self.ignore_reports.store(ignore, Ordering::SeqCst);
    }

    /// Gives a batch to two environments at the same time.
    pub fn duplicate(&self, chance: f64) {
        self.duplicates.set(chance);
    }

    /// Forgets to delete what is done, so that it comes again after the visibility timeout.
    pub fn lose_deletes(&self, chance: f64) {
        self.lost_deletes.set(chance);
    }

    pub(crate) fn ignores_report(&self) -> bool {
        self.ignore_reports.load(Ordering::SeqCst)
    }

    pub(crate) fn duplicates_batch(&self) -> bool {
        self.duplicates.strikes()
    }

    pub(crate) fn loses_delete(&self) -> bool {
        self.lost_deletes.strikes()
    }
}

/// Kills processes of these functions (`SIGKILL`) at random moments until `stop`, on average one each `pause`.
/// Answers how many it killed.
pub async fn kill_at_random(
    functions: &[Arc<Function>],
    pause: Duration,
    stop: &CancellationToken,
) -> usize {
    let mut killed = 0;
    loop {
        // Uniform from 0 to twice the pause.
        let wait = pause.mul_f64(2.0 * rand::random::<f64>());
        tokio::select! {
            () = stop.cancelled() => return killed,
            () = tokio::time::sleep(wait) => {}
        }
        let all: Vec<(&Arc<Function>, u32)> = functions
            .iter()
            .flat_map(|function| function.processes().into_iter().map(move |pid| (function, pid)))
            .collect();
        if let Some((function, pid)) = all.get(rand::random_range(0..all.len().max(1))) {
            let done = function.kill(*pid);
            killed += usize::from(done);
            tracing::info!(function = function.name(), pid, done, "a process is killed on purpose");
        }
    }
}
