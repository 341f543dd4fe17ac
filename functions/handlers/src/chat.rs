//! The port to a chat: a message posted to an incoming webhook.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

/// What is said in a chat. All of it is data: a poster escapes it for its chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatMessage {
    /// The first line, made to stand out.
    pub title: String,
    /// The lines below it.
    pub lines: Vec<String>,
}

/// Why a message was not posted. No variant holds the URL, which is a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// It may work later.
    #[error("the chat did not take the message now: {reason}")]
    Retry {
        /// What happened.
        reason: String,
        /// How long the chat asked to wait.
        after: Option<Duration>,
    },
    /// It will not work until someone changes something.
    #[error("the chat refuses the message: {reason}")]
    Permanent {
        /// What is wrong, and what to do.
        reason: String,
    },
}

/// Posts messages to incoming webhooks of chats.
///
/// # Contract
/// - At least once: a post that failed with [`ChatError::Retry`] may have arrived. The same `key` is given for the same
///   message each time, and passed on, so that a receiver can drop the second.
/// - The URL comes from a customer: an implementation connects to nothing but public addresses, unless the operator
///   allows others. It is a secret, too, and appears in no log and no error.
#[async_trait]
pub trait ChatPoster: std::fmt::Debug + Send + Sync + 'static {
    /// Posts `message` to `url`; `key` names the message.
    async fn post(
        &self,
        url: &SecretString,
        message: &ChatMessage,
        key: &str,
    ) -> Result<(), ChatError>;
}

/// The poster of a build that reaches no chat: says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoChat;

#[async_trait]
impl ChatPoster for NoChat {
    async fn post(&self, _: &SecretString, _: &ChatMessage, _: &str) -> Result<(), ChatError> {
        let reason = "this build posts to no chat; give the application a poster".to_owned();
        Err(ChatError::Permanent { reason })
    }
}
