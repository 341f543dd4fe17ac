//! A home: the `twinhost` command with a data folder and ports of its own.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use faults::process;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{Port, built, eventually};

/// A data folder, two ports, and perhaps a running `twinhost up`.
#[derive(Debug)]
pub struct Home {
    folder: Arc<TempDir>,
    http: Port,
    admin: Port,
    environment: Vec<(String, String)>,
    flags: Vec<String>,
    up: Option<Child>,
}

impl Home {
    /// An empty home that is not running.
    ///
    /// # Errors
    ///
    /// When there is no folder or port to be had.
    pub fn empty() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("twinhost-").tempdir()?;
        // Run by root, Postgres is another user, who must get through to its data.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        let (http, admin) = (Port::take()?, Port::take()?);
        let folder = Arc::new(folder);
        Ok(Self { folder, http, admin, environment: Vec::new(), flags: Vec::new(), up: None })
    }

    /// Another runner on the same data, on ports of its own and not running.
    ///
    /// # Errors
    ///
    /// When there is no port to be had.
    pub fn neighbour(&self, node: &str) -> anyhow::Result<Self> {
        let (http, admin) = (Port::take()?, Port::take()?);
        let (environment, flags) = (self.environment.clone(), self.flags.clone());
        let folder = Arc::clone(&self.folder);
        let neighbour = Self { folder, http, admin, environment, flags, up: None };
        Ok(neighbour.with("TWINHOST__NODE", node))
    }

    /// Sets a variable for every command of this home.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a flag to `up`.
    #[must_use]
    pub fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder around it, for what a test wants to keep.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the runner answers.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.http)
    }

    /// The port of the public side.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.http.number()
    }

    /// Where its metrics are.
    #[must_use]
    pub fn admin_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.admin)
    }

    /// Starts the runner and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When it ends instead, with the last lines of its log.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(self.log_path())?;
        let mut command = self.command()?;
        command.args(["up", "--listen", &format!("127.0.0.1:{}", self.http)]);
        command.args(["--admin-listen", &format!("127.0.0.1:{}", self.admin)]).args(&self.flags);
        command.stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        let mut child = command.spawn().context("start twinhost")?;
        let ready = self.url("/readyz");
        let waited = eventually("the runner is ready", async || {
            if let Some(status) = child.try_wait()? {
                bail!("it ended with {status}");
            }
            let answer = reqwest::get(&ready).await;
            Ok(answer.ok().filter(|answer| answer.status().is_success()).map(drop))
        });
        let waited = waited.await.with_context(|| self.log_tail());
        self.up = Some(child);
        waited
    }

    /// The runner's process.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn pid(&self) -> anyhow::Result<Pid> {
        process::pid(self.up.as_ref())
    }

    /// Kills the runner at once, as a loss of power would.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        process::end(&mut self.up).await
    }

    /// Kills the embedded Postgres at once; its children end with it.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn kill_postgres(&self) -> anyhow::Result<()> {
        Ok(kill(self.postgres()?, Signal::SIGKILL)?)
    }

    /// The first process of the embedded Postgres.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn postgres(&self) -> anyhow::Result<Pid> {
        let path = self.data().join("postgres/postmaster.pid");
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        Ok(Pid::from_raw(text.lines().next().unwrap_or_default().trim().parse()?))
    }

    /// The superuser's URL of the embedded Postgres.
    #[must_use]
    pub fn postgres_url(&self) -> String {
        let socket = self.data().join("run");
        format!("postgres://twinhost_owner@localhost/twinhost?host={}", socket.display())
    }

    /// Asks the runner to stop and waits until it has.
    ///
    /// # Errors
    ///
    /// When it does not end with 0.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        kill(self.pid()?, Signal::SIGTERM)?;
        let status = self.ended().await?;
        ensure!(status.success(), "it ended with {status}\n{}", self.log_tail());
        Ok(())
    }

    /// Waits until the runner has ended.
    ///
    /// # Errors
    ///
    /// When it is not running, or goes on.
    pub async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        let mut child = self.up.take().context("the runner is not running")?;
        Ok(tokio::time::timeout(crate::PATIENCE, child.wait()).await.context(self.log_tail())??)
    }

    /// Runs a command of `twinhost` on this home and answers what it printed.
    ///
    /// # Errors
    ///
    /// When it does not end with 0.
    pub async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.output(arguments).await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "twinhost {}: {text}{errors}", arguments.join(" "));
        Ok(text)
    }

    /// Runs a command of `twinhost` with `--json` and answers the value it printed.
    ///
    /// # Errors
    ///
    /// When it does not end with 0, or does not print JSON.
    pub async fn json(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        let text = self.run(&[arguments, &["--json"]].concat()).await?;
        serde_json::from_str(&text).with_context(|| format!("no JSON: {text}"))
    }

    /// Runs a command of `twinhost` on this home, however it ends.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub async fn output(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        Ok(self.asking()?.args(arguments).output().await?)
    }

    /// Starts a command of `twinhost` on this home that runs beside the test.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn spawn(&self, arguments: &[&str]) -> anyhow::Result<Child> {
        let mut command = self.asking()?;
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        Ok(command.spawn()?)
    }

    /// A command that finds the runner by the same settings as the runner itself.
    pub(crate) fn asking(&self) -> anyhow::Result<Command> {
        let mut command = self.command()?;
        command.env("TWINHOST__HTTP__LISTEN", format!("127.0.0.1:{}", self.http));
        command.env("TWINHOST__ADMIN__LISTEN", format!("127.0.0.1:{}", self.admin));
        Ok(command)
    }

    fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(built("twinhost")?);
        command.arg("--data-dir").arg(self.data()).stdin(Stdio::null());
        command.env_remove("DATABASE_URL");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join(format!("up-{}.log", self.http))
    }

    /// What the runner has printed and logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// The last lines of the runner's log.
    #[must_use]
    pub fn log_tail(&self) -> String {
        let text = self.log();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Home {
    /// A test that failed must not leave a Postgres behind.
    fn drop(&mut self) {
        if let Some(mut child) = self.up.take() {
            let _killed = child.start_kill();
            let _postgres = self.kill_postgres();
        }
    }
}
