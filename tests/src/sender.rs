//! A sender of webhooks, of which one attempt is one request.

use std::time::Duration;

use anyhow::Context as _;
use functions::signatures::Scheme;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::home::Home;

/// How long an answer is waited for: as long as gateways wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// A source that is known to a home.
#[derive(Clone, Debug)]
pub struct Sender {
    client: reqwest::Client,
    url: String,
    /// The path of its webhook.
    pub path: String,
    /// What it signs with.
    pub secret: SecretString,
}

/// What a receiver said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status; `None` when there was no answer.
    pub status: Option<StatusCode>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Whether the receiver has the delivery for good.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.status.is_some_and(|status| status.is_success())
    }
}

impl Sender {
    /// Lets a source of a tenant in.
    ///
    /// # Errors
    ///
    /// When the command fails.
    pub async fn add(home: &Home, tenant: &str, source: &str) -> anyhow::Result<Self> {
        let added = home.json(&["sources", "add", source, "--tenant", tenant]).await?;
        Self::of(&home.url(""), &format!("/webhooks/{tenant}/{source}"), &added)
    }

    /// The sender that `sources add` has let in, posting to that path of a receiver.
    ///
    /// # Errors
    ///
    /// When what was printed has no secret.
    pub fn of(receiver: &str, path: &str, added: &Value) -> anyhow::Result<Self> {
        let secret = added["secret"].as_str().context("no secret was printed")?;
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let url = format!("{receiver}{path}");
        Ok(Self { client, url, path: path.to_owned(), secret: secret.into() })
    }

    /// The same sender, posting to another runner.
    #[must_use]
    pub fn to(&self, home: &Home) -> Self {
        Self { url: home.url(&self.path), ..self.clone() }
    }

    /// The headers that sign a delivery at some time.
    ///
    /// # Errors
    ///
    /// When the id cannot be one.
    pub fn signed_at(&self, id: &str, body: &[u8], at: Timestamp) -> anyhow::Result<HeaderMap> {
        let headers = Scheme::StandardWebhooks.sign(&self.secret, id, body, at)?;
        Ok(headers.into_iter().collect())
    }

    /// The headers that sign a delivery now.
    ///
    /// # Errors
    ///
    /// When the id cannot be one.
    pub fn signed(&self, id: &str, body: &[u8]) -> anyhow::Result<HeaderMap> {
        self.signed_at(id, body, Timestamp::now())
    }

    /// Posts a signed delivery once.
    ///
    /// # Errors
    ///
    /// When it cannot be signed; a receiver that is away is an answer without status.
    pub async fn post(&self, id: &str, body: &[u8]) -> anyhow::Result<Answer> {
        let headers = self.signed(id, body)?;
        Ok(self.post_with(headers, body).await)
    }

    /// Posts a body with these headers once.
    pub async fn post_with(&self, headers: HeaderMap, body: &[u8]) -> Answer {
        let request = self.client.post(&self.url).headers(headers).body(body.to_vec());
        match request.send().await {
            Ok(answer) => {
                let status = Some(answer.status());
                Answer { status, body: answer.text().await.unwrap_or_default() }
            }
            Err(error) => Answer { status: None, body: error.to_string() },
        }
    }
}

/// A log file with one record that costs money; each event is another one.
#[must_use]
pub fn log_file(event: &str) -> Vec<u8> {
    json!({ "Records": [record(event)] }).to_string().into_bytes()
}

/// A machine that `jo` started; neighbouring events are in different regions, so in different order groups.
#[must_use]
pub fn record(event: &str) -> Value {
    let regions = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"];
    let region = regions[event.bytes().map(usize::from).sum::<usize>() % regions.len()];
    let instance = json!({"instanceId": "i-0123456789abcdef0", "instanceType": "m5.large"});
    json!({
        "eventVersion": "1.08",
        "eventID": event,
        "eventTime": "2026-01-31T12:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances",
        "awsRegion": region,
        "readOnly": false,
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/jo"},
        "recipientAccountId": "111122223333",
        "requestParameters": {"instanceType": "m5.large"},
        "responseElements": {"instancesSet": {"items": [instance]}},
    })
}
