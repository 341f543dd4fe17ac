//! The one entrance: every host calls [`dispatch`].
//!
//! Deadline, panic, grants, tenant, the commit with the acknowledgement and
//! the one log line are here, so behaviour cannot drift between hosts.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::app::{App, Registered};
use crate::context::{Context, Facts, Seen};
use crate::crash::CrashPoint;
use crate::error::{HandlerError, Kind};
use crate::handler::{RawEvent, Tick};
use crate::http::{Request, Response};
use crate::manifest::Trigger;
use crate::mutants::Mutant;
use crate::ports::{AuthError, CommitError, Committed, PortError, Ports, Principal, Received};
use crate::tenant::TenantId;
use crate::trace::Trace;
use crate::trigger::Access;
use crate::unit::{Ack, Unit};

/// How often a handler runs again because a document changed under it, before the event is put off.
const MAX_CONFLICTS: u32 = 20;

/// What a host hands to a handler.
#[derive(Debug)]
pub enum Delivery {
    /// An HTTP request whose route and `{name}` segments the host has matched.
    Request {
        /// The request's id.
        id: String,
        /// The request.
        request: Box<Request>,
    },
    /// Messages of one order group, in order: a run. Ticks that wait in a queue come so too.
    Messages(Vec<Received>),
    /// A tick that no queue holds.
    Tick {
        /// The same at every delivery of this tick.
        id: String,
        /// For whom.
        tenant: TenantId,
        /// The tick.
        tick: Tick,
    },
}

/// What became of a delivery.
#[derive(Debug)]
pub enum Outcome {
    /// The answer to a request.
    Response(Response),
    /// What became of each message, in the order delivered.
    Messages(Vec<Disposition>),
    /// What became of a tick that no queue holds.
    Tick(Disposition),
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Its effects are committed and it is deleted.
    Done,
    /// Its handler does not [want](crate::Consume::filters) it: it is deleted, and no handler has seen it.
    Filtered,
    /// It is in the dead-letter queue, for this reason.
    DeadLettered(String),
    /// It failed and is to be delivered again; the host decides when, or gives up.
    Retry(String),
    /// An earlier message of its group failed, so no handler has seen it.
    Untouched,
    /// The lease ran out: somebody else has it.
    Lost,
}

/// The word for what no handler wants, which is counted and not told.
const FILTERED: &str = "filtered";

impl Disposition {
    /// The word for logs and metrics.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Filtered => FILTERED,
            Self::DeadLettered(_) => "dead-lettered",
            Self::Retry(_) => "retry",
            Self::Untouched => "untouched",
            Self::Lost => "lost",
        }
    }
}

/// Runs the handler `name` on a delivery and commits what it did.
///
/// Never fails and never panics: whatever goes wrong is an [`Outcome`].
pub async fn dispatch(app: &App, name: &str, ports: &Ports, delivery: Delivery) -> Outcome {
    let Some(handler) = app.find(name) else {
        return no_such_handler(name, &delivery);
    };
    let host = Host { app, handler, ports };
    match delivery {
        Delivery::Request { id, request } => Outcome::Response(host.request(id, *request).await),
        Delivery::Messages(messages) => Outcome::Messages(host.messages(&messages).await),
        Delivery::Tick { id, tenant, tick } => Outcome::Tick(host.tick(id, tenant, &tick).await),
    }
}

fn no_such_handler(name: &str, delivery: &Delivery) -> Outcome {
    let reason = format!("there is no handler `{name}`");
    match delivery {
        Delivery::Request { .. } => {
            Outcome::Response(Response::message(StatusCode::NOT_FOUND, "Not Found"))
        }
        Delivery::Messages(all) => Outcome::Messages(vec![Disposition::Retry(reason); all.len()]),
        Delivery::Tick { .. } => Outcome::Tick(Disposition::Retry(reason)),
    }
}

struct Host<'a> {
    app: &'a App,
    handler: &'a Registered,
    ports: &'a Ports,
}

/// What a handler did with one event.
struct Ran {
    result: Result<(Option<Response>, Unit), HandlerError>,
    seen: Seen,
}

