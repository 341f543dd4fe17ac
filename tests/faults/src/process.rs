//! Processes: whose child is whose, and standing still.

use std::fs;

use anyhow::Context as _;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Child;

/// What is said of a runner that was never started, or is gone.
const NOT_RUNNING: &str = "the runner is not running";

/// The process of a runner.
///
/// # Errors
///
/// When it is not running.
pub fn pid(runner: Option<&Child>) -> anyhow::Result<Pid> {
    let pid = runner.and_then(Child::id).context(NOT_RUNNING)?;
    Ok(Pid::from_raw(i32::try_from(pid)?))
}

/// Kills a runner at once, as a loss of power would.
///
/// # Errors
///
/// When it is not running.
pub async fn end(runner: &mut Option<Child>) -> anyhow::Result<()> {
    let mut child = runner.take().context(NOT_RUNNING)?;
    child.kill().await.context("kill the runner")
}

/// Processes that stand still for as long as this value lives.
#[derive(Debug)]
pub struct Frozen(Vec<Pid>);

impl Frozen {
    /// Stops them; one that has just ended stands still as it is.
    ///
    /// # Errors
    ///
    /// When one may not be stopped.
    pub fn new(processes: Vec<Pid>) -> anyhow::Result<Self> {
        let mut frozen = Self(Vec::new());
        frozen.stop(processes)?;
        Ok(frozen)
    }

    /// Stops a process and all its children.
    ///
    /// # Errors
    ///
    /// When they cannot be listed, or one may not be stopped.
    pub fn family(parent: Pid) -> anyhow::Result<Self> {
        // The parent first: from then on there are no more children, and those that end can still be signalled.
        let mut frozen = Self::new(vec![parent])?;
        frozen.stop(children(parent)?)?;
        Ok(frozen)
    }

    fn stop(&mut self, processes: Vec<Pid>) -> anyhow::Result<()> {
        for process in processes {
            self.0.push(process);
            match kill(process, Signal::SIGSTOP) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Kills them, none of which sees another one die, and answers who they were.
    pub fn kill(mut self) -> Vec<Pid> {
        for process in &self.0 {
            // One that was just ending has ended.
            let _ended = kill(*process, Signal::SIGKILL);
        }
        // Who was killed has nothing to go on with.
        std::mem::take(&mut self.0)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for process in &self.0 {
            // One that has ended need not go on.
            let _ended = kill(*process, Signal::SIGCONT);
        }
    }
}

/// Whether a process has ended, reaped or not: then it holds no memory any more.
#[must_use]
pub fn has_ended(process: Pid) -> bool {
    stat(process).is_none_or(|fields| fields.starts_with(['Z', 'X']))
}

/// What the system says of a process: its state, its parent and so on; `None` when there is no such process.
fn stat(process: Pid) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything.
    stat.rsplit_once(") ").map(|(_, fields)| fields.to_owned())
}

/// A process and its children.
///
/// # Errors
///
/// When processes cannot be listed.
pub fn family(parent: Pid) -> anyhow::Result<Vec<Pid>> {
    let mut family = children(parent)?;
    family.insert(0, parent);
    Ok(family)
}

fn children(parent: Pid) -> anyhow::Result<Vec<Pid>> {
    let parent = parent.to_string();
    let all = fs::read_dir("/proc")?.flatten();
    let all = all.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
    let is_child = |process: &Pid| {
        stat(*process).is_some_and(|fields| fields.split(' ').nth(1) == Some(&parent))
    };
    Ok(all.map(Pid::from_raw).filter(is_child).collect())
}
