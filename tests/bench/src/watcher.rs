//! The cost watcher as a contestant: its own handlers, and signed webhooks for them.

use std::sync::Arc;

use async_trait::async_trait;
use events::{Scheme, Source};
use functions::app::{Outside, app};
use functions::chat::{ChatError, ChatMessage, ChatPoster};
use functions::signatures::Scheme as Signature;
use functions::zombies::NoCloud;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use twinhost::context::seal_context;
use twinhost::ports::Ports;
use twinhost::unit::{Change, Condition, Unit, Write};
use twinhost::{Document as _, TenantId};

use crate::framework::Framework;
use crate::load;
use crate::server::Database;

/// The source that is set up, and what it signs with.
const SOURCE: &str = "trail";
const SECRET: [u8; 32] = [7; 32];

/// Nobody is told of anything.
#[derive(Debug)]
struct NoChat;

#[async_trait]
impl ChatPoster for NoChat {
    async fn post(&self, _: &SecretString, _: &ChatMessage, _: &str) -> Result<(), ChatError> {
        Ok(())
    }
}

/// The cost watcher on a database, with one source set up.
pub(crate) async fn open(database: &Database) -> anyhow::Result<Framework> {
    let framework = Framework::open(app(outside()), database).await?;
    let tenant = Framework::tenant()?;
    let source = source(framework.ports(), &tenant).await?;
    let mut unit = Unit::new(tenant, "bench");
    unit.writes.push(Write {
        collection: Source::COLLECTION,
        key: source.key(),
        condition: Condition::Any,
        change: Change::Put { body: serde_json::to_string(&source)?, expires_at: None },
    });
    framework.ports().commit.commit(vec![unit]).await?;
    Ok(framework)
}

/// Nothing outside is reached.
pub(crate) fn outside() -> Outside {
    Outside { cloud: Arc::new(NoCloud), chat: Arc::new(NoChat) }
}

/// The source that is set up, its secret sealed for the host.
pub(crate) async fn source(ports: &Ports, tenant: &TenantId) -> anyhow::Result<Source> {
    let context = seal_context(tenant, &Source::seal_context(SOURCE));
    let secret = secret();
    Ok(Source {
        name: SOURCE.to_owned(),
        scheme: Scheme::StandardWebhooks,
        secret: ports.keys.seal(secret.expose_secret().as_bytes(), &context).await?,
        previous_secret: None,
        created_at: Timestamp::now(),
        rotated_at: None,
    })
}

fn secret() -> SecretString {
    Signature::StandardWebhooks.secret_from(SECRET)
}

/// The bytes of a signed delivery.
pub(crate) fn delivery(id: &str, body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut headers = String::new();
    for (name, value) in Signature::StandardWebhooks.sign(&secret(), id, body, Timestamp::now())? {
        headers.push_str(&format!("{name}: {}\r\n", value.to_str()?));
    }
    Ok(load::post(&format!("/webhooks/bench/{SOURCE}"), &headers, body))
}

/// A log file of about 1 KB in which one machine is started; another one for each `n`.
pub(crate) fn log_file(n: u64) -> Vec<u8> {
    let user = n % 50;
    let record = json!({
        "eventVersion": "1.08",
        "eventID": format!("00000000-0000-4000-8000-{n:012}"),
        "eventTime": Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances",
        "awsRegion": "us-east-1",
        "readOnly": false,
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::111122223333:user/user-{user}")},
        "userAgent": "console.ec2.amazonaws.com",
        "recipientAccountId": "111122223333",
        "requestParameters": {"instanceType": "t3.micro", "filler": "x".repeat(400)},
        "responseElements": {"instancesSet": {"items": [
            {"instanceId": format!("i-{n:017x}"), "instanceType": "t3.micro"}
        ]}},
    });
    json!({ "Records": [record] }).to_string().into_bytes()
}
