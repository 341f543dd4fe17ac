//! The command `twinhost`: the cost watcher on your own machines.

mod cli;

use std::process::ExitCode;
use std::sync::Arc;

use functions::app::{Outside, app};
use functions_adapters::cloud::{self, CloudOptions};
use functions_adapters::slack::{SlackOptions, SlackPoster};

use cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::read() {
        Ok(cli) => Cli::finish(cli.output(), run(cli).await),
        Err(code) => code,
    }
}

/// Puts the application together and runs the command on it.
async fn run(cli: Cli) -> anyhow::Result<bool> {
    let chat = SlackOptions { allow_private: cli.allow_private_chats(), ..SlackOptions::default() };
    let app = app(Outside {
        // Reached with the usual AWS_* variables where nothing else is said.
        cloud: cloud::reader(CloudOptions::default()).await,
        chat: Arc::new(SlackPoster::new(chat)?),
    });
    cli.run(app).await
}
