//! What sets a handler off, and how much it may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An HTTP method that a route can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// Who may call a route, and whose data it sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Anyone; the tenant is the path's `{tenant}` segment. The handler itself
    /// must prove the caller (a webhook's signature) before it trusts a byte.
    Public,
    /// A bearer token that the host verifies; the tenant is the token's.
    Bearer,
}

/// Sets a handler of [`Request`](crate::Request)s off: a method and a path.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path: `/literal/{name}` segments.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

impl Route {
    /// A `POST` that anyone may call; the handler proves the caller.
    #[must_use]
    pub const fn public_post(path: &'static str) -> Self {
        Self { method: Method::Post, path, access: Access::Public }
    }

    /// A route behind a bearer token.
    #[must_use]
    pub const fn bearer(method: Method, path: &'static str) -> Self {
        Self { method, path, access: Access::Bearer }
    }
}

/// Sets a handler of [`Message`](crate::Message)s off: the topic is its payload's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Consume {
    /// Deliveries of one message before it goes to the dead-letter queue (1 to 1,000).
    pub max_receives: u32,
    /// Messages of one order group taken at a time (1 to 10: SQS FIFO's limit).
    pub batch: u32,
    /// Seconds for which Lambda gathers messages for a batch that is not full (0 to 300), on a topic
    /// [without order](crate::QueueOptions::ordered); on one with order 0, as SQS FIFO has it. A handler gets its
    /// messages one by one all the same: fewer invocations are what it saves, for which each message may wait so long.
    /// At home and in memory there is nothing to save, so a message is handled at once.
    pub batch_window_seconds: u32,
    /// The messages that it wants, in the [language](crate::filter) of event source mappings: those that match
    /// any of up to five patterns, or all if there is none. What it does not want is deleted unseen.
    pub filters: &'static [&'static str],
}

impl Consume {
    /// Five deliveries, ten messages at a time, waiting for none: what AWS advises for a queue behind a function.
    pub const DEFAULT: Self =
        Self { max_receives: 5, batch: 10, batch_window_seconds: 0, filters: &[] };
}

/// For whom a schedule ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Once a tick for every tenant, each in its own unit of work.
    EachTenant,
    /// Once a tick, as the [system](crate::TenantId::SYSTEM) tenant.
    Once,
}

/// What becomes of a tick that is due while an earlier one of its schedule and tenant is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// It waits until the earlier one is done, or is a dead letter.
    Queue,
    /// It is not sent; the ledger of occurrences says so.
    Skip,
    /// They are handled side by side.
    Allow,
}

/// What becomes of the ticks that fell due while no node ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missed {
    /// The newest is fired, and its [`missed`](crate::Tick::missed) says how many others it stands for.
    Newest,
    /// Each is fired, oldest first, if it was due within the retry policy's age; what was due before is
    /// counted in [`missed`](crate::Tick::missed) of the first.
    All,
    /// None is fired; the ledger of occurrences says so.
    None,
}

/// For how long an occurrence that cannot be handed over is tried again; whichever ends first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RetryPolicy {
    /// Tries after the first (0 to 185).
    pub max_attempts: u32,
    /// Seconds since the first try (60 to 86,400).
    pub max_age_seconds: u32,
}

impl RetryPolicy {
    /// 185 tries within a day: EventBridge Scheduler's own.
    pub const DEFAULT: Self = Self { max_attempts: 185, max_age_seconds: 86_400 };
}

/// Sets a handler of [`Tick`](crate::Tick)s off, in EventBridge Scheduler's language.
///
/// ```
/// use twinhost::{Overlap, Schedule};
///
/// const EVERY_MORNING: Schedule = Schedule::each_tenant("cron(0 8 * * ? *)");
/// const WITHIN_THE_HOUR: Schedule = Schedule {
///     zone: "Europe/Berlin",
///     window_minutes: 60,
///     overlap: Overlap::Skip,
///     ..EVERY_MORNING
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// `cron(0 8 * * ? *)`, `rate(5 minutes)` or `at(2027-01-01T00:00:00)`.
    pub expression: &'static str,
    /// The IANA name of the time zone that a `cron` or `at` is read in.
    pub zone: &'static str,
    /// For whom it ticks.
    pub scope: Scope,
    /// Deliveries of one tick before it goes to the dead-letter queue.
    pub max_receives: u32,
    /// Minutes after its time within which a tick is fired, never before it (1 to 1,440); 0 for at once.
    pub window_minutes: u32,
    /// No tick is due before this instant, and a `rate` counts from it: `2027-01-01T00:00:00Z`.
    pub start: Option<&'static str>,
    /// No tick is due after this instant.
    pub end: Option<&'static str>,
    /// What becomes of an occurrence that cannot be handed over.
    pub retry: RetryPolicy,
    /// What becomes of a tick that is due while an earlier one is not done.
    pub overlap: Overlap,
    /// What becomes of the ticks that fell due while no node ran.
    pub missed: Missed,
}

impl Schedule {
    /// A schedule in UTC that ticks for every tenant.
    #[must_use]
    pub const fn each_tenant(expression: &'static str) -> Self {
        Self {
            expression,
            zone: "UTC",
            scope: Scope::EachTenant,
            max_receives: 5,
            window_minutes: 0,
            start: None,
            end: None,
            retry: RetryPolicy::DEFAULT,
            overlap: Overlap::Queue,
            missed: Missed::Newest,
        }
    }

    /// A schedule in UTC that ticks once for all.
    #[must_use]
    pub const fn once(expression: &'static str) -> Self {
        Self { scope: Scope::Once, ..Self::each_tenant(expression) }
    }
}

/// How much a handler may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time for one event, 1 s to 900 s (Lambda's limits); 30 s at most behind a route (the gateway's).
    pub timeout: Duration,
    /// Memory of a Lambda in MB, 128 to 10,240.
    pub memory_mb: u32,
    /// Events handled side by side in one process at home; order groups count as one. On Lambda functions side by side, 2
    /// at the least, each of which has the order groups of its batch side by side.
    pub concurrency: u32,
}

impl Limits {
    /// 30 s, 256 MB, 16 side by side.
    pub const DEFAULT: Self =
        Self { timeout: Duration::from_secs(30), memory_mb: 256, concurrency: 16 };
}
