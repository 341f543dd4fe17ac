//! The schedule host: sends ticks to the handler's own queue, and handles them from there.
//!
//! An event of EventBridge is one occurrence; it becomes one message for each tenant, under a key that makes it
//! once-only, in the queue that the same function is invoked with. From then on a tick is a message like any other.

use std::time::Duration;

use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};
use twinhost::mutants::Mutant;
use twinhost::ports::{CommitError, PortError, Ports};
use twinhost::schedule::messages;
use twinhost::unit::{Once, Outgoing, Unit};
use twinhost::{Schedule, TenantId, Tick};

use super::batch::Report;
use super::event::{self, InvocationError};
use super::queue::{QueueHost, Redelivery};

/// What a schedule's function is invoked with.
const EXPECTED: &str = "a scheduled event or a batch of its ticks; let EventBridge Scheduler send \
    `{\"scheduledAt\": \"<aws.scheduler.scheduled-time>\"}`, or a rule of EventBridge its own event";

/// How long a repeated event has no second effect: EventBridge gives up after 24 hours, and Lambda may hold its last
/// try for 6 more.
const KEEP: Duration = Duration::from_hours(48);

/// Tenants whose ticks are sent side by side.
const SIDE_BY_SIDE: usize = 16;

/// One occurrence: a target's input of ours, or the event of a rule or of a target without input.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Occurrence {
    scheduled_at: Option<Timestamp>,
    time: Option<Timestamp>,
    source: Option<String>,
}

/// What tells the two events of a schedule's function apart.
#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "Records")]
    records: Option<&'a RawValue>,
}

/// What became of an event.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Scheduled {
    /// Its ticks are in the queue.
    Occurred(Occurred),
    /// It was a batch of them.
    Batch(Report),
}

/// How many ticks were sent; for whoever invokes the function by hand.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Occurred {
    ticks: usize,
}

/// Fires a schedule and handles its ticks.
#[derive(Debug)]
pub(super) struct ScheduleHost<R> {
    handler: &'static str,
    schedule: Schedule,
    ports: Ports,
    queue: QueueHost<R>,
}

impl<R: Redelivery> ScheduleHost<R> {
    pub(super) const fn new(
        handler: &'static str,
        schedule: Schedule,
        ports: Ports,
        queue: QueueHost<R>,
    ) -> Self {
        Self { handler, schedule, ports, queue }
    }

    /// Fires, or handles a batch of ticks.
    pub(super) async fn answer(
        &self,
        event: &RawValue,
        cut: Instant,
    ) -> Result<Scheduled, InvocationError> {
        let kind: Kind<'_> = event::read(event, EXPECTED)?;
        if kind.records.is_some() {
            return Ok(Scheduled::Batch(self.queue.answer(event, cut).await?));
        }
        let scheduled_at = occurrence(event)?;
        let fired = timeout_at(cut, self.fire(scheduled_at)).await;
        let fired = fired.unwrap_or_else(|_| {
            Err(PortError::unavailable("the schedule", "the function's time is over"))
        });
        Ok(Scheduled::Occurred(fired.map_err(InvocationError::Unsent)?))
    }

    async fn fire(&self, scheduled_at: Timestamp) -> Result<Occurred, PortError> {
        let tick = Tick { scheduled_at, missed: 0 };
        let ticks = messages(&*self.ports.documents, self.handler, &self.schedule, &tick).await?;
        let count = ticks.len();
        let sends = futures::stream::iter(ticks.into_iter().map(Ok));
        sends
            .try_for_each_concurrent(SIDE_BY_SIDE, |(tenant, tick)| self.send(tenant, tick))
            .await?;
        tracing::info!(schedule = self.handler, %scheduled_at, ticks = count, "Fired a schedule");
        Ok(Occurred { ticks: count })
    }

    /// Sends one tick, once however often it is asked to.
    async fn send(&self, tenant: TenantId, tick: Outgoing) -> Result<(), PortError> {
        let mut unit = Unit::new(tenant, self.handler);
        unit.once = (!Mutant::RepeatTheTickOnLambda.on())
            .then_some(Once { key: format!("tick {}", tick.id), keep: KEEP });
        unit.sends.push(tick);
        match self.ports.commit.commit(vec![unit]).await {
            Ok(_) => Ok(()),
            Err(CommitError::Port(error)) => Err(error),
            Err(error) => Err(PortError::unavailable("a tick", error)),
        }
    }
}

