//! What the tests share: a signed request, a chat and a cloud that answer as they are told.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::sync::Mutex;

use async_trait::async_trait;
use events::{Anomaly, AnomalyStatus, Scheme as SourceScheme, Series, Settings, Severity, Source};
use flate2::Compression;
use flate2::write::GzEncoder;
use functions::chat::{ChatError, ChatMessage, ChatPoster};
use functions::signatures::Scheme;
use functions::zombies::{
    AccountAccess, CloudReader, Credentials, Inventory, Section, Snapshot, Tags,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use twinhost::ports::Clock;
use twinhost::{Request, TestHost};

/// The name of the source that [`add_source`] adds.
pub(crate) const SOURCE: &str = "trail";

/// A secret of the scheme; the same for the same seed.
pub(crate) fn secret(scheme: Scheme, seed: u8) -> SecretString {
    scheme.secret_from([seed; 32])
}

/// Adds a source that signs with the [`secret`]s of these seeds: the current one, then the previous one.
pub(crate) async fn add_source(host: &TestHost, scheme: Scheme, seeds: &[u8]) {
    let mut sealed = Vec::new();
    for seed in seeds {
        let plain = secret(scheme, *seed);
        let context = Source::seal_context(SOURCE);
        sealed.push(host.sealed(plain.expose_secret().as_bytes(), &context).await);
    }
    let mut sealed = sealed.into_iter();
    host.given(&Source {
        name: SOURCE.to_owned(),
        scheme: match scheme {
            Scheme::StandardWebhooks => SourceScheme::StandardWebhooks,
            Scheme::GitHub => SourceScheme::Github,
        },
        secret: sealed.next().unwrap(),
        previous_secret: sealed.next(),
        created_at: now(host),
        rotated_at: None,
    })
    .await;
}

/// A genuine delivery of `body` to [`SOURCE`].
pub(crate) fn delivery(host: &TestHost, id: &str, body: impl Into<Vec<u8>>) -> Request {
    signed(host, Scheme::StandardWebhooks, 1, id, body)
}

/// A delivery of `body` to [`SOURCE`], signed with the [`secret`] of `seed`.
pub(crate) fn signed(
    host: &TestHost,
    scheme: Scheme,
    seed: u8,
    id: &str,
    body: impl Into<Vec<u8>>,
) -> Request {
    let body = body.into();
    let headers = scheme.sign(&secret(scheme, seed), id, &body, now(host)).unwrap();
    let path = format!("/webhooks/{}/{SOURCE}", host.tenant());
    headers.into_iter().fold(Request::post(path, body), |r, (name, value)| r.header(name, value))
}

pub(crate) fn now(host: &TestHost) -> Timestamp {
    host.memory().clock().now()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Where chats are in these tests.
pub(crate) const CHAT_URL: &str = "https://chat.example/hook/s3cret";

/// Settings that tell `alert_to` and `digest_to`, and the chat if `chat`.
pub(crate) async fn settings(host: &TestHost, alert_to: &[&str], chat: bool) -> Settings {
    let addresses: Vec<String> = alert_to.iter().map(|&address| address.to_owned()).collect();
    let slack_webhook = match chat {
        true => Some(host.sealed(CHAT_URL.as_bytes(), &Settings::SEAL_CONTEXT).await),
        false => None,
    };
    Settings {
        alert_to: addresses.clone(),
        digest_to: addresses,
        slack_webhook,
        ..Settings::default()
    }
}

/// An anomaly: ten machines started by someone new.
pub(crate) fn anomaly(event: &str, at: &str, severity: Severity) -> Anomaly {
    Anomaly {
        event: event.to_owned(),
        at: at.parse().unwrap(),
        severity,
        status: AnomalyStatus::Open,
        what: "bert started 10 × p2.xlarge in us-east-1".to_owned(),
        why: vec!["adds $9.00 an hour".to_owned(), "bert was never seen before".to_owned()],
        series: Series {
            account: "123456789012".to_owned(),
            service: "ec2".to_owned(),
            action: "RunInstances".to_owned(),
        },
        actor: "arn:aws:iam::123456789012:user/bert".to_owned(),
        region: "us-east-1".to_owned(),
        impact_micro_usd_per_hour: Some(9_000_000),
        impact_micro_usd_per_month: Some(6_570_000_000),
        z: None,
        novel: vec![],
        attempt: false,
        suppressed_before: 0,
        raw_ref: "raw/00#0".to_owned(),
    }
}

/// A chat that remembers what was posted, and fails as often as it was told to.
#[derive(Debug, Default)]
pub(crate) struct FakeChat {
    pub(crate) failures: Mutex<VecDeque<ChatError>>,
    pub(crate) posts: Mutex<Vec<(String, ChatMessage)>>,
}

impl FakeChat {
    pub(crate) fn failing(failures: impl IntoIterator<Item = ChatError>) -> Self {
        Self { failures: Mutex::new(failures.into_iter().collect()), ..Self::default() }
    }

    pub(crate) fn posts(&self) -> Vec<(String, ChatMessage)> {
        self.posts.lock().unwrap().clone()
    }
}

#[async_trait]
impl ChatPoster for FakeChat {
    async fn post(
        &self,
        url: &SecretString,
        message: &ChatMessage,
        key: &str,
    ) -> Result<(), ChatError> {
        assert_eq!(url.expose_secret(), CHAT_URL);
        if let Some(failure) = self.failures.lock().unwrap().pop_front() {
            return Err(failure);
        }
        self.posts.lock().unwrap().push((key.to_owned(), message.clone()));
        Ok(())
    }
}

/// A cloud that holds what it was told to, by account and region; elsewhere nothing.
#[derive(Debug, Default)]
pub(crate) struct FakeCloud {
    pub(crate) regions: Mutex<BTreeMap<(String, String), Inventory>>,
    /// Every region that was asked, in order.
    pub(crate) asked: Mutex<Vec<(String, String)>>,
}

impl FakeCloud {
    pub(crate) fn holds(&self, account: &str, region: &str, inventory: Inventory) {
        self.regions.lock().unwrap().insert((account.to_owned(), region.to_owned()), inventory);
    }
}

#[async_trait]
impl CloudReader for FakeCloud {
    async fn inventory(&self, account: &AccountAccess, region: &str, _: Timestamp) -> Inventory {
        if let Credentials::AccessKey { secret, .. } = &account.credentials {
            assert_eq!(secret.expose_secret(), "the secret half");
        }
        let place = (account.account.clone(), region.to_owned());
        self.asked.lock().unwrap().push(place.clone());
        self.regions.lock().unwrap().get(&place).cloned().unwrap_or_else(nothing)
    }
}

/// A region that was read completely and holds nothing.
pub(crate) fn nothing() -> Inventory {
    Inventory {
        volumes: Section::Complete(vec![]),
        addresses: Section::Complete(vec![]),
        instances: Section::Complete(vec![]),
        load_balancers: Section::Complete(vec![]),
        snapshots: Section::Complete(vec![]),
        images: Section::Complete(vec![]),
        databases: Section::Complete(vec![]),
        nat_gateways: Section::Complete(vec![]),
    }
}

/// A region with so many old snapshots of 100 GiB, which are $5.00 a month each.
pub(crate) fn snapshots(count: usize) -> Inventory {
    let snapshot = |n: usize| Snapshot {
        id: format!("snap-{n:05}"),
        volume_gib: 100,
        started: Some("2025-01-01T00:00:00Z".parse().unwrap()),
        completed: true,
        archived: false,
        tags: Tags::new(),
    };
    Inventory { snapshots: Section::Complete((0..count).map(snapshot).collect()), ..nothing() }
}
