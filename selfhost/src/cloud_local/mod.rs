//! The application as it would be on AWS, on this machine: for developers.
//!
//! Its functions are the real executables behind an emulator of Lambda; DynamoDB, SQS, S3, SES and KMS are
//! moto's, with AWS's rigour. All of it is gone when it ends.

mod state;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lambda_emulator::{Aws, Cloud, CloudOptions, Executables, Function, kill_at_random};
use tokio_util::sync::CancellationToken;
use twinhost::Manifest;
use twinhost_selfhost::{Config, stop_at_signal};

pub(crate) use self::state::{Remote, State, folder};

/// How to run.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// An emulator of AWS that runs already.
    pub(crate) endpoint: Option<String>,
    /// The folder of the functions' executables.
    pub(crate) executables: PathBuf,
    /// Where the API listens.
    pub(crate) listen: SocketAddr,
    /// How long a received message stays invisible, instead of six timeouts of its function.
    pub(crate) visibility_timeout: Option<Duration>,
    /// What goes wrong on purpose.
    pub(crate) trouble: Trouble,
}

/// What goes wrong on purpose, as it may on AWS.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trouble {
    /// A process of a function is killed so often, on average.
    pub(crate) kill_every: Option<Duration>,
    /// The chance that a batch is delivered twice at the same time.
    pub(crate) duplicates: f64,
    /// The chance that what is done is not deleted, and so delivered again.
    pub(crate) lost_deletes: f64,
}

/// Runs the application until SIGTERM or SIGINT, and says when it is ready.
///
/// # Errors
///
/// When something is missing or in the way; says the cure.
pub(crate) async fn run(
    manifest: &Manifest,
    config: &Config,
    options: Options,
    ready: impl FnOnce(&State) -> Result<()>,
) -> Result<()> {
    let stop = stop_at_signal()?;
    let folder = folder(&config.data_dir);
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let ours = config.functions.of(manifest.clone())?;
    let mut aws = match &options.endpoint {
        Some(_) => None,
        None => Some(Aws::start(&folder.join("aws"), 0).await?),
    };
    let endpoint = match (&options.endpoint, &aws) {
        (Some(endpoint), _) => endpoint.clone(),
        (None, Some(aws)) => aws.url().to_owned(),
        (None, None) => bail!("there is no emulator of AWS"),
    };
    let executables = Executables::Folder(options.executables);
    let mut cloud = CloudOptions::new(&endpoint, executables, folder.join("logs"));
    cloud.listen = options.listen;
    cloud.visibility_timeout = options.visibility_timeout;
    cloud.only = ours.handlers.iter().map(|handler| handler.name.to_owned()).collect();
    let cloud = Cloud::start(manifest, cloud).await?;
    cloud.misbehaviour().duplicate(options.trouble.duplicates);
    cloud.misbehaviour().lose_deletes(options.trouble.lost_deletes);
    let functions: Vec<Arc<Function>> = cloud.functions().values().cloned().collect();
    let killing = options.trouble.kill_every.map(|pause| {
        let stop = stop.clone();
        tokio::spawn(async move { kill_at_random(&functions, pause, &stop).await })
    });

    let state = State::of(&cloud, &endpoint);
    let saved = state.save(&config.data_dir)?;
    let result = match ready(&state) {
        Ok(()) => stopped(&stop, aws.as_mut()).await,
        error => error,
    };
    drop(saved);
    cloud.shut_down().await;
    if let Some(killing) = killing {
        stop.cancel();
        tracing::info!(processes = killing.await?, "killed on purpose");
    }
    result
}

/// Waits for the end, which is not to come from the emulator.
async fn stopped(stop: &CancellationToken, aws: Option<&mut Aws>) -> Result<()> {
    let ended = async {
        match aws {
            Some(aws) => aws.ended().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        why = ended => bail!("the emulator of AWS ended by itself: {why}"),
    }
}

/// The folder that this executable is in: Cargo puts the functions beside it.
pub(crate) fn beside() -> Result<PathBuf> {
    let path = std::env::current_exe().context("find this executable")?;
    Ok(path.parent().map(ToOwned::to_owned).unwrap_or_default())
}