/// When an event says that it was due.
fn occurrence(event: &RawValue) -> Result<Timestamp, InvocationError> {
    let Occurrence { scheduled_at, time, source } = event::read(event, EXPECTED)?;
    let bridge = matches!(source.as_deref(), Some("aws.events" | "aws.scheduler"));
    scheduled_at.or(time.filter(|_| bridge)).ok_or_else(|| {
        let why = "it has no `scheduledAt`, and no `time` of EventBridge's";
        InvocationError::unknown(EXPECTED, why, event)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use twinhost::ports::{Commit as _, Queue as _};
    use twinhost::unit::{Change, Condition, Write};
    use twinhost::{App, Context, Handler, HandlerResult, Scope};

    use super::*;
    use crate::hosts::testing::{World, raw, record};

    struct Ticker;

    impl Handler for Ticker {
        type Event = Tick;
        const NAME: &'static str = "ticker";
        const TRIGGER: Schedule = Schedule::each_tenant("rate(1 day)");

        async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
            Ok(())
        }
    }

    fn host(world: &World, scope: Scope) -> ScheduleHost<World> {
        let app = App::new("test").handler(Ticker);
        let manifest = app.manifest();
        let queue = QueueHost::new(app, &manifest.handlers[0], world.ports(), world.clone());
        let schedule = Schedule { scope, ..Ticker::TRIGGER };
        ScheduleHost::new(Ticker::NAME, schedule, world.ports(), queue)
    }

    async fn answer(host: &ScheduleHost<World>, event: &Value) -> Result<Value, String> {
        let cut = Instant::now() + Duration::from_secs(10);
        let answer = host.answer(&raw(event), cut).await.map_err(|error| error.to_string())?;
        Ok(serde_json::to_value(&answer).unwrap())
    }

    async fn world(tenants: &[&str]) -> World {
        let world = World::new();
        let mut unit = Unit::new(TenantId::system(), "test");
        unit.writes.extend(tenants.iter().map(|tenant| Write {
            collection: "tenants",
            key: (*tenant).to_owned(),
            condition: Condition::Any,
            change: Change::Put { body: "{}".to_owned(), expires_at: None },
        }));
        world.memory.commit(vec![unit]).await.unwrap();
        world
    }

    async fn ticks(world: &World) -> Vec<(String, String, String)> {
        let all = world.memory.peek(Ticker::NAME, false, 100).await.unwrap();
        let mut all: Vec<_> = all.into_iter().map(|m| (m.id, m.tenant, m.body)).collect();
        all.sort_unstable();
        all
    }

    #[tokio::test]
    async fn an_occurrence_is_a_tick_for_each_tenant_once_however_often_it_comes() {
        let world = world(&["acme", "beta"]).await;
        let host = host(&world, Scope::EachTenant);
        let event = json!({"scheduledAt": "2026-03-01T07:00:00Z"});
        for _ in 0..2 {
            assert_eq!(answer(&host, &event).await, Ok(json!({"ticks": 2})));
            // Later than a queue knows a duplicate.
            world.memory.clock().advance(std::time::Duration::from_secs(3600));
        }
        let body = r#"{"scheduled_at":"2026-03-01T07:00:00Z","missed":0}"#;
        let tick = |tenant: &str| {
            let id = format!("ticker@2026-03-01T07:00:00Z@{tenant}");
            (id, tenant.to_owned(), body.to_owned())
        };
        assert_eq!(ticks(&world).await, [tick("acme"), tick("beta")]);
    }

    #[tokio::test]
    async fn a_schedule_for_all_is_the_systems() {
        let world = world(&["acme"]).await;
        let event = json!({"scheduledAt": "2026-03-01T07:00:00Z"});
        assert_eq!(answer(&host(&world, Scope::Once), &event).await, Ok(json!({"ticks": 1})));
        assert_eq!(ticks(&world).await[0].1, TenantId::SYSTEM);
    }

    #[tokio::test]
    async fn the_events_of_rules_and_of_targets_without_input_say_when_they_were_due() {
        for (source, detail) in [("aws.events", json!({})), ("aws.scheduler", json!("{}"))] {
            let world = world(&["acme"]).await;
            let event = json!({
                "version": "0",
                "id": "cdc73f9d-aea9-11e3-9d5a-835b769c0d9c",
                "detail-type": "Scheduled Event",
                "source": source,
                "account": "123456789012",
                "time": "2026-03-01T07:00:00Z",
                "region": "us-east-1",
                "resources": ["arn:aws:events:us-east-1:123456789012:rule/ticker"],
                "detail": detail,
            });
            answer(&host(&world, Scope::EachTenant), &event).await.unwrap();
            assert!(ticks(&world).await[0].0.starts_with("ticker@2026-03-01T07:00:00Z@"));
        }
    }

    #[tokio::test]
    async fn the_ticks_of_a_batch_are_handled_as_messages() {
        let world = world(&[]).await;
        let mut good = record("1", "ticks", 1, "");
        good["body"] = json!(r#"{"scheduled_at":"2026-03-01T07:00:00Z"}"#);
        let event = json!({"Records": [good, record("2", "ticks", 1, "no tick")]});
        let answer = answer(&host(&world, Scope::EachTenant), &event).await;
        assert_eq!(answer, Ok(json!({"batchItemFailures": []})));
        assert!(world.is_done("1") && world.reason("2").unwrap().contains("not a tick"));
    }

    #[tokio::test]
    async fn an_event_without_a_time_of_a_schedule_is_told_with_the_cure() {
        let host = host(&world(&[]).await, Scope::EachTenant);
        for event in [
            json!({}),
            json!({"time": "2026-03-01T07:00:00Z", "source": "aws.s3"}),
            json!({"scheduledAt": "tomorrow"}),
            json!({"scheduledAt": null}),
            json!(7),
        ] {
            let error = answer(&host, &event).await.unwrap_err();
            assert!(error.contains("<aws.scheduler.scheduled-time>"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_occurrence_that_could_not_be_sent_whole_is_an_error_and_may_come_again() {
        let world = world(&["acme", "beta"]).await;
        world.fail_commit(CommitError::Conflict);
        let event = json!({"scheduledAt": "2026-03-01T07:00:00Z"});
        let host = host(&world, Scope::EachTenant);
        assert!(answer(&host, &event).await.unwrap_err().contains("may be sent again"));
        answer(&host, &event).await.unwrap();
        assert_eq!(ticks(&world).await.len(), 2);
    }
}
