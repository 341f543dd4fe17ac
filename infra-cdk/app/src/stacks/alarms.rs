//! Who is told when something is wrong: alarms and a budget, to one topic.

use aws_cdk::aws_budgets::cfn_budget::{
    BudgetDataProperty, NotificationProperty, NotificationWithSubscribersProperty, SpendProperty,
    SubscriberProperty,
};
use aws_cdk::aws_budgets::{CfnBudget, CfnBudgetProps};
use aws_cdk::aws_cloudwatch::{
    Alarm, AlarmProps, ComparisonOperator, Metric, MetricProps, TreatMissingData,
};
use aws_cdk::aws_cloudwatch_actions::SnsAction;
use aws_cdk::aws_iam::{
    PolicyStatement, PolicyStatementProps, ServicePrincipal, ServicePrincipalOpts,
};
use aws_cdk::aws_sns::{Topic, TopicProps};
use aws_cdk::aws_sns_subscriptions::{EmailSubscription, EmailSubscriptionProps};
use aws_cdk::{Duration, Stack};
use jsii::{Error, Kernel, Value};
use serde_json::json;
use twinhost::manifest::HandlerManifest;

use super::id;
use super::service::Parts;
use crate::naming::visibility;

/// Over how many seconds a metric is summed.
const PERIOD: u32 = 300;

/// One metric of one resource.
pub(super) struct Watched<'a> {
    pub(super) namespace: &'static str,
    pub(super) metric: &'static str,
    pub(super) dimension: (&'static str, &'a str),
    pub(super) statistic: &'static str,
}

impl Watched<'_> {
    /// The metric; with a label it is a line of a graph, which an alarm cannot watch alone.
    pub(super) fn metric(&self, kernel: &Kernel, label: Option<&str>) -> Result<Metric, Error> {
        let mut props = MetricProps::new(self.metric, self.namespace)
            .dimensions_map([self.dimension])
            .statistic(self.statistic)
            .period(Duration::seconds(kernel, PERIOD)?);
        if let Some(label) = label {
            props = props.label(label);
        }
        Metric::new(kernel, props)
    }
}

/// A metric of a function.
pub(super) const fn of_function<'a>(
    name: &'a str,
    metric: &'static str,
    statistic: &'static str,
) -> Watched<'a> {
    Watched { namespace: "AWS/Lambda", metric, dimension: ("FunctionName", name), statistic }
}

/// A metric of a queue.
pub(super) const fn of_queue<'a>(name: &'a str, metric: &'static str) -> Watched<'a> {
    Watched { namespace: "AWS/SQS", metric, dimension: ("QueueName", name), statistic: "Maximum" }
}

/// Messages that wait.
pub(super) const WAITING: &str = "ApproximateNumberOfMessagesVisible";
/// Seconds since the oldest message was sent.
pub(super) const OLDEST: &str = "ApproximateAgeOfOldestMessage";

/// Makes the topic, the alarms of every handler, and the budget.
pub(super) fn build(parts: &Parts<'_>) -> Result<Topic, Error> {
    let topic = topic(parts)?;
    for handler in &parts.plan.manifest.handlers {
        of_handler(parts, handler, &topic)?;
    }
    budget(parts, &topic)?;
    Ok(topic)
}

fn topic(parts: &Parts<'_>) -> Result<Topic, Error> {
    let stack = parts.stack;
    let kernel = stack.object().kernel();
    let topic = Topic::new(stack, "AlarmTopic", TopicProps::new().enforce_ssl(true))?;
    let account = json!({ "aws:SourceAccount": stack.account()? });
    for (sid, service) in
        [("Alarms", "cloudwatch.amazonaws.com"), ("Budget", "budgets.amazonaws.com")]
    {
        let principal = ServicePrincipal::new(kernel, service, ServicePrincipalOpts::new())?;
        let props = PolicyStatementProps::new()
            .sid(sid)
            .actions(["sns:Publish"])
            .principals([principal])
            .resources([topic.topic_arn()?])
            .conditions([("StringEquals", Value::json(account.clone()))]);
        topic.add_to_resource_policy(PolicyStatement::new(kernel, props)?)?;
    }
    if let Some(email) = &parts.plan.settings.alarm_email {
        let props = EmailSubscriptionProps::new();
        topic.add_subscription(EmailSubscription::new(kernel, email.as_str(), props)?)?;
    }
    Ok(topic)
}

