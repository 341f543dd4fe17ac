//! `up` and `migrate`: the runner itself.

use std::net::SocketAddr;

use anyhow::Result;
use clap::Args;
use twinhost::App;
use twinhost_selfhost::config::LogFormat;
use twinhost_selfhost::{Config, ConfigOverrides};

use super::on_stores;
use super::output::Output;

pub(crate) const EXAMPLES: &str = "\
Without a database of your own, Twinhost starts one in its data folder. The first start also makes \
the secrets there; keep a copy of that folder.

Everything can be set in <data>/twinhost.toml, by variables (http.listen is TWINHOST__HTTP__LISTEN) \
and, for a secret, by a file that a variable names (DATABASE_URL_FILE). A flag beats a variable, which \
beats the file.

Objects over 128 KiB are files in <data>/objects (objects.directory), or in a bucket of any S3: objects.bucket, \
objects.endpoint unless it is AWS, objects.region, objects.access_key_id, objects.secret_access_key, and if need be \
objects.prefix, objects.style = \"virtual\", objects.allow_http = true. To move them, copy them first: \
<data>/objects and a bucket hold the same paths.

functions = [\"scorer\"] makes a worker of it: it runs those handlers and no other, on the same database as \
the rest.

SIGTERM and Ctrl-C finish the work in hand, then stop. /readyz says whether requests are taken, \
/metrics on the admin port is for Prometheus.

Examples:
  twinhost up
  twinhost up --data-dir /srv/twinhost --listen 0.0.0.0:8080
  DATABASE_URL=postgres://owner:secret@db/twinhost twinhost up";

/// How to run.
#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    /// Where to serve HTTP [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Where to serve metrics [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDRESS:PORT")]
    admin_listen: Option<SocketAddr>,
    /// The name of this machine in logs and schedules [default: its host name]
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// How to log: auto, human or json [default: auto, which is human on a terminal]
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    log_format: Option<LogFormat>,
    /// Let tenants have chats on this machine and its network: whoever sets one can then reach that network
    #[arg(long)]
    pub(crate) allow_private_chats: bool,
}

impl UpArgs {
    /// Adds what these flags say about the configuration.
    pub(crate) fn add_to(&self, overrides: &mut ConfigOverrides) {
        overrides.listen = self.listen;
        overrides.admin_listen = self.admin_listen;
        overrides.node.clone_from(&self.node);
        overrides.log_format = self.log_format;
    }
}

/// Brings the database up to date, which opening it does.
pub(crate) async fn migrate(config: &Config, app: &App, output: Output) -> Result<()> {
    on_stores::open(config, app, async |host| {
        output.done(&format!("{} is up to date", host.database_place))
    })
    .await
}

/// Runs until it is told to stop.
pub(crate) async fn run(app: App, config: Config) -> Result<()> {
    Ok(twinhost_selfhost::run(app, config).await?)
}
