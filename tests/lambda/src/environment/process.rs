//! A function's process: started, watched, killed with all that it started.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A process that ends, with its process group, when this value does.
#[derive(Debug)]
pub(super) struct Process {
    pid: u32,
    kill: CancellationToken,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    /// Starts a command as the head of a process group.
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        let child = command.process_group(0).stdin(Stdio::null()).kill_on_drop(true).spawn()?;
        let pid = child.id().unwrap_or_default();
        let kill = CancellationToken::new();
        let (ended, exit) = watch::channel(None);
        tokio::spawn(watch_over(child, kill.clone(), ended));
        Ok(Self { pid, kill, exit })
    }

    /// The process's id.
    pub(super) const fn pid(&self) -> u32 {
        self.pid
    }

    /// Kills it at once (`SIGKILL`) when cancelled.
    pub(super) fn killer(&self) -> CancellationToken {
        self.kill.clone()
    }

    /// Whether it runs.
    pub(super) fn runs(&self) -> bool {
        self.exit.borrow().is_none() && !self.kill.is_cancelled()
    }

    /// Waits until it has ended; answers how, in Lambda's words (E16).
    pub(super) async fn ended(&mut self) -> String {
        // The sender goes only after it has said how the process ended.
        let status = self.exit.wait_for(Option::is_some).await.ok().and_then(|status| *status);
        let Some(status) = status else { return "Runtime exited".to_owned() };
        match (status.code(), status.signal().map(Signal::try_from)) {
            (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
            (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
            (None, Some(Ok(Signal::SIGKILL))) => {
                "Runtime exited with error: signal: killed".to_owned()
            }
            (None, Some(Ok(signal))) => format!("Runtime exited with error: signal: {signal}"),
            (None, _) => "Runtime exited with error".to_owned(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill.cancel();
    }
}

async fn watch_over(
    mut child: Child,
    kill: CancellationToken,
    ended: watch::Sender<Option<ExitStatus>>,
) {
    let status = tokio::select! {
        status = child.wait() => status,
        () = kill.cancelled() => {
            // Not reaped yet, so the id is still this process's.
            if let Some(group) = child.id().and_then(|id| i32::try_from(id).ok()) {
                let _gone = killpg(Pid::from_raw(group), Signal::SIGKILL);
            }
            child.wait().await
        }
    };
    match status {
        Ok(status) => drop(ended.send_replace(Some(status))),
        Err(error) => tracing::error!(%error, "cannot wait for a function's process"),
    }
}