/// What a handler did with a run of messages, up to the first that must be tried again.
#[derive(Default)]
struct Run {
    units: Vec<Unit>,
    dispositions: Vec<Disposition>,
    events: Vec<(Facts, Duration, Option<HandlerError>)>,
}

impl Host<'_> {
    async fn request(&self, id: String, request: Request) -> Response {
        let began = Instant::now();
        let (tenant, principal) = match self.caller(&request).await {
            Ok(caller) => caller,
            Err(response) => return response,
        };
        let mut facts = self.facts(id, tenant, 1, Trace::of_request(&request), None);
        facts.principal = principal;
        facts.acknowledged = false;
        let mut result = Err(HandlerError::retry("a document kept changing"));
        for _ in 0..=MAX_CONFLICTS {
            let event = RawEvent::Request(Box::new(request.clone()));
            let ran = self.run(&facts, event, Seen::default()).await;
            let (response, unit) = match ran.result {
                Ok(done) => done,
                Err(error) => {
                    result = Err(error);
                    break;
                }
            };
            match self.commit(vec![unit]).await {
                Ok(committed) => {
                    result = Ok((response, committed));
                    break;
                }
                Err(CommitError::Conflict) => {}
                Err(error) => {
                    result = Err(uncommitted(error));
                    break;
                }
            }
        }
        match result {
            Ok((response, committed)) => {
                let outcome =
                    if committed.contains(&Committed::Duplicate) { "duplicate" } else { "done" };
                observe(&facts, outcome, began.elapsed(), None);
                response.unwrap_or_else(|| Response::new(StatusCode::NO_CONTENT))
            }
            Err(error) => {
                observe(&facts, error.kind().as_str(), began.elapsed(), Some(&error));
                failure(&error)
            }
        }
    }

    /// Whose data a request is for. The same answer to every caller who may not.
    async fn caller(&self, request: &Request) -> Result<(TenantId, Option<Principal>), Response> {
        let unauthorized = || Response::message(StatusCode::UNAUTHORIZED, "Unauthorized");
        let Trigger::Route { access, .. } = &self.handler.manifest.trigger else {
            return Err(Response::message(StatusCode::NOT_FOUND, "Not Found"));
        };
        match access {
            Access::Public => match request.param("tenant").parse::<TenantId>() {
                Ok(tenant) if !tenant.is_system() => Ok((tenant, None)),
                _ => Err(unauthorized()),
            },
            Access::Bearer => {
                let token = request.headers.get(header::AUTHORIZATION);
                let token = token.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
                let principal = self.ports.auth.verify(token.unwrap_or_default()).await;
                match principal {
                    Ok(principal) => Ok((principal.tenant.clone(), Some(principal))),
                    Err(AuthError::Unavailable(_)) => Err(failure(&HandlerError::retry(""))),
                    Err(AuthError::Invalid(_)) => Err(unauthorized()),
                }
            }
        }
    }

    async fn messages(&self, messages: &[Received]) -> Vec<Disposition> {
        for _ in 0..=MAX_CONFLICTS {
            let mut run = self.run_all(messages).await;
            let failed = match self.commit(std::mem::take(&mut run.units)).await {
                Ok(_) => None,
                Err(CommitError::Conflict) => continue,
                Err(CommitError::LeaseLost) => Some(Disposition::Lost),
                Err(error) => Some(Disposition::Retry(uncommitted(error).private_message())),
            };
            for (disposition, (facts, took, error)) in run.dispositions.iter_mut().zip(&run.events)
            {
                if let Some(failed) = &failed {
                    disposition.clone_from(failed);
                }
                observe(facts, disposition.as_str(), *took, error.as_ref());
            }
            run.dispositions.resize(messages.len(), failed.unwrap_or(Disposition::Untouched));
            return run.dispositions;
        }
        vec![Disposition::Retry("a document kept changing".to_owned()); messages.len()]
    }

    /// Runs the messages one after the other, up to the first that must be tried again.
    async fn run_all(&self, messages: &[Received]) -> Run {
        let mut run = Run::default();
        let mut seen = Seen::default();
        for message in messages {
            let began = Instant::now();
            let Received { id, tenant, receive_count, trace, sent_at, .. } = message;
            let facts =
                self.facts(id.clone(), tenant.clone(), *receive_count, *trace, Some(*sent_at));
            if !self.handler.filter.wants(&message.body) {
                let unit = Unit::new(message.tenant.clone(), self.handler.name);
                run.units.push(Unit { ack: Some(Ack::Done(message.receipt.clone())), ..unit });
                run.dispositions.push(Disposition::Filtered);
                run.events.push((facts, began.elapsed(), None));
                continue;
            }
            let ran = self.run(&facts, RawEvent::Json(message.body.clone()), seen).await;
            seen = if Mutant::ForgetTheRun.on() { Seen::default() } else { ran.seen };
            let receipt = message.receipt.clone();
            let mut unit = Unit::new(message.tenant.clone(), self.handler.name);
            let (disposition, error) = match ran.result {
                Ok((_, done)) => {
                    unit = done;
                    unit.ack = Some(Ack::Done(receipt));
                    (Disposition::Done, None)
                }
                Err(error) if Mutant::AcknowledgeAFailure.on() => {
                    unit.ack = Some(Ack::Done(receipt));
                    (Disposition::Done, Some(error))
                }
                Err(error) if error.kind() == Kind::Retry => {
                    (Disposition::Retry(error.private_message()), Some(error))
                }
                Err(error) => {
                    let reason = format!("{}: {error}", error.kind().as_str());
                    unit.ack = Some(Ack::DeadLetter(receipt, reason.clone()));
                    (Disposition::DeadLettered(reason), Some(error))
                }
            };
            let stop = matches!(disposition, Disposition::Retry(_));
            run.dispositions.push(disposition);
            run.events.push((facts, began.elapsed(), error));
            if stop {
                if Mutant::RunPastAFailure.on() {
                    continue;
                }
                break;
            }
            run.units.push(unit);
        }
        run
    }

    async fn tick(&self, id: String, tenant: TenantId, tick: &Tick) -> Disposition {
        let facts = self.facts(id, tenant, 1, None, Some(tick.scheduled_at));
        let json = match serde_json::to_string(tick) {
            Ok(json) => json,
            Err(error) => return Disposition::Retry(error.to_string()),
        };
        for _ in 0..=MAX_CONFLICTS {
            let began = Instant::now();
            let ran = self.run(&facts, RawEvent::Json(json.clone()), Seen::default()).await;
            let error = match ran.result {
                Ok((_, unit)) => match self.commit(vec![unit]).await {
                    Ok(_) => {
                        observe(&facts, "done", began.elapsed(), None);
                        return Disposition::Done;
                    }
                    Err(CommitError::Conflict) => continue,
                    Err(error) => uncommitted(error),
                },
                Err(error) => error,
            };
            observe(&facts, error.kind().as_str(), began.elapsed(), Some(&error));
            return match error.kind() {
                Kind::Retry => Disposition::Retry(error.private_message()),
                kind => Disposition::DeadLettered(format!("{}: {error}", kind.as_str())),
            };
        }
        Disposition::Retry("a document kept changing".to_owned())
    }

    /// What is known of an event; of one that is delivered again, `sent_at` is what all deliveries agree on.
    fn facts(
        &self,
        id: String,
        mut tenant: TenantId,
        mut attempt: u32,
        trace: Option<Trace>,
        sent_at: Option<Timestamp>,
    ) -> Facts {
        if Mutant::ForgetTheTenant.on() {
            tenant = TenantId::system();
        }
        if Mutant::CountFromZero.on() {
            attempt -= 1;
        }
        let now = self.ports.clock.now();
        Facts {
            handler: self.handler.name,
            grants: self.handler.grants,
            trace: trace.unwrap_or_else(|| Trace::root(&id, sent_at.unwrap_or(now))),
            id,
            tenant,
            attempt,
            now,
            deadline: Instant::now() + self.handler.timeout,
            principal: None,
            acknowledged: true,
        }
    }

    /// Runs the handler once, within its deadline; a panic is an error like any other.
    async fn run(&self, facts: &Facts, event: RawEvent, base: Seen) -> Ran {
        CrashPoint::BeforeEffect.reached();
        let ctx = Context::new(facts.clone(), self.app, self.ports, base);
        let work = AssertUnwindSafe(self.handler.run.run(&ctx, event)).catch_unwind();
        let mut deadline = facts.deadline;
        if Mutant::NoDeadline.on() {
            deadline += Duration::from_secs(3600);
        }
        let result = match tokio::time::timeout_at(deadline, work).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) if Mutant::PanicIsAReject.on() => Err(HandlerError::reject("it panicked")),
            Ok(Err(panic)) => {
                Err(HandlerError::retry(format!("panicked: {}", panic_text(&*panic))))
            }
            // Lambda's own words, so that an alarm on them works for both hosts.
            Err(_) => Err(HandlerError::retry(format!(
                "Task timed out after {:.2} seconds",
                self.handler.timeout.as_secs_f64()
            ))),
        };
        match result {
            Ok(response) => {
                let (unit, seen) = ctx.finish();
                Ran { result: Ok((response, unit)), seen }
            }
            Err(error) => Ran { result: Err(error), seen: ctx.abandon() },
        }
    }

    async fn commit(&self, mut units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        if units.iter().all(Unit::is_empty) {
            return Ok(vec![Committed::Applied; units.len()]);
        }
        if Mutant::ForgetTheOnceKey.on() {
            units.iter_mut().for_each(|unit| unit.once = None);
        }
        CrashPoint::BeforeCommit.reached();
        if Mutant::AcknowledgeFirst.on() {
            let only = |unit: &mut Unit| Unit {
                ack: unit.ack.take(),
                ..Unit::new(unit.tenant.clone(), unit.handler)
            };
            self.ports.commit.commit(units.iter_mut().map(only).collect()).await?;
        }
        let committed = self.ports.commit.commit(units).await;
        if committed.is_ok() {
            CrashPoint::AfterCommit.reached();
        }
        if matches!(committed, Err(CommitError::Conflict)) {
            metrics::counter!("twinhost_handler_conflicts_total", "handler" => self.handler.name)
                .increment(1);
        }
        committed
    }
}

