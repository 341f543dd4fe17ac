//! A PostgreSQL of our own, in a data folder.
//!
//! What `twinhost` uses without a `DATABASE_URL`: no container, no system service, no port. The server's data is in
//! `<data>/postgres`, its socket in `<data>/run` (mode 0700, the only way in), its words in `<data>/postgres.log`.
//!
//! Any number of processes may [start](EmbeddedPostgres::start) it on the same folder at the same time: one starts
//! the server and the others attach. The server ends with the process that started it, even when that is
//! killed; [`EmbeddedPostgres::watch`] brings it back for those that go on. Every state that a crash can leave behind
//! (a half-made cluster, a pid file whose number was used again, a server that is recovering or shutting down, or
//! that outlived its process) is met by the next start.
//!
//! The server starts with `fsync`, `full_page_writes` and `synchronous_commit` on, whatever its configuration says.

mod account;
mod binaries;
mod cluster;
mod error;
mod postmaster;
mod process;
mod server;

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal;
use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use cluster::Cluster;
use error::Context;
use server::Server;

pub use error::Error;

/// The superuser of the embedded server; it owns the database.
pub const OWNER: &str = "twinhost_owner";

/// The database that holds everything.
pub const DATABASE: &str = "twinhost";

/// The user id of root.
const ROOT: u32 = 0;

/// How often to look again while something is on its way.
const POLL: Duration = Duration::from_millis(20);

/// How long a server that was told to stop at once may take.
const HARD_STOP: Duration = Duration::from_secs(5);

/// The least time between two restarts, and the most.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));

/// How to run the embedded server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder for everything; made if absent.
    pub data_dir: PathBuf,
    /// The folder of `initdb` and `postgres`; searched for if `None`.
    pub bin_dir: Option<PathBuf>,
    /// How long a start may take. Generous: after a crash the server first repeats what was not yet in its tables.
    pub start_timeout: Duration,
    /// How long a stop may take before it is made harder.
    pub stop_timeout: Duration,
}

impl Options {
    /// The defaults for `data_dir`; `bin_dir` comes from `TWINHOST_PG_BINDIR`.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            bin_dir: std::env::var_os(binaries::BINDIR_VARIABLE)
                .filter(|dir| !dir.is_empty())
                .map(PathBuf::from),
            start_timeout: Duration::from_secs(300),
            stop_timeout: Duration::from_secs(30),
        }
    }
}

/// A running server that this process started or attached to.
///
/// Dropped without [`EmbeddedPostgres::stop`], a server that this process started gets SIGINT and ends by itself.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    options: Options,
    cluster: Cluster,
    server: Mutex<Arc<Server>>,
    /// Held by the one that restarts.
    watching: tokio::sync::Mutex<()>,
    stopping: watch::Sender<bool>,
}

impl EmbeddedPostgres {
    /// Brings the server up, or attaches to it; makes the cluster and the database if they are absent. When this
    /// returns, [`EmbeddedPostgres::url`] answers.
    ///
    /// # Errors
    ///
    /// Says what is missing or in the way, and the cure.
    pub async fn start(options: &Options) -> Result<Self, Error> {
        let data_dir = cluster::prepare(&options.data_dir)?;
        let starting = lock(&data_dir, options.start_timeout).await?;
        let cluster = Cluster::open(&data_dir, options.bin_dir.as_deref())?;
        let server = bring_up(&cluster, options).await?;
        drop(starting);
        Ok(Self {
            options: options.clone(),
            cluster,
            server: Mutex::new(Arc::new(server)),
            watching: tokio::sync::Mutex::new(()),
            stopping: watch::Sender::new(false),
        })
    }

    /// The connection string for the owner's role, for sqlx and libpq alike. It stays the same over restarts.
    pub fn url(&self) -> String {
        self.cluster.url(DATABASE)
    }

    /// The folder of the socket.
    pub fn socket_dir(&self) -> &Path {
        &self.cluster.socket_dir
    }

    /// The server's version, such as `15.14 (Debian 15.14-0+deb12u1)`.
    pub fn version(&self) -> &str {
        &self.cluster.binaries.version
    }

    /// The process id of the server's first process, as of now.
    pub fn pid(&self) -> i32 {
        self.current().pid()
    }

    /// Whether this process started the server (or adopted one whose process is gone), so that
    /// [`EmbeddedPostgres::stop`] will end it.
    pub fn is_owner(&self) -> bool {
        self.current().is_owner()
    }

