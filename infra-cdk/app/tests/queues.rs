//! Queues: order, redrive, reports, alarms.

use std::time::Duration;

use cdk_app::naming::{Names, most_receives, visibility};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use twinhost::{Consume, Context, Handler, HandlerResult, Message, Payload, QueueOptions};

use crate::support::{cost_watcher, function, manifest, of_type, one, service, synth};

const QUEUE: &str = "AWS::SQS::Queue";

fn queue<'a>(template: &'a Json, name: &str) -> (&'a str, &'a Json) {
    one(template, QUEUE, "QueueName", name)
}

#[test]
fn every_consumer_and_schedule_has_a_fifo_queue_that_gives_up_into_another() {
    let (manifest, template) = (manifest(), service());
    let names = Names::new("cost-watcher", "dev");
    for handler in manifest.queues() {
        let (_, live) = queue(&template, &names.queue(handler));
        let (dead_id, dead) = queue(&template, &names.dead_letters(handler));
        assert_eq!((&live["FifoQueue"], &dead["FifoQueue"]), (&json!(true), &json!(true)));
        assert_eq!(live["ContentBasedDeduplication"], Json::Null, "ids come with the messages");
        assert_eq!(live["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0], dead_id);
        assert_eq!(live["RedrivePolicy"]["maxReceiveCount"], most_receives(handler));
        assert_eq!(live["VisibilityTimeout"], visibility(handler));
        let (_, function) = function(&template, handler.name);
        assert_eq!(
            live["VisibilityTimeout"].as_u64().unwrap(),
            function["Timeout"].as_u64().unwrap() * 6
        );
        assert_eq!(live["MessageRetentionPeriod"], 4 * 86_400);
        assert_eq!(live["DelaySeconds"], Json::Null);
        assert_eq!(dead["MessageRetentionPeriod"], 14 * 86_400);
    }
}

/// A payload without order.
#[derive(Serialize, Deserialize)]
struct Photo;

impl Payload for Photo {
    const TOPIC: &'static str = "photos";
    const QUEUE: QueueOptions = QueueOptions {
        delay: Duration::from_secs(60),
        retention: Duration::from_secs(3600),
        ..QueueOptions::UNORDERED
    };

    fn group(&self) -> String {
        String::new()
    }
}

struct Resizer;

impl Handler for Resizer {
    type Event = Message<Photo>;
    const NAME: &'static str = "resizer";
    const TRIGGER: Consume = Consume { batch_window_seconds: 20, ..Consume::DEFAULT };

    async fn handle(&self, _: &Context, _: Message<Photo>) -> HandlerResult {
        Ok(())
    }
}

#[test]
fn a_topic_without_order_has_standard_queues_with_its_delay_and_retention() {
    let made = synth(&cost_watcher().handler(Resizer), &[]).unwrap();
    let template = &made["cost-watcher-dev"];
    let (_, live) = queue(template, "cost-watcher-dev-resizer");
    let (dead_id, dead) = queue(template, "cost-watcher-dev-resizer-dead");
    for queue in [live, dead] {
        assert_eq!(queue["FifoQueue"], Json::Null);
    }
    assert_eq!(live["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0], dead_id);
    assert_eq!(
        (&live["DelaySeconds"], &live["MessageRetentionPeriod"]),
        (&json!(60), &json!(3600))
    );
}

#[test]
fn a_batch_window_is_in_the_mapping_and_in_the_time_that_a_message_is_hidden() {
    let made = synth(&cost_watcher().handler(Resizer), &[]).unwrap();
    let template = &made["cost-watcher-dev"];
    let (function, properties) = function(template, "resizer");
    let sources = of_type(template, "AWS::Lambda::EventSourceMapping");
    let source = sources.values().find(|it| it["FunctionName"]["Ref"] == function).unwrap();
    assert_eq!(source["MaximumBatchingWindowInSeconds"], 20);
    let (_, live) = queue(template, "cost-watcher-dev-resizer");
    let advised = properties["Timeout"].as_u64().unwrap() * 6 + 20;
    assert_eq!(live["VisibilityTimeout"], advised);
}

#[test]
fn every_queue_refuses_what_is_not_encrypted_on_the_way() {
    let template = service();
    let policies = of_type(&template, "AWS::SQS::QueuePolicy");
    for (id, queue) in of_type(&template, QUEUE) {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{id}");
        let policy = policies.values().find(|it| it["Queues"][0]["Ref"] == id).unwrap();
        let deny = &policy["PolicyDocument"]["Statement"][0];
        assert_eq!(
            (&deny["Effect"], &deny["Condition"]["Bool"]["aws:SecureTransport"]),
            (&json!("Deny"), &json!("false"))
        );
    }
}

#[test]
fn lambda_takes_a_batch_of_each_queue_and_believes_what_is_reported_of_each_message() {
    let (manifest, template) = (manifest(), service());
    let names = Names::new("cost-watcher", "dev");
    let sources = of_type(&template, "AWS::Lambda::EventSourceMapping");
    assert_eq!(sources.len(), manifest.queues().count());
    for handler in manifest.queues() {
        let (function, _) = function(&template, handler.name);
        let (queue, _) = queue(&template, &names.queue(handler));
        let source = sources.values().find(|it| it["FunctionName"]["Ref"] == function).unwrap();
        assert_eq!(source["EventSourceArn"]["Fn::GetAtt"][0], queue);
        assert_eq!(source["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
        assert_eq!(source["BatchSize"], handler.trigger.batch());
        assert_eq!(
            source["MaximumBatchingWindowInSeconds"],
            Json::Null,
            "AWS has none for FIFO queues"
        );
        assert_eq!(source["ScalingConfig"]["MaximumConcurrency"], handler.concurrency);
    }
}

#[test]
fn somebody_is_told_of_every_handler_that_fails_and_every_queue_that_does_not_move() {
    let (manifest, template) = (manifest(), service());
    let names = Names::new("cost-watcher", "dev");
    let alarms = of_type(&template, "AWS::CloudWatch::Alarm");
    let topics = of_type(&template, "AWS::SNS::Topic");
    let topic = json!([{ "Ref": topics.keys().next().unwrap() }]);
    let watched = |metric: &str, resource: &str| {
        let alarm = alarms
            .values()
            .find(|it| it["MetricName"] == metric && it["Dimensions"][0]["Value"] == resource);
        let alarm = alarm.unwrap_or_else(|| panic!("nobody is told of {metric} of {resource}"));
        assert_eq!(alarm["AlarmActions"], topic);
        assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold");
    };
    for handler in &manifest.handlers {
        let function = names.function(handler.name);
        watched("Errors", &function);
        watched("Throttles", &function);
    }
    for handler in manifest.queues() {
        watched("ApproximateNumberOfMessagesVisible", &names.dead_letters(handler));
        watched("ApproximateAgeOfOldestMessage", &names.queue(handler));
    }
    assert_eq!(of_type(&template, "AWS::CloudWatch::Dashboard").len(), 1);
    let budgets = of_type(&template, "AWS::Budgets::Budget");
    assert_eq!(
        budgets.values().next().unwrap()["Budget"]["BudgetLimit"],
        json!({ "Amount": 50, "Unit": "USD" })
    );
}
