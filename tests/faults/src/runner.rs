//! A runner: the process `fault-runner`, with ports and a folder of its own.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use twinhost::crash::CrashPoint;

use crate::{Port, process, within};

/// The longest that a runner may take to start, or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest that it may take to come to a crash point.
const DEATH: Duration = Duration::from_secs(90);

/// The variable that tells it where to die.
const CRASH: &str = "TWINHOST_CRASH";

/// How each line of its log begins.
const LINE: &str = r#"{"timestamp":"#;

/// A runner on a database.
#[derive(Debug)]
pub struct Runner {
    /// Its name in schedules and logs.
    pub node: String,
    folder: TempDir,
    http: Port,
    admin: Port,
    environment: Vec<(String, String)>,
    /// Bytes of address space.
    memory: Option<u64>,
    child: Option<Child>,
}

impl Runner {
    /// A runner that is not running; it appends to this file of attempts.
    ///
    /// # Errors
    ///
    /// When there is no folder or port to be had.
    pub fn new(node: &str, database: &str, attempts: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("twinhost-faults-").tempdir()?;
        let runner = Self {
            node: node.to_owned(),
            folder,
            http: Port::take()?,
            admin: Port::take()?,
            environment: Vec::new(),
            memory: None,
            child: None,
        };
        let data = runner.folder.path().join("data").display().to_string();
        Ok(runner
            .with("DATABASE_URL", database)
            .with("FAULT_ATTEMPTS", attempts.display().to_string())
            .with("TWINHOST__DATA_DIR", data)
            .with("TWINHOST__NODE", node)
            .with("TWINHOST__LOG__FORMAT", "json"))
    }

    /// Sets a variable from the next start on.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a variable from the next start on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.into()));
    }

    /// Removes a variable from the next start on.
    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|(other, _)| other != name);
    }

    /// Gives it so many bytes of address space, from the next start on.
    pub const fn limit_memory(&mut self, bytes: u64) {
        self.memory = Some(bytes);
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.http)
    }

    /// The port of its public side.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.http.number()
    }

    /// Starts it, whatever becomes of it.
    ///
    /// # Errors
    ///
    /// When it is not built.
    pub fn spawn(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(self.log_path())?;
        let mut command = match self.memory {
            None => Command::new(binary()?),
            Some(bytes) => {
                let mut shell = Command::new("sh");
                // The shell becomes the runner: it is the same process.
                shell.args(["-c", r#"ulimit -v "$1" && exec "$0""#]).arg(binary()?);
                shell.arg((bytes / 1024).to_string());
                shell
            }
        };
        command.env_remove("DATABASE_URL").env_remove(CRASH);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("TWINHOST__HTTP__LISTEN", format!("127.0.0.1:{}", self.http));
        command.env("TWINHOST__ADMIN__LISTEN", format!("127.0.0.1:{}", self.admin));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        self.child = Some(command.spawn().context("start fault-runner")?);
        Ok(())
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When it ends instead, with the last lines of its log.
    pub async fn start(&mut self) -> anyhow::Result<Duration> {
        self.spawn()?;
        self.is_ready(PATIENCE).await
    }

    /// Starts it to die at the crash point `point` when it comes there for the `time`th time, and waits until it has.
    ///
    /// # Errors
    ///
    /// When it does not, or ends otherwise.
    pub async fn dies_at(&mut self, point: CrashPoint, time: u32) -> anyhow::Result<()> {
        let plan = format!("{}:{time}", point.name());
        self.set(CRASH, &plan);
        self.spawn()?;
        let what = format!("the runner dies at {plan}");
        let (status, _) = within(DEATH, &what, async || self.has_ended()).await?;
        let aborted = status.signal() == Some(Signal::SIGABRT as i32);
        ensure!(aborted, "it ended with {status}\n{}", self.log_tail());
        self.unset(CRASH);
        Ok(())
    }

    /// Waits until `/readyz` says so and answers how long that took.
    ///
    /// # Errors
    ///
    /// When it ends, or is not ready in time.
    pub async fn is_ready(&mut self, limit: Duration) -> anyhow::Result<Duration> {
        let ready = self.url("/readyz");
        let waited = within(limit, "the runner is ready", async || {
            if let Some(status) = self.has_ended()? {
                bail!("it ended with {status}");
            }
            let answer = reqwest::get(&ready).await;
            Ok(answer.ok().filter(|answer| answer.status().is_success()).map(drop))
        });
        Ok(waited.await.with_context(|| self.log_tail())?.1)
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    ///
    /// When it was not started.
    pub fn has_ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.as_mut().context("the runner was not started")?.try_wait()?)
    }

    /// Its process.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn pid(&self) -> anyhow::Result<Pid> {
        process::pid(self.child.as_ref())
    }

    /// Kills it at once.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        process::end(&mut self.child).await
    }

    /// Tells it to stop and waits until it has; answers how long that took.
    ///
    /// # Errors
    ///
    /// When it does not end with 0.
    pub async fn stop(&mut self) -> anyhow::Result<Duration> {
        kill(self.pid()?, Signal::SIGTERM)?;
        let (status, took) =
            within(PATIENCE, "the runner has stopped", async || self.has_ended()).await?;
        self.child = None;
        ensure!(status.success(), "it ended with {status}\n{}", self.log_tail());
        Ok(took)
    }

    /// The sum of a metric over what its labels have in common; 0 when it has never been counted.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub async fn metric(&self, name: &str, label: &str) -> anyhow::Result<f64> {
        let url = format!("http://127.0.0.1:{}/metrics", self.admin);
        let text = reqwest::get(url).await?.text().await?;
        let lines = text.lines().filter(|line| line.starts_with(name) && line.contains(label));
        Ok(lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum())
    }

    /// The lines of its log, of all its lives.
    #[must_use]
    pub fn log(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.log_path()).unwrap_or_default();
        // A panic is told between and within lines, in pieces, but each line of the log is whole.
        let lines = text.lines().filter_map(|line| line.get(line.find(LINE)?..));
        lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The last lines of its log.
    #[must_use]
    pub fn log_tail(&self) -> String {
        let text = fs::read_to_string(self.log_path()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// How many megabytes of memory it holds.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn megabytes(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes =
            line.and_then(|line| line.trim().strip_suffix(" kB")).context("no VmRSS")?;
        Ok(kilobytes.parse::<u64>()? / 1024)
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

/// The executable, of the same build as the test.
fn binary() -> anyhow::Result<PathBuf> {
    let mut path = std::env::current_exe()?;
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    path.push("fault-runner");
    ensure!(path.exists(), "{} is missing; build it: cargo build -p faults", path.display());
    Ok(path)
}
