//! The command `twinhost`: the cost watcher on your own machines.

mod cli;
#[cfg(feature = "cloud")]
mod cloud_local;

use std::process::ExitCode;

use functions::app::{Outside, app};
use functions_adapters::outside;
use functions_adapters::slack::SlackOptions;

use cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let chat = SlackOptions { allow_private: cli.allow_private_chats(), ..SlackOptions::default() };
    let app = app(Outside { cloud: outside::cloud(), chat: outside::chat(chat) });
    Cli::finish(cli.output(), cli.run(app).await)
}
