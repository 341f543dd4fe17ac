//! What a function is given: its environment, limits, logs; and the table it finds.

use std::time::Duration;

use cdk_app::naming;
use serde_json::Value as Json;
use twinhost_aws::{AwsOptions, hosts, options, table};

use crate::support::{data, function, manifest, of_type, one, service};

/// A variable's value; what `CloudFormation` fills in is some URL.
fn filled(value: &Json) -> String {
    value.as_str().map_or_else(|| "https://filled.example/in".to_owned(), str::to_owned)
}

#[test]
fn each_function_finds_what_its_handler_touches_and_no_more() {
    let (manifest, template) = (manifest(), service());
    for handler in &manifest.handlers {
        let variables =
            function(&template, handler.name).1["Environment"]["Variables"].as_object().unwrap();
        let given = || variables.iter().map(|(name, value)| (name.clone(), filled(value)));
        AwsOptions::from_variables(given()).unwrap().check(&manifest, handler.name).unwrap();
        for left_out in variables.keys() {
            let rest = given().filter(|(name, _)| name != left_out);
            let checked =
                AwsOptions::from_variables(rest).and_then(|it| it.check(&manifest, handler.name));
            assert!(checked.is_err(), "`{}` has no use for `{left_out}`", handler.name);
        }
    }
}

#[test]
fn each_function_has_its_handlers_limits_traces_and_logs_that_end() {
    let (manifest, template) = (manifest(), service());
    assert_eq!(of_type(&template, "AWS::Lambda::Function").len(), manifest.handlers.len());
    for handler in &manifest.handlers {
        let (_, function) = function(&template, handler.name);
        let timeout = hosts::function_timeout(Duration::from_secs(handler.timeout_seconds));
        assert_eq!(function["Timeout"], timeout.as_secs());
        assert_eq!(function["MemorySize"], handler.memory_mb);
        assert_eq!(function["Runtime"], "provided.al2023");
        assert_eq!(function["Architectures"][0], "arm64");
        assert_eq!(function["TracingConfig"]["Mode"], "Active");
        assert_eq!(function["LoggingConfig"]["LogFormat"], "JSON");
        let group = function["LoggingConfig"]["LogGroup"]["Ref"].as_str().unwrap();
        assert_eq!(template["Resources"][group]["Properties"]["RetentionInDays"], 30);
    }
}

#[test]
fn no_two_functions_share_a_role() {
    let template = service();
    let roles: Vec<_> =
        of_type(&template, "AWS::Lambda::Function").into_values().map(|it| &it["Role"]).collect();
    for (at, role) in roles.iter().enumerate() {
        assert!(!roles[..at].contains(role), "{role}");
    }
}

#[test]
fn the_table_is_the_one_that_the_functions_know() {
    for (ours, theirs) in [
        (naming::PARTITION_KEY, table::PARTITION_KEY),
        (naming::SORT_KEY, table::SORT_KEY),
        (naming::TTL, table::TTL),
        (naming::OUTBOX_INDEX, table::OUTBOX_INDEX),
        (naming::OUTBOX_SINCE, table::OUTBOX_SINCE),
        (naming::QUEUE, options::QUEUE),
    ] {
        assert_eq!(ours, theirs);
    }
    assert_eq!(naming::MARGIN_SECONDS, hosts::MARGIN.as_secs());
    assert_eq!(naming::LONGEST_SECONDS, hosts::LONGEST.as_secs());
    let template = data();
    let tables = of_type(&template, "AWS::DynamoDB::Table");
    let table = tables.values().next().unwrap();
    let key =
        |name: &str, kind: &str| serde_json::json!({ "AttributeName": name, "KeyType": kind });
    assert_eq!(table["KeySchema"], serde_json::json!([key("pk", "HASH"), key("sk", "RANGE")]));
    let index = &table["GlobalSecondaryIndexes"][0];
    assert_eq!(index["IndexName"], table::OUTBOX_INDEX);
    assert_eq!(
        index["KeySchema"],
        serde_json::json!([key("outbox_of", "HASH"), key("outbox_since", "RANGE")])
    );
    assert_eq!(index["Projection"]["ProjectionType"], "KEYS_ONLY");
    let numbers = table["AttributeDefinitions"].as_array().unwrap().iter();
    let numbers: Vec<_> =
        numbers.filter(|it| it["AttributeType"] == "N").map(|it| &it["AttributeName"]).collect();
    assert_eq!(numbers, [table::OUTBOX_SINCE]);
    assert_eq!(table["TimeToLiveSpecification"]["AttributeName"], table::TTL);
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
}

#[test]
fn what_must_not_be_lost_is_kept_and_closed() {
    let template = data();
    let resources = template["Resources"].as_object().unwrap();
    for kind in
        ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Cognito::UserPool"]
    {
        let (id, resource) = resources.iter().find(|(_, it)| it["Type"] == kind).unwrap();
        assert_eq!(resource["DeletionPolicy"], "Retain", "{id}");
    }
    let tables = of_type(&template, "AWS::DynamoDB::Table");
    let table = tables.values().next().unwrap();
    assert_eq!(table["DeletionProtectionEnabled"], true);
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    let buckets = of_type(&template, "AWS::S3::Bucket");
    let bucket = buckets.values().next().unwrap();
    for block in
        ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
    {
        assert_eq!(bucket["PublicAccessBlockConfiguration"][block], true, "{block}");
    }
    assert!(bucket["BucketEncryption"].is_object() && bucket["LifecycleConfiguration"].is_object());
    let policies = of_type(&template, "AWS::S3::BucketPolicy");
    let deny = &policies.values().next().unwrap()["PolicyDocument"]["Statement"][0];
    assert_eq!(
        (&deny["Effect"], &deny["Condition"]["Bool"]["aws:SecureTransport"]),
        (&"Deny".into(), &"false".into())
    );
    assert_eq!(
        of_type(&template, "AWS::KMS::Key").values().next().unwrap()["EnableKeyRotation"],
        true
    );
}

#[test]
fn a_route_reaches_its_function_and_nothing_else_may_call_it() {
    let template = service();
    let (_, route) =
        one(&template, "AWS::ApiGatewayV2::Route", "RouteKey", "POST /webhooks/{tenant}/{source}");
    assert!(route["Target"].is_object());
    let permissions = of_type(&template, "AWS::Lambda::Permission");
    assert_eq!(permissions.len(), 1);
    let permission = permissions.values().next().unwrap();
    let (id, _) = function(&template, "webhook-ingestion");
    assert_eq!(permission["FunctionName"]["Fn::GetAtt"][0], id);
    assert_eq!(permission["Principal"], "apigateway.amazonaws.com");
    assert!(
        permission["SourceArn"].to_string().contains("/webhooks/{tenant}/{source}"),
        "{permission}"
    );
}
