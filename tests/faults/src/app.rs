//! The application of the fault tests: what it does can be counted, ordered and made to fail.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::{
    App, Consume, Context, Document, Grant, Handler, HandlerError, HandlerResult, Limits, Message,
    OrReject as _, Payload, Request, Response, Route, Schedule, Tick,
};

/// Deliveries of one task before it is a dead letter.
pub const MAX_RECEIVES: u32 = 4;

/// How long a webhook's id is remembered.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

/// The schedules, all `rate(1 minute)`; each counts from when it was first seen.
pub const SCHEDULES: [&str; 3] = ["tick-a", "tick-b", "tick-c"];

/// What is wanted of a caller, in the header `x-key`.
#[must_use]
pub fn key_of(tenant: &str) -> String {
    format!("the key of {tenant}")
}

/// What a task does beside its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Nothing.
    Effect,
    /// Takes so many milliseconds.
    Slow(u64),
    /// Fails, each time.
    Fail,
    /// Panics, each time.
    Panic,
    /// Never ends.
    Hang,
    /// Takes so many megabytes of memory.
    Allocate(usize),
}

impl Work {
    /// Whether such a task ends as a dead letter.
    #[must_use]
    pub const fn is_poison(self) -> bool {
        !matches!(self, Self::Effect | Self::Slow(_))
    }
}

/// One thing to do, in the order of its group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The sender's id, unique.
    pub id: String,
    /// Its order group.
    pub group: String,
    /// Its place in the group, from 1.
    pub seq: u64,
    /// What it does.
    pub work: Work,
}

impl Payload for Task {
    const TOPIC: &'static str = "tasks";
    fn group(&self) -> String {
        self.group.clone()
    }
}

/// The effect of a task: there once, or something is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The task.
    pub id: String,
    /// Its group.
    pub group: String,
    /// Its place in the order sent.
    pub seq: u64,
    /// Its place in the order done, from 1.
    pub place: u64,
    /// How often the task had its effect.
    pub times: u64,
}

impl Document for Effect {
    const COLLECTION: &'static str = "effects";
    fn key(&self) -> String {
        self.id.clone()
    }
}

/// How many effects a group had.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Group {
    group: String,
    done: u64,
}

impl Document for Group {
    const COLLECTION: &'static str = "groups";
    fn key(&self) -> String {
        self.group.clone()
    }
}

/// The effect of a tick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticked {
    /// The schedule.
    pub schedule: String,
    /// When it was due.
    pub scheduled_at: Timestamp,
    /// How often it had its effect.
    pub times: u64,
}

impl Document for Ticked {
    const COLLECTION: &'static str = "ticked";
    fn key(&self) -> String {
        format!("{}@{}", self.schedule, self.scheduled_at)
    }
}

/// One time that a handler began on a task: written at once, whatever becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Whose task.
    pub tenant: String,
    /// The task.
    pub id: String,
    /// Which delivery of it, from 1.
    pub attempt: u32,
}

/// Takes a task from who has the tenant's key, once for each id.
struct Intake;

impl Handler for Intake {
    type Event = Request;
    const NAME: &'static str = "intake";
    const TRIGGER: Route = Route::public_post("/tasks/{tenant}");
    const GRANTS: &'static [Grant] = &[Grant::Publish(Task::TOPIC)];

    async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
        let key = request.headers.get("x-key").and_then(|key| key.to_str().ok());
        if key != Some(key_of(ctx.tenant().as_str()).as_str()) {
            let refusal = HandlerError::reject("this is not the tenant's key");
            return Err(refusal.with_status(StatusCode::UNAUTHORIZED));
        }
        let task: Task = serde_json::from_slice(&request.body).or_reject("this is not a task")?;
        ctx.once(&task.id, REMEMBERED)?;
        ctx.publish(&task)?;
        Ok(Response::new(StatusCode::ACCEPTED))
    }
}

/// Does tasks, in at most so many seconds each.
struct Worker<const SECONDS: u64> {
    attempts: Arc<File>,
}