    /// Brings the server back whenever it ends by itself, until [`EmbeddedPostgres::stop`]. Run it beside everything
    /// else; connection pools find the server again by themselves. Starts at most once a second.
    pub async fn watch(&self) {
        let mut stopping = self.stopping.subscribe();
        let restart_for_ever = async {
            let _only_one = self.watching.lock().await;
            let mut pause = BACKOFF.0;
            loop {
                let server = self.current();
                let status = server.ended(&self.cluster).await;
                tracing::warn!(
                    server.pid = server.pid(),
                    status,
                    "The embedded PostgreSQL ended; starting it again"
                );
                server.give_up();
                drop(server);
                sleep(pause).await;
                match self.restart().await {
                    Ok(server) => {
                        *self.server.lock().unwrap_or_else(PoisonError::into_inner) =
                            Arc::new(server);
                        pause = BACKOFF.0;
                    }
                    Err(error) => {
                        // With its causes, which no JSON log would have.
                        tracing::error!(
                            error = format!("{:#}", anyhow::Error::from(error)),
                            "The embedded PostgreSQL does not start"
                        );
                        pause = (pause * 2).min(BACKOFF.1);
                    }
                }
            }
        };
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => {}
            () = restart_for_ever => {}
        }
    }

    /// Stops the server, if this process [owns](EmbeddedPostgres::is_owner) it, and waits until it has ended: first
    /// as it likes to be stopped (running transactions are rolled back), after `stop_timeout` at once, and if it does
    /// not even hear that, by force (the next start recovers).
    ///
    /// # Errors
    ///
    /// When the server does not end even so.
    pub async fn stop(&self) -> Result<(), Error> {
        self.stopping.send_replace(true);
        let server = self.current();
        if !server.is_owner() {
            return Ok(());
        }
        let patience = self.options.stop_timeout;
        let hard = patience.min(HARD_STOP);
        for (signal, patience) in
            [(Signal::SIGINT, patience), (Signal::SIGQUIT, hard), (Signal::SIGKILL, hard)]
        {
            server.signal(signal, &self.cluster);
            if let Ok(status) = timeout(patience, server.ended(&self.cluster)).await {
                tracing::info!(
                    server.pid = server.pid(),
                    status,
                    "Stopped the embedded PostgreSQL"
                );
                return Ok(());
            }
            tracing::warn!(server.pid = server.pid(), %signal, "The embedded PostgreSQL is slow to stop");
        }
        Err(timed_out("the server to stop", patience + hard * 2, &self.cluster))
    }

    async fn restart(&self) -> Result<Server, Error> {
        let _starting = lock(&self.cluster.data_dir, self.options.start_timeout).await?;
        bring_up(&self.cluster, &self.options).await
    }

    fn current(&self) -> Arc<Server> {
        Arc::clone(&self.server.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Starts the server or attaches to it. The caller holds the starting lock.
async fn bring_up(cluster: &Cluster, options: &Options) -> Result<Server, Error> {
    let began = Instant::now();
    let work = async {
        cluster.discard_drafts()?;
        if !cluster.exists() {
            create(cluster).await?;
        }
        let server = loop {
            let server = match postmaster::find(&cluster.folder()) {
                Some(pid) => Server::attach(pid, cluster)?,
                None => Server::start(cluster)?,
            };
            if server.ready(cluster).await? {
                match create_database(cluster).await {
                    Ok(()) => break server,
                    Err(error) if server::is_passing(&error) => {}
                    Err(source) => {
                        return Err(Error::Server { action: "make the database", source });
                    }
                }
            }
            // It was ending, or the processes of its predecessor are.
            sleep(POLL).await;
        };
        Ok(server)
    };
    let server = timeout(options.start_timeout, work).await.unwrap_or_else(|_| {
        Err(timed_out("the server to start", options.start_timeout, cluster))
    })?;
    tracing::info!(
        server.pid = server.pid(),
        server.version = %cluster.binaries.version,
        server.owned = server.is_owner(),
        path = %cluster.folder().display(),
        duration_ms = began.elapsed().as_millis(),
        "The embedded PostgreSQL is up"
    );
    Ok(server)
}

/// Makes the cluster.
async fn create(cluster: &Cluster) -> Result<(), Error> {
    tracing::info!(path = %cluster.folder().display(), "Making a new PostgreSQL database");
    cluster.begin()?.finish().await
}

/// Makes the database if it is absent.
async fn create_database(cluster: &Cluster) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(&cluster.url("postgres")).await?;
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(DATABASE)
            .fetch_one(&mut connection)
            .await?;
    if !exists {
        connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {DATABASE}"))).await?;
    }
    connection.close().await
}

/// Takes the lock under which one process at a time starts the server; the kernel gives it back however we end.
async fn lock(data_dir: &Path, limit: Duration) -> Result<File, Error> {
    let path = data_dir.join("postgres.lock");
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .doing("open", &path)?;
    let deadline = Instant::now() + limit;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(POLL).await,
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Timeout {
                    what: "another process to start the server",
                    limit,
                    look: path,
                });
            }
            Err(TryLockError::Error(source)) => return Err(source).doing("lock", &path),
        }
    }
}

fn timed_out(what: &'static str, limit: Duration, cluster: &Cluster) -> Error {
    Error::Timeout { what, limit, look: cluster.log.path.clone() }
}
