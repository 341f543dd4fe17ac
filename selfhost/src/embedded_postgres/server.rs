//! A running server, ours or somebody else's.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, PgConnection};
use tokio::time::sleep;

use super::cluster::Cluster;
use super::error::Context;
use super::process::Process;
use super::{Error, POLL, postmaster};

/// How often to see whether a server that is not our child still runs.
const LOOK: Duration = Duration::from_millis(250);

/// What Postgres says while the processes of a killed predecessor are still ending.
const PREDECESSOR: &str = "pre-existing shared memory block";

/// The server that uses a cluster.
#[derive(Debug)]
pub(super) enum Server {
    /// Our child.
    Started {
        /// The postmaster.
        process: Process,
        /// Tells the others that somebody looks after it; `None` while somebody who started an earlier one lives.
        owner: Option<File>,
    },
    /// Somebody else's child.
    Attached {
        /// The postmaster.
        pid: i32,
        /// `Some` if the process that started it is gone, which makes it ours to stop.
        owner: Option<File>,
    },
}

impl Server {
    /// Starts a server. The caller holds the starting lock and has seen that there is none.
    pub(super) fn start(cluster: &Cluster) -> Result<Self, Error> {
        postmaster::clear_stale(&cluster.folder(), &cluster.socket_dir)?;
        Ok(Self::Started { process: cluster.start()?, owner: own(cluster)? })
    }

    /// Attaches to the server that runs as `pid`.
    pub(super) fn attach(pid: i32, cluster: &Cluster) -> Result<Self, Error> {
        Ok(Self::Attached { pid, owner: own(cluster)? })
    }

    pub(super) fn pid(&self) -> i32 {
        match self {
            Self::Started { process, .. } => process.pid(),
            Self::Attached { pid, .. } => *pid,
        }
    }

    pub(super) fn is_owner(&self) -> bool {
        !matches!(self, Self::Attached { owner: None, .. })
    }

    /// Lets go of a server that has ended, so that whoever starts the next one can be its owner.
    pub(super) fn give_up(&self) {
        if let Self::Started { owner: Some(lock), .. } | Self::Attached { owner: Some(lock), .. } =
            self
        {
            // Closing the file does it too, later.
            let _ = lock.unlock();
        }
    }

    /// Waits until the server takes connections. `false` if it ended in a way that another try may mend.
    pub(super) async fn ready(&self, cluster: &Cluster) -> Result<bool, Error> {
        loop {
            match PgConnection::connect(&cluster.url("postgres")).await {
                Ok(connection) => {
                    // A failed goodbye does not make the server less ready.
                    let _ = connection.close().await;
                    return Ok(true);
                }
                Err(error) if is_passing(&error) => {}
                Err(source) => return Err(Error::Server { action: "take a connection", source }),
            }
            match self {
                Self::Started { process, .. } => {
                    if let Some(status) = process.status() {
                        let failure = process.failure(status);
                        let passing = matches!(&failure, Error::Ended { output, .. } if output.contains(PREDECESSOR));
                        return if passing { Ok(false) } else { Err(failure) };
                    }
                }
                Self::Attached { .. } if self.has_ended(cluster) => return Ok(false),
                Self::Attached { .. } => {}
            }
            sleep(POLL).await;
        }
    }

    /// Waits for the server to end; gives its exit status in words, as far as it is known.
    pub(super) async fn ended(&self, cluster: &Cluster) -> String {
        match self {
            Self::Started { process, .. } => process.ended().await,
            Self::Attached { .. } => {
                while !self.has_ended(cluster) {
                    sleep(LOOK).await;
                }
                "a status known to the process that started it".to_owned()
            }
        }
    }

    pub(super) fn signal(&self, signal: Signal, cluster: &Cluster) {
        match self {
            Self::Started { process, .. } => process.signal(signal),
            Self::Attached { pid, .. } => {
                if !self.has_ended(cluster) {
                    // A lack of rights shows as a server that does not stop.
                    let _ = kill(Pid::from_raw(*pid), signal);
                }
            }
        }
    }

    fn has_ended(&self, cluster: &Cluster) -> bool {
        match self {
            Self::Started { process, .. } => process.status().is_some(),
            Self::Attached { pid, .. } => !postmaster::runs(*pid, &cluster.folder()),
        }
    }
}

/// Takes the lock that the owner of the server holds, if it is free.
fn own(cluster: &Cluster) -> Result<Option<File>, Error> {
    let path = cluster.file("postgres.owner");
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .doing("open", &path)?;
    Ok(file.try_lock().is_ok().then_some(file))
}

/// Whether a connection failed for a reason that waiting may mend: no socket yet, starting up or shutting down
/// (SQLSTATE 57P03), an immediate shutdown (57P02, 57P01), no free connection (53300).
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => {
            matches!(error.code().as_deref(), Some("57P01" | "57P02" | "57P03" | "53300"))
        }
        _ => false,
    }
}
