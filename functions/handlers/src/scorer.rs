//! `scorer`: is this out of the ordinary?

use events::{
    Anomaly, Attempt, Baseline, CostEvent, Duplicate, Familiar, Notification, Observation,
};
use twinhost::{Consume, Context, Document, Grant, Handler, HandlerResult, Message, Payload};

use crate::scoring::{Sight, novelty, score, traits};

/// Compares an observation with what is usual for its series and its account,
/// lets both learn it, and tells of it if it is an anomaly.
///
/// What it scored is stored under the event's id, so an event that is delivered
/// again is counted as a [`Duplicate`] and teaches nothing twice.
#[derive(Clone, Copy, Debug)]
pub struct Scorer;

impl Handler for Scorer {
    type Event = Message<Observation>;
    const NAME: &'static str = "scorer";
    const TRIGGER: Consume = Consume::DEFAULT;
    const GRANTS: &'static [Grant] = &[
        Grant::ReadWrite(CostEvent::COLLECTION),
        Grant::ReadWrite(Attempt::COLLECTION),
        Grant::ReadWrite(Baseline::COLLECTION),
        Grant::ReadWrite(Familiar::COLLECTION),
        Grant::Write(Anomaly::COLLECTION),
        Grant::Write(Duplicate::COLLECTION),
        Grant::Publish(Notification::TOPIC),
    ];

    async fn handle(
        &self,
        ctx: &Context,
        Message(mut observation): Message<Observation>,
    ) -> HandlerResult {
        if let Some(known) = known(ctx, &observation).await? {
            let CostEvent { source_id, raw_ref, received_at, .. } = observation.event().clone();
            // A payload that is normalized once more brings the very record that is known.
            if (known.raw_ref, known.received_at) == (raw_ref.clone(), received_at) {
                return Ok(());
            }
            return ctx.put(&Duplicate { event: source_id, raw_ref, received_at });
        }
        let event = observation.event();
        let novelty = novelty(&observation, sights(ctx, event).await?);
        let before: Option<Baseline> = ctx.get(&event.series().to_string()).await?;
        let before = before.unwrap_or_else(|| Baseline::new(event.series(), event.occurred_at));
        let mut baseline = before.clone();
        let verdict = score(&observation, &mut baseline, &novelty);

        if baseline != before {
            ctx.put(&baseline)?;
        }
        for familiar in &novelty.learned {
            ctx.put(familiar)?;
        }
        if let Some(anomaly) = verdict.anomaly {
            ctx.put(&anomaly)?;
            ctx.publish(&Notification::Anomaly(Box::new(anomaly)))?;
        }
        let event = match &mut observation {
            Observation::Cost(event) => event,
            Observation::Attempt(attempt) => &mut attempt.would_be,
        };
        (event.severity, event.status) = (verdict.severity, verdict.status);
        match &observation {
            Observation::Cost(event) => ctx.put(event),
            Observation::Attempt(attempt) => ctx.put(attempt),
        }
    }
}

/// The event as it was scored before.
async fn known(ctx: &Context, observation: &Observation) -> HandlerResult<Option<CostEvent>> {
    match observation {
        Observation::Cost(event) => ctx.get(&event.key()).await,
        Observation::Attempt(attempt) => {
            let attempt: Option<Attempt> = ctx.get(&attempt.key()).await?;
            Ok(attempt.map(|attempt| attempt.would_be))
        }
    }
}

/// Looks up what the account has been seen with.
async fn sights(ctx: &Context, event: &CostEvent) -> HandlerResult<Vec<Sight>> {
    let mut sights = Vec::new();
    for (of, value) in traits(event) {
        let known = ctx.get(&Familiar::key_of(&event.resource.account, of, &value)).await?;
        sights.push(Sight { of, value, known });
    }
    Ok(sights)
}
