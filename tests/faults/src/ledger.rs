//! What producers were told: a file that is only appended to, on the disk before a send and again after its answer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::app::Task;

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// It is about to be sent for the first time.
    Sending { tenant: String, task: Task },
    /// It was answered with a success, and the sender forgets it.
    Acknowledged { id: String },
}

/// A task, and whether its sender was told that it is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Whose it is.
    pub tenant: String,
    /// The task.
    pub task: Task,
    /// Whether it was acknowledged.
    pub acknowledged: bool,
}

/// A ledger that is being written.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: Mutex<File>,
}

impl Ledger {
    /// A new ledger in a folder.
    ///
    /// # Errors
    ///
    /// When its file cannot be made.
    pub fn create(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("ledger.jsonl");
        let file = File::options().create_new(true).append(true).open(&path)?;
        Ok(Self { path, file: Mutex::new(file) })
    }

    /// Notes that a task is about to be sent; it is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn sending(&self, tenant: &str, task: &Task) -> anyhow::Result<()> {
        self.append(&Line::Sending { tenant: tenant.to_owned(), task: task.clone() })
    }

    /// Notes that a task was acknowledged; it is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn acknowledged(&self, id: &str) -> anyhow::Result<()> {
        self.append(&Line::Acknowledged { id: id.to_owned() })
    }

    fn append(&self, line: &Line) -> anyhow::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&text)?;
        Ok(file.sync_data()?)
    }

    /// Reads back from the disk what was sent, in the order of the first sends.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no ledger.
    pub fn read(&self) -> anyhow::Result<Vec<Sent>> {
        let mut all: Vec<Sent> = Vec::new();
        let mut places = BTreeMap::new();
        for line in fs::read_to_string(&self.path)?.lines() {
            match serde_json::from_str(line).context("not a line of a ledger")? {
                Line::Sending { tenant, task } => {
                    places.insert(task.id.clone(), all.len());
                    all.push(Sent { tenant, task, acknowledged: false });
                }
                Line::Acknowledged { id } => {
                    let place = places.get(&id).context("acknowledged and never sent")?;
                    all[*place].acknowledged = true;
                }
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Work;

    #[test]
    fn what_is_read_back_is_what_was_written() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let ledger = Ledger::create(folder.path())?;
        let task =
            |id: &str, seq| Task { id: id.into(), group: "g".into(), seq, work: Work::Effect };
        ledger.sending("acme", &task("a", 1))?;
        ledger.sending("acme", &task("b", 2))?;
        ledger.acknowledged("b")?;
        let read = ledger.read()?;
        assert_eq!(read.iter().map(|sent| sent.acknowledged).collect::<Vec<_>>(), [false, true]);
        assert_eq!(read[1].task, task("b", 2));
        Ok(())
    }
}
