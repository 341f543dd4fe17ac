//! The eight invariants, over what was recorded. Pure: the same history, the same verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::app::MAX_RECEIVES;
use crate::history::History;

/// What must hold, whatever breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// INV1: what was acknowledged is done, waits, or is a dead letter.
    NothingLost,
    /// INV2: an effect is there once at the most; and once when nothing is left to do.
    EffectOnce,
    /// INV3: effects of a group are in the order sent.
    GroupOrder,
    /// INV4: no task is delivered too often, nor is it in two places.
    BoundedAndInOnePlace,
    /// INV5: nobody reads or writes another tenant's data, nor anything without its key.
    Tenancy,
    /// INV6: when all is well again, nothing is left to do soon after, by itself.
    Liveness,
    /// INV7: what is turned away is counted, what is given up has its reason.
    NothingSilent,
    /// INV8: a tick is fired once, and has its effect once.
    TickOnce,
}

impl Invariant {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NothingLost,
        Self::EffectOnce,
        Self::GroupOrder,
        Self::BoundedAndInOnePlace,
        Self::Tenancy,
        Self::Liveness,
        Self::NothingSilent,
        Self::TickOnce,
    ];
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What it breaks.
    pub invariant: Invariant,
    /// What it is.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INV{} {:?}: {}", self.invariant as usize + 1, self.invariant, self.what)
    }
}

/// Everything in a history that must not be; empty when all is well.
#[must_use]
pub fn check(history: &History) -> Vec<Violation> {
    let mut found = Found::default();
    found.places(history);
    found.order(history);
    found.deliveries(history);
    found.tenancy(history);
    found.turned_away(history);
    found.ticks(history);
    if history.drained.is_none() {
        found.add(Invariant::Liveness, "something was left to do".to_owned());
    }
    found.0
}

#[derive(Default)]
struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, invariant: Invariant, what: String) {
        self.0.push(Violation { invariant, what });
    }

    /// INV1, INV2 and the second half of INV4: where each task is.
    fn places(&mut self, history: &History) {
        let mut effects: BTreeMap<&str, u64> = BTreeMap::new();
        for found in &history.effects {
            *effects.entry(&found.effect.id).or_default() += found.effect.times;
        }
        let count = |held: &[crate::history::Held], id: &str| {
            held.iter().filter(|h| h.id == id).count() as u64
        };
        for sent in &history.sent {
            let id = sent.task.id.as_str();
            let done = effects.get(id).copied().unwrap_or(0);
            let waits = count(&history.waiting, id);
            let dead = count(&history.dead, id);
            if sent.acknowledged && done + waits + dead == 0 {
                self.add(Invariant::NothingLost, format!("`{id}` was acknowledged and is nowhere"));
            }
            if done > 1 {
                self.add(Invariant::EffectOnce, format!("`{id}` had its effect {done} times"));
            }
            if sent.acknowledged && history.drained.is_some() && done + dead == 0 && waits > 0 {
                self.add(Invariant::EffectOnce, format!("`{id}` has had no effect in the end"));
            }
            if done.min(1) + waits + dead > 1 {
                let places =
                    format!("done {done} times, waiting {waits} times, {dead} dead letters");
                self.add(Invariant::BoundedAndInOnePlace, format!("`{id}`: {places}"));
            }
        }
    }

    /// INV3.
    fn order(&mut self, history: &History) {
        let mut groups: BTreeMap<(&str, &str), Vec<(u64, u64)>> = BTreeMap::new();
        for found in &history.effects {
            let effect = &found.effect;
            let group = groups.entry((&found.tenant, &effect.group)).or_default();
            group.push((effect.place, effect.seq));
        }
        for ((tenant, group), mut effects) in groups {
            effects.sort_unstable();
            // Each counts those before it in the group's document; two at one place have not seen each other.
            if !effects.iter().map(|(place, _)| *place).eq(1..=effects.len() as u64) {
                let what =
                    format!("`{group}` of `{tenant}`: the effects are not counted: {effects:?}");
                self.add(Invariant::GroupOrder, what);
            }
            for pair in effects.windows(2) {
                if pair[0].1 >= pair[1].1 {
                    let (before, after) = (pair[0].1, pair[1].1);
                    let what = format!("`{group}` of `{tenant}`: {before} was done before {after}");
                    self.add(Invariant::GroupOrder, what);
                }
            }
        }
    }

    /// The first half of INV4.
    fn deliveries(&mut self, history: &History) {
        for attempt in &history.attempts {
            if attempt.attempt == 0 || attempt.attempt > MAX_RECEIVES {
                let what =
                    format!("`{}` was delivered for the {}th time", attempt.id, attempt.attempt);
                self.add(Invariant::BoundedAndInOnePlace, what);
            }
        }
    }

    /// INV5.
    fn tenancy(&mut self, history: &History) {
        let owners: BTreeMap<&str, &str> =
            history.sent.iter().map(|sent| (sent.task.id.as_str(), sent.tenant.as_str())).collect();
        for found in &history.effects {
            let id = found.effect.id.as_str();
            match owners.get(id) {
                Some(owner) if *owner == found.tenant => {}
                Some(owner) => {
                    let what =
                        format!("`{id}` of `{owner}` is among the data of `{}`", found.tenant);
                    self.add(Invariant::Tenancy, what);
                }
                None => self.add(Invariant::Tenancy, format!("nobody with a key has sent `{id}`")),
            }
        }
        for intrusion in history.intrusions.iter().filter(|i| (200..400).contains(&i.status)) {
            let what =
                format!("`{}` was answered {} without a key", intrusion.id, intrusion.status);
            self.add(Invariant::Tenancy, what);
        }
    }

    /// INV7.
    fn turned_away(&mut self, history: &History) {
        let told =
            history.intrusions.iter().filter(|i| (400..500).contains(&i.status)).count() as u64;
        if told > history.rejections {
            let what = format!("{told} were turned away and {} counted", history.rejections);
            self.add(Invariant::NothingSilent, what);
        }
        for dead in &history.dead {
            if dead.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
                self.add(
                    Invariant::NothingSilent,
                    format!("`{}` was given up for no reason", dead.id),
                );
            }
        }
    }

    /// INV8.
    fn ticks(&mut self, history: &History) {
        for tick in history.ticked.iter().filter(|tick| tick.times > 1) {
            let what = format!(
                "`{}` of {} had its effect {} times",
                tick.schedule, tick.scheduled_at, tick.times
            );
            self.add(Invariant::TickOnce, what);
        }
        let distinct: BTreeSet<_> =
            history.ticked.iter().map(|tick| (&tick.schedule, tick.scheduled_at)).collect();
        if history.drained.is_some() && distinct.len() as u64 != history.occurrences {
            let what = format!(
                "{} were fired and {} had their effect",
                history.occurrences,
                distinct.len()
            );
            self.add(Invariant::TickOnce, what);
        }
    }
}

#[cfg(test)]
mod tests;
