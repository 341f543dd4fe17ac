use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::act::Actor;
use super::{
    Act, CONCURRENCY, MAX_RECEIVES, Notice, PREFIX, Parcel, Plan, Report, Stage, TIMEOUT_SECONDS,
    Task, Thing, Trace,
};
use crate::{
    App, Consume, Context, Document, Grant, Handler, HandlerError, HandlerResult, Limits, Message,
    Method, OrReject as _, Payload, Request, Response, Route, Schedule, Tick,
};

/// So far away that it never falls due by itself.
const NEVER: &str = "at(2199-01-01T00:00:00)";

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(TIMEOUT_SECONDS),
    concurrency: CONCURRENCY,
    ..Limits::DEFAULT
};

const GRANTS: &[Grant] = &[
    Grant::ReadWrite(Thing::COLLECTION),
    Grant::Publish(Report::TOPIC),
    Grant::Publish(Parcel::TOPIC),
    Grant::Publish(Notice::TOPIC),
    Grant::ReadObjects(PREFIX),
    Grant::WriteObjects(PREFIX),
    Grant::Seal,
    Grant::Open,
];

/// The handlers, all of which write to one trace.
#[must_use]
pub fn app(trace: &Trace) -> App {
    App::new("probe")
        .handler(Echo(trace.clone()))
        .handler(Doer(trace.clone()))
        .handler(Teller)
        .handler(Worker(trace.clone()))
        .handler(Collector(trace.clone()))
        .handler(Archivist(trace.clone()))
        .handler(Porter(trace.clone()))
        .handler(Clerk(trace.clone()))
        .handler(Almanac(trace.clone()))
        .handler(Clock(trace.clone()))
}

/// Bytes of a body that are answered; an answer has its limit, too.
const ECHOED: usize = 1000;

/// Answers a request with all that it sees of it.
#[derive(Debug)]
pub struct Echo(Trace);

impl Handler for Echo {
    type Event = Request;
    const NAME: &'static str = "echo";
    const TRIGGER: Route = Route::public_post("/echo/{tenant}/{word}");
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
        let headers: BTreeMap<&str, Vec<String>> = request
            .headers
            .keys()
            .map(|name| {
                let values = request.headers.get_all(name).iter();
                let text = |value: &http::HeaderValue| {
                    String::from_utf8_lossy(value.as_bytes()).into_owned()
                };
                (name.as_str(), values.map(text).collect())
            })
            .collect();
        let seen = json!({
            "method": request.method.as_str(),
            "path": request.path,
            "params": request.params,
            "query": request.query,
            "headers": headers,
            "body": hex::encode(&request.body[..request.body.len().min(ECHOED)]),
            "length": request.body.len(),
            "source_ip": request.source_ip,
            "tenant": ctx.tenant(),
            "attempt": ctx.attempt(),
        });
        self.0.add(ctx, (Self::NAME, request.param("word")), Stage::Begin, seen.clone())?;
        Ok(Response::json(http::StatusCode::OK, &seen))
    }
}

/// Does what a request's body says: a list of [`Act`]s.
#[derive(Debug)]
pub struct Doer(Trace);

impl Handler for Doer {
    type Event = Request;
    const NAME: &'static str = "doer";
    const TRIGGER: Route = Route::public_post("/do/{tenant}/{name}");
    const GRANTS: &'static [Grant] = GRANTS;
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
        let acts: Vec<Act> =
            serde_json::from_slice(&request.body).or_reject("the body is no list of acts")?;
        let name = request.param("name");
        let actor = Actor { ctx, trace: &self.0, handler: Self::NAME, name };
        actor.perform(Value::Null, &acts).await
    }
}

/// Answers who is calling.
#[derive(Debug)]
pub struct Teller;

impl Handler for Teller {
    type Event = Request;
    const NAME: &'static str = "teller";
    const TRIGGER: Route = Route::bearer(Method::Get, "/me");
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, _: Request) -> HandlerResult<Response> {
        Ok(Response::json(http::StatusCode::OK, &ctx.principal()))
    }
}

/// Does what a message says.
#[derive(Debug)]
pub struct Worker(Trace);

