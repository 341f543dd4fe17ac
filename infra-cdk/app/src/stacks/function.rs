//! The function of a handler: its code, its role, its environment, and what sets it off.

use std::collections::BTreeMap;

use aws_cdk::Duration;
use aws_cdk::aws_iam::{
    PolicyDocument, PolicyDocumentProps, PolicyStatement, PolicyStatementProps, Role, RoleProps,
    ServicePrincipal, ServicePrincipalOpts, WithoutPolicyUpdatesOptions,
};
use aws_cdk::aws_lambda::{
    Architecture, Code, EventSourceMapping, EventSourceMappingProps, Function, FunctionProps,
    LoggingFormat, Runtime, Tracing,
};
use aws_cdk::aws_logs::{LogGroup, LogGroupProps, RetentionDays};
use aws_cdk::aws_s3_assets::AssetOptions;
use aws_cdk::{RemovalPolicy, Stack};
use jsii::{Error, Value};
use twinhost::manifest::{HandlerManifest, Trigger};
use twinhost::{Access, Grant};

use super::id;
use super::queues::{Queues, seconds};
use super::service::Parts;
use crate::error::DeployError;
use crate::grants::{Places, Statement, statements};
use crate::naming::{
    BUCKET, CLIENT, DEAD_LETTERS, ISSUER, KMS_KEY, MAIL_FROM, QUEUE, TABLE, function_timeout,
    variable,
};
use crate::settings::reserved;

/// How long an event of a schedule may wait for its function in seconds: as long as EventBridge tries.
const MAX_EVENT_AGE: u64 = 6 * 3600;

/// A function that may be set off by an event source: 2 to 1,000 invocations at a time.
const CONCURRENCY: std::ops::RangeInclusive<u32> = 2..=1000;

/// Makes the function of a handler.
pub(super) fn build(parts: &Parts<'_>, handler: &HandlerManifest) -> Result<Function, DeployError> {
    let Parts { stack, plan, .. } = parts;
    let kernel = stack.object().kernel();
    let (name, id) = (handler.name, id(handler.name));
    let function_name = plan.names.function(name);
    let queues = parts.queues(name);
    let logs = LogGroupProps::new()
        .log_group_name(format!("/aws/lambda/{function_name}"))
        .retention(RetentionDays::OneMonth)
        .removal_policy(RemovalPolicy::Destroy);
    let logs = LogGroup::new(*stack, format!("{id}Logs"), logs)?;
    let role = role(parts, handler, &logs)?;
    let zip = plan.settings.functions.join(format!("{name}.zip"));
    let code = Code::from_asset(kernel, zip.to_string_lossy(), AssetOptions::new())?;
    let architecture = if plan.settings.arm64 {
        Architecture::arm_64(kernel)?
    } else {
        Architecture::x86_64(kernel)?
    };
    let mut props = FunctionProps::new(code, "bootstrap", Runtime::provided_al2023(kernel)?)
        .function_name(function_name)
        .architecture(architecture)
        .memory_size(handler.memory_mb)
        .timeout(Duration::seconds(kernel, seconds(function_timeout(handler)))?)
        .environment(environment(parts, handler)?)
        .log_group(&logs)
        .logging_format(LoggingFormat::Json)
        .tracing(Tracing::Active)
        // The role is complete as it is: the CDK may add nothing to it.
        .role(role.without_policy_updates(WithoutPolicyUpdatesOptions::new())?);
    if let Some(reserved) = reserved(plan.app, name)? {
        props = props.reserved_concurrent_executions(reserved);
    }
    if let Some(unfired) = queues.and_then(|queues| queues.unfired.as_ref()) {
        props = props
            .dead_letter_queue(unfired)
            .max_event_age(Duration::seconds(kernel, seconds(MAX_EVENT_AGE))?);
    }
    let function = Function::new(*stack, &id, props)?;
    if let Some(queues) = queues {
        consume(stack, handler, &function, queues)?;
    }
    Ok(function)
}

/// Has Lambda hand over batches of a handler's queue, and believe what the function reports of each message.
fn consume(
    stack: &Stack,
    handler: &HandlerManifest,
    function: &Function,
    queues: &Queues,
) -> Result<(), Error> {
    let concurrency = handler.concurrency.clamp(*CONCURRENCY.start(), *CONCURRENCY.end());
    let mut props = EventSourceMappingProps::new(function)
        .event_source_arn(queues.queue.queue_arn()?)
        .batch_size(handler.trigger.batch())
        .report_batch_item_failures(true)
        .max_concurrency(concurrency);
    let window = handler.trigger.batch_window_seconds();
    if window > 0 {
        let window = Duration::seconds(stack.object().kernel(), seconds(window.into()))?;
        props = props.max_batching_window(window);
    }
    if let Trigger::Consume { consume, .. } = &handler.trigger
        && !consume.filters.is_empty()
    {
        let pattern = |text: &&str| BTreeMap::from([("pattern".to_owned(), Value::from(*text))]);
        props = props.filters(consume.filters.iter().map(pattern));
    }
    EventSourceMapping::new(stack, format!("{}Source", id(handler.name)), props).map(drop)
}

