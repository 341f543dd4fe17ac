//! EventBridge: fires the functions whose trigger is a schedule.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use twinhost::manifest::{Manifest, Trigger};
use twinhost::schedule::Timetable;
use uuid::Uuid;

use crate::function::{ACCOUNT, Function};
use crate::invocation::FunctionError;

/// Pauses before an event is sent to its function again (Lambda's, for asynchronous invocations: C4).
const AGAIN: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// The longest sleep, so that a jump of the clock is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// A schedule and its function.
#[derive(Clone, Debug)]
pub struct Schedule {
    timetable: Timetable,
    region: String,
    function: Arc<Function>,
    wake: Arc<Notify>,
}

impl Schedule {
    /// The schedule of a handler, if it has one. `wake` is notified when the function has run: it has sent ticks.
    ///
    /// # Errors
    ///
    /// When its expression or its zone cannot be read.
    pub fn of(
        manifest: &Manifest,
        function: &Arc<Function>,
        region: &str,
        wake: &Arc<Notify>,
    ) -> anyhow::Result<Option<Self>> {
        let name = function.name();
        let handler = manifest.handler(name).with_context(|| format!("there is no `{name}`"))?;
        let Trigger::Schedule(schedule) = &handler.trigger else { return Ok(None) };
        let timetable = Timetable::of(name, schedule)
            .map_err(|problems| anyhow::anyhow!("`{name}`: {}", problems.join("; ")))?;
        Ok(Some(Self {
            timetable,
            region: region.to_owned(),
            function: Arc::clone(function),
            wake: Arc::clone(wake),
        }))
    }

    /// Fires what falls due from now on, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let start = Timestamp::now();
        let mut last = start;
        let mut fired = JoinSet::new();
        while let Some(due) = self.timetable.next_after(last, start) {
            let fires = self.timetable.fires_at(due, start);
            let left = fires.duration_since(Timestamp::now());
            if left <= SignedDuration::ZERO {
                last = due;
                let schedule = self.clone();
                fired.spawn(async move {
                    if let Err(error) = schedule.fire(due).await {
                        let function = schedule.function.name();
                        tracing::error!(function, %due, %error, "a schedule's event is given up");
                    }
                });
                continue;
            }
            let sleep = Duration::try_from(left).unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP);
            if stop.run_until_cancelled(tokio::time::sleep(sleep)).await.is_none() {
                return;
            }
        }
        stop.cancelled().await;
    }

    /// Sends the event of the occurrence that was due then, again and again while it fails (S10, C4).
    ///
    /// # Errors
    ///
    /// The last failure.
    pub async fn fire(&self, scheduled_at: Timestamp) -> Result<(), FunctionError> {
        let event = Bytes::from(self.event(scheduled_at).to_string());
        let mut pauses = AGAIN.iter();
        loop {
            let result = self.function.invoke(event.clone()).await;
            self.wake.notify_waiters();
            match (result, pauses.next()) {
                (Ok(_), _) => return Ok(()),
                (Err(error), None) => return Err(error),
                (Err(error), Some(pause)) => {
                    let function = self.function.name();
                    tracing::warn!(function, %error, "a schedule's event failed and is sent again");
                    tokio::time::sleep(*pause).await;
                }
            }
        }
    }

    /// The event of a rule (S14).
    fn event(&self, scheduled_at: Timestamp) -> serde_json::Value {
        let (region, name) = (&self.region, self.function.name());
        json!({
            "version": "0",
            "id": Uuid::new_v4(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": scheduled_at,
            "region": region,
            "resources": [format!("arn:aws:events:{region}:{ACCOUNT}:rule/{name}")],
            "detail": {},
        })
    }
}