impl Handler for Worker {
    type Event = Message<Task>;
    const NAME: &'static str = "worker";
    const TRIGGER: Consume = Consume { max_receives: MAX_RECEIVES, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] = GRANTS;
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, Message(task): Message<Task>) -> HandlerResult {
        let actor = Actor { ctx, trace: &self.0, handler: Self::NAME, name: &task.name };
        let verbatim = task.verbatim.as_ref().map(|raw| raw.get());
        actor.perform(json!(verbatim), &task.acts).await.map(drop)
    }
}

/// Collects reports.
#[derive(Debug)]
pub struct Collector(Trace);

impl Handler for Collector {
    type Event = Message<Report>;
    const NAME: &'static str = "collector";
    const TRIGGER: Consume = Consume::DEFAULT;
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, Message(report): Message<Report>) -> HandlerResult {
        let size = report.say.len();
        let name: String = report.say.chars().take(40).collect();
        self.0.add(ctx, (Self::NAME, &name), Stage::Begin, json!(size))
    }
}

/// Collects reports, too, but no gossip.
#[derive(Debug)]
pub struct Archivist(Trace);

impl Handler for Archivist {
    type Event = Message<Report>;
    const NAME: &'static str = "archivist";
    const TRIGGER: Consume = Consume {
        filters: &[r#"{"body": {"say": [{"anything-but": ["gossip"]}]}}"#],
        ..Consume::DEFAULT
    };
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, Message(report): Message<Report>) -> HandlerResult {
        let name: String = report.say.chars().take(40).collect();
        self.0.add(ctx, (Self::NAME, &name), Stage::Begin, Value::Null)
    }
}

/// Puts down the parcels that it takes; one that says `fail` it takes at the second try.
#[derive(Debug)]
pub struct Porter(Trace);

impl Handler for Porter {
    type Event = Message<Parcel>;
    const NAME: &'static str = "porter";
    const TRIGGER: Consume = Consume::DEFAULT;
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, Message(parcel): Message<Parcel>) -> HandlerResult {
        self.0.add(ctx, (Self::NAME, &parcel.say), Stage::Begin, Value::Null)?;
        if parcel.say == "fail" && ctx.attempt() == 1 {
            return Err(HandlerError::retry("told to fail for now"));
        }
        Ok(())
    }
}

/// Puts down notices.
#[derive(Debug)]
pub struct Clerk(Trace);

impl Handler for Clerk {
    type Event = Message<Notice>;
    const NAME: &'static str = "clerk";
    const TRIGGER: Consume = Consume::DEFAULT;
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, Message(notice): Message<Notice>) -> HandlerResult {
        self.0.add(ctx, (Self::NAME, &notice.say), Stage::Begin, Value::Null)
    }
}

/// Does at a tick what its tenant's [`Plan`] says.
#[derive(Debug)]
pub struct Almanac(Trace);

impl Handler for Almanac {
    type Event = Tick;
    const NAME: &'static str = "almanac";
    const TRIGGER: Schedule =
        Schedule { max_receives: MAX_RECEIVES, ..Schedule::each_tenant(NEVER) };
    const GRANTS: &'static [Grant] = &[
        Grant::Read(Plan::COLLECTION),
        Grant::ReadWrite(Thing::COLLECTION),
        Grant::Publish(Report::TOPIC),
    ];
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, tick: Tick) -> HandlerResult {
        let plan: Plan = ctx.get(Plan::KEY).await?.unwrap_or_default();
        let actor = Actor { ctx, trace: &self.0, handler: Self::NAME, name: ctx.tenant().as_str() };
        actor.perform(json!(tick), &plan.acts).await.map(drop)
    }
}

/// Puts down its ticks, one for all tenants.
#[derive(Debug)]
pub struct Clock(Trace);

impl Handler for Clock {
    type Event = Tick;
    const NAME: &'static str = "clock";
    const TRIGGER: Schedule = Schedule::once(NEVER);
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, tick: Tick) -> HandlerResult {
        self.0.add(ctx, (Self::NAME, Self::NAME), Stage::Begin, json!(tick))
    }
}
