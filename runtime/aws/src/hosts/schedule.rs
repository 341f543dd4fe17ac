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
use twinhost::ports::{CommitError, PortError, Ports};
use twinhost::schedule::messages;
use twinhost::unit::{Once, Outgoing, Unit};
use twinhost::{Scope, TenantId, Tick};

use super::batch::Report;
use super::event::{self, InvocationError};
use super::function::Answer;
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

/// How many ticks were sent; for whoever invokes the function by hand.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Fired {
    ticks: usize,
}

/// Fires a schedule and handles its ticks.
#[derive(Debug)]
pub(super) struct ScheduleHost<R> {
    handler: &'static str,
    scope: Scope,
    ports: Ports,
    queue: QueueHost<R>,
}

impl<R: Redelivery> ScheduleHost<R> {
    pub(super) const fn new(
        handler: &'static str,
        scope: Scope,
        ports: Ports,
        queue: QueueHost<R>,
    ) -> Self {
        Self { handler, scope, ports, queue }
    }

    /// Fires, or handles a batch of ticks.
    pub(super) async fn answer(
        &self,
        event: &RawValue,
        cut: Instant,
    ) -> Result<Answer, InvocationError> {
        let kind: Kind<'_> = event::read(event, EXPECTED)?;
        if kind.records.is_some() {
            let report: Report = self.queue.answer(event, cut).await?;
            return Ok(Answer::Report(report));
        }
        let scheduled_at = occurrence(event)?;
        let fired = timeout_at(cut, self.fire(scheduled_at)).await;
        let fired = fired.unwrap_or_else(|_| {
            Err(PortError::unavailable("the schedule", "the function's time is over"))
        });
        Ok(Answer::Fired(fired.map_err(InvocationError::Unsent)?))
    }

    async fn fire(&self, scheduled_at: Timestamp) -> Result<Fired, PortError> {
        let tick = Tick { scheduled_at, missed: 0 };
        let ticks = messages(&*self.ports.documents, self.handler, self.scope, &tick).await?;
        let count = ticks.len();
        let sends = futures::stream::iter(ticks.into_iter().map(Ok));
        sends
            .try_for_each_concurrent(SIDE_BY_SIDE, |(tenant, tick)| self.send(tenant, tick))
            .await?;
        tracing::info!(schedule = self.handler, %scheduled_at, ticks = count, "Fired a schedule");
        Ok(Fired { ticks: count })
    }

    /// Sends one tick, once however often it is asked to.
    async fn send(&self, tenant: TenantId, tick: Outgoing) -> Result<(), PortError> {
        let mut unit = Unit::new(tenant, self.handler);
        unit.once = Some(Once { key: format!("tick {}", tick.id), keep: KEEP });
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
