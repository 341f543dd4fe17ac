//! An application as data: what its hosts and its deployment read.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::filter::{Filter, InvalidFilter};
use crate::grant::Grant;
use crate::queue_options::QueueOptions;
use crate::trigger::{Access, Consume, Method, Schedule};

/// Everything a host must provide for an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The application's name, in kebab-case.
    pub app: String,
    /// Its handlers, by name.
    pub handlers: Vec<HandlerManifest>,
    /// The collections that its handlers may touch, sorted.
    pub collections: BTreeSet<String>,
}

impl Manifest {
    /// The handlers that have a queue: consumers of a topic, and schedules (a tick waits in a queue too).
    pub fn queues(&self) -> impl Iterator<Item = &HandlerManifest> {
        self.handlers.iter().filter(|handler| handler.trigger.max_receives().is_some())
    }

    /// The handlers that a topic's messages go to.
    pub fn consumers(&self, topic: &str) -> impl Iterator<Item = &HandlerManifest> {
        self.handlers.iter().filter(
            move |handler| matches!(&handler.trigger, Trigger::Consume { topic: its, .. } if its == topic),
        )
    }

    /// The handler of this name.
    #[must_use]
    pub fn handler(&self, name: &str) -> Option<&HandlerManifest> {
        self.handlers.iter().find(|handler| handler.name == name)
    }
}

/// One handler as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandlerManifest {
    /// Its name.
    pub name: &'static str,
    /// What sets it off.
    pub trigger: Trigger,
    /// What it may touch, sorted.
    pub grants: Vec<Grant>,
    /// Time for one event in seconds.
    pub timeout_seconds: u64,
    /// Memory of a Lambda in MB.
    pub memory_mb: u32,
    /// Events handled side by side on one host.
    pub concurrency: u32,
}

impl HandlerManifest {
    /// How long a received message stays invisible in seconds: six timeouts, as AWS advises.
    #[must_use]
    pub const fn visibility_seconds(&self) -> u64 {
        self.timeout_seconds * 6
    }
}

/// What sets a handler off, as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "on")]
#[expect(missing_docs, reason = "the fields are those of `Route`, `Consume` and `Schedule`")]
pub enum Trigger {
    /// An HTTP request.
    Route { method: Method, path: String, access: Access },
    /// A message of a topic.
    Consume {
        topic: String,
        queue: QueueOptions,
        #[serde(flatten)]
        consume: Consume,
    },
    /// A tick of a schedule.
    Schedule(Schedule),
}

impl Trigger {
    /// Deliveries before the dead-letter queue; `None` for a trigger without a queue.
    #[must_use]
    pub const fn max_receives(&self) -> Option<u32> {
        match self {
            Self::Route { .. } => None,
            Self::Consume { consume: Consume { max_receives, .. }, .. }
            | Self::Schedule(Schedule { max_receives, .. }) => Some(*max_receives),
        }
    }

    /// How its messages are queued; `None` for a trigger without a queue. Ticks are ordered.
    #[must_use]
    pub const fn queue(&self) -> Option<QueueOptions> {
        match self {
            Self::Route { .. } => None,
            Self::Consume { queue, .. } => Some(*queue),
            Self::Schedule { .. } => Some(QueueOptions::ORDERED),
        }
    }

    /// Which messages the handler wants.
    ///
    /// # Errors
    ///
    /// When a pattern cannot be read; [`App::check`](crate::App::check) says so, too.
    pub fn filter(&self) -> Result<Filter, InvalidFilter> {
        match self {
            Self::Consume { consume, .. } => Filter::of(consume.filters),
            Self::Route { .. } | Self::Schedule(_) => Ok(Filter::default()),
        }
    }

    /// Messages of one order group taken at a time.
    #[must_use]
    pub const fn batch(&self) -> u32 {
        match self {
            Self::Consume { consume, .. } => consume.batch,
            Self::Route { .. } | Self::Schedule { .. } => 1,
        }
    }

    /// Seconds for which Lambda gathers messages for a batch that is not full.
    #[must_use]
    pub const fn batch_window_seconds(&self) -> u32 {
        match self {
            Self::Consume { consume, .. } => consume.batch_window_seconds,
            Self::Route { .. } | Self::Schedule { .. } => 0,
        }
    }
}
