//! The deployed stack does its work, with what its roles allow and no more.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use aws_sdk_sqs::types::MessageAttributeValue;
use events::CostEvent;
use functions::app::{Outside, app};
use functions::chat::NoChat;
use functions::zombies::NoCloud;
use functions::{Digest, Normalizer, Notifier, Scorer, WebhookIngestion};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lambda_emulator::{CloudQueues, clients};
use serde_json::{Value, json};
use tests::home::Home;
use tests::sender::{Sender, record};
use tests::{built_folder, documents, eventually};
use twinhost::ports::{Documents, Queue as _, SystemClock};
use twinhost::{Document as _, Handler as _, Manifest};
use twinhost_aws::{AwsHost, Clients, attribute};

use crate::cdk::Cdk;
use crate::cloud::Cloud;
use crate::deployed::{Deployed, full_name, revoke};

/// The sender's path.
const PATH: &str = "/webhooks/acme/trail";
/// Bytes that no message takes, so that a payload is read from where it is archived.
const LARGE: usize = 300_000;

pub(crate) fn manifest() -> Manifest {
    app(Outside { cloud: Arc::new(NoCloud), chat: Arc::new(NoChat) }).manifest()
}

/// A log file with one machine that costs money, started at some time.
fn log_file(event: &str, at: Timestamp, padding: usize) -> Vec<u8> {
    let mut record = record(event);
    record["eventTime"] = json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    record["requestParameters"]["instanceType"] = json!("p4d.24xlarge");
    record["responseElements"]["instancesSet"]["items"][0]["instanceType"] = json!("p4d.24xlarge");
    record["requestParameters"]["userData"] = json!("x".repeat(padding));
    json!({ "Records": [record] }).to_string().into_bytes()
}

/// The scored event of a record, if it is there.
async fn scored(documents: &dyn Documents, event: &str) -> anyhow::Result<Option<Value>> {
    let all = documents::all(documents, &"acme".parse()?, &[CostEvent::COLLECTION]).await?;
    Ok(all.into_values().find(|it| it["source_id"] == event))
}

/// The subjects of all mails that SES was asked to send.
async fn subjects(cdk: &Cdk) -> anyhow::Result<Vec<String>> {
    let mails = cdk.aws().tell(&json!({ "mails": null })).await?;
    let mails = mails.as_array().context("the emulator answers with a list")?;
    let subject =
        |mail: &Value| mail["Content"]["Simple"]["Subject"]["Data"].as_str().map(str::to_owned);
    Ok(mails.iter().filter_map(subject).collect())
}

