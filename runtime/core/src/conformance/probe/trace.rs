use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Context, HandlerResult, TenantId};

/// What handlers saw, a line each, in a file that every process of a host appends to.
#[derive(Clone, Debug)]
pub struct Trace(PathBuf);

/// What a handler saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The handler.
    pub handler: String,
    /// What its event is called: see [`Task::name`](super::Task::name).
    pub name: String,
    /// At which point of its work.
    pub stage: Stage,
    /// The event's id.
    pub id: String,
    /// Whose data it is.
    pub tenant: TenantId,
    /// Which delivery it is, from 1.
    pub attempt: u32,
    /// Time left, in milliseconds.
    pub remaining_ms: u64,
    /// When the work on it began, as the host's clock says.
    pub now: Timestamp,
    /// The trace that its event is part of.
    pub trace: String,
    /// The process it ran in.
    pub process: u32,
    /// What it saw.
    pub value: Value,
}

/// A point in a handler's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It was called.
    Begin,
    /// It looked at something.
    Saw,
    /// It is about to return, well or badly.
    End,
}

impl Trace {
    /// A trace in this file, which is made when something is first seen.
    pub fn to(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// All that was seen so far, in order.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds something else.
    pub fn entries(&self) -> anyhow::Result<Vec<Entry>> {
        let text = match fs::read_to_string(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        // Another process may be in the middle of the last line.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        Ok(whole.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// Adds what a handler sees now.
    pub(super) fn add(
        &self,
        ctx: &Context,
        (handler, name): (&str, &str),
        stage: Stage,
        value: Value,
    ) -> HandlerResult {
        let entry = Entry {
            handler: handler.to_owned(),
            name: name.to_owned(),
            stage,
            id: ctx.id().to_owned(),
            tenant: ctx.tenant().clone(),
            attempt: ctx.attempt(),
            remaining_ms: ctx.remaining().as_millis().try_into().unwrap_or(u64::MAX),
            now: ctx.now(),
            trace: ctx.trace().to_string(),
            process: std::process::id(),
            value,
        };
        let mut line = serde_json::to_string(&entry)?;
        line.push('\n');
        // One write of a line at the end: lines of several processes do not mix.
        File::options().create(true).append(true).open(&self.0)?.write_all(line.as_bytes())?;
        Ok(())
    }
}
