//! Schedules fire when the home host would.

use cdk_app::naming::Names;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use twinhost::manifest::Trigger;
use twinhost::schedule::Expression;

use crate::support::{function, manifest, of_type, one, service};

/// The next ten occurrences after a moment.
fn next_ten(expression: &str, zone: &str) -> Vec<Timestamp> {
    let start: Timestamp = "2026-03-28T23:30:00Z".parse().unwrap();
    let (expression, zone) =
        (expression.parse::<Expression>().unwrap(), TimeZone::get(zone).unwrap());
    let next = |after: &Timestamp| expression.next_after(*after, &zone, start);
    std::iter::successors(next(&start), next).take(10).collect()
}

#[test]
fn the_next_ten_firings_are_those_of_the_home_host() {
    let (manifest, template) = (manifest(), service());
    let names = Names::new("cost-watcher", "dev");
    let mut found = 0;
    for handler in &manifest.handlers {
        let Trigger::Schedule { expression, zone, .. } = &handler.trigger else { continue };
        let name = names.function(handler.name);
        let (_, schedule) = one(&template, "AWS::Scheduler::Schedule", "Name", &name);
        let text = |property: &str| schedule[property].as_str().unwrap();
        let deployed = next_ten(text("ScheduleExpression"), text("ScheduleExpressionTimezone"));
        assert_eq!(deployed, next_ten(expression, zone), "{name}");
        assert_eq!(deployed.len(), 10);
        assert_eq!(schedule["FlexibleTimeWindow"]["Mode"], "OFF");
        found += 1;
    }
    assert_eq!(found, of_type(&template, "AWS::Scheduler::Schedule").len());
}

#[test]
fn an_occurrence_that_never_reaches_its_function_is_kept() {
    let template = service();
    let names = Names::new("cost-watcher", "dev");
    for (id, schedule) in of_type(&template, "AWS::Scheduler::Schedule") {
        let handler = schedule["Name"].as_str().unwrap().strip_prefix("cost-watcher-dev-").unwrap();
        let (unfired, queue) =
            one(&template, "AWS::SQS::Queue", "QueueName", &names.unfired(handler));
        // EventBridge and Lambda write to standard queues only.
        assert_eq!(queue["FifoQueue"], Json::Null, "{id}");
        let target = &schedule["Target"];
        assert_eq!(target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0], unfired);
        assert_eq!(
            target["RetryPolicy"],
            json!({ "MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185 })
        );
        assert_eq!(target["Input"], r#"{"scheduledAt":"<aws.scheduler.scheduled-time>"}"#);
        let (function_id, function) = function(&template, handler);
        assert_eq!(target["Arn"]["Fn::GetAtt"][0], function_id);
        assert_eq!(function["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"][0], unfired);
    }
}
