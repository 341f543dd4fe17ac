//! The schedule of a handler, with EventBridge Scheduler.

use aws_cdk::Stack;
use aws_cdk::aws_iam::{
    PolicyDocument, PolicyDocumentProps, PolicyStatement, PolicyStatementProps, Role, RoleProps,
    ServicePrincipal, ServicePrincipalOpts,
};
use aws_cdk::aws_lambda::Function;
use aws_cdk::aws_scheduler::cfn_schedule::{
    DeadLetterConfigProperty, FlexibleTimeWindowProperty, RetryPolicyProperty, TargetProperty,
};
use aws_cdk::aws_scheduler::{CfnSchedule, CfnScheduleProps};
use aws_cdk::aws_sqs::Queue;
use jsii::{Error, Value};
use serde_json::json;
use twinhost::manifest::{HandlerManifest, Trigger};

use super::{Plan, id};

/// What the function is told: the occurrence's own time, whenever it arrives.
const INPUT: &str = r#"{"scheduledAt":"<aws.scheduler.scheduled-time>"}"#;

/// Makes the schedule of a handler that has one.
pub(super) fn build(
    stack: &Stack,
    plan: &Plan<'_>,
    handler: &HandlerManifest,
    function: &Function,
    unfired: &Queue,
) -> Result<(), Error> {
    let Trigger::Schedule(schedule) = &handler.trigger else { return Ok(()) };
    let id = id(handler.name);
    let (function_arn, unfired) = (function.function_arn()?, unfired.queue_arn()?);
    let role = role(stack, &id, &function_arn, &unfired)?;
    let target = TargetProperty::new(function_arn, role.role_arn()?)
        .input(INPUT)
        .dead_letter_config(DeadLetterConfigProperty::new().arn(unfired))
        .retry_policy(
            RetryPolicyProperty::new()
                .maximum_event_age_in_seconds(schedule.retry.max_age_seconds)
                .maximum_retry_attempts(schedule.retry.max_attempts),
        );
    let window = match schedule.window_minutes {
        0 => FlexibleTimeWindowProperty::new("OFF"),
        minutes => FlexibleTimeWindowProperty::new("FLEXIBLE").maximum_window_in_minutes(minutes),
    };
    let mut props = CfnScheduleProps::new(window, schedule.expression, target)
        .name(plan.names.function(handler.name))
        .description(format!("Sets `{}` off", handler.name))
        .schedule_expression_timezone(schedule.zone);
    if let Some(start) = schedule.start {
        props = props.start_date(start);
    }
    if let Some(end) = schedule.end {
        props = props.end_date(end);
    }
    CfnSchedule::new(stack, format!("{id}Schedule"), props).map(drop)
}

/// What EventBridge becomes to set one function off.
fn role(stack: &Stack, id: &str, function: &str, unfired: &str) -> Result<Role, Error> {
    let kernel = stack.object().kernel();
    let allow = |sid: &str, action: &str, resource: &str| {
        PolicyStatement::new(
            kernel,
            PolicyStatementProps::new().sid(sid).actions([action]).resources([resource]),
        )
    };
    let statements = [
        allow("Function", "lambda:InvokeFunction", function)?,
        allow("Unfired", "sqs:SendMessage", unfired)?,
    ];
    let document = PolicyDocumentProps::new().statements(statements).minimize(false);
    let document = PolicyDocument::new(kernel, document)?;
    // Only schedules of this account, so that nobody else's can borrow the role.
    let account = json!({ "aws:SourceAccount": stack.account()? });
    let options = ServicePrincipalOpts::new().conditions([("StringEquals", Value::json(account))]);
    let scheduler = ServicePrincipal::new(kernel, "scheduler.amazonaws.com", options)?;
    let props = RoleProps::new(scheduler).inline_policies([("target", document)]);
    Role::new(stack, format!("{id}ScheduleRole"), props)
}
