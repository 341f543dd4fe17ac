//! Posts to a Slack-compatible incoming webhook (Slack, Mattermost, Rocket.Chat, …).

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use functions::chat::{ChatError, ChatMessage, ChatPoster};
use reqwest::header::{HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};

use crate::outbound::{self, PublicResolver, Refused};

/// The header that carries the message's key. Slack ignores it; a receiver of one's own can drop repetitions by it.
const KEY_HEADER: &str = "idempotency-key";

/// The longest text sent, in bytes; Slack cuts at 40,000 characters.
const MAX_TEXT: usize = 30_000;

/// How much of a refusal is read, in bytes: enough for Slack's one-word reasons.
const MAX_REASON: usize = 256;

/// The longest wait that a chat may ask for.
const MAX_WAIT: Duration = Duration::from_secs(3600);

/// How to post.
#[derive(Clone, Copy, Debug)]
pub struct SlackOptions {
    /// Allows plain HTTP, any port and private addresses: for a chat on the operator's own network. Every tenant can
    /// then reach that network through us.
    pub allow_private: bool,
    /// The time for everything, from resolving the name to the last byte.
    pub timeout: Duration,
}

impl Default for SlackOptions {
    fn default() -> Self {
        Self { allow_private: false, timeout: Duration::from_secs(10) }
    }
}

/// Posts to a Slack-compatible incoming webhook.
#[derive(Clone, Debug)]
pub struct SlackPoster {
    client: Client,
    allow_private: bool,
}

impl SlackPoster {
    /// A poster that follows no redirect and uses no proxy.
    ///
    /// # Errors
    /// When the machine has no usable certificate store.
    pub fn new(options: SlackOptions) -> Result<Self, reqwest::Error> {
        let SlackOptions { allow_private, timeout } = options;
        let mut client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(timeout)
            .user_agent("twinhost");
        if !allow_private {
            client = client.https_only(true).dns_resolver(PublicResolver);
        }
        Ok(Self { client: client.build()?, allow_private })
    }

    fn target(&self, url: &SecretString) -> Result<Url, Refused> {
        if self.allow_private {
            Url::parse(url.expose_secret()).map_err(|_| Refused::NotAUrl)
        } else {
            outbound::check(url.expose_secret())
        }
    }
}

#[async_trait]
impl ChatPoster for SlackPoster {
    async fn post(
        &self,
        url: &SecretString,
        message: &ChatMessage,
        key: &str,
    ) -> Result<(), ChatError> {
        let target = self.target(url).map_err(|refused| permanent(refused.to_string()))?;
        let key = HeaderValue::from_str(key).map_err(|_| {
            permanent("the message's key is not printable ASCII; derive it from an id".to_owned())
        })?;
        let body = serde_json::json!({ "text": text(message) });
        let sent = self.client.post(target).header(KEY_HEADER, key).json(&body).send().await;
        let response = sent.map_err(|error| unsent(&error))?;
        match response.status() {
            status if status.is_success() => Ok(()),
            status if status.is_redirection() => Err(permanent(format!(
                "it answers {status}, and redirects are not followed; give the final URL"
            ))),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Err(later(&response))
            }
            status if status.is_server_error() => Err(later(&response)),
            status => {
                let said = reason(response, url)
                    .await
                    .map(|word| format!(" `{word}`"))
                    .unwrap_or_default();
                Err(permanent(format!(
                    "it answers {status}{said}; check the webhook's URL in the chat's settings"
                )))
            }
        }
    }
}

fn permanent(reason: String) -> ChatError {
    ChatError::Permanent { reason }
}

fn later(response: &Response) -> ChatError {
    let seconds = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    ChatError::Retry {
        reason: format!("it answers {}", response.status()),
        after: seconds.map(|seconds| Duration::from_secs(seconds).min(MAX_WAIT)),
    }
}

/// Why a request got no answer, without its URL, which the client's own messages hold.
fn unsent(error: &reqwest::Error) -> ChatError {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(refused) = cause.downcast_ref::<Refused>() {
            return permanent(refused.to_string());
        }
        source = cause.source();
    }
    let reason = if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "no connection; is the host up, its name right and its certificate valid?"
    } else {
        "the connection broke off"
    };
    ChatError::Retry { reason: reason.to_owned(), after: None }
}

/// Slack's one-word reason (`no_service`, `channel_is_archived`, …). Anything else is not repeated: a stranger's server
/// wrote it, and it could hold the URL.
async fn reason(mut response: Response, url: &SecretString) -> Option<String> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_REASON {
            return None;
        }
    }
    let word = String::from_utf8(body).ok()?;
    let is_word = !word.is_empty()
        && word.len() <= 64
        && word.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
    (is_word && !url.expose_secret().contains(&word)).then_some(word)
}

/// The message in Slack's markup: nothing in it can mention a channel, make a link or break out of its line.
fn text(message: &ChatMessage) -> String {
    let mut text = format!("*{}*", line(&message.title));
    for (n, said) in message.lines.iter().enumerate() {
        let said = line(said);
        if text.len() + said.len() > MAX_TEXT {
            text.push_str(&format!("\n… and {} more", message.lines.len() - n));
            break;
        }
        text.push('\n');
        text.push_str(&said);
    }
    text
}

fn line(said: &str) -> String {
    let mut line = String::with_capacity(said.len());
    for c in said.chars() {
        match c {
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '>' => line.push_str("&gt;"),
            c if c.is_control() => line.push(' '),
            c => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_attackers_write_is_only_text() {
        let message = ChatMessage {
            title: "RunInstances by <!channel>".into(),
            lines: vec!["a & b".into(), "<https://evil.example|click>\nsecond\u{1b}[31m".into()],
        };
        assert_eq!(
            text(&message),
            "*RunInstances by &lt;!channel&gt;*\na &amp; b\n&lt;https://evil.example|click&gt; second [31m"
        );
    }

    #[test]
    fn a_long_message_is_cut_and_says_so() {
        let message = ChatMessage { title: "digest".into(), lines: vec!["x".repeat(999); 100] };
        let text = text(&message);
        assert!(text.len() <= MAX_TEXT + 20);
        assert!(text.ends_with("\n… and 71 more"), "{}", &text[text.len() - 30..]);
    }
}
