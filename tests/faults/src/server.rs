//! A Postgres server of a scenario's own, to be killed, frozen, filled and started again.

use std::fs::{self, File, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, getuid};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use crate::process::{Frozen, has_ended};
use crate::{Port, within};

/// What is said of a server that was never started, or is gone.
const NOT_RUNNING: &str = "the server is not running";

/// The longest that a server may take to start, recovery from a crash included.
const START: Duration = Duration::from_secs(60);

/// What a scenario has set; read after the server's own file.
const SETTINGS: &str = "scenario.conf";

/// How a server is told to stop.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// Ends sessions and writes everything back.
    Fast,
    /// Ends at once; the next start recovers.
    Immediate,
}

/// A server on a port of loopback, with durable settings unless a scenario changes them.
#[derive(Debug)]
pub struct Server {
    folder: TempDir,
    programs: PathBuf,
    /// Whom it runs as when the test is root, whom Postgres refuses.
    user: Option<User>,
    port: Port,
    environment: Vec<(&'static str, String)>,
    child: Option<Child>,
}

impl Server {
    /// A server with these settings, running.
    ///
    /// # Errors
    ///
    /// When there is no PostgreSQL, with the cure, or it does not start.
    pub async fn start(settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("twinhost-faults-").tempdir()?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        let user = if getuid().is_root() {
            let named = |name| User::from_name(name).ok().flatten();
            let user = named("postgres").or_else(|| named("nobody"));
            Some(user.context("root cannot run Postgres, and there is no user `postgres`")?)
        } else {
            None
        };
        let programs = postgres_folder()?;
        let (port, environment) = (Port::take()?, Vec::new());
        let mut server = Self { folder, programs, user, port, environment, child: None };
        let data = server.data();
        fs::create_dir(&data)?;
        if let Some(user) = &server.user {
            chown(&data, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
        }
        let made = server
            .command("initdb")
            .args([
                "-U",
                "tester",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(&data)
            .output()?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let own = data.join("postgresql.conf");
        let base = fs::read_to_string(&own)?;
        fs::write(&own, format!("{base}\ninclude '{SETTINGS}'\n"))?;
        let base = [("max_connections", "100"), ("shared_buffers", "32MB"), ("jit", "off")];
        server.write_settings(&[&base, settings].concat())?;
        server.up().await?;
        let mut first = PgConnection::connect(&server.url_for("tester", "postgres")).await?;
        // No superuser, as in production: what is kept free for one is there for the test.
        for statement in
            ["CREATE ROLE runner LOGIN CREATEROLE", "CREATE DATABASE twinhost OWNER runner"]
        {
            sqlx::query(statement).execute(&mut first).await?;
        }
        Ok(server)
    }

    /// Its folder of data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port.number()))
    }

    /// Its URL for a runner, by way of another address that leads to it.
    #[must_use]
    pub fn url_by(address: SocketAddr) -> String {
        format!("postgres://runner@{address}/twinhost?sslmode=disable")
    }

    /// Its URL for a runner.
    #[must_use]
    pub fn url(&self) -> String {
        Self::url_by(self.address())
    }

    fn url_for(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@{}/{database}?sslmode=disable", self.address())
    }

    /// A superuser's connection.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub async fn connect(&self) -> anyhow::Result<PgConnection> {
        Ok(PgConnection::connect(&self.url_for("tester", "twinhost")).await?)
    }

    /// Starts it and waits until it takes connections.
    ///
    /// # Errors
    ///
    /// When it ends instead, with its log.
    pub async fn up(&mut self) -> anyhow::Result<Duration> {
        let log = File::options().create(true).append(true).open(self.log_path())?;
        let child = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "log_min_messages=warning"])
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        let ((), took) = within(START, "Postgres takes connections", async || {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok()?) {
                bail!("it ended with {status}\n{}", self.log());
            }
            let answer = PgConnection::connect(&self.url_for("tester", "postgres")).await;
            Ok(answer.ok().map(drop))
        })
        .await?;
        Ok(took)
    }

    /// Sets variables from the next start on.
    pub fn set_environment(&mut self, variables: Vec<(&'static str, String)>) {
        self.environment = variables;
    }

    /// Whether it has ended by itself.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn has_ended(&mut self) -> anyhow::Result<bool> {
        let child = self.child.as_mut().context(NOT_RUNNING)?;
        Ok(child.try_wait()?.is_some())
    }

    /// Stops it and waits until it has.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub async fn stop(&mut self, how: Stop) -> anyhow::Result<()> {
        let signal = match how {
            Stop::Fast => Signal::SIGINT,
            Stop::Immediate => Signal::SIGQUIT,
        };
        kill(self.pid()?, signal)?;
        let mut child = self.child.take().context(NOT_RUNNING)?;
        let ended = within(START, "Postgres has stopped", async || Ok(child.try_wait()?));
        ended.await.map(drop)
    }

    /// Kills it and these other processes at one instant, as a loss of power does.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn kill_with(&mut self, others: &[Pid]) -> anyhow::Result<()> {
        let own = Frozen::family(self.pid()?)?;
        let others = Frozen::new(others.to_vec())?;
        let all = [own.kill(), others.kill()].concat();
        let mut child = self.child.take().context(NOT_RUNNING)?;
        child.wait()?;
        // Whoever is still ending holds the shared memory, beside which no other server starts.
        let began = Instant::now();
        while !all.iter().all(|process| has_ended(*process)) {
            ensure!(began.elapsed() < START, "processes that were killed do not end");
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Changes a setting, now and for later starts.
    ///
    /// # Errors
    ///
    /// When its file cannot be written.
    pub fn set(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let path = self.data().join(SETTINGS);
        let before = fs::read_to_string(&path)?;
        fs::write(&path, format!("{before}{name} = {value}\n"))?;
        if let Ok(pid) = self.pid() {
            kill(pid, Signal::SIGHUP)?;
        }
        Ok(())
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn pid(&self) -> anyhow::Result<Pid> {
        let child = self.child.as_ref().context(NOT_RUNNING)?;
        Ok(Pid::from_raw(i32::try_from(child.id())?))
    }

    fn write_settings(&self, settings: &[(&str, &str)]) -> anyhow::Result<()> {
        let lines: String =
            settings.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
        let path = self.data().join(SETTINGS);
        fs::write(&path, lines)?;
        if let Some(user) = &self.user {
            chown(&path, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
        }
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.stdin(Stdio::null()).current_dir(self.folder.path());
        if let Some(user) = &self.user {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.is_some() {
            // Its data go with it.
            let _killed = self.kill_with(&[]);
        }
    }
}

/// The folder of a `postgres` and its `initdb`, in the places where `scripts/setup` finds or puts one.
///
/// # Errors
///
/// When there is none, with the cure.
pub fn postgres_folder() -> anyhow::Result<PathBuf> {
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    debian.sort();
    let named = std::env::var_os("TWINHOST_PG_BINDIR").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.pg/bin");
    let places: Vec<PathBuf> = named
        .into_iter()
        .chain(debian.into_iter().rev())
        .chain(std::env::split_paths(&path))
        .chain([vendored])
        .collect();
    let found = places.iter().find(|folder| folder.join("initdb").is_file());
    found.cloned().context("there is no PostgreSQL; run `make setup`")
}