/// Sends a message of the tenant, as a function does.
async fn send(clients: &Clients, queue: &str, body: &str) -> anyhow::Result<()> {
    let text = |value: &str| {
        MessageAttributeValue::builder().data_type("String").string_value(value).build()
    };
    let message = clients.sqs().send_message().queue_url(queue).message_body(body);
    let message = message.message_group_id("acme/trail").message_deduplication_id(body);
    let message = message.message_attributes(attribute::TENANT, text("acme")?);
    message.message_attributes(attribute::ID, text(body)?).send().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_deployed_does_its_work_with_what_its_roles_allow() -> anyhow::Result<()> {
    let cdk = Cdk::bootstrap().await?;
    cdk.zip(&built_folder()?).await?;
    cdk.deploy(&[]).await?;
    let deployed = Deployed::read(&cdk).await?;
    let cloud = Cloud::start(&cdk, deployed.clone()).await?;

    let home = Home::empty()?;
    cloud.introduce(&home, cdk.aws().url())?;
    for arguments in [
        &["tenants", "add", "acme"][..],
        &["settings", "set", "--tenant", "acme", "--alert-to", "ops@example.com"],
        &["settings", "set", "--tenant", "acme", "--digest-to", "team@example.com"],
    ] {
        home.json(&[&["--cloud"], arguments].concat()).await?;
    }
    let added = home.json(&["--cloud", "sources", "add", "trail", "--tenant", "acme"]).await?;
    let sender = Sender::of(&cloud.api(), PATH, &added)?;
    let resources = deployed.resources()?;
    let clients = Arc::new(clients(cdk.aws().url()).await);
    let queues = CloudQueues::new(Arc::clone(&clients), cdk.aws().url(), &resources);
    let ports = AwsHost::new(Arc::clone(&clients), &resources, Arc::new(SystemClock))?.ports();

    // A webhook becomes a scored event and a mail.
    let now = Timestamp::now();
    for (event, padding) in [("small", 0), ("large", LARGE)] {
        let answer = sender.post(event, &log_file(event, now, padding)).await?;
        ensure!(answer.is_accepted(), "{answer:?}\n{}", cloud.logs());
        let event = eventually("the event is scored", async || {
            ensure!(cloud.refused().is_empty(), "{:?}\n{}", cloud.refused(), cloud.logs());
            scored(&*ports.documents, event).await
        });
        event.await.with_context(|| cloud.logs())?;
    }
    eventually("a mail tells of it", async || {
        let subjects = subjects(&cdk).await?;
        Ok(subjects.iter().any(|it| it.contains("p4d.24xlarge")).then_some(()))
    })
    .await
    .with_context(|| cloud.logs())?;

    // A schedule becomes the mail of the day.
    let day = now.to_zoned(TimeZone::UTC).date();
    let due = day.tomorrow()?.at(7, 0, 0, 0).to_zoned(TimeZone::UTC)?.timestamp();
    cloud.fire(&full_name(Digest::NAME), due).await?;
    eventually("the digest is mailed", async || {
        let subjects = subjects(&cdk).await?;
        Ok(subjects.iter().any(|it| it.contains(&day.to_string())).then_some(()))
    })
    .await
    .with_context(|| cloud.logs())?;

    // What cannot be read becomes a dead letter.
    send(&clients, &resources.queues[Normalizer::NAME], "hello").await?;
    let dead = eventually("the dead letter is there", async || {
        Ok(queues.peek(Normalizer::NAME, true, 10).await?.pop())
    });
    let dead = dead.await.with_context(|| cloud.logs())?;
    let reason = dead.reason.unwrap_or_default();
    ensure!(dead.body == "hello" && reason.contains("is not raw-payloads"), "{reason}");

    // All of that was allowed, by the statements of their grants.
    ensure!(cloud.refused().is_empty(), "{:?}", cloud.refused());
    for (handler, sids) in [
        (WebhookIngestion::NAME, ["Open", "PublishRawPayloads", "ReadSources", "WriteObjectsRaw"]),
        (Normalizer::NAME, ["DeadLetters", "PublishObservations", "Queue", "ReadObjectsRaw"]),
        (Scorer::NAME, ["PublishNotifications", "Queue", "ReadWriteBaselines", "UnitsOfWork"]),
        (Notifier::NAME, ["Queue", "ReadSettings", "SendMail", "UnitsOfWork"]),
        (Digest::NAME, ["PublishNotifications", "Queue", "Tenants", "Ticks"]),
    ] {
        let used = cloud.used(&full_name(handler));
        for sid in sids {
            ensure!(used.iter().any(|it| it == sid), "`{handler}` made no use of {sid}: {used:?}");
        }
    }

    // Without its grant the same call is refused.
    revoke(&cdk, &deployed.function(Scorer::NAME)?.role, "ReadWriteBaselines").await?;
    cloud.learn(&Deployed::read(&cdk).await?);
    ensure!(sender.post("refused", &log_file("refused", now, 0)).await?.is_accepted());
    let refused = eventually("a call is refused", async || Ok(cloud.refused().pop())).await?;
    ensure!(refused.function == full_name(Scorer::NAME), "{refused:?}");
    ensure!(refused.what.contains("TENANT#acme#baselines"), "{refused:?}");
    ensure!(scored(&*ports.documents, "refused").await?.is_none());
    cloud.stop().await;
    Ok(())
}
