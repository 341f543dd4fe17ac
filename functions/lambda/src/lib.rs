//! The Lambda functions of the cost watcher: an executable a handler, `src/bin/<handler>.rs`.
//!
//! Each executable holds the whole application, for its manifest says where messages go; but of what is outside only
//! what its own handler reaches. So the AWS SDKs that read customers' accounts are linked into one function alone.

use std::sync::Arc;

use functions::app::Outside;
use functions::chat::NoChat;
use functions::zombies::NoCloud;
use functions_adapters::outside;
use functions_adapters::slack::SlackOptions;
use twinhost::App;

/// Lets chats be on a private network, as the home host's `--allow-private-chats` does: for tests, and for a function in
/// a network of one's own.
const ALLOW_PRIVATE_CHATS: &str = "TWINHOST_ALLOW_PRIVATE_CHATS";

/// The application for a handler that reaches nothing outside its host.
#[must_use]
pub fn app() -> App {
    functions::app::app(nothing())
}

/// The application for a handler that posts to chats.
#[must_use]
pub fn app_with_chat() -> App {
    let allow_private = std::env::var(ALLOW_PRIVATE_CHATS).is_ok_and(|value| value == "true");
    let options = SlackOptions { allow_private, ..SlackOptions::default() };
    functions::app::app(Outside { chat: outside::chat(options), ..nothing() })
}

/// The application for a handler that reads customers' accounts.
#[must_use]
pub fn app_with_cloud() -> App {
    functions::app::app(Outside { cloud: outside::cloud(), ..nothing() })
}

fn nothing() -> Outside {
    Outside { cloud: Arc::new(NoCloud), chat: Arc::new(NoChat) }
}
