//! One run: dispatched, then settled.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use futures::future::Either;
use tokio_util::sync::CancellationToken;
use twinhost::App;
use twinhost::dispatch::{Delivery, Disposition, Outcome, backoff, dispatch};
use twinhost::mutants::Mutant;
use twinhost::ports::{DeadLetter, PortError, Ports, Queue, Received, Release};
use twinhost::unit::Receipt;

use super::company::{Company, Solitude};
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
    pub(super) company: Company,
    pub(super) max_receives: u32,
}

impl Runs {
    /// Whether this is the last delivery of a message, and the one before ended nobody knows how: it may be what ends
    /// processes.
    pub(super) const fn is_last_chance(&self, message: &Received) -> bool {
        message.unanswered && message.receive_count >= self.max_receives
    }

    /// What of a group's messages to run now: what was delivered too often goes
    /// to the dead letters, what must wait for the run goes back.
    pub(super) async fn sort_out(
        &self,
        group: &[Received],
        back: &mut Vec<Release>,
    ) -> Option<Vec<Received>> {
        let spent = group.iter().take_while(|m| m.receive_count > self.max_receives).count();
        let (spent, rest) = group.split_at(spent);
        if !spent.is_empty() {
            let letter = |message: &Received| DeadLetter {
                receipt: message.receipt.clone(),
                reason: format!(
                    "delivered {} times and never answered: the host stopped, or lost its lease, while it ran",
                    message.receive_count - 1
                ),
            };
            let letters: Vec<DeadLetter> = spent.iter().map(letter).collect();
            if let Err(error) = self.queue.dead_letter(&letters).await
                && !Mutant::RunPastTheSpentAtHome.on()
            {
                // Nothing behind them may run before they are out of the way.
                tracing::warn!(queue = self.name, %error, "Cannot move messages to the dead letters");
                back.extend(group.iter().map(untouched));
                return None;
            }
        }
        let head = rest.first()?;
        let run = if head.receive_count > 1 {
            1
        } else {
            rest.iter().take_while(|message| message.receive_count == 1).count()
        };
        let (run, wait) = rest.split_at(run);
        back.extend(wait.iter().map(untouched));
        Some(run.to_vec())
    }

    /// Runs the handler on messages of one group and settles what became of each.
    pub(super) async fn run(
        self: std::sync::Arc<Self>,
        messages: Vec<Received>,
        lease: Lease,
        alone: Option<Solitude>,
        cut: CancellationToken,
    ) {
        // From now on it must have a pulse.
        lease.beat();
        tokio::select! {
            biased;
            () = self.work(messages, &lease, alone, &cut) => {}
            never = lease.pulse() => match never {},
        }
    }

    async fn work(
        &self,
        messages: Vec<Received>,
        lease: &Lease,
        alone: Option<Solitude>,
        cut: &CancellationToken,
    ) {
        let delivered: Vec<(Receipt, u32)> =
            messages.iter().map(|m| (m.receipt.clone(), m.receive_count)).collect();
        let work = async {
            let joined = match alone {
                Some(alone) => Either::Left(alone),
                None => Either::Right(self.company.clone().join().await),
            };
            (
                dispatch(&self.app, self.name, &self.ports, Delivery::Messages(messages)).await,
                joined,
            )
        };
        // Kept until everything is settled.
        let (outcome, _joined) = tokio::select! {
            biased;
            done = work => done,
            // Nothing of it could be committed any more, and somebody else may be at it.
            () = lease.lost.cancelled() => return,
            () = cut.cancelled() => {
                self.give_back(&delivered).await;
                return;
            }
        };
        let Outcome::Messages(dispositions) = outcome else { return };
        self.settle(&delivered, dispositions, lease, cut).await;
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

/// Gives a message back as if it had not been delivered.
pub(super) fn untouched(message: &Received) -> Release {
    Release {
        receipt: message.receipt.clone(),
        delay: Duration::ZERO,
        attempted: false,
        reason: None,
    }
}

/// Up to a quarter more, by the delivery, so that what failed together does not come again together.
fn jittered(delay: Duration, receipt: &Receipt) -> Duration {
    let mut hasher = DefaultHasher::new();
    receipt.hash(&mut hasher);
    delay + delay.mul_f64((hasher.finish() % 1000) as f64 / 4000.0)
}
