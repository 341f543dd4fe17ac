//! `send`: signs files and posts them to the webhook, as a sender would.

mod files;
mod report;
mod sender;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use functions::signatures::Scheme;
use futures::StreamExt as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use secrecy::SecretString;
use twinhost::App;
use twinhost_selfhost::Config;

use self::report::Report;
use self::sender::Sender;
use super::costs::TenantArg;
use super::output::Output;
use super::store::Store;
use super::stores::{self, Which};
use super::{input, sources, text, webhook};

pub(crate) const EXAMPLES: &str = "\
A folder is searched to the bottom for .json and .json.gz files. A file is sent as it is; its delivery \
id comes from its bytes, so sending it again has no second effect. While the receiver is away or busy \
each file is tried again, so a restart in the middle loses nothing.

Without a secret, the source's own is taken from the store of this machine.

Examples:
  twinhost send logs/ --tenant acme --source cloudtrail
  twinhost send event.json --tenant acme --source cloudtrail --json
  twinhost send logs/ --tenant acme --source ci --url https://example.com --secret-file secret";

/// What to send where.
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// Files and folders to send
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    tenant: TenantArg,
    /// The source to send as, as in `twinhost sources list`
    #[arg(long, short, value_name = "NAME")]
    source: String,
    /// Where Twinhost is reached [default: where it listens on this machine]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The secret to sign with; others on this machine can see a flag, so better use a file
    #[arg(
        long,
        value_name = "SECRET",
        env = "TWINHOST_SECRET",
        hide_env_values = true,
        conflicts_with = "secret_file"
    )]
    secret: Option<SecretString>,
    /// A file with the secret to sign with; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// How to sign with that secret [default: standard-webhooks]
    #[arg(long, value_name = "SCHEME")]
    scheme: Option<Scheme>,
    /// How many files to send at a time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// How long to go on trying while the receiver is away, for each file
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = text::duration)]
    retry_for: Duration,
}

/// Sends the files; answers whether all were accepted.
pub(crate) async fn run(
    args: &SendArgs,
    which: Which,
    config: &Config,
    app: &App,
    output: Output,
) -> Result<bool> {
    let files = files::find(&args.files)?;
    let (scheme, secret) = credentials(args, which, config, app).await?;
    let base = match &args.url {
        Some(url) => url.clone(),
        None => stores::base(which, config)?,
    };
    let url = webhook::webhook_url(&base, &args.tenant.tenant, &args.source);
    let url = url.parse().with_context(|| format!("`{url}` is not a URL; check `--url`"))?;
    let sender = Sender::new(url, scheme, secret, args.retry_for)?;

    let report = send_all(&sender, files, usize::from(args.concurrency)).await;
    output.value(&report, || report.text())?;
    if report.is_success() {
        let tenant = &args.tenant.tenant;
        output.hint(&format!("see what became of it: twinhost events summary --tenant {tenant}"));
    }
    Ok(report.is_success())
}

async fn send_all(sender: &Sender, files: Vec<PathBuf>, concurrency: usize) -> Report {
    let began = Instant::now();
    let bar = progress_bar(files.len() as u64);
    let mut sending = futures::stream::iter(files)
        .map(|file| {
            let bar = &bar;
            async move {
                let waiting = |why: &str| bar.set_message(text::clean(why).into_owned());
                let sent = sender.send(&file, waiting).await;
                (file, sent)
            }
        })
        .buffer_unordered(concurrency);
    let mut report = Report::default();
    while let Some((file, sent)) = sending.next().await {
        report.add(&file, sent);
        bar.set_message("");
        bar.inc(1);
    }
    bar.finish_and_clear();
    report.finish(began.elapsed())
}

/// A bar on standard error; nothing at all unless that is a terminal.
fn progress_bar(files: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files {per_sec} {msg}");
    let bar = ProgressBar::with_draw_target(Some(files), ProgressDrawTarget::stderr());
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The secret given, or the source's own from the store.
async fn credentials(
    args: &SendArgs,
    which: Which,
    config: &Config,
    app: &App,
) -> Result<(Scheme, SecretString)> {
    let given = match (&args.secret, &args.secret_file) {
        (Some(secret), _) => Some(secret.clone()),
        (None, Some(file)) => Some(input::secret(Some(file), "secret")?),
        (None, None) => None,
    };
    if let Some(secret) = given {
        return Ok((args.scheme.unwrap_or(Scheme::StandardWebhooks), secret));
    }
    stores::on(which, config, app, async |stores| {
        let store = Store::new(&stores.ports, &args.tenant.tenant);
        let source = sources::find(&store, &args.source).await?.document;
        let secret = sources::open(&stores.ports, &store, &source).await?;
        Ok((args.scheme.unwrap_or_else(|| source.scheme.into()), secret))
    })
    .await
}
