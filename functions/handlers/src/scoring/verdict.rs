//! The verdict on an observation.

use events::money::per_month;
use events::{
    Alarm, Anomaly, AnomalyStatus, Baseline, CostEvent, Effect, EventStatus, Observation, Severity,
    Trait,
};

use super::Novelty;
use super::deviation::{Deviation, Judged, add_to_hour, judged, learn, mature};
use super::policy::{
    COOL_DOWN, VERY_UNUSUAL, WORSE_FACTOR, WORTH_A_LINE, WORTH_A_LOOK, severity_of,
};
use super::wording;

/// What the scorer makes of an observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How much it matters; `info` for what is in order.
    pub severity: Severity,
    /// Whether it is an anomaly, or one of a kind that was told of a short while ago.
    pub status: EventStatus,
    /// The anomaly to tell of.
    pub anomaly: Option<Anomaly>,
}

/// What speaks for an alarm.
#[derive(Debug, Default)]
struct Case {
    reasons: Vec<String>,
    /// The money that severity is measured by, in micro-USD an hour.
    stake: i64,
    /// The money that is told, in micro-USD an hour.
    impact: Option<i64>,
    z: Option<f64>,
    /// The least severity, where it does not come from money.
    least: Severity,
}

impl Case {
    fn add(&mut self, stake: i64, reason: String) {
        self.stake = self.stake.max(stake);
        self.reasons.push(reason);
    }
}

/// Scores an observation and lets the baseline of its series learn it.
///
/// Deterministic: the same observation, baseline and novelty give the same verdict.
/// Whether the event was scored before is for the caller to know; a second score
/// would teach the baseline twice.
#[must_use]
pub fn score(observation: &Observation, baseline: &mut Baseline, novelty: &Novelty) -> Verdict {
    let event = observation.event();
    if event.effect == Effect::Stop {
        return Verdict { severity: Severity::Info, status: EventStatus::Normal, anomaly: None };
    }
    let mut case = Case { impact: event.est_micro_usd_per_hour, ..Case::default() };
    compare(observation, baseline, &mut case);
    if event.effect == Effect::Purchase {
        case.least = Severity::High;
        case.reasons.insert(0, wording::PURCHASE.to_owned());
        case.reasons.extend(event.up_front_micro_usd.map(wording::up_front));
    }
    consider_novelty(event, novelty, &mut case);
    conclude(observation, baseline, novelty, case)
}

/// Compares the event, and its hour, with the history of the series, and learns both.
fn compare(observation: &Observation, baseline: &mut Baseline, case: &mut Case) {
    let event = observation.event();
    let happened = matches!(observation, Observation::Cost(_));
    let at = event.occurred_at;
    if happened {
        baseline.events += 1;
        baseline.first_seen = baseline.first_seen.min(at);
        baseline.last_seen = baseline.last_seen.max(at);
    }
    let Some(rate) = event.est_micro_usd_per_hour else { return };

    let usual = baseline.single.usual;
    let single = judged(&baseline.single, mature(&baseline.single, baseline.first_seen, at), rate);
    match single {
        Judged::Unknown if is_worth_a_line(rate) => case.add(rate, wording::NO_HISTORY.to_owned()),
        Judged::Unusual(deviation) => {
            // The severity is that of the excess: a large cost slightly over the usual is no large matter.
            let excess = rate.saturating_sub(usual.mean as i64);
            if let Deviation::Sigmas(z) = deviation {
                case.z = Some(z);
            }
            if is_worth_a_line(excess) {
                case.add(excess, wording::deviates(deviation, &usual));
            }
        }
        Judged::Unknown | Judged::Usual => {}
    }
    if !happened {
        return;
    }
    learn(&mut baseline.single, rate, single);

    let Some(hour) = add_to_hour(baseline, at, rate).filter(|hour| hour.events > 1) else { return };
    let sum = hour.added_micro_usd_per_hour;
    let usual = baseline.hourly.usual;
    let (stake, reason) =
        match judged(&baseline.hourly, mature(&baseline.hourly, baseline.first_seen, at), sum) {
            Judged::Unknown => (sum, wording::NO_HISTORY_OF_HOURS.to_owned()),
            Judged::Unusual(deviation) => {
                let excess = sum.saturating_sub(usual.mean as i64);
                (excess, wording::hour_deviates(deviation, &usual))
            }
            Judged::Usual => return,
        };
    if is_worth_a_line(stake) {
        case.impact = Some(sum);
        case.add(stake, wording::hour(&hour));
        case.reasons.push(reason);
    }
}