fn of_handler(parts: &Parts<'_>, handler: &HandlerManifest, topic: &Topic) -> Result<(), Error> {
    let names = &parts.plan.names;
    let (name, id) = (handler.name, id(handler.name));
    let function = names.function(name);
    let alarm = |what: &str, watched: &Watched<'_>, above: f64, periods: u32, why: String| {
        alarm(parts.stack, topic, &format!("{id}{what}"), watched, above, periods, &why)
    };
    // A failed message is reported, not an error: one error is a crash, a timeout or an unreadable event.
    alarm(
        "Errors",
        &of_function(&function, "Errors", "Sum"),
        0.0,
        1,
        format!("`{name}` crashed, ran out of time, or could not start"),
    )?;
    alarm(
        "Throttles",
        &of_function(&function, "Throttles", "Sum"),
        0.0,
        3,
        format!("`{name}` is not given as many invocations as it needs"),
    )?;
    let Some(queues) = parts.queues(name) else { return Ok(()) };
    let dead = names.dead_letters(handler);
    alarm(
        "Dead",
        &of_queue(&dead, WAITING),
        0.0,
        1,
        format!("`{name}` has given messages up; look at why, and send them back"),
    )?;
    let queue = names.queue(handler);
    // One lost delivery is normal; what is older than two of them is stuck or late.
    let late = super::queues::seconds(2 * visibility(handler));
    alarm(
        "Late",
        &of_queue(&queue, OLDEST),
        late,
        1,
        format!("messages wait too long for `{name}`"),
    )?;
    if queues.unfired.is_some() {
        let unfired = names.unfired(name);
        alarm(
            "Lost",
            &of_queue(&unfired, WAITING),
            0.0,
            1,
            format!("the schedule of `{name}` could not be handed over"),
        )?;
    }
    Ok(())
}

fn alarm(
    stack: &Stack,
    topic: &Topic,
    name: &str,
    watched: &Watched<'_>,
    above: f64,
    periods: u32,
    why: &str,
) -> Result<(), Error> {
    let kernel = stack.object().kernel();
    let metric = watched.metric(kernel, None)?;
    let props = AlarmProps::new(periods, metric, above)
        .alarm_description(why)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        // No message, no invocation: nothing is wrong.
        .treat_missing_data(TreatMissingData::NotBreaching);
    let alarm = Alarm::new(stack, format!("{name}Alarm"), props)?;
    alarm.add_alarm_action([SnsAction::new(topic)?])
}

/// Tells when the month's bill is going to be above what was meant.
fn budget(parts: &Parts<'_>, topic: &Topic) -> Result<(), Error> {
    let subscriber = SubscriberProperty::new(topic.topic_arn()?, "SNS");
    let when = |kind: &str, percent: u32| {
        let when =
            NotificationProperty::new("GREATER_THAN", kind, percent).threshold_type("PERCENTAGE");
        NotificationWithSubscribersProperty::new(when, [subscriber.clone()])
    };
    let data = BudgetDataProperty::new("COST", "MONTHLY")
        .budget_name(parts.plan.names.service())
        .budget_limit(SpendProperty::new(parts.plan.settings.budget, "USD"));
    let props = CfnBudgetProps::new(data)
        .notifications_with_subscribers([when("ACTUAL", 80), when("FORECASTED", 100)]);
    CfnBudget::new(parts.stack, "Budget", props).map(drop)
}
