//! `cloud-local`: the application as it would be on AWS, on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use twinhost::App;
use twinhost_selfhost::Config;

use super::output::Output;
use super::text;

pub(crate) const EXAMPLES: &str = "\
The functions are the real executables, each a process behind an emulator of Lambda; the other services of AWS are \
moto's (`make setup` installs it). Everything in them is gone when this ends. It needs a build with the feature \
`cloud`, and the executables: `make cloud-local` builds both and starts it.

The other commands work on it with --cloud, or where TWINHOST_CLOUD=1 is set. What AWS may do on a bad day can be had on purpose: processes that are \
killed, messages that are delivered twice.

Examples:
  twinhost cloud-local
  twinhost --cloud tenants add acme
  twinhost --cloud sources add cloudtrail --tenant acme
  twinhost --cloud send logs/ --source cloudtrail --tenant acme
  twinhost cloud-local --kill-every 2s --duplicates 0.1 --visibility-timeout 20s";

/// How to run.
#[derive(Debug, Args)]
pub(crate) struct CloudLocalArgs {
    /// Where the API listens, on loopback
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// An emulator of AWS that runs already, instead of one of our own; a plain moto shows no messages in queues
    #[arg(long, value_name = "URL", value_parser = endpoint)]
    endpoint: Option<String>,
    /// The folder of the functions' executables [default: that of this command]
    #[arg(long, value_name = "FOLDER")]
    executables: Option<PathBuf>,
    /// How long a received message stays hidden [default: six timeouts of its function]
    #[arg(long, value_name = "TIME", value_parser = text::duration)]
    visibility_timeout: Option<Duration>,
    /// Kill a process of a function so often, on average
    #[arg(long, value_name = "TIME", value_parser = text::duration)]
    kill_every: Option<Duration>,
    /// The chance, 0 to 1, that a batch of messages is delivered twice at the same time
    #[arg(long, value_name = "CHANCE", default_value_t = 0.0, value_parser = chance)]
    duplicates: f64,
    /// The chance, 0 to 1, that messages that are done are not deleted, and so come again
    #[arg(long, value_name = "CHANCE", default_value_t = 0.0, value_parser = chance)]
    lost_deletes: f64,
}

fn chance(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(chance) if (0.0..=1.0).contains(&chance) => Ok(chance),
        _ => Err("a chance is from 0 (never) to 1 (always)".to_owned()),
    }
}

fn endpoint(text: &str) -> Result<String, String> {
    match text.parse::<http::Uri>() {
        Ok(uri) if uri.scheme_str() == Some("http") && uri.host().is_some() => Ok(text.to_owned()),
        _ => Err("an emulator of AWS is at a URL such as http://127.0.0.1:5000".to_owned()),
    }
}

/// Runs until it is told to stop.
#[cfg(feature = "cloud")]
pub(crate) async fn run(
    args: CloudLocalArgs,
    config: &Config,
    app: &App,
    output: Output,
) -> Result<()> {
    use crate::cloud_local::{self, Options, Trouble};

    let manifest = app.manifest();
    let gone = if args.endpoint.is_none() { " (gone when this ends)" } else { "" };
    let options = Options {
        endpoint: args.endpoint,
        executables: args.executables.map_or_else(cloud_local::beside, Ok)?,
        listen: args.listen,
        visibility_timeout: args.visibility_timeout,
        trouble: Trouble {
            kill_every: args.kill_every,
            duplicates: args.duplicates,
            lost_deletes: args.lost_deletes,
        },
    };
    cloud_local::run(&manifest, config, options, |state| {
        let logs = cloud_local::folder(&config.data_dir).join("logs");
        output.value(state, || {
            let mut lines = vec![format!("API        {}", state.api)];
            for handler in &manifest.handlers {
                if let twinhost::manifest::Trigger::Route { method, path, .. } = &handler.trigger {
                    let method = http::Method::from(*method);
                    lines.push(format!("           {method} {path}  {}", handler.name));
                }
            }
            lines.push(format!("AWS        {}{gone}", state.endpoint));
            lines.push(format!("Logs       {}", logs.display()));
            lines.join("\n")
        })?;
        output.hint(
            "Ctrl-C ends it. To let a sender in: twinhost --cloud sources add NAME --tenant TENANT",
        );
        Ok(())
    })
    .await
}

/// Says what is missing.
#[cfg(not(feature = "cloud"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
pub(crate) async fn run(_: CloudLocalArgs, _: &Config, _: &App, _: Output) -> Result<()> {
    Err(super::stores::not_built())
}