/// The handler's own role: what its grants and its trigger call for, and nothing else.
fn role(
    parts: &Parts<'_>,
    handler: &HandlerManifest,
    logs: &LogGroup,
) -> Result<Role, DeployError> {
    let Parts { stack, plan, data, .. } = parts;
    let kernel = stack.object().kernel();
    let sender = match &data.sender {
        Some(sender) => sender.email_identity_arn()?,
        None => String::new(),
    };
    let unfired = match parts.queues(handler.name).and_then(|it| it.unfired.as_ref()) {
        Some(unfired) => Some(unfired.queue_arn()?),
        None => None,
    };
    let default_role = format!("{}-reader", plan.manifest.app);
    let places = Places {
        partition: &stack.partition()?,
        table: &data.table.table_arn()?,
        bucket: &data.bucket.bucket_arn()?,
        key: &data.key.key_arn()?,
        sender: (&sender, plan.settings.mail_address().unwrap_or_default()),
        reader_role: plan.settings.reader_role.as_deref().unwrap_or(&default_role),
        logs: &logs.log_group_arn()?,
        unfired: unfired.as_deref(),
        queue: &|name| parts.arns.get(name).map(|it| it.0.clone()).unwrap_or_default(),
        dead_letters: &|name| parts.arns.get(name).map(|it| it.1.clone()).unwrap_or_default(),
    };
    let all = statements(plan.manifest, handler, &places);
    let all = all.into_iter().map(|it| statement(kernel, it)).collect::<Result<Vec<_>, _>>()?;
    // Merged statements would say less about which grant is for what.
    let document = PolicyDocumentProps::new().statements(all).minimize(false);
    let document = PolicyDocument::new(kernel, document)?;
    let lambda =
        ServicePrincipal::new(kernel, "lambda.amazonaws.com", ServicePrincipalOpts::new())?;
    let props = RoleProps::new(lambda)
        .description(format!("What `{}` is granted", handler.name))
        .inline_policies([("grants", document)]);
    Ok(Role::new(*stack, format!("{}Role", id(handler.name)), props)?)
}

fn statement(kernel: &jsii::Kernel, it: Statement) -> Result<PolicyStatement, Error> {
    let mut props =
        PolicyStatementProps::new().sid(it.sid).actions(it.actions).resources(it.resources);
    if let Some(serde_json::Value::Object(conditions)) = it.conditions {
        let conditions = conditions.into_iter().map(|(operator, of)| (operator, Value::json(of)));
        props = props.conditions(conditions);
    }
    PolicyStatement::new(kernel, props)
}

/// The variables of a function: where what its trigger and its grants call for is.
fn environment(
    parts: &Parts<'_>,
    handler: &HandlerManifest,
) -> Result<BTreeMap<String, String>, DeployError> {
    let Parts { plan, data, stack, .. } = parts;
    let mut variables = BTreeMap::new();
    let mut set = |name: &str, value: String| variables.insert(name.to_owned(), value);
    set(TABLE, data.table.table_name()?);
    for grant in &handler.grants {
        match grant {
            Grant::ReadObjects(_) | Grant::WriteObjects(_) => {
                set(BUCKET, data.bucket.bucket_name()?);
            }
            Grant::SendMail => {
                set(MAIL_FROM, plan.settings.mail_from.clone().unwrap_or_default());
            }
            Grant::Seal | Grant::Open => {
                set(KMS_KEY, data.key.key_arn()?);
            }
            Grant::Publish(topic) => {
                for consumer in plan.manifest.consumers(topic) {
                    if let Some(queues) = parts.queues(consumer.name) {
                        set(&variable(QUEUE, consumer.name), queues.queue.queue_url()?);
                    }
                }
            }
            Grant::Read(_) | Grant::Write(_) | Grant::ReadWrite(_) | Grant::ReadAws(_) => {}
        }
    }
    if let Some(queues) = parts.queues(handler.name) {
        set(&variable(QUEUE, handler.name), queues.queue.queue_url()?);
        set(&variable(DEAD_LETTERS, handler.name), queues.dead_letters.queue_url()?);
    }
    if matches!(&handler.trigger, Trigger::Route { access: Access::Bearer, .. }) {
        let (region, suffix) = (stack.region()?, stack.url_suffix()?);
        set(ISSUER, format!("https://cognito-idp.{region}.{suffix}/{}", data.pool.user_pool_id()?));
        set(CLIENT, data.client.user_pool_client_id()?);
    }
    Ok(variables)
}
