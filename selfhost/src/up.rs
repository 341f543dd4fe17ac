//! `run`: from a configuration to an application that serves, and back to nothing.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use twinhost::manifest::{Manifest, Trigger};
use twinhost::ports::PortError;
use twinhost::{App, InvalidApp};
use twinhost_postgres::{PgHost, Vitals};

use crate::backend::Backend;
use crate::config::Config;
use crate::host::{Host, HostError};
use crate::logs::{self, LogsError};
use crate::runner::{Bound, Runner, RunnerError};

/// Why the application did not run, or did not end well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// It cannot run on any host.
    #[error(transparent)]
    App(#[from] InvalidApp),
    /// Logs cannot be written.
    #[error(transparent)]
    Logs(#[from] LogsError),
    /// The stores cannot be opened.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A part of it cannot run.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// Signals cannot be listened for.
    #[error("cannot listen for signals")]
    Signals(#[source] std::io::Error),
}

/// Runs an application until SIGTERM or SIGINT; a second signal ends the process at once.
///
/// # Errors
///
/// Says what is missing or in the way, and the cure.
pub async fn run(app: App, config: Config) -> Result<(), RunError> {
    app.check()?;
    logs::start(&config.log)?;
    let stop = stop_at_signal()?;
    // Said before a database is started for nothing.
    let ours = config.functions.of(app.manifest()).map_err(RunnerError::from)?;
    let manifest = app.manifest();
    let host = Host::open(&config, &manifest).await?;
    let result = serve(app, &host, &config, &ours, stop).await;
    host.close().await;
    result
}

async fn serve(
    app: App,
    host: &Host,
    config: &Config,
    manifest: &Manifest,
    stop: CancellationToken,
) -> Result<(), RunError> {
    let runner = Runner {
        app,
        ports: host.ports.clone(),
        queue: Arc::clone(&host.queue),
        occurrences: Arc::clone(&host.schedules) as _,
        backend: Arc::clone(&host.database) as _,
        admin_token: host.secrets.admin_token.clone(),
    };
    let bound = runner.bind(config).await?;
    // What cannot be printed is in the log as well, so a closed output is no reason to stop.
    let _shown = std::io::stdout().write_all(announce(&bound, host, config, manifest).as_bytes());
    tracing::info!(
        app = manifest.app,
        version = env!("CARGO_PKG_VERSION"),
        node = config.node,
        http = %bound.http_address,
        admin = %bound.admin_address,
        database = host.database_place,
        objects = host.large_objects.place(),
        "Running"
    );
    Ok(bound.run(stop).await?)
}

/// What somebody who has just started it wants to know.
fn announce(bound: &Bound, host: &Host, config: &Config, manifest: &Manifest) -> String {
    let mut text = format!(
        "\ntwinhost {} runs `{}` on `{}`\n",
        env!("CARGO_PKG_VERSION"),
        manifest.app,
        config.node
    );
    let mut line = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {name:<9} {value}");
    };
    let url = format!("http://{}", bound.http_address);
    line("http", &url);
    for handler in &manifest.handlers {
        if let Trigger::Route { method, path, .. } = &handler.trigger {
            let method = http::Method::from(*method);
            line("", &format!("{method} {path}"));
        }
    }
    line("health", &format!("{url}/health"));
    line("metrics", &format!("http://{}/metrics", bound.admin_address));
    line("data", &shown(&config.data_dir));
    line("database", &host.database_place);
    line("objects", &format!("{} (those over 128 KiB)", host.large_objects.place()));
    let nowhere = "nowhere: set `smtp.host` and `smtp.from`";
    line("mail", host.mail_place.as_deref().unwrap_or(nowhere));
    if !host.secrets.created.is_empty() {
        let names = host.secrets.created.iter().filter_map(|path| path.file_name()?.to_str());
        let names = names.collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            text,
            "\nThis is the first start: it made secrets in {} ({names}).\n\
             Keep a copy of that folder: what is sealed cannot be opened without its keys.",
            shown(&host.secrets.directory)
        );
    }
    text.push_str("\nCtrl-C stops it when the work in hand is done.\n\n");
    text
}

fn shown(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// A token that the first SIGTERM or SIGINT cancels; the second ends the process.
///
/// # Errors
///
/// When signals cannot be listened for.
pub fn stop_at_signal() -> Result<CancellationToken, RunError> {
    let listen = |kind| signal(kind).map_err(RunError::Signals);
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        next(&mut terminate, &mut interrupt).await;
        tracing::info!("Stopping; a second signal ends it at once");
        stopping.cancel();
        next(&mut terminate, &mut interrupt).await;
        // 128 + SIGTERM, as a shell reports a process that did not catch it.
        std::process::exit(143);
    });
    Ok(stop)
}

async fn next(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[async_trait]
impl Backend for PgHost {
    async fn check(&self) -> Result<(), PortError> {
        self.ping().await
    }

    async fn housekeep(&self) -> Result<(), PortError> {
        self.housekeeping().await.map(|_| ())
    }

    async fn vitals(&self) -> Result<Vitals, PortError> {
        Self::vitals(self).await
    }
}
