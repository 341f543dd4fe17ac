//! What has never been seen before.

use events::{CostEvent, Effect, Familiar, Observation, Trait};
use jiff::Timestamp;

use super::policy::{FORGOTTEN_AFTER, FRESH, LEARNING, REFRESHED_AFTER};
use crate::cloudtrail::GLOBAL;

/// Something to look up about an event, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// What sort of thing it is.
    pub of: Trait,
    /// The thing.
    pub value: String,
    /// What is known of it.
    pub known: Option<Familiar>,
}

/// What is new about an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Novelty {
    /// What was never seen before, or long ago, or a moment ago for the first time.
    pub novel: Vec<Trait>,
    /// The account is watched for so short a time that all of it is new.
    pub learning: bool,
    /// What is to be stored; empty for what was seen lately.
    pub learned: Vec<Familiar>,
}

/// What to look up about an event, by sort and value; nothing for one that ends a cost.
#[must_use]
pub fn traits(event: &CostEvent) -> Vec<(Trait, String)> {
    if event.effect == Effect::Stop {
        return Vec::new();
    }
    let CostEvent { actor, service, action, resource, .. } = event;
    let mut traits = vec![
        (Trait::Account, resource.account.clone()),
        (Trait::Actor, actor.clone()),
        (Trait::ActorAction, format!("{actor} {service}/{action}")),
    ];
    if resource.region != GLOBAL {
        traits.push((Trait::Region, resource.region.clone()));
    }
    traits.extend(event.family.clone().map(|family| (Trait::Family, family)));
    traits
}

/// Says what is new about an observation, given what is known of its [`traits`].
///
/// A refused call makes nothing familiar but the account: whoever fails at something
/// first must not be taken for known when it works.
#[must_use]
pub fn novelty(observation: &Observation, sights: Vec<Sight>) -> Novelty {
    let event = observation.event();
    let at = event.occurred_at;
    let refused = matches!(observation, Observation::Attempt(_));
    let mut novelty = Novelty::default();
    for Sight { of, value, known } in sights {
        let learned = remembered(known.as_ref(), at).map(|(first_seen, last_seen)| Familiar {
            account: event.resource.account.clone(),
            of,
            value,
            first_seen,
            last_seen,
        });
        if of == Trait::Account {
            let young = |known: &Familiar| at.duration_since(known.first_seen) < LEARNING;
            novelty.learning = known.as_ref().is_none_or(young);
            novelty.learned.extend(learned);
            continue;
        }
        if is_new(known.as_ref(), at) {
            novelty.novel.push(of);
        }
        novelty.learned.extend(learned.filter(|_| !refused));
    }
    novelty
}

fn is_new(known: Option<&Familiar>, at: Timestamp) -> bool {
    known.is_none_or(|known| {
        at.duration_since(known.last_seen) > FORGOTTEN_AFTER
            || at.duration_since(known.first_seen) < FRESH
    })
}

/// The first and last sight to store, if what is stored is not good enough.
fn remembered(known: Option<&Familiar>, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let Some(known) = known else { return Some((at, at)) };
    let since = at.duration_since(known.last_seen);
    match known.of {
        // An account is never forgotten: that it was quiet does not make it young.
        Trait::Account => (since > REFRESHED_AFTER).then_some((known.first_seen, at)),
        _ if since > FORGOTTEN_AFTER => Some((at, at)),
        _ => (since > REFRESHED_AFTER).then_some((known.first_seen, at)),
    }
}
