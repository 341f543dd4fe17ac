//! An application's table, bucket, key, sender and queues: made where they are not there yet.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;
use twinhost::manifest::{HandlerManifest, Manifest, Trigger};
use twinhost::{Access, Grant};
use twinhost_aws::hosts::function_timeout;
use twinhost_aws::options::{
    BUCKET, CLIENT, DEAD_LETTERS, ISSUER, JWKS_URL, KMS_KEY, MAIL_FROM, QUEUE, TABLE, variable,
};
use twinhost_aws::table::create_table;
use twinhost_aws::{AwsOptions, Clients, CognitoOptions};

use super::names::Names;

/// Who sends mail here.
const SENDER: &str = "Twinhost <alerts@example.com>";
const SENDER_ADDRESS: &str = "alerts@example.com";

/// The most that a redrive policy can count to (SQS).
const MAX_RECEIVES: u32 = 1000;

/// Makes what an application needs, and says where it is.
pub(super) async fn create(
    clients: &Clients,
    manifest: &Manifest,
    visibility: Option<Duration>,
    cognito: Option<CognitoOptions>,
) -> anyhow::Result<AwsOptions> {
    let names = Names::of(&manifest.app);
    let table = names.table();
    if clients.dynamodb().describe_table().table_name(&table).send().await.is_err() {
        create_table(clients.dynamodb(), &table).await?;
    }
    // A bucket that is ours already is no error.
    let bucket = clients.s3().create_bucket().bucket(names.bucket());
    bucket.send().await.with_context(|| format!("make bucket `{}`", names.bucket()))?;
    let sender = clients.ses().create_email_identity().email_identity(SENDER_ADDRESS);
    if let Err(error) = sender.send().await {
        let known =
            error.as_service_error().is_some_and(|error| error.is_already_exists_exception());
        if !known {
            return Err(error).context("verify the sender of mail");
        }
    }
    let mut options = AwsOptions {
        table: Some(table),
        bucket: Some(names.bucket()),
        kms_key: Some(key(clients, &names.key()).await?),
        mail_from: Some(SENDER.to_owned()),
        cognito,
        ..AwsOptions::default()
    };
    for handler in manifest.queues() {
        let name = handler.name.to_owned();
        let queue_options = handler.trigger.queue().unwrap_or_default();
        let dead = names.dead_letters(handler);
        let dead = queue(clients, &dead, []).await?;
        let redrive = json!({
            "deadLetterTargetArn": arn(clients, &dead).await?,
            "maxReceiveCount": most_receives(handler),
        });
        let visibility = visibility.unwrap_or_else(|| visibility_of(handler)).as_secs();
        let attributes = [
            (QueueAttributeName::RedrivePolicy, redrive.to_string()),
            (QueueAttributeName::VisibilityTimeout, visibility.to_string()),
            (QueueAttributeName::DelaySeconds, queue_options.delay.as_secs().to_string()),
            (
                QueueAttributeName::MessageRetentionPeriod,
                queue_options.retention.as_secs().to_string(),
            ),
        ];
        let url = queue(clients, &names.queue(handler), attributes).await?;
        options.queues.insert(name.clone(), url);
        options.dead_letters.insert(name, dead);
    }
    Ok(options)
}

/// Six timeouts of the function, and the batch window, as AWS advises (E13).
fn visibility_of(handler: &HandlerManifest) -> Duration {
    let window = Duration::from_secs(handler.trigger.batch_window_seconds().into());
    function_timeout(Duration::from_secs(handler.timeout_seconds)) * 6 + window
}

/// Deliveries before SQS itself gives a message up.
///
/// The function does that after `max_receives`, with its reason; SQS must only for a process that can say
/// nothing, again and again. It counts deliveries of what waited behind others in its batch, too: up to
/// `max_receives` for each of those.
fn most_receives(handler: &HandlerManifest) -> u32 {
    let receives = handler.trigger.max_receives().unwrap_or(1);
    receives.saturating_mul(handler.trigger.batch().max(1)).clamp(1, MAX_RECEIVES)
}

async fn key(clients: &Clients, alias: &str) -> anyhow::Result<String> {
    if let Ok(known) = clients.kms().describe_key().key_id(alias).send().await
        && let Some(known) = known.key_metadata
    {
        return Ok(known.key_id);
    }
    let key = clients.kms().create_key().send().await.context("make a KMS key")?;
    let id = key.key_metadata.context("a KMS key without data")?.key_id;
    let name = clients.kms().create_alias().alias_name(alias).target_key_id(&id);
    name.send().await.with_context(|| format!("name the KMS key `{alias}`"))?;
    Ok(id)
}

async fn queue(
    clients: &Clients,
    name: &str,
    attributes: impl IntoIterator<Item = (QueueAttributeName, String)>,
) -> anyhow::Result<String> {
    let mut request = clients.sqs().create_queue().queue_name(name);
    if name.ends_with(".fifo") {
        request = request.attributes(QueueAttributeName::FifoQueue, "true");
    }
    for (attribute, value) in attributes {
        request = request.attributes(attribute, value);
    }
    let made = request.send().await.with_context(|| format!("make queue `{name}`"))?;
    made.queue_url.with_context(|| format!("queue `{name}` has no URL"))
}

