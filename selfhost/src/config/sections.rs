//! The sections of the configuration, their values and their defaults.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use twinhost_postgres::mail::Encryption;

use super::address::Addresses;
use super::functions::Functions;
use super::objects::Objects;

/// The most that a body may have: Lambda's limit, so that nobody depends on which host they call.
pub const BODY_LIMIT_BYTES: usize = twinhost::http::BODY_LIMIT_BYTES;

/// How this host runs. Every value has a default.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of everything that is kept: database, objects, secrets. `./data`.
    pub data_dir: PathBuf,
    /// The name of this machine in logs and schedules. The machine's host name.
    pub node: String,
    /// The handlers that run here: their routes, consumers and schedules, and no other's. All.
    pub functions: Functions,
    /// How long work in hand may go on after SIGTERM, in seconds. 25.
    pub shutdown_grace_seconds: u64,
    /// The public side.
    pub http: Http,
    /// The operator's side.
    pub admin: Admin,
    /// Postgres.
    pub database: Database,
    /// Where large objects are kept.
    pub objects: Objects,
    /// The mail relay.
    pub smtp: Smtp,
    /// Bearer tokens.
    pub auth: Auth,
    /// What is logged, and how.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            node: host_name(),
            functions: Functions::default(),
            shutdown_grace_seconds: 25,
            http: Http::default(),
            admin: Admin::default(),
            database: Database::default(),
            objects: Objects::default(),
            smtp: Smtp::default(),
            auth: Auth::default(),
            log: Log::default(),
        }
    }
}

impl Config {
    /// How long work in hand may go on after SIGTERM.
    #[must_use]
    pub const fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace_seconds)
    }

    /// The folder of large objects, unless a bucket has them: the one configured, else `<data>/objects`.
    #[must_use]
    pub fn objects_dir(&self) -> PathBuf {
        self.objects.directory.clone().unwrap_or_else(|| self.data_dir.join("objects"))
    }

    /// The folder of secrets.
    #[must_use]
    pub fn secrets_dir(&self) -> PathBuf {
        self.data_dir.join("secrets")
    }

    /// Finds values that have the right type and make no sense.
    pub(super) fn check(&self) -> Result<(), String> {
        let http = &self.http;
        let at_least_one = [
            ("http.header_timeout_seconds", http.header_timeout_seconds),
            ("http.body_timeout_seconds", http.body_timeout_seconds),
            ("http.max_connections", http.max_connections as u64),
            ("http.max_connections_per_address", http.max_connections_per_address as u64),
            ("http.max_backlog", http.max_backlog.unwrap_or(1)),
            ("database.max_connections", u64::from(self.database.max_connections)),
        ];
        for (name, value) in at_least_one {
            if value == 0 {
                return Err(format!("`{name}` is 0; use 1 or more"));
            }
        }
        if !(1..=BODY_LIMIT_BYTES).contains(&http.body_limit_bytes) {
            return Err(format!(
                "`http.body_limit_bytes` is {}; use 1 to {BODY_LIMIT_BYTES}, the limit of the other host",
                http.body_limit_bytes
            ));
        }
        if self.node.is_empty() || self.node.len() > 100 {
            return Err("`node` must have 1 to 100 characters".to_owned());
        }
        if self.smtp.password.is_some() != self.smtp.username.is_some() {
            return Err(
                "`smtp.username` and `smtp.password` belong together; give both or neither".into(),
            );
        }
        if self.smtp.host.is_some() && self.smtp.from.is_none() {
            return Err("`smtp.host` is set but `smtp.from` is not; say who mails come from".into());
        }
        self.objects.check()
    }
}

fn host_name() -> String {
    let name = std::fs::read_to_string(Path::new("/proc/sys/kernel/hostname")).unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "home".to_owned() } else { name.to_owned() }
}

/// The public side: the routes of the application, `/health`, `/healthz`, `/readyz`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Where to listen. `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The largest body in bytes; a larger one is answered 413. 6 MiB, which is also the most.
    pub body_limit_bytes: usize,
    /// Time for a request's headers in seconds, and how long an idle connection is kept. 10.
    pub header_timeout_seconds: u64,
    /// Time for a request's body in seconds. 30.
    pub body_timeout_seconds: u64,
    /// Proxies whose `x-forwarded-for` is believed: addresses and networks (`10.0.0.0/8`). None.
    pub trusted_proxies: Addresses,
    /// Connections at a time; further ones wait. 1024.
    pub max_connections: usize,
    /// Connections at a time from one address (IPv6: one /64) that is not a trusted proxy. 512.
    pub max_connections_per_address: usize,
    /// Messages that may wait in a queue before requests that send to it are answered 503. No limit.
    pub max_backlog: Option<u64>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: loopback(8080),
            body_limit_bytes: BODY_LIMIT_BYTES,
            header_timeout_seconds: 10,
            body_timeout_seconds: 30,
            trusted_proxies: Addresses::default(),
            max_connections: 1024,
            max_connections_per_address: 512,
            max_backlog: None,
        }
    }
}

/// The operator's side: `/metrics`, `/health`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Admin {
    /// Where to listen. `127.0.0.1:8081`. Anywhere but on loopback the admin token is asked for.
    pub listen: SocketAddr,
}

impl Default for Admin {
    fn default() -> Self {
        Self { listen: loopback(8081) }
    }
}

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Postgres.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// The owner's connection string, also `DATABASE_URL`. Without it, Postgres is started in the data folder.
    pub url: Option<SecretString>,
    /// Connections at a time for reads, receives and commands; commits and notifications have three of their own. 6.
    pub max_connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: None, max_connections: 6 }
    }
}

/// The mail relay. Without a host no mail is sent; who wants to send one is told so.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    /// The relay's name or address.
    pub host: Option<String>,
    /// Its port. 587.
    pub port: u16,
    /// How the connection is encrypted: `starttls`, `tls` or `none`. `starttls`.
    pub encryption: Encryption,
    /// The user, if the relay asks for one.
    pub username: Option<String>,
    /// The user's password.
    pub password: Option<SecretString>,
    /// Who mails come from: `Cost Watcher <costs@example.org>`.
    pub from: Option<String>,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            encryption: Encryption::default(),
            username: None,
            password: None,
            from: None,
        }
    }
}

/// Bearer tokens.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// The secret that signs tokens, also `JWT_SECRET`: 32 bytes or more. One is made at the first start.
    pub jwt_secret: Option<SecretString>,
}

/// What is logged, and how. Logs go to standard error.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// What: a level, or levels for modules: `warn,twinhost=debug`. `info,sqlx=warn`.
    pub level: String,
    /// How. `auto`.
    pub format: LogFormat,
    /// A file that gets the same as JSON, a line each. None.
    pub file: Option<PathBuf>,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info,sqlx=warn".to_owned(), format: LogFormat::Auto, file: None }
    }
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people on a terminal, as JSON otherwise.
    Auto,
    /// For people.
    Human,
    /// A JSON object a line.
    Json,
}

impl LogFormat {
    /// Its name in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Human => "human",
            Self::Json => "json",
        }
    }
}
