//! The command `twinhost`: what people and scripts type.
//!
//! One file for each group of commands. A command opens the stores, does its
//! work through the same ports as the handlers, and prints a table, or JSON
//! with `--json`. It ends with 0 when all went well, 1 when it did not, and 2
//! when it was asked for something that is not possible.

mod accounts;
mod client;
mod cloud_local;
mod costs;
mod doctor;
mod export;
mod health;
mod hunts;
mod import;
mod input;
mod invoke;
mod listing;
mod on_stores;
mod output;
mod queues;
mod schedules;
mod send;
mod settings;
mod sides;
mod sources;
mod store;
mod stores;
mod summary;
mod table;
mod tenants;
mod text;
mod up;
mod users;
mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;
use twinhost::App;
use twinhost_selfhost::{Config, ConfigOverrides, logs};

use self::output::Output;
use self::stores::Which;

/// Runs functions at home as in the cloud: routes, queues and schedules in one process.
#[derive(Debug, Parser)]
#[command(name = "twinhost", version, max_term_width = 100, after_help = EXAMPLES)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
To begin:
  twinhost up                                             start everything, here and now
  twinhost sources add cloudtrail --tenant acme           let a sender in
  twinhost send logs/ --source cloudtrail --tenant acme   send some files as that sender
  twinhost events summary --tenant acme                   see what became of every record
  twinhost anomalies list --tenant acme                   see what is out of the ordinary

When something is wrong:
  twinhost doctor                                         what is wrong, and the cure
  twinhost queues list                                    what waits, and what was given up";

/// What every command understands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Print JSON: a document or an array; errors as {"error": …} on standard error
    #[arg(long, global = true)]
    json: bool,
    /// The folder of everything that is kept [default: ./data] [env: `TWINHOST__DATA_DIR`]
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The configuration file [default: twinhost.toml in the data folder, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The Postgres to use instead of one of our own [env: `DATABASE_URL`]
    #[arg(long, global = true, value_name = "URL", hide_default_value = true)]
    database_url: Option<SecretString>,
    /// What to log on standard error: `info`, `warn,twinhost=debug` [env: `TWINHOST__LOG__LEVEL`]
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Work on a running `cloud-local` with the same data folder, not on the stores of this machine [env:
    /// `TWINHOST_CLOUD`]
    #[arg(long, global = true, env = "TWINHOST_CLOUD", hide_env = true)]
    #[arg(value_parser = clap::builder::FalseyValueParser::new())]
    cloud: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything: routes, consumers and schedules
    #[command(after_help = up::EXAMPLES)]
    Up(up::UpArgs),
    /// Start everything as it would be on AWS, on this machine: Lambda and AWS are emulated
    #[command(after_help = cloud_local::EXAMPLES)]
    CloudLocal(cloud_local::CloudLocalArgs),
    /// Sign files and post them to the webhook
    #[command(after_help = send::EXAMPLES)]
    Send(Box<send::SendArgs>),
    #[command(flatten)]
    OnStores(on_stores::OnStores),
    /// Write all that a tenant has into a folder, to move it to another host
    #[command(after_help = export::EXAMPLES)]
    Export(export::ExportArgs),
    /// Put a folder that `export` wrote into a tenant
    #[command(after_help = import::EXAMPLES)]
    Import(import::ImportArgs),
    /// Say what is wrong and the cure; nothing when all is well
    Doctor,
    /// Ask a running Twinhost whether it is ready: 0 yes, 1 no
    Healthcheck,
    /// Bring the database up to date; `up` does so by itself
    Migrate,
}

impl Cli {
    /// Reads the command line; what means nothing is explained, and the process ends with 2.
    pub(crate) fn read() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| misused(&error))
    }

    /// Whether chats on private addresses may be posted to.
    pub(crate) const fn allow_private_chats(&self) -> bool {
        matches!(&self.command, Command::Up(up::UpArgs { allow_private_chats: true, .. }))
    }

    /// Says how the command ended.
    pub(crate) fn finish(output: Output, result: Result<bool>) -> ExitCode {
        match result {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
            Err(error) => {
                output.error(&format!("{error:#}"));
                ExitCode::FAILURE
            }
        }
    }

    /// How to print.
    pub(crate) const fn output(&self) -> Output {
        Output::new(self.global.json)
    }

    /// Runs the command on an application; answers whether it succeeded.
    pub(crate) async fn run(self, app: App) -> Result<bool> {
        let output = self.output();
        let config = Config::load(self.overrides())?;
        let which = if self.global.cloud { Which::Cloud } else { Which::Home };
        if !matches!(self.command, Command::Up(_)) {
            logs::start(&config.log)?;
        }
        match self.command {
            Command::Up(_) => up::run(app, config).await.map(|()| true),
            Command::CloudLocal(args) => {
                cloud_local::run(args, &config, &app, output).await.map(|()| true)
            }
            Command::Send(args) => send::run(&args, which, &config, &app, output).await,
            Command::OnStores(command) => command.run(which, &config, &app, output).await,
            Command::Export(args) => export::run(&args, &config, &app, output).await.map(|()| true),
            Command::Import(args) => import::run(&args, &config, &app, output).await.map(|()| true),
            Command::Doctor => doctor::run(&config, &app, output).await,
            Command::Healthcheck => health::run(&config).await.map(|()| true),
            Command::Migrate => up::migrate(&config, &app, output).await.map(|()| true),
        }
    }

    /// What the flags say about the configuration.
    fn overrides(&self) -> ConfigOverrides {
        let global = &self.global;
        let mut overrides = ConfigOverrides {
            config: global.config.clone(),
            data_dir: global.data_dir.clone(),
            database_url: global.database_url.clone(),
            log_level: global.log_level.clone(),
            ..ConfigOverrides::default()
        };
        match &self.command {
            Command::Up(args) => args.add_to(&mut overrides),
            Command::CloudLocal(_) => {}
            // A command says by itself what went wrong; the log is for what `up` does.
            _ => overrides.log_level = overrides.log_level.or_else(|| Some("error".to_owned())),
        }
        overrides
    }
}

/// Explains a command line that means nothing, or prints the help asked for.
fn misused(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|arg| arg == "--json") {
        Output::new(true).error(error.to_string().trim().trim_start_matches("error: "));
    } else {
        // A closed output is no reason to fail.
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}