/// The one log line and the figures of one event.
fn observe(facts: &Facts, outcome: &'static str, took: Duration, error: Option<&HandlerError>) {
    let name = facts.handler;
    let duration_ms = took.as_micros() as f64 / 1000.0;
    metrics::counter!("twinhost_handler_events_total", "handler" => name, "outcome" => outcome)
        .increment(1);
    if outcome == FILTERED {
        return;
    }
    metrics::histogram!("twinhost_handler_duration_seconds", "handler" => name)
        .record(took.as_secs_f64());
    if facts.attempt > 1 {
        metrics::counter!("twinhost_handler_retries_total", "handler" => name).increment(1);
    }
    let Facts { id, tenant, attempt, trace, .. } = facts;
    match error {
        None => tracing::info!(
            handler = name, %tenant, event.id = %id, trace = %trace, attempt, outcome, duration_ms,
            "`{name}` ran"
        ),
        Some(error) => tracing::warn!(
            handler = name, %tenant, event.id = %id, trace = %trace, attempt, outcome, duration_ms, reason = %error,
            "`{name}` failed"
        ),
    }
}

/// A unit that was not committed: a retry, unless the store will never take it.
fn uncommitted(error: CommitError) -> HandlerError {
    match &error {
        CommitError::Port(PortError::Invalid { .. }) => HandlerError::fault(error.to_string()),
        _ => error.into(),
    }
}

/// What a caller sees of a failure.
fn failure(error: &HandlerError) -> Response {
    let mut response = Response::message(error.status(), error.public_message());
    if Mutant::TellThePrivateReason.on() {
        response = Response::message(error.status(), &error.private_message());
    }
    if error.kind() == Kind::Retry {
        let soon = HeaderValue::from_static("1");
        response.headers.insert(header::RETRY_AFTER, soon);
    }
    response
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Time after which a message that failed `receive_count` times comes again:
/// 1 s, 2 s, 4 s … up to 5 minutes.
#[must_use]
pub fn backoff(receive_count: u32) -> Duration {
    let doublings = receive_count.saturating_sub(1).min(9);
    Duration::from_secs(1 << doublings).min(Duration::from_secs(300))
}
