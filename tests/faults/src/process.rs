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
        let frozen = Self(processes);
        for process in &frozen.0 {
            match kill(*process, Signal::SIGSTOP) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(frozen)
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
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, fields)| fields.chars().next());
    state.is_none_or(|state| matches!(state, 'Z' | 'X'))
}

/// A process and its children.
///
/// # Errors
///
/// When processes cannot be listed.
pub fn family(parent: Pid) -> anyhow::Result<Vec<Pid>> {
    let mut family = vec![parent];
    for entry in fs::read_dir("/proc")?.flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
        // The name in brackets may hold anything; its state and its parent are behind it.
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
        if fields.split(' ').nth(1) == Some(&parent.to_string()) {
            family.push(Pid::from_raw(pid));
        }
    }
    Ok(family)
}
