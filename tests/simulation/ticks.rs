//! The ledger of a schedule's occurrences, as the nodes' schedulers write it, and what must be true of it (INV8).

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twinhost::ports::PortError;
use twinhost::schedule::{Failure, Occurrence};
use twinhost::unit::Unit;
use twinhost_selfhost::scheduler::Occurrences;

use crate::check;
use crate::wire::Wire;
use crate::world::World;

/// What is written down of the one schedule.
#[derive(Debug, Default)]
pub(crate) struct Ticks {
    first_seen: Option<Timestamp>,
    /// When each occurrence was due, and how many before it it stands for.
    pub(crate) fired: BTreeMap<Timestamp, u64>,
    failure: Option<Failure>,
}

#[async_trait]
impl Occurrences for Wire {
    async fn now(&self) -> Result<Timestamp, PortError> {
        self.call("now", |world| async move { Ok(world.now()) }).await
    }

    async fn first_seen(&self, _: &str) -> Result<Timestamp, PortError> {
        self.call("first_seen", |world| async move {
            let now = world.now();
            Ok(*world.state().ticks.first_seen.get_or_insert(now))
        })
        .await
    }

    async fn last(&self, _: &str) -> Result<Option<Timestamp>, PortError> {
        self.call("last", |world| async move {
            Ok(world.state().ticks.fired.keys().next_back().copied())
        })
        .await
    }

    async fn fire(&self, occurrence: &Occurrence<'_>) -> Result<Option<usize>, PortError> {
        let (at, missed) = (occurrence.scheduled_at, occurrence.missed);
        let (ticks, node) = (occurrence.ticks.clone(), occurrence.node.to_owned());
        self.call("fire", move |world| {
            let (ticks, node) = (ticks.clone(), node.clone());
            async move {
                if world.state().ticks.fired.contains_key(&at) {
                    world.count("ticks of others");
                    return Ok(None);
                }
                world.state().ticks.fired.insert(at, missed);
                world.count("ticks");
                world.step(format_args!("{node} fires the tick of {at}, for {missed} more"));
                for (tenant, tick) in &ticks {
                    let mut unit = Unit::new(tenant.clone(), "scheduler");
                    unit.sends.push(tick.clone());
                    let sent = check::commit(&world, &node, vec![unit]).await;
                    sent.map_err(|error| PortError::unavailable("the store", error))?;
                }
                Ok(Some(ticks.len()))
            }
        })
        .await
    }

    async fn failure(&self, _: &str) -> Result<Option<Failure>, PortError> {
        self.call("failure", |world| async move { Ok(world.state().ticks.failure.clone()) }).await
    }

    async fn fail(&self, _: &str, failure: &Failure) -> Result<(), PortError> {
        let failure = failure.clone();
        self.call("fail", move |world| {
            let failure = failure.clone();
            async move {
                world.state().ticks.failure = Some(failure);
                Ok(())
            }
        })
        .await
    }
}

/// INV8: every occurrence that was fired was handled once, and none between two of them is left out.
pub(crate) fn each_is_handled_once(world: &World, handled: &[u32]) {
    let state = world.state();
    let (first_seen, fired) = (state.ticks.first_seen, state.ticks.fired.clone());
    drop(state);
    let mut handled: Vec<i64> = handled.iter().map(|second| i64::from(*second)).collect();
    handled.sort_unstable();
    let expected: Vec<i64> = fired.keys().map(|at| at.as_second()).collect();
    if handled != expected {
        world.violated(format!("the ticks {handled:?} were handled, and fired were {expected:?}"));
    }
    let Some(first_seen) = first_seen else { return };
    let mut before = first_seen - SignedDuration::from_mins(1);
    for (at, missed) in fired {
        let due = (at.as_second() - before.as_second()) / 60;
        if due > missed as i64 + 1 {
            world.violated(format!(
                "the tick of {at} stands for {missed} more, of {due} since {before}"
            ));
        }
        before = at;
    }
}
