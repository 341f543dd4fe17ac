//! What commands work on: the stores of this machine, or those of a running `cloud-local`.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use twinhost::App;
use twinhost::ports::{DeadLetters, Ports, Queue};
use twinhost_selfhost::{Config, Host};

use super::webhook;

/// Which stores to work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Those of this machine.
    Home,
    /// Those of a `cloud-local` with the same data folder.
    Cloud,
}

/// The stores that a command works on, opened.
pub(crate) struct Stores {
    /// What handlers reach.
    pub(crate) ports: Ports,
    /// The queues.
    pub(crate) queue: Arc<dyn Queue>,
    /// Where webhooks are reached.
    pub(crate) base: String,
    home: Option<Host>,
}

impl Stores {
    /// Opens them.
    ///
    /// # Errors
    ///
    /// When they cannot be opened; says the cure.
    pub(crate) async fn open(which: Which, config: &Config, app: &App) -> Result<Self> {
        if which == Which::Cloud {
            return cloud(config).await;
        }
        let host = Host::open(config, &app.manifest()).await?;
        Ok(Self {
            ports: host.ports.clone(),
            queue: Arc::clone(&host.queue),
            base: base(which, config)?,
            home: Some(host),
        })
    }

    /// What only a home has: accounts and the history of schedules.
    ///
    /// # Errors
    ///
    /// When these are not a home's.
    pub(crate) fn home(&self) -> Result<&Host> {
        self.home.as_ref().context(
            "on AWS, Cognito has the accounts and EventBridge the schedules; this command is for the home only",
        )
    }

    /// What an operator can do about dead letters; nothing but [`Queue::redrive`] where these are not a home's.
    pub(crate) fn letters(&self) -> Option<Arc<dyn DeadLetters>> {
        self.home.as_ref().map(|home| home.database.queue() as _)
    }

    /// Closes them.
    pub(crate) async fn close(self) {
        if let Some(host) = self.home {
            host.close().await;
        }
    }
}

/// Where webhooks are reached.
///
/// # Errors
///
/// When no `cloud-local` runs and it should.
pub(crate) fn base(which: Which, config: &Config) -> Result<String> {
    match which {
        Which::Home => Ok(webhook::base_url(config.http.listen)),
        Which::Cloud => api(config),
    }
}

/// Opens stores, does the work, and closes them again, whatever came of it.
///
/// # Errors
///
/// When the stores cannot be opened, or the work fails.
pub(crate) async fn on<T>(
    which: Which,
    config: &Config,
    app: &App,
    work: impl AsyncFnOnce(&Stores) -> Result<T>,
) -> Result<T> {
    let stores = Stores::open(which, config, app).await?;
    let result = work(&stores).await;
    stores.close().await;
    result
}

#[cfg(feature = "cloud")]
async fn cloud(config: &Config) -> Result<Stores> {
    let remote = crate::cloud_local::State::load(&config.data_dir)?.open().await?;
    let crate::cloud_local::Remote { ports, queue, api } = remote;
    Ok(Stores { ports, queue, base: api, home: None })
}

#[cfg(feature = "cloud")]
fn api(config: &Config) -> Result<String> {
    Ok(crate::cloud_local::State::load(&config.data_dir)?.api)
}

#[cfg(not(feature = "cloud"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn cloud(_: &Config) -> Result<Stores> {
    Err(not_built())
}

#[cfg(not(feature = "cloud"))]
fn api(_: &Config) -> Result<String> {
    Err(not_built())
}

/// This build reaches no AWS.
#[cfg(not(feature = "cloud"))]
pub(crate) fn not_built() -> anyhow::Error {
    anyhow::anyhow!(
        "this build has no AWS in it; build it with the feature `cloud`: \
         cargo build --release -p twinhost-selfhost --features cloud (or `make cloud-local`)"
    )
}
