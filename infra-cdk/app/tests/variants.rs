//! Other applications and other settings than those of the committed templates.

use serde_json::{Value as Json, json};
use twinhost::{
    Context, Grant, Handler, HandlerError, HandlerResult, Method, Request, Response, Route,
    Schedule, Tick,
};
use twinhost_aws::AwsOptions;

use crate::support::{cost_watcher, function, of_type, one, service, statements, synth};

/// A handler that was written a minute ago.
struct Reminder;

impl Handler for Reminder {
    type Event = Tick;
    const NAME: &'static str = "reminder";
    const TRIGGER: Schedule = Schedule::once("rate(1 hour)");
    const GRANTS: &'static [Grant] = &[Grant::ReadWrite("reminders")];

    async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
        Ok(())
    }
}

/// One behind a token.
struct Lister;

impl Handler for Lister {
    type Event = Request;
    const NAME: &'static str = "lister";
    const TRIGGER: Route = Route::bearer(Method::Get, "/api/reminders");
    const GRANTS: &'static [Grant] = &[Grant::Read("reminders")];

    async fn handle(&self, _: &Context, _: Request) -> Result<Response, HandlerError> {
        Ok(Response::new(http::StatusCode::NO_CONTENT))
    }
}

#[test]
fn a_new_handler_is_deployed_with_its_role_queue_and_alarms_and_nobody_else_changes() {
    let app = cost_watcher().handler(Reminder).handler(Lister);
    let made = synth(&app, &[]).unwrap();
    let (template, before) = (&made["cost-watcher-dev"], service());
    one(template, "AWS::SQS::Queue", "QueueName", "cost-watcher-dev-reminder.fifo");
    one(template, "AWS::SQS::Queue", "QueueName", "cost-watcher-dev-reminder-dead.fifo");
    one(template, "AWS::Scheduler::Schedule", "Name", "cost-watcher-dev-reminder");
    one(template, "AWS::ApiGatewayV2::Route", "RouteKey", "GET /api/reminders");
    let granted = statements(template, "reminder")
        .iter()
        .find(|it| it["Sid"] == "ReadWriteReminders")
        .unwrap();
    assert_eq!(
        granted["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"],
        json!(["TENANT#*#reminders"])
    );
    let alarms = of_type(template, "AWS::CloudWatch::Alarm");
    let of_reminder = alarms.keys().filter(|id| id.starts_with("Reminder"));
    assert_eq!(of_reminder.count(), 5);
    // Only the dashboard, which shows all, is another.
    for (id, resource) in before["Resources"].as_object().unwrap() {
        if resource["Type"] != "AWS::CloudWatch::Dashboard" {
            assert_eq!(&template["Resources"][id], resource, "{id}");
        }
    }
    let manifest = app.manifest();
    for name in ["reminder", "lister"] {
        let variables = function(template, name).1["Environment"]["Variables"].as_object().unwrap();
        let filled = |it: &Json| it.as_str().unwrap_or("https://filled.example/in").to_owned();
        let variables = variables.iter().map(|(name, value)| (name.clone(), filled(value)));
        AwsOptions::from_variables(variables).unwrap().check(&manifest, name).unwrap();
    }
}

#[test]
fn a_domain_has_its_records_and_its_certificate_and_mail_comes_from_it() {
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/abc";
    let domain = [("domain", "app.example.com"), ("zoneName", "example.com"), ("zoneId", "Z1")];
    let mut settings = domain.to_vec();
    settings.extend([("certificate", arn), ("stage", "prod"), ("mailFrom", "alerts@example.com")]);
    let made = synth(&cost_watcher(), &settings).unwrap();
    let edge = &made["cost-watcher-prod-edge"];
    let distributions = of_type(edge, "AWS::CloudFront::Distribution");
    let config = &distributions.values().next().unwrap()["DistributionConfig"];
    assert_eq!(config["Aliases"], json!(["app.example.com"]));
    assert_eq!(config["ViewerCertificate"]["AcmCertificateArn"], arn);
    assert_eq!(config["CacheBehaviors"][0]["PathPattern"], "/webhooks/*/*");
    let records = of_type(edge, "AWS::Route53::RecordSet");
    let mut kinds: Vec<&Json> = records.values().map(|it| &it["Type"]).collect();
    kinds.sort_unstable_by_key(|it| it.to_string());
    assert_eq!(kinds, ["A", "AAAA"]);
    assert!(
        records.values().all(|it| it["Name"] == "app.example.com." && it["HostedZoneId"] == "Z1")
    );
    let data = &made["cost-watcher-prod-data"];
    one(data, "AWS::SES::EmailIdentity", "EmailIdentity", "example.com");
    assert_eq!(
        of_type(data, "AWS::Route53::RecordSet").len(),
        3,
        "the records that prove the sender"
    );

    let error = synth(&cost_watcher(), &domain).unwrap_err().to_string();
    assert!(error.contains("`certificate` is missing") && error.contains("us-east-1"), "{error}");
}

#[test]
fn settings_reach_what_they_are_about() {
    let settings = [
        ("architecture", "x86_64"),
        ("reserve-scorer", "7"),
        ("alarmEmail", "ops@example.com"),
        ("budget", "12.5"),
        ("readerRole", "spy"),
    ];
    let made = synth(&cost_watcher(), &settings).unwrap();
    let template = &made["cost-watcher-dev"];
    let (_, scorer) = function(template, "scorer");
    assert_eq!(scorer["Architectures"], json!(["x86_64"]));
    assert_eq!(scorer["ReservedConcurrentExecutions"], 7);
    assert_eq!(function(template, "digest").1["ReservedConcurrentExecutions"], Json::Null);
    one(template, "AWS::SNS::Subscription", "Endpoint", "ops@example.com");
    let budgets = of_type(template, "AWS::Budgets::Budget");
    assert_eq!(budgets.values().next().unwrap()["Budget"]["BudgetLimit"]["Amount"], 12.5);
    let role = statements(template, "zombie-scanner")
        .iter()
        .find(|it| it["Sid"] == "BecomeReader")
        .unwrap();
    assert!(role["Resource"].to_string().contains(":iam::*:role/spy"), "{role}");
}

#[test]
fn a_setting_that_cannot_be_is_named_with_what_it_can_be() {
    for (settings, wanted) in [
        (vec![("stage", "Prod!")], "setting `stage` is `Prod!`; use 1 to 12 of a-z"),
        (vec![("architecture", "riscv")], "`arm64` or `x86_64`"),
        (vec![("budget", "-1")], "US dollars a month"),
        (vec![("mailFrom", "")], "setting `mailFrom` is missing: a handler sends mail"),
        (vec![("domain", "app.example.com")], "setting `zoneName` is missing"),
        (
            vec![("domain", "app.example.org"), ("zoneName", "example.com"), ("zoneId", "Z1")],
            "setting `domain` is `app.example.org`",
        ),
        (vec![("reserve-scorer", "0")], "`0` of `scorer`"),
    ] {
        let error = synth(&cost_watcher(), &settings).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}
