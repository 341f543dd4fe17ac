//! Where the database is, and how it is talked to.

use std::path::PathBuf;
use std::str::FromStr as _;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::PgConnectOptions;

use crate::error::StartError;

/// How long a statement may run before the server ends it. A flush takes milliseconds; ten seconds
/// is a server in trouble, and the caller should hear of it within a gateway's 30 s.
const STATEMENT_TIMEOUT: &str = "10s";

/// How long a statement may wait for a row that another one holds.
const LOCK_TIMEOUT: &str = "5s";

/// An open transaction that does nothing keeps dead rows alive everywhere; ours never pause.
const IDLE_IN_TRANSACTION: &str = "10s";

/// How the server finds out that we are gone when the network does not say so: by its own defaults after two hours,
/// in which our sessions would take its connections from us. Without effect on a Unix socket.
const DEAD_CLIENTS: [(&str, &str); 4] = [
    ("tcp_user_timeout", "30s"),
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "3"),
];

/// How to reach and use a database.
#[derive(Clone, Debug)]
pub struct PgOptions {
    /// The connection URL. With `migrate`, its user must own the database or be a superuser; the
    /// runner itself then acts as the role `twinhost_app`.
    pub url: SecretString,
    /// Connections for reads, receives and administration. On top come `lanes` and one that listens.
    pub max_connections: u32,
    /// Commits under way side by side (at least 1); each holds a connection. Several keep the disk busy:
    /// while one waits for it, the next is being worked on.
    pub lanes: u32,
    /// The folder for objects over 128 KiB.
    pub object_dir: PathBuf,
    /// Whether connecting brings the tables up to date first.
    pub migrate: bool,
}

impl PgOptions {
    /// Six connections, four lanes, migrates.
    #[must_use]
    pub const fn new(url: SecretString, object_dir: PathBuf) -> Self {
        Self { url, max_connections: 6, lanes: 4, object_dir, migrate: true }
    }

    /// The options of every connection.
    pub(crate) fn connect_options(&self) -> Result<PgConnectOptions, StartError> {
        let url = self.url.expose_secret();
        if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            return Err(StartError::Url("it has another scheme".to_owned()));
        }
        let options =
            PgConnectOptions::from_str(url).map_err(|error| StartError::Url(error.to_string()))?;
        Ok(options.application_name("twinhost").options(DEAD_CLIENTS))
    }
}

/// The database's name for messages: no user, no password.
pub(crate) fn describe(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or("postgres");
    match options.get_socket() {
        Some(socket) => format!("Postgres at {}/{database}", socket.display()),
        None => format!("Postgres at {}:{}/{database}", options.get_host(), options.get_port()),
    }
}

/// The options of a connection that acts as the application's role from its first statement on: asking for the role
/// afterwards would take two more round trips, which over a slow network are more than a connection is waited for.
pub(crate) fn as_app(options: PgConnectOptions) -> PgConnectOptions {
    options.options([("role", "twinhost_app")])
}

/// The options of a connection on which statements are bounded in time.
///
/// A statement's plan must not be made anew each time: planning over all partitions costs ten times
/// the statement, and the planner, which expects to touch them all, never settles by itself.
pub(crate) fn bounded(options: PgConnectOptions) -> PgConnectOptions {
    options.options([
        ("statement_timeout", STATEMENT_TIMEOUT),
        ("lock_timeout", LOCK_TIMEOUT),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION),
        ("plan_cache_mode", "force_generic_plan"),
    ])
}
