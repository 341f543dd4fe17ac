//! An application: the visible list of its handlers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::Context;
use crate::error::HandlerError;
use crate::filter::Filter;
use crate::grant::Grant;
use crate::handler::{Event, Handler, RawEvent, sealed::Decode};
use crate::http::Response;
use crate::manifest::{HandlerManifest, Manifest, Trigger};
use crate::schedule::Timetable;
use crate::trigger::Access;

/// The handlers of an application.
///
/// ```ignore
/// App::new("cost-watcher").handler(Ingest::new()).handler(Normalizer).handler(Scorer)
/// ```
#[derive(Clone)]
pub struct App {
    name: &'static str,
    /// Shared, because every event's context holds the application.
    parts: Arc<Parts>,
}

#[derive(Clone, Default)]
struct Parts {
    handlers: Vec<Arc<Registered>>,
    /// Topic to the queues of its consumers.
    consumers: BTreeMap<&'static str, Vec<&'static str>>,
}

/// A handler in an application.
pub(crate) struct Registered {
    pub(crate) name: &'static str,
    pub(crate) grants: &'static [Grant],
    pub(crate) timeout: Duration,
    pub(crate) filter: Filter,
    pub(crate) manifest: HandlerManifest,
    pub(crate) run: Box<dyn Run>,
}

type Running<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Response>, HandlerError>> + Send + 'a>>;

/// A handler whose event type is forgotten. The one place where that happens.
pub(crate) trait Run: Send + Sync {
    fn run<'a>(&'a self, ctx: &'a Context, event: RawEvent) -> Running<'a>;
}

struct Erased<H>(H);

impl<H: Handler> Run for Erased<H> {
    fn run<'a>(&'a self, ctx: &'a Context, event: RawEvent) -> Running<'a> {
        Box::pin(async move {
            let event = H::Event::decode(event)?;
            self.0.handle(ctx, event).await.map(H::Event::response)
        })
    }
}

