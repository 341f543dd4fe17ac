//! Schedules fire when the home host would.

use cdk_app::naming::Names;
use functions::Scorer;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use twinhost::manifest::Trigger;
use twinhost::schedule::Expression;
use twinhost::{Consume, Context, Handler, HandlerResult, RetryPolicy, Schedule, Tick};

use crate::support::{cost_watcher, function, manifest, of_type, one, service, synth};

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
        let Trigger::Schedule(declared) = &handler.trigger else { continue };
        let name = names.function(handler.name);
        let (_, schedule) = one(&template, "AWS::Scheduler::Schedule", "Name", &name);
        let text = |property: &str| schedule[property].as_str().unwrap();
        let deployed = next_ten(text("ScheduleExpression"), text("ScheduleExpressionTimezone"));
        assert_eq!(deployed, next_ten(declared.expression, declared.zone), "{name}");
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

/// A schedule with all that EventBridge can be told.
struct Seasonal;

impl Handler for Seasonal {
    type Event = Tick;
    const NAME: &'static str = "seasonal";
    const TRIGGER: Schedule = Schedule {
        window_minutes: 15,
        start: Some("2027-01-01T00:00:00Z"),
        end: Some("2028-01-01T00:00:00Z"),
        retry: RetryPolicy { max_attempts: 3, max_age_seconds: 600 },
        ..Schedule::once("cron(0 8 * * ? *)")
    };

    async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
        Ok(())
    }
}

const LARGE: &str = r#"{"body": {"cents": [{"numeric": [">=", 1000]}]}}"#;

/// A consumer that does not want everything.
struct Picky;

impl Handler for Picky {
    type Event = <Scorer as Handler>::Event;
    const NAME: &'static str = "picky";
    const TRIGGER: Consume = Consume { filters: &[LARGE], ..Consume::DEFAULT };

    async fn handle(&self, _: &Context, _: Self::Event) -> HandlerResult {
        Ok(())
    }
}

#[test]
fn what_a_schedule_and_a_filter_say_is_what_eventbridge_and_lambda_are_told() {
    let made = synth(&cost_watcher().handler(Seasonal).handler(Picky), &[]).unwrap();
    let template = &made["cost-watcher-dev"];
    let (_, schedule) =
        one(template, "AWS::Scheduler::Schedule", "Name", "cost-watcher-dev-seasonal");
    assert_eq!(
        schedule["FlexibleTimeWindow"],
        json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15 })
    );
    assert_eq!(schedule["StartDate"], "2027-01-01T00:00:00Z");
    assert_eq!(schedule["EndDate"], "2028-01-01T00:00:00Z");
    assert_eq!(
        schedule["Target"]["RetryPolicy"],
        json!({ "MaximumEventAgeInSeconds": 600, "MaximumRetryAttempts": 3 })
    );
    let (id, _) = function(template, "picky");
    let sources = of_type(template, "AWS::Lambda::EventSourceMapping");
    let filters = |of: &str| {
        let source = sources.values().find(|it| it["FunctionName"]["Ref"] == of);
        source.unwrap()["FilterCriteria"].clone()
    };
    assert_eq!(filters(id), json!({ "Filters": [{ "Pattern": LARGE }] }));
    assert_eq!(filters(function(template, "scorer").0), Json::Null);
}