/// Newness is a reason where it costs something; in an account that is all new, only words beside one.
fn consider_novelty(event: &CostEvent, novelty: &Novelty, case: &mut Case) {
    if novelty.novel.is_empty() {
        return;
    }
    let rate = event.est_micro_usd_per_hour;
    let is_reason = if novelty.learning {
        !case.reasons.is_empty() && per_month(case.stake) >= WORTH_A_LOOK
    } else {
        match rate {
            Some(rate) => is_worth_a_line(rate),
            // Nobody knows what it costs, and it is where nothing is expected to run.
            None => novelty.novel.contains(&Trait::Region),
        }
    };
    if !is_reason {
        return;
    }
    case.least = case.least.max(Severity::Low);
    case.stake = case.stake.max(rate.unwrap_or(0));
    // Whatever a new actor does, they do for the first time.
    let said = |of: &&Trait| **of != Trait::ActorAction || !novelty.novel.contains(&Trait::Actor);
    case.reasons
        .extend(novelty.novel.iter().filter(said).filter_map(|of| wording::novel(event, *of)));
}

fn conclude(
    observation: &Observation,
    baseline: &mut Baseline,
    novelty: &Novelty,
    case: Case,
) -> Verdict {
    let event = observation.event();
    if case.reasons.is_empty() {
        return Verdict { severity: Severity::Info, status: EventStatus::Normal, anomaly: None };
    }
    let severity = severity(observation, novelty, &case);
    let at = event.occurred_at;
    let last = baseline.last_alarm;
    if let Some(last) = last.as_ref().filter(|last| {
        // What cannot be taken back is told each time.
        event.effect != Effect::Purchase
            && at.duration_since(last.at).abs() < COOL_DOWN
            && !is_worse(last, severity, case.impact)
    }) {
        baseline.last_alarm = Some(Alarm { suppressed: last.suppressed + 1, ..*last });
        return Verdict { severity, status: EventStatus::Suppressed, anomaly: None };
    }
    baseline.last_alarm = Some(Alarm {
        at: last.map_or(at, |last| last.at.max(at)),
        severity,
        impact_micro_usd_per_hour: case.impact,
        suppressed: 0,
    });
    let refused = matches!(observation, Observation::Attempt(_));
    let mut why = vec![wording::cost(event, refused)];
    why.extend(case.reasons);
    why.extend(wording::by_root(event));
    let anomaly = Anomaly {
        event: event.source_id.clone(),
        at,
        severity,
        status: AnomalyStatus::Open,
        what: wording::what(observation),
        why,
        series: event.series(),
        actor: event.actor.clone(),
        region: event.resource.region.clone(),
        impact_micro_usd_per_hour: case.impact,
        impact_micro_usd_per_month: case.impact.map(per_month),
        z: case.z,
        novel: novelty.novel.clone(),
        attempt: refused,
        suppressed_before: last.map_or(0, |last| last.suppressed),
        raw_ref: event.raw_ref.clone(),
    };
    Verdict { severity, status: EventStatus::Anomaly, anomaly: Some(anomaly) }
}

/// From the money at stake; one step up for what is very unusual or new in two ways at once.
fn severity(observation: &Observation, novelty: &Novelty, case: &Case) -> Severity {
    let mut severity = severity_of(case.stake).max(case.least);
    let kinds = [Trait::Actor, Trait::Region, Trait::Family];
    let new = kinds.iter().filter(|kind| novelty.novel.contains(kind)).count();
    if case.z.is_some_and(|z| z >= VERY_UNUSUAL) || (new >= 2 && !novelty.learning) {
        severity = severity.raised();
    }
    match observation {
        // Nothing is being charged: no reason to wake anyone.
        Observation::Attempt(_) => severity.min(Severity::High),
        Observation::Cost(_) => severity,
    }
}

fn is_worse(last: &Alarm, severity: Severity, impact: Option<i64>) -> bool {
    let much_more = match (last.impact_micro_usd_per_hour, impact) {
        (Some(before), Some(now)) => now >= before.saturating_mul(WORSE_FACTOR),
        _ => false,
    };
    severity > last.severity || much_more
}

fn is_worth_a_line(micro_usd_per_hour: i64) -> bool {
    per_month(micro_usd_per_hour) >= WORTH_A_LINE
}
