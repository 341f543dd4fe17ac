//! What the handlers reach outside this house, set up when one first does.
//!
//! A TLS client reads the machine's certificates and takes memory. A machine
//! without certificates, or without the internet, must run everything else all
//! the same, and most commands reach nothing.

use std::sync::Arc;

use async_trait::async_trait;
use functions::app::Outside;
use functions::chat::{ChatError, ChatMessage, ChatPoster};
use functions::zombies::{AccountAccess, CloudReader, Inventory};
use functions_adapters::cloud::{self, CloudOptions};
use functions_adapters::slack::{SlackOptions, SlackPoster};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::OnceCell;

/// Everything outside, not yet reached.
pub(crate) fn outside(chat: SlackOptions) -> Outside {
    Outside {
        cloud: Arc::new(LazyCloud(OnceCell::new())),
        chat: Arc::new(LazyChat { options: chat, poster: OnceCell::new() }),
    }
}

/// Reads accounts with the usual `AWS_*` variables where nothing else is said.
#[derive(Debug)]
struct LazyCloud(OnceCell<Arc<dyn CloudReader>>);

#[async_trait]
impl CloudReader for LazyCloud {
    async fn inventory(&self, account: &AccountAccess, region: &str, now: Timestamp) -> Inventory {
        let reader = self.0.get_or_init(|| cloud::reader(CloudOptions::default())).await;
        reader.inventory(account, region, now).await
    }
}

#[derive(Debug)]
struct LazyChat {
    options: SlackOptions,
    poster: OnceCell<SlackPoster>,
}

#[async_trait]
impl ChatPoster for LazyChat {
    async fn post(
        &self,
        url: &SecretString,
        message: &ChatMessage,
        key: &str,
    ) -> Result<(), ChatError> {
        let poster = self.poster.get_or_try_init(async || SlackPoster::new(self.options)).await;
        let poster = poster.map_err(|error| ChatError::Retry {
            reason: format!("{error}; this machine needs certificates (package `ca-certificates`)"),
            after: None,
        })?;
        poster.post(url, message, key).await
    }
}