/// A queue's ARN.
pub(super) async fn arn(clients: &Clients, url: &str) -> anyhow::Result<String> {
    let request = clients.sqs().get_queue_attributes().queue_url(url);
    let answer = request.attribute_names(QueueAttributeName::QueueArn).send().await;
    let answer = answer.with_context(|| format!("look at queue `{url}`"))?;
    let arn = answer.attributes().and_then(|all| all.get(&QueueAttributeName::QueueArn));
    arn.cloned().with_context(|| format!("queue `{url}` has no ARN"))
}

/// The variables of one function: where what its trigger and grants call for is, and nothing else.
pub(super) fn variables(
    options: &AwsOptions,
    manifest: &Manifest,
    handler: &HandlerManifest,
) -> BTreeMap<String, String> {
    let mut wanted = vec![(TABLE.to_owned(), options.table.as_ref())];
    let queue = |name: &str| (variable(QUEUE, name), options.queues.get(name));
    for grant in &handler.grants {
        match grant {
            Grant::ReadObjects(_) | Grant::WriteObjects(_) => {
                wanted.push((BUCKET.to_owned(), options.bucket.as_ref()));
            }
            Grant::SendMail => wanted.push((MAIL_FROM.to_owned(), options.mail_from.as_ref())),
            Grant::Seal | Grant::Open => {
                wanted.push((KMS_KEY.to_owned(), options.kms_key.as_ref()))
            }
            Grant::Publish(topic) => {
                wanted.extend(manifest.consumers(topic).map(|consumer| queue(consumer.name)));
            }
            _ => {}
        }
    }
    match (&handler.trigger, &options.cognito) {
        (Trigger::Route { access: Access::Bearer, .. }, Some(cognito)) => wanted.extend([
            (ISSUER.to_owned(), Some(&cognito.issuer)),
            (CLIENT.to_owned(), Some(&cognito.client)),
            (JWKS_URL.to_owned(), Some(&cognito.jwks_url)),
        ]),
        (Trigger::Route { .. }, _) => {}
        (Trigger::Consume { .. } | Trigger::Schedule { .. }, _) => {
            let dead = variable(DEAD_LETTERS, handler.name);
            wanted.push((dead, options.dead_letters.get(handler.name)));
            wanted.push(queue(handler.name));
        }
    }
    let known = wanted.into_iter().filter_map(|(name, value)| Some((name, value?.clone())));
    known.collect()
}

#[cfg(test)]
mod tests {
    use twinhost::conformance::{BILLS, ORDERS, manifest};

    use super::*;

    fn options() -> AwsOptions {
        let url = |handler: &str| (handler.to_owned(), format!("http://127.0.0.1/{handler}"));
        AwsOptions {
            table: Some("app".to_owned()),
            bucket: Some("app-objects".to_owned()),
            kms_key: Some("key".to_owned()),
            mail_from: Some(SENDER.to_owned()),
            queues: [ORDERS, BILLS].map(url).into(),
            dead_letters: [ORDERS, BILLS].map(url).into(),
            cognito: None,
        }
    }

    #[test]
    fn a_function_is_told_of_what_it_may_touch_and_of_nothing_else() {
        let mut manifest = manifest();
        let names = |manifest: &Manifest| {
            let handler = manifest.handler(ORDERS).unwrap();
            variables(&options(), manifest, handler).into_keys().collect::<Vec<_>>()
        };
        let own = [variable(DEAD_LETTERS, ORDERS), variable(QUEUE, ORDERS), TABLE.to_owned()];
        for (grant, more) in [
            (Grant::WriteObjects("payloads"), BUCKET.to_owned()),
            (Grant::SendMail, MAIL_FROM.to_owned()),
            (Grant::Open, KMS_KEY.to_owned()),
            (Grant::Publish(BILLS), variable(QUEUE, BILLS)),
        ] {
            manifest.handlers.iter_mut().for_each(|handler| handler.grants.clear());
            assert_eq!(names(&manifest), own);
            manifest.handlers.iter_mut().for_each(|handler| handler.grants = vec![grant]);
            let mut wanted = [&own[..], &[more]].concat();
            wanted.sort();
            assert_eq!(names(&manifest), wanted);
        }
    }

    #[test]
    fn a_message_is_hidden_for_six_timeouts_of_the_function_and_the_batch_window() {
        let mut handler = manifest().handler(ORDERS).unwrap().clone();
        let timeouts = 6 * function_timeout(Duration::from_secs(handler.timeout_seconds));
        assert_eq!(visibility_of(&handler), timeouts);
        if let Trigger::Consume { consume, .. } = &mut handler.trigger {
            consume.batch_window_seconds = 20;
        }
        assert_eq!(visibility_of(&handler), timeouts + Duration::from_secs(20));
    }

    #[test]
    fn sqs_gives_up_long_after_the_function_would() {
        let manifest = manifest();
        for handler in manifest.queues() {
            let receives = most_receives(handler);
            let own = handler.trigger.max_receives().unwrap();
            assert_eq!(receives, own * handler.trigger.batch());
            assert!(receives <= MAX_RECEIVES && receives >= own);
        }
    }
}
