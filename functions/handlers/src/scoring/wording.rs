//! Saying it, so that an engineer need not look up what was meant.

use events::money::{per_month, usd};
use events::{ActorKind, Attempt, Burst, CostEvent, Effect, Estimate, Moments, Observation, Trait};

use super::deviation::Deviation;

/// What happened: `jane started 10 × p2.xlarge in us-east-1 (ec2:RunInstances)`.
pub(super) fn what(observation: &Observation) -> String {
    let event = observation.event();
    let CostEvent { quantity, unit, service, action, .. } = event;
    let actor = short(&event.actor);
    let region = &event.resource.region;
    let (did, tried) = match event.effect {
        Effect::Start => ("started", "start"),
        Effect::Change => ("changed something to", "change something to"),
        Effect::Stop => ("ended", "end"),
        Effect::Purchase => ("bought", "buy"),
    };
    match observation {
        Observation::Cost(_) => {
            format!("{actor} {did} {quantity} × {unit} in {region} ({service}:{action})")
        }
        Observation::Attempt(Attempt { error_code, .. }) => format!(
            "{actor} tried to {tried} {quantity} × {unit} in {region} ({service}:{action}) and was refused ({error_code})"
        ),
    }
}

/// The part of an ARN that people call someone by.
fn short(actor: &str) -> &str {
    if !actor.starts_with("arn:") {
        return actor;
    }
    actor.split_once('/').map(|(_, name)| name).filter(|name| !name.is_empty()).unwrap_or(actor)
}

/// What it costs, for the first of the reasons.
pub(super) fn cost(event: &CostEvent, refused: bool) -> String {
    let would = if refused { "would have cost" } else { "costs" };
    match event.est_micro_usd_per_hour {
        Some(rate) => format!("{would} {}", rate_of(rate)),
        None if event.estimate == Estimate::CountedElsewhere => {
            "what it costs comes as events of its own".to_owned()
        }
        None => "what it costs is not known".to_owned(),
    }
}

fn rate_of(rate: i64) -> String {
    format!("{} an hour, {} a month", usd(rate), usd(per_month(rate)))
}

pub(super) fn up_front(micro_usd: i64) -> String {
    format!("up to {} paid at once", usd(micro_usd))
}

pub(super) const PURCHASE: &str = "a commitment cannot be taken back, or only at a loss";

pub(super) const NO_HISTORY: &str = "there is too little history to call that usual";

pub(super) const NO_HISTORY_OF_HOURS: &str =
    "there is too little history to call such an hour usual";

/// How far one event is from the usual.
pub(super) fn deviates(deviation: Deviation, usual: &Moments) -> String {
    format!("{} the usual {} an hour ({} events)", by(deviation), mean(usual), usual.n)
}

/// How far an hour is from the usual.
pub(super) fn hour_deviates(deviation: Deviation, usual: &Moments) -> String {
    format!(
        "that is {} what its hours usually add up to, {} ({} hours)",
        by(deviation),
        mean(usual),
        usual.n
    )
}

/// What an hour has come to.
pub(super) fn hour(burst: &Burst) -> String {
    format!(
        "{} such calls within the hour come to {}",
        burst.events,
        rate_of(burst.added_micro_usd_per_hour)
    )
}

fn by(deviation: Deviation) -> String {
    match deviation {
        Deviation::Sigmas(z) => format!("{z:.1} standard deviations over"),
        Deviation::Times(times) => format!("{times:.1} times"),
    }
}

/// A mean to three digits: the others say nothing.
fn mean(usual: &Moments) -> String {
    let digits = usual.mean.abs().max(1.0).log10().floor();
    let step = 10_f64.powf(digits - 2.0).max(1.0);
    usd(((usual.mean / step).round() * step) as i64)
}

/// What is new about an event, in words.
pub(super) fn novel(event: &CostEvent, of: Trait) -> Option<String> {
    let CostEvent { actor, service, action, resource, .. } = event;
    Some(match of {
        Trait::Account => return None,
        Trait::Actor => format!("first sight of {}", short(actor)),
        Trait::ActorAction => format!("first {service}:{action} by {}", short(actor)),
        Trait::Region => format!("first cost in {}", resource.region),
        Trait::Family => format!("first {} in this account", event.family.as_deref()?),
    })
}

/// The root user has no business starting things.
pub(super) fn by_root(event: &CostEvent) -> Option<String> {
    (event.actor_kind == ActorKind::Root).then(|| "done by the root user".to_owned())
}
