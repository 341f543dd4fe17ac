//! What `export` and `import` have in common: the hosts to move between, where our documents hold secrets, and the bar.

use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;
use events::{CloudAccount, Settings, Source};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use twinhost::{App, Document as _};
use twinhost_selfhost::migration::{Sealed, Side, Tally};
use twinhost_selfhost::{Config, Host};

use super::on_stores;
use super::text::{bytes, plural};

/// A host to move from or to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Place {
    /// The stores of this machine
    Home,
    /// The table, bucket and KMS key that `TWINHOST_TABLE`, `TWINHOST_BUCKET` and `TWINHOST_KMS_KEY` name
    Aws,
}

/// Where the documents of the cost watcher hold secrets.
pub(crate) fn sealed() -> [Sealed; 4] {
    let source = |pointer| Sealed {
        collection: Source::COLLECTION,
        pointer,
        context: |key| Source::seal_context(key).to_vec(),
    };
    [
        source("/secret"),
        source("/previous_secret"),
        Sealed {
            collection: CloudAccount::COLLECTION,
            pointer: "/credentials/secret_access_key",
            context: |key| CloudAccount::seal_context(key).to_vec(),
        },
        Sealed {
            collection: Settings::COLLECTION,
            pointer: "/slack_webhook",
            context: |_| Settings::SEAL_CONTEXT.to_vec(),
        },
    ]
}

/// Opens a host, does the work, and closes it again.
///
/// # Errors
///
/// When the host cannot be opened, or the work fails.
pub(crate) async fn on<T>(
    place: Place,
    config: &Config,
    app: &App,
    work: impl AsyncFnOnce(&Side) -> Result<T>,
) -> Result<T> {
    match place {
        Place::Home => on_stores::open(config, app, async |host| work(&home(host)).await).await,
        Place::Aws => work(&aws().await?).await,
    }
}

fn home(host: &Host) -> Side {
    let transfer = host.database.store();
    Side { name: "home".to_owned(), ports: host.ports.clone(), transfer }
}

#[cfg(feature = "cloud")]
async fn aws() -> Result<Side> {
    use std::sync::Arc;

    use twinhost::ports::SystemClock;
    use twinhost_aws::{AwsHost, AwsOptions, Clients};

    let clients = Arc::new(Clients::patient().await);
    let host = AwsHost::new(clients, &AwsOptions::from_environment()?, Arc::new(SystemClock))?;
    Ok(Side { name: "aws".to_owned(), ports: host.ports(), transfer: host.transfer() })
}

#[cfg(not(feature = "cloud"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn aws() -> Result<Side> {
    anyhow::bail!(
        "this build has no AWS in it; build it with the feature `cloud`: \
         cargo build --release -p twinhost-selfhost --features cloud"
    )
}

/// How far it is, on standard error; nothing at all unless that is a terminal.
///
/// Without a total, which a host cannot tell, it counts.
pub(crate) fn progress_bar(total: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
    let style = match total {
        Some(_) => "{prefix} {bar:30} {bytes}/{total_bytes} {msg}",
        None => "{spinner} {prefix} {msg}",
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Shows how far it is.
pub(crate) fn show(bar: &ProgressBar, tally: Tally) {
    bar.set_position(tally.bytes);
    if !bar.is_hidden() {
        bar.set_message(text(tally));
    }
}

/// `1,200 documents, 1 object, 4.00 MB`.
pub(crate) fn text(tally: Tally) -> String {
    let documents = plural(tally.documents, "document");
    format!("{documents}, {}, {}", plural(tally.objects, "object"), bytes(tally.bytes))
}