impl<const SECONDS: u64> Handler for Worker<SECONDS> {
    type Event = Message<Task>;
    const NAME: &'static str = "worker";
    const TRIGGER: Consume = Consume { max_receives: MAX_RECEIVES, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] =
        &[Grant::ReadWrite(Effect::COLLECTION), Grant::ReadWrite(Group::COLLECTION)];
    const LIMITS: Limits = Limits { timeout: Duration::from_secs(SECONDS), ..Limits::DEFAULT };

    async fn handle(&self, ctx: &Context, Message(task): Message<Task>) -> HandlerResult {
        let (tenant, id) = (ctx.tenant().to_string(), task.id.clone());
        let mut line = serde_json::to_vec(&Attempt { tenant, id, attempt: ctx.attempt() })?;
        line.push(b'\n');
        // One write of one line to a file that is only appended to: lines of processes side by side stay whole.
        (&*self.attempts).write_all(&line)?;
        work(task.work).await?;
        let mut effect: Effect = ctx.get(&task.id).await?.unwrap_or_default();
        let mut group: Group = ctx.get(&task.group).await?.unwrap_or_default();
        group.group.clone_from(&task.group);
        group.done += 1;
        effect.times += 1;
        let times = effect.times;
        let Task { id, group: name, seq, .. } = task;
        ctx.put(&Effect { id, group: name, seq, place: group.done, times })?;
        ctx.put(&group)
    }
}

async fn work(work: Work) -> HandlerResult {
    match work {
        Work::Effect => {}
        Work::Slow(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
        Work::Fail => return Err(HandlerError::retry("told to fail")),
        #[expect(clippy::panic, reason = "it was told to")]
        Work::Panic => panic!("told to panic"),
        Work::Hang => std::future::pending().await,
        Work::Allocate(megabytes) => {
            let taken = std::hint::black_box(vec![1_u8; megabytes << 20]);
            return Err(HandlerError::retry(format!("took {} bytes", taken.len())));
        }
    }
    Ok(())
}

/// What a second version of the application does with tasks, too: its queue and its documents are new.
struct Auditor;

/// That the second version saw a task.
#[derive(Serialize, Deserialize)]
struct Audit {
    id: String,
}

impl Document for Audit {
    const COLLECTION: &'static str = "audits";
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Handler for Auditor {
    type Event = Message<Task>;
    const NAME: &'static str = "auditor";
    const TRIGGER: Consume = Consume { max_receives: MAX_RECEIVES, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] = &[Grant::Write(Audit::COLLECTION)];

    async fn handle(&self, ctx: &Context, Message(task): Message<Task>) -> HandlerResult {
        ctx.put(&Audit { id: task.id })
    }
}

/// Counts the ticks of the schedule at that place of [`SCHEDULES`].
struct Clockwork<const PLACE: usize>;

impl<const PLACE: usize> Handler for Clockwork<PLACE> {
    type Event = Tick;
    const NAME: &'static str = SCHEDULES[PLACE];
    const TRIGGER: Schedule = Schedule::once("rate(1 minute)");
    const GRANTS: &'static [Grant] = &[Grant::ReadWrite(Ticked::COLLECTION)];

    async fn handle(&self, ctx: &Context, tick: Tick) -> HandlerResult {
        let (schedule, scheduled_at) = (Self::NAME.to_owned(), tick.scheduled_at);
        let mut ticked = Ticked { schedule, scheduled_at, times: 0 };
        if let Some(before) = ctx.get::<Ticked>(&ticked.key()).await? {
            ticked = before;
        }
        ticked.times += 1;
        ctx.put(&ticked)
    }
}

/// Which of its forms the application has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    /// A worker has half a minute instead of two seconds, and its leases are as much longer.
    pub patient: bool,
    /// There is a second consumer of tasks.
    pub second_version: bool,
}

/// The application; the worker's attempts are appended to a file.
///
/// # Errors
///
/// When the file cannot be opened.
pub fn app(form: Form, attempts: &Path) -> std::io::Result<App> {
    let attempts = Arc::new(File::options().create(true).append(true).open(attempts)?);
    let app = App::new("faults").handler(Intake);
    let app = app.handler(Clockwork::<0>).handler(Clockwork::<1>).handler(Clockwork::<2>);
    let app = if form.patient {
        app.handler(Worker::<30> { attempts })
    } else {
        app.handler(Worker::<2> { attempts })
    };
    Ok(if form.second_version { app.handler(Auditor) } else { app })
}
