//! A queue against the [model](super::model): random steps, and after each of them the two must show the same.
//!
//! Time passes in whole minutes and leases end between two of them, so that it does not matter how long a step takes.
//! A step that names a delivery takes any that was ever made, so most receipts are stale.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;

use super::model::Model;
use super::{Backend, ORDERS, tenant};
use crate::TenantId;
use crate::ports::{CommitError, DeadLetter, PortError, Received, Release};
use crate::unit::{Ack, Outgoing, Receipt, Unit};

/// Half a minute: what ends then ends between two times that are looked at.
const HALF: Duration = Duration::from_secs(30);

/// More messages than there ever are.
const ALL: usize = 10_000;

/// Something that is done to a queue.
#[derive(Clone, Debug)]
pub enum Step {
    /// One unit sends messages: each to one of three groups of one of two tenants, perhaps with one of a few ids.
    Send(bool, Vec<(u8, Option<u8>)>),
    /// A receive of so many, so many of a group, for so many minutes and a half, or for nothing.
    Receive(usize, usize, Option<u8>),
    /// One unit acknowledges one delivery, or as many as it names, all or none.
    Done(Vec<Index>),
    /// One unit rejects a delivery.
    Reject(Index),
    /// A delivery is moved to the dead letters.
    Die(Index),
    /// A lease is extended by so many minutes and a half.
    Extend(Index, u8),
    /// A delivery is given back for so many minutes and a half, or at once; counted or not.
    Release(Index, Option<u8>, bool),
    /// So many minutes pass.
    Pass(u8),
    /// The dead letters are sent back, all or those of some ids.
    Redrive(Option<Vec<u8>>),
    /// Everything is deleted, or the dead letters.
    Purge(bool),
    /// The connections to the store break, while something is received.
    Crash,
}

/// Up to so many steps.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let index = any::<Index>;
    let step = prop_oneof![
        8 => (any::<bool>(), prop::collection::vec((0..3_u8, prop::option::of(0..6_u8)), 1..4))
            .prop_map(|(tenant, sends)| Step::Send(tenant, sends)),
        10 => (1..8_usize, 1..5_usize, prop::option::weighted(0.9, 0..4_u8))
            .prop_map(|(max, per_group, lease)| Step::Receive(max, per_group, lease)),
        8 => prop::collection::vec(index(), 1..4).prop_map(Step::Done),
        2 => index().prop_map(Step::Reject),
        2 => index().prop_map(Step::Die),
        3 => (index(), 0..6_u8).prop_map(|(at, minutes)| Step::Extend(at, minutes)),
        6 => (index(), prop::option::of(0..3_u8), any::<bool>())
            .prop_map(|(at, delay, attempted)| Step::Release(at, delay, attempted)),
        6 => (1..4_u8).prop_map(Step::Pass),
        1 => prop::option::of(prop::collection::vec(0..12_u8, 0..4)).prop_map(Step::Redrive),
        1 => prop::bool::weighted(0.7).prop_map(Step::Purge),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..most)
}

/// A host whose connections to its store can be broken.
#[async_trait]
pub trait Breakable: Backend {
    /// Breaks every connection to the store, whatever they are at.
    async fn crash(&self);
    /// Waits until the store can be reached again.
    async fn recover(&self);
    /// The store's time.
    fn now(&self) -> Timestamp;
}

/// A queue and its model.
struct Pair<'a> {
    backend: &'a dyn Breakable,
    model: Model,
    now: Timestamp,
    sent: u32,
    received: Vec<Received>,
}

/// Does the steps to an empty queue.
///
/// # Errors
///
/// Says which step showed something that the model does not have.
pub async fn obeys_the_model(backend: &dyn Breakable, steps: &[Step]) -> Result<(), String> {
    let mut pair = Pair {
        backend,
        model: Model::default(),
        now: Timestamp::UNIX_EPOCH,
        sent: 0,
        received: Vec::new(),
    };
    for (n, step) in steps.iter().enumerate() {
        let told = |why| format!("after step {n}, {step:?}: {why}");
        pair.take(step).await.map_err(told)?;
        pair.compare().await.map_err(told)?;
    }
    Ok(())
}

