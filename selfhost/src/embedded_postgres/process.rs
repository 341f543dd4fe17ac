//! A child process that ends with us.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use tokio::sync::watch;

use super::Error;
use super::error::Context;

/// How much of the log an error quotes, in bytes.
const TAIL: usize = 4_000;

/// A log above this size, in bytes, is moved to `….old` before the next start.
const LOG_LIMIT: u64 = 10_000_000;

/// The file that Postgres writes to; for our eyes only, since an error may quote data. Not a pipe: a server that outlives us must not lose its standard error.
#[derive(Debug, Clone)]
pub(super) struct Log {
    pub(super) path: PathBuf,
}

impl Log {
    fn open(&self) -> Result<File, Error> {
        if std::fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() > LOG_LIMIT) {
            std::fs::rename(&self.path, self.path.with_extension("log.old"))
                .doing("move", &self.path)?;
        }
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)
            .doing("open", &self.path)
    }

    /// What was written after byte `start`, at most the last few thousand bytes.
    fn since(&self, start: u64) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(&self.path)
            && file.seek(SeekFrom::Start(start)).is_ok()
        {
            // A log that cannot be read makes the error shorter, no more.
            let _ = file.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(TAIL)..]).trim().to_owned()
    }
}

/// The exit status of a program that did its work, in words.
pub(super) const SUCCESS: &str = "exit status: 0";

/// A running child. Dropped while it runs, it gets SIGINT.
#[derive(Debug)]
pub(super) struct Process {
    program: &'static str,
    log: Log,
    log_start: u64,
    pid: Pid,
    /// True once the child was reaped, after which its pid may be anybody's.
    reaped: Arc<Mutex<bool>>,
    status: watch::Receiver<Option<String>>,
}

impl Process {
    /// Starts `command` in a process group of its own (a Ctrl-C on our terminal is for us to act on), its output
    /// appended to `log`.
    ///
    /// Where `setpriv` knows `--pdeathsig`, the kernel sends the child SIGINT when we die, however we die. The
    /// kernel means the *thread* that started it, so that thread stays to wait for the child.
    pub(super) fn spawn(
        program: &'static str,
        mut command: Command,
        log: &Log,
    ) -> Result<Self, Error> {
        let file = log.open()?;
        let log_start = file.metadata().doing("inspect", &log.path)?.len();
        let errors = file.try_clone().doing("open", &log.path)?;
        command.stdin(Stdio::null()).stdout(file).stderr(errors).process_group(0);
        let path = PathBuf::from(command.get_program());

        let (started, start) = std::sync::mpsc::channel();
        let (ended, status) = watch::channel(None);
        let reaped = Arc::new(Mutex::new(false));
        let done = Arc::clone(&reaped);
        thread::Builder::new()
            .name(format!("{program} parent"))
            .spawn(move || {
                let mut child = match command.spawn() {
                    Ok(child) => child,
                    // The receiver waits below.
                    Err(error) => return drop(started.send(Err(error))),
                };
                let pid = Pid::from_raw(child.id().cast_signed());
                let _ = started.send(Ok(pid));
                // Waits without reaping, so that a signal sent meanwhile cannot hit a pid used again.
                let _ = waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
                let mut reaped = lock(&done);
                let status = child
                    .wait()
                    .map_or_else(|error| error.to_string(), |status| status.to_string());
                *reaped = true;
                ended.send_replace(Some(status));
            })
            .doing("start a thread for", &path)?;
        let pid =
            start.recv().map_err(std::io::Error::other).and_then(|pid| pid).doing("run", &path)?;
        Ok(Self { program, log: log.clone(), log_start, pid, reaped, status })
    }

    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    /// The exit status in words, once the child has ended.
    pub(super) fn status(&self) -> Option<String> {
        self.status.borrow().clone()
    }

    /// Waits for the child to end; gives its exit status in words.
    pub(super) async fn ended(&self) -> String {
        let mut status = self.status.clone();
        // The sender says how the child ended before it goes.
        status
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|status| status.clone())
            .unwrap_or_default()
    }

    /// The error that a child makes by ending with `status`.
    pub(super) fn failure(&self, status: String) -> Error {
        Error::Ended {
            program: self.program,
            status,
            log: self.log.path.clone(),
            output: self.log.since(self.log_start),
        }
    }

    /// Sends a signal, if the child still runs.
    pub(super) fn signal(&self, signal: Signal) {
        if !*lock(&self.reaped) {
            // It is our child and not reaped: the only failure is a lack of rights, which shows as a time-out.
            let _ = kill(self.pid, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::SIGINT);
    }
}

fn lock(reaped: &Mutex<bool>) -> MutexGuard<'_, bool> {
    reaped.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The words to put before a command so that the kernel ends it when we die; none where `setpriv` is missing or
/// too old. Then a server that outlived us is found and adopted by the next start.
pub(super) fn end_with_parent() -> Option<(&'static Path, [&'static str; 3])> {
    let program = Path::new("setpriv");
    let works = Command::new(program)
        .args(["--pdeathsig", "INT", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    works.then_some((program, ["--pdeathsig", "INT", "--"]))
}
