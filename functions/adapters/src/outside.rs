//! What is outside, set up when a handler first reaches it.
//!
//! A TLS client reads the machine's certificates and takes memory. A machine
//! without certificates, or without the internet, must run everything else all
//! the same, and most commands and functions reach nothing.

use std::sync::Arc;

use async_trait::async_trait;
use functions::chat::{ChatError, ChatMessage, ChatPoster};
use functions::zombies::{AccountAccess, CloudReader, Inventory};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use crate::cloud::{self, CloudOptions};
use crate::slack::{SlackOptions, SlackPoster};

/// Reads accounts with the usual `AWS_*` variables where nothing else is said.
#[must_use]
pub fn cloud() -> Arc<dyn CloudReader> {
    Arc::new(LazyCloud(OnceCell::new()))
}

/// Posts to chats.
#[must_use]
pub fn chat(options: SlackOptions) -> Arc<dyn ChatPoster> {
    Arc::new(LazyChat { options, poster: OnceCell::new() })
}

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