impl App {
    /// An application with no handlers yet; the name is kebab-case.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, parts: Arc::default() }
    }

    /// Adds a handler.
    #[must_use]
    pub fn handler<H: Handler>(mut self, handler: H) -> Self {
        let trigger = <H::Event as Decode<_, _>>::trigger(H::TRIGGER);
        let mut grants = H::GRANTS.to_vec();
        grants.sort_unstable();
        let parts = Arc::make_mut(&mut self.parts);
        if let Some(topic) = <H::Event as Event>::TOPIC {
            parts.consumers.entry(topic).or_default().push(H::NAME);
        }
        parts.handlers.push(Arc::new(Registered {
            name: H::NAME,
            grants: H::GRANTS,
            timeout: H::LIMITS.timeout,
            // One that cannot be read wants everything, until `check` refuses it.
            filter: trigger.filter().unwrap_or_default(),
            manifest: HandlerManifest {
                name: H::NAME,
                trigger,
                grants,
                timeout_seconds: H::LIMITS.timeout.as_secs(),
                memory_mb: H::LIMITS.memory_mb,
                concurrency: H::LIMITS.concurrency,
            },
            run: Box::new(Erased(handler)),
        }));
        self
    }

    /// Keeps a topic's messages in a queue of its own name, which no handler reads.
    pub(crate) fn collect(&mut self, topic: &'static str) {
        Arc::make_mut(&mut self.parts).consumers.entry(topic).or_default().push(topic);
    }

    /// The application's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The application as data.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        let mut handlers: Vec<_> = self.parts.handlers.iter().map(|h| h.manifest.clone()).collect();
        handlers.sort_unstable_by_key(|handler| handler.name);
        let collections = handlers
            .iter()
            .flat_map(|handler| &handler.grants)
            .filter_map(|grant| match grant {
                Grant::Read(name) | Grant::Write(name) | Grant::ReadWrite(name) => {
                    Some((*name).to_owned())
                }
                _ => None,
            })
            .collect();
        Manifest { app: self.name.to_owned(), handlers, collections }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Registered>> {
        self.parts.handlers.iter().find(|handler| handler.name == name)
    }

    /// The queues that a topic's messages go to: one for each consumer.
    pub(crate) fn queues_of(&self, topic: &str) -> &[&'static str] {
        self.parts.consumers.get(topic).map_or(&[], Vec::as_slice)
    }

    /// Checks what the compiler cannot.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, a line each, with the handler's name and what is allowed.
    pub fn check(&self) -> Result<(), InvalidApp> {
        let manifest = self.manifest();
        let mut problems = Vec::new();
        let mut names = BTreeSet::new();
        let mut routes = BTreeSet::new();
        for handler in &manifest.handlers {
            let name = handler.name;
            let mut problem = |what: String| problems.push(format!("`{name}`: {what}"));
            if !is_kebab(name, 40) {
                problem(
                    "a handler's name is 1 to 40 of a-z, 0-9 and `-`, starting with a letter"
                        .into(),
                );
            }
            if !names.insert(name) {
                problem("the name is taken by another handler; give each its own".into());
            }
            if !(1..=900).contains(&handler.timeout_seconds) {
                problem(format!(
                    "a timeout of {} s is not possible; use 1 to 900 s",
                    handler.timeout_seconds
                ));
            }
            if !(128..=10_240).contains(&handler.memory_mb) {
                problem(format!(
                    "memory of {} MB is not possible; use 128 to 10,240 MB",
                    handler.memory_mb
                ));
            }
            if handler.concurrency == 0 {
                problem("a concurrency of 0 would never run; use 1 or more".into());
            }
            for grant in &handler.grants {
                if let Err(what) = check_grant(grant, &self.parts.consumers) {
                    problem(what);
                }
            }
            if let Err(what) = check_trigger(handler) {
                problem(what);
            }
            if let Trigger::Route { method, path, .. } = &handler.trigger {
                let shape = shape(path);
                if !routes.insert((format!("{method:?}"), shape)) {
                    problem(format!("the route {path} overlaps with another handler's"));
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(InvalidApp(problems)) }
    }
}

/// An application that no host can run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the application cannot run:\n{}", .0.join("\n"))]
pub struct InvalidApp(pub Vec<String>);

fn is_kebab(name: &str, most: usize) -> bool {
    (1..=most).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A path with its parameters' names forgotten: two routes of one shape overlap.
fn shape(path: &str) -> String {
    let segment = |s: &str| if s.starts_with('{') { "{}".to_owned() } else { s.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn check_grant(grant: &Grant, consumers: &BTreeMap<&str, Vec<&str>>) -> Result<(), String> {
    match grant {
        Grant::Publish(topic) if !consumers.contains_key(topic) => Err(format!(
            "it may publish to `{topic}`, which no handler consumes; topics are: {}",
            consumers.keys().copied().collect::<Vec<_>>().join(", ")
        )),
        Grant::Read(name) | Grant::Write(name) | Grant::ReadWrite(name) => {
            let snake = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            let fits = (1..=48).contains(&name.len())
                && name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.bytes().all(snake);
            let cure = "a collection's name is 1 to 48 of a-z, 0-9 and `_`, starting with a letter";
            if fits { Ok(()) } else { Err(format!("collection `{name}`: {cure}")) }
        }
        Grant::ReadObjects(name) | Grant::WriteObjects(name) if !is_kebab(name, 48) => {
            Err(format!(
                "object prefix `{name}`: use 1 to 48 of a-z, 0-9 and `-`, starting with a letter"
            ))
        }
        _ => Ok(()),
    }
}

fn check_trigger(handler: &HandlerManifest) -> Result<(), String> {
    match &handler.trigger {
        Trigger::Route { path, access, .. } => {
            if !path.starts_with('/') || path.contains("//") || path.contains(['*', '?', '#']) {
                return Err(format!("the path `{path}` is not `/literal/{{name}}` segments"));
            }
            if *access == Access::Public && !path.split('/').any(|segment| segment == "{tenant}") {
                return Err(format!(
                    "the public path `{path}` has no `{{tenant}}` segment to say whose data it is for"
                ));
            }
            if handler.timeout_seconds > 30 {
                return Err(format!(
                    "a timeout of {} s behind a route is not possible; the gateway gives up after 30 s",
                    handler.timeout_seconds
                ));
            }
            Ok(())
        }
        Trigger::Consume { topic, queue, consume } => {
            queue.check()?;
            if !(1..=10).contains(&consume.batch) {
                return Err(format!("a batch of {} is not possible; use 1 to 10", consume.batch));
            }
            let window = consume.batch_window_seconds;
            if window > 300 {
                return Err(format!(
                    "a batch window of {window} s is not possible; use 0 to 300 s"
                ));
            }
            if window > 0 && queue.ordered {
                return Err(format!(
                    "a batch window of {window} s is not possible on `{topic}`, a topic with order: AWS has none for FIFO queues; use 0, or `QueueOptions::UNORDERED` for the topic"
                ));
            }
            handler.trigger.filter().map_err(|error| error.to_string())?;
            check_receives(consume.max_receives)
        }
        Trigger::Schedule(schedule) => {
            Timetable::of(handler.name, schedule).map_err(|problems| problems.join("; "))?;
            check_receives(schedule.max_receives)
        }
    }
}

fn check_receives(max_receives: u32) -> Result<(), String> {
    if (1..=1000).contains(&max_receives) {
        Ok(())
    } else {
        Err(format!("max_receives of {max_receives} is not possible; use 1 to 1,000"))
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.parts.handlers.iter().map(|handler| handler.name);
        f.debug_tuple(self.name).field(&names.collect::<Vec<_>>()).finish()
    }
}
