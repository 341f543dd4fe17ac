//! Least privilege: a role has what its handler's grants and trigger call for, and nothing else.

use std::collections::BTreeSet;

use cdk_app::grants::{Places, Statement, statements};
use serde_json::{Value as Json, json};
use twinhost::manifest::{HandlerManifest, Trigger};
use twinhost::{Access, Consume, Grant, Manifest, Method, QueueOptions};

use crate::support::{self, manifest, service, several};

/// What may be done anywhere: services that know no resources.
const ANYWHERE: [&str; 2] = ["ReadAws", "Traces"];

/// A manifest of a handler with a route, and of a consumer of what it publishes.
fn granted(grants: &[Grant]) -> Manifest {
    let handler = |name, trigger, grants: &[Grant]| HandlerManifest {
        name,
        trigger,
        grants: grants.to_vec(),
        timeout_seconds: 10,
        memory_mb: 256,
        concurrency: 2,
    };
    let route = Trigger::Route { method: Method::Get, path: "/a".into(), access: Access::Bearer };
    let consume = Trigger::Consume {
        topic: "orders".into(),
        queue: QueueOptions::ORDERED,
        consume: Consume::DEFAULT,
    };
    let handlers = vec![handler("asker", route, grants), handler("taker", consume, &[])];
    Manifest { app: "shop".into(), handlers, collections: BTreeSet::new() }
}

fn of(manifest: &Manifest) -> Vec<Statement> {
    let places = Places {
        partition: "aws",
        table: "TABLE",
        bucket: "BUCKET",
        key: "KEY",
        sender: ("IDENTITY", "a@example.com"),
        reader_role: "shop-reader",
        logs: "LOGS",
        unfired: None,
        queue: &|name| format!("QUEUE:{name}"),
        dead_letters: &|name| format!("DEAD:{name}"),
    };
    statements(manifest, &manifest.handlers[0], &places)
}

/// The statements that a grant adds to those of a handler without grants.
fn added(grant: Grant) -> Vec<Statement> {
    let without = of(&granted(&[]));
    let with = of(&granted(&[grant]));
    assert!(without.iter().all(|it| with.contains(it)), "a grant takes nothing away");
    with.into_iter().filter(|it| !without.contains(it)).collect()
}

#[test]
fn each_grant_gives_exactly_its_statements() {
    let leading =
        |key: &str| Some(json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [key] } }));
    let read = ["dynamodb:GetItem", "dynamodb:Query"].as_slice();
    let write = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"].as_slice();
    let both = [
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    ]
    .as_slice();
    let from = json!({ "StringEquals": { "ses:FromAddress": "a@example.com" } });
    type Expected<'a> = Vec<(&'a str, &'a [&'a str], &'a str, Option<Json>)>;
    let cases: Vec<(Grant, Expected<'_>)> = vec![
        (
            Grant::Read("cost_events"),
            vec![("ReadCostEvents", read, "TABLE", leading("TENANT#*#cost_events"))],
        ),
        (Grant::Write("bills"), vec![("WriteBills", write, "TABLE", leading("TENANT#*#bills"))]),
        (
            Grant::ReadWrite("bills"),
            vec![("ReadWriteBills", both, "TABLE", leading("TENANT#*#bills"))],
        ),
        (
            Grant::Publish("orders"),
            vec![("PublishOrders", &["sqs:SendMessage"], "QUEUE:taker", None)],
        ),
        (
            Grant::ReadObjects("raw"),
            vec![
                ("ReadObjectsRaw", &["s3:GetObject"], "BUCKET/tenants/*/raw/*", None),
                ("FindObjectsRaw", &["s3:ListBucket"], "BUCKET", None),
            ],
        ),
        (
            Grant::WriteObjects("raw"),
            vec![("WriteObjectsRaw", &["s3:PutObject"], "BUCKET/tenants/*/raw/*", None)],
        ),
        (Grant::SendMail, vec![("SendMail", &["ses:SendEmail"], "IDENTITY", Some(from))]),
        (Grant::Seal, vec![("Seal", &["kms:GenerateDataKey"], "KEY", None)]),
        (Grant::Open, vec![("Open", &["kms:Decrypt"], "KEY", None)]),
        (
            Grant::ReadAws(&["ec2:DescribeVolumes"]),
            vec![
                ("ReadAws", &["ec2:DescribeVolumes"], "*", None),
                ("BecomeReader", &["sts:AssumeRole"], "arn:aws:iam::*:role/shop-reader", None),
            ],
        ),
    ];
    for (grant, expected) in cases {
        let expected = expected.into_iter().map(|(sid, actions, resource, conditions)| Statement {
            sid: sid.to_owned(),
            actions: actions.iter().map(|it| (*it).to_owned()).collect(),
            resources: vec![resource.to_owned()],
            conditions,
        });
        assert_eq!(added(grant), expected.collect::<Vec<_>>(), "{grant:?}");
    }
}

#[test]
fn the_deployed_roles_have_the_statements_of_their_grants_and_no_others() {
    let (manifest, template) = (manifest(), service());
    for handler in &manifest.handlers {
        let deployed: Vec<&str> = support::statements(&template, handler.name)
            .iter()
            .map(|it| it["Sid"].as_str().unwrap())
            .collect();
        let mut asked = manifest.clone();
        asked.handlers.retain(|it| it.name == handler.name);
        asked
            .handlers
            .extend(manifest.handlers.iter().filter(|it| it.name != handler.name).cloned());
        let mut expected: Vec<String> = of(&asked).into_iter().map(|it| it.sid).collect();
        if matches!(handler.trigger, Trigger::Schedule { .. }) {
            expected.insert(
                expected.iter().position(|it| it == "Ticks").unwrap() + 1,
                "Unfired".into(),
            );
        }
        assert_eq!(deployed, expected, "{}", handler.name);
    }
}

#[test]
fn nothing_is_allowed_everywhere_or_with_every_action() {
    let (manifest, template) = (manifest(), service());
    for handler in &manifest.handlers {
        for statement in support::statements(&template, handler.name) {
            let sid = statement["Sid"].as_str().unwrap();
            assert_eq!(statement["Effect"], "Allow", "{} {sid}", handler.name);
            for action in several(&statement["Action"]) {
                assert!(!action.as_str().unwrap().contains('*'), "{} {sid} {action}", handler.name);
            }
            if !ANYWHERE.contains(&sid) {
                assert!(
                    several(&statement["Resource"]).iter().all(|it| **it != "*"),
                    "{} {sid}",
                    handler.name
                );
            }
        }
    }
}

#[test]
fn what_is_read_in_customers_accounts_is_spelled_out_and_changes_nothing() {
    let template = service();
    let scanner = support::statements(&template, "zombie-scanner");
    let read = scanner.iter().find(|it| it["Sid"] == "ReadAws").unwrap();
    let actions: Vec<&str> =
        several(&read["Action"]).iter().map(|it| it.as_str().unwrap()).collect();
    let granted = manifest();
    let granted =
        granted.handler("zombie-scanner").unwrap().grants.iter().find_map(|it| match it {
            Grant::ReadAws(actions) => Some(actions.to_vec()),
            _ => None,
        });
    assert_eq!(Some(&actions), granted.as_ref());
    for action in actions {
        let (_, call) = action.split_once(':').unwrap();
        assert!(
            ["Describe", "Get", "List"].iter().any(|verb| call.starts_with(verb)),
            "`{action}` may change something"
        );
    }
}
