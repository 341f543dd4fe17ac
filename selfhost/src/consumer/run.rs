//! One run: dispatched, then settled.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use twinhost::App;
use twinhost::dispatch::{Delivery, Disposition, Outcome, backoff, dispatch};
use twinhost::mutants::Mutant;
use twinhost::ports::{DeadLetter, PortError, Ports, Queue, Received, Release};
use twinhost::unit::Receipt;

use super::leases::Lease;

/// The first and the longest pause before something is settled again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// What every run of a handler needs.
#[derive(Debug)]
pub(super) struct Runs {
    pub(super) app: App,
    pub(super) name: &'static str,
    pub(super) ports: Ports,
    pub(super) queue: std::sync::Arc<dyn Queue>,
    pub(super) max_receives: u32,
}

impl Runs {
    /// Runs the handler on messages of one group and settles what became of each.
    pub(super) async fn run(
        self: std::sync::Arc<Self>,
        messages: Vec<Received>,
        lease: Lease,
        cut: CancellationToken,
    ) {
        let delivered: Vec<(Receipt, u32)> =
            messages.iter().map(|m| (m.receipt.clone(), m.receive_count)).collect();
        let work = dispatch(&self.app, self.name, &self.ports, Delivery::Messages(messages));
        let outcome = tokio::select! {
            biased;
            outcome = work => outcome,
            // Nothing of it could be committed any more, and somebody else may be at it.
            () = lease.lost.cancelled() => return,
            () = cut.cancelled() => {
                self.give_back(&delivered).await;
                return;
            }
        };
        let Outcome::Messages(dispositions) = outcome else { return };
        self.settle(&delivered, dispositions, &lease, &cut).await;
    }

    async fn settle(
        &self,
        delivered: &[(Receipt, u32)],
        dispositions: Vec<Disposition>,
        lease: &Lease,
        cut: &CancellationToken,
    ) {
        let mut letters = Vec::new();
        let mut releases = Vec::new();
        let max_receives = self.max_receives - u32::from(Mutant::GiveUpEarlyAtHome.on());
        for ((receipt, count), disposition) in delivered.iter().zip(dispositions) {
            let receipt = receipt.clone();
            match disposition {
                Disposition::Retry(reason) if *count >= max_receives => {
                    let reason = format!("failed {count} times; the last time: {reason}");
                    letters.push(DeadLetter { receipt, reason });
                }
                Disposition::Retry(reason) => releases.push(Release {
                    delay: jittered(backoff(*count), &receipt),
                    receipt,
                    attempted: true,
                    reason: Some(reason),
                }),
                Disposition::Untouched => releases.push(Release {
                    receipt,
                    delay: Duration::ZERO,
                    attempted: false,
                    reason: None,
                }),
                Disposition::Done
                | Disposition::Filtered
                | Disposition::DeadLettered(_)
                | Disposition::Lost => {}
            }
        }
        // The failed message first: what waits behind it must not overtake it.
        if !letters.is_empty() {
            self.insist(lease, cut, || self.queue.dead_letter(&letters)).await;
        }
        if !releases.is_empty() {
            self.insist(lease, cut, || self.queue.release(&releases)).await;
        }
    }

    /// Tries until it works; gives up when the lease is lost, for then it no longer matters.
    async fn insist<F>(&self, lease: &Lease, cut: &CancellationToken, work: impl Fn() -> F)
    where
        F: Future<Output = Result<(), PortError>>,
    {
        let mut pause = PAUSE.0;
        while let Err(error) = work().await {
            tracing::debug!(queue = self.name, %error, "Cannot settle messages yet");
            tokio::select! {
                biased;
                () = lease.lost.cancelled() => return,
                () = cut.cancelled() => return,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(PAUSE.1),
            }
        }
    }

    /// Gives messages back as if they had not been delivered.
    async fn give_back(&self, delivered: &[(Receipt, u32)]) {
        let releases: Vec<Release> = delivered
            .iter()
            .map(|(receipt, _)| Release {
                receipt: receipt.clone(),
                delay: Duration::ZERO,
                attempted: false,
                reason: Some("the host stopped while it ran".to_owned()),
            })
            .collect();
        match self.queue.release(&releases).await {
            Ok(()) => tracing::info!(
                handler = self.name,
                messages = releases.len(),
                "Gave work in hand back"
            ),
            Err(error) => {
                tracing::warn!(handler = self.name, %error, "Cannot give messages back; their leases will run out");
            }
        }
    }
}

/// Up to a quarter more, by the delivery, so that what failed together does not come again together.
fn jittered(delay: Duration, receipt: &Receipt) -> Duration {
    let mut hasher = DefaultHasher::new();
    receipt.hash(&mut hasher);
    delay + delay.mul_f64((hasher.finish() % 1000) as f64 / 4000.0)
}