const fn lease(minutes: Option<u8>) -> Duration {
    match minutes {
        Some(minutes) => Duration::from_secs(60 * minutes as u64 + HALF.as_secs()),
        None => Duration::ZERO,
    }
}

fn unexpected(error: impl std::fmt::Display) -> String {
    format!("it failed: {error}")
}

impl Pair<'_> {
    async fn take(&mut self, step: &Step) -> Result<(), String> {
        let queue = self.backend.queue();
        match step {
            Step::Send(other, sends) => self.send(*other, sends).await,
            Step::Receive(max, per_group, minutes) => {
                let limits = (*max, *per_group);
                let received = queue.receive(ORDERS, *max, *per_group, lease(*minutes)).await;
                let received = received.map_err(unexpected)?;
                self.model.received(self.now, limits, lease(*minutes), &received)?;
                self.received.extend(received);
                Ok(())
            }
            Step::Done(at) => {
                let mut run: Vec<&Received> = Vec::new();
                for delivery in at.iter().filter_map(|at| self.delivery(*at)) {
                    // A commit is of one tenant, and names no message twice: a run comes of one receive.
                    let fits = |other: &&Received| {
                        other.tenant == delivery.tenant && other.id != delivery.id
                    };
                    if run.iter().all(fits) {
                        run.push(delivery);
                    }
                }
                let acks = run.iter().map(|m| (m.tenant.clone(), Ack::Done(m.receipt.clone())));
                let acks: Vec<(TenantId, Ack)> = acks.collect();
                self.acknowledge(&acks).await
            }
            Step::Reject(at) => {
                let Some(delivery) = self.delivery(*at) else { return Ok(()) };
                let ack = Ack::DeadLetter(delivery.receipt.clone(), "no".to_owned());
                self.acknowledge(&[(delivery.tenant.clone(), ack)]).await
            }
            Step::Die(at) => {
                let Some(receipt) = self.receipt(*at) else { return Ok(()) };
                self.model.die(self.now, &receipt, "too often");
                let letter = DeadLetter { receipt, reason: "too often".to_owned() };
                queue.dead_letter(&[letter]).await.map_err(unexpected)
            }
            Step::Extend(at, minutes) => {
                let Some(receipt) = self.receipt(*at) else { return Ok(()) };
                let lease = lease(Some(*minutes));
                let lost = queue.extend(std::slice::from_ref(&receipt), lease).await;
                let good = lost.map_err(unexpected)?.is_empty();
                let expected = self.model.extend(self.now, &receipt, lease);
                let told = format!("the extension's answer was {good}, not {expected}");
                if good == expected { Ok(()) } else { Err(told) }
            }
            Step::Release(at, minutes, attempted) => {
                let Some(receipt) = self.receipt(*at) else { return Ok(()) };
                let reason = attempted.then(|| "it failed".to_owned());
                let release =
                    Release { receipt, delay: lease(*minutes), attempted: *attempted, reason };
                self.model.release(self.now, &release);
                queue.release(&[release]).await.map_err(unexpected)
            }
            Step::Pass(minutes) => {
                let time = Duration::from_secs(60 * u64::from(*minutes));
                self.now += SignedDuration::from_mins(i64::from(*minutes));
                self.backend.advance(time).await;
                Ok(())
            }
            Step::Redrive(numbers) => {
                let ids: Option<Vec<String>> =
                    numbers.as_ref().map(|all| all.iter().map(|n| format!("m{n}")).collect());
                let count = queue.redrive(ORDERS, ids.as_deref()).await.map_err(unexpected)?;
                let expected = self.model.redrive(self.now, ids.as_deref());
                let told = format!("{count} dead letters were sent back, not {expected}");
                if count == expected { Ok(()) } else { Err(told) }
            }
            Step::Purge(dead) => {
                let count = queue.purge(ORDERS, *dead).await.map_err(unexpected)?;
                let expected = self.model.purge(*dead);
                let told = format!("{count} were deleted, not {expected}");
                if count == expected { Ok(()) } else { Err(told) }
            }
            Step::Crash => self.crash().await,
        }
    }

    fn delivery(&self, at: Index) -> Option<&Received> {
        (!self.received.is_empty()).then(|| at.get(&self.received))
    }

    fn receipt(&self, at: Index) -> Option<Receipt> {
        self.delivery(at).map(|delivery| delivery.receipt.clone())
    }

    async fn send(&mut self, other: bool, sends: &[(u8, Option<u8>)]) -> Result<(), String> {
        let mut unit = Unit::new(tenant(if other { "other" } else { "acme" }), "tester");
        for (group, id) in sends {
            unit.sends.push(Outgoing {
                id: format!("m{}", self.sent),
                queue: ORDERS.to_owned(),
                group: format!("g{group}"),
                deduplication_id: id.map(|id| format!("id{id}")),
                body: format!("{{ \"n\":{} }}", self.sent),
                ..Outgoing::default()
            });
            self.sent += 1;
        }
        for send in &unit.sends {
            self.model.send(self.now, &unit.tenant, send);
        }
        self.backend.commit().commit(vec![unit]).await.map(drop).map_err(unexpected)
    }

    /// V3: all receipts are good and everything is committed, or nothing is.
    async fn acknowledge(&mut self, acks: &[(TenantId, Ack)]) -> Result<(), String> {
        let good = acks.iter().all(|(_, ack)| self.model.holds(self.now, ack.receipt()).is_some());
        let units = acks.iter().map(|(tenant, ack)| {
            let mut unit = Unit::new(tenant.clone(), "tester");
            unit.ack = Some(ack.clone());
            unit
        });
        match (self.backend.commit().commit(units.collect()).await, good) {
            (Ok(_), true) => {
                for (_, ack) in acks {
                    match ack {
                        Ack::Done(receipt) => self.model.done(self.now, receipt),
                        Ack::DeadLetter(receipt, why) => self.model.die(self.now, receipt, why),
                    };
                }
                Ok(())
            }
            (Err(CommitError::LeaseLost), false) => Ok(()),
            (Ok(_), false) => Err("a stale receipt was taken".to_owned()),
            (Err(error), _) => Err(unexpected(error)),
        }
    }

    /// A receive and a crash at once: the receive has its whole effect or none, whether or not it is answered.
    async fn crash(&mut self) -> Result<(), String> {
        let queue = self.backend.queue();
        let receive = queue.receive(ORDERS, ALL, ALL, HALF);
        let ((), received) = futures::join!(self.backend.crash(), receive);
        self.backend.recover().await;
        match received {
            Ok(received) if !received.is_empty() => {
                self.model.received(self.now, (ALL, ALL), HALF, &received)?;
                self.received.extend(received);
            }
            Ok(_) | Err(PortError::Unavailable { .. }) => {
                let shown = queue.peek(ORDERS, false, ALL).await.map_err(unexpected)?;
                self.model.maybe_received(self.now, HALF, &shown);
            }
            Err(error) => return Err(unexpected(error)),
        }
        Ok(())
    }

    /// What the queue shows is what the model has.
    async fn compare(&self) -> Result<(), String> {
        let queue = self.backend.queue();
        for dead in [false, true] {
            let peeked = queue.peek(ORDERS, dead, ALL).await.map_err(unexpected)?;
            self.model.peeked(self.now, dead, self.backend.now(), &peeked)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;

    #[async_trait]
    impl Breakable for Memory {
        /// Nothing lies between.
        async fn crash(&self) {}

        async fn recover(&self) {}

        fn now(&self) -> Timestamp {
            self.ports().clock.now()
        }
    }

    proptest! {
        #[test]
        fn the_queue_in_memory_obeys_the_model(steps in steps(60)) {
            let memory = Memory::new(Timestamp::UNIX_EPOCH);
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let obeys = runtime.block_on(obeys_the_model(&memory, &steps));
            prop_assert_eq!(obeys, Ok(()));
        }
    }
}
