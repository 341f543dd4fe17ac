//! What a handler's function may do on AWS, as statements of its role's one policy.
//!
//! Each grant gives its own statements, and what a function needs to be a function at all gives a few more. No action
//! has a `*` in it. Of resources, a `*` stands only where AWS gives names of its own (log streams), for the tenants that
//! a function serves in turn, and for two services that know no resources: X-Ray, and the read-only calls of
//! [`Grant::ReadAws`].

use serde_json::{Value, json};
use twinhost::manifest::{HandlerManifest, Manifest, Trigger};
use twinhost::{Grant, Scope, TenantId};

use crate::naming::OUTBOX_INDEX;

/// What reads documents.
const READ: [&str; 2] = ["dynamodb:GetItem", "dynamodb:Query"];
/// What a transaction does to documents; nothing else writes them.
const WRITE: [&str; 3] = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

/// One statement: these actions on these resources are allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its name: letters and digits.
    pub sid: String,
    /// `service:Action`, sorted.
    pub actions: Vec<String>,
    /// ARNs, or `*` for a service that knows no resources.
    pub resources: Vec<String>,
    /// Operator to key to value.
    pub conditions: Option<Value>,
}

impl Statement {
    fn new(sid: String, actions: &[&str], resources: Vec<String>) -> Self {
        let mut actions: Vec<String> = actions.iter().map(|it| (*it).to_owned()).collect();
        actions.sort_unstable();
        Self { sid, actions, resources, conditions: None }
    }

    fn when(self, conditions: Value) -> Self {
        Self { conditions: Some(conditions), ..self }
    }

    /// Only on items of these partitions.
    fn of_partitions(self, partitions: &[String]) -> Self {
        self.when(json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitions } }))
    }
}

/// Where an application's resources are, as ARNs.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The partition of AWS: `aws`.
    pub partition: &'a str,
    /// The table.
    pub table: &'a str,
    /// The bucket of objects.
    pub bucket: &'a str,
    /// The key that seals.
    pub key: &'a str,
    /// The sender's identity, and its address.
    pub sender: (&'a str, &'a str),
    /// The role of this name is assumed in customers' accounts.
    pub reader_role: &'a str,
    /// The log group of the handler's function.
    pub logs: &'a str,
    /// Where events of the handler's schedule go that never reached it.
    pub unfired: Option<&'a str>,
    /// A handler's queue.
    pub queue: &'a dyn Fn(&str) -> String,
    /// A handler's dead-letter queue.
    pub dead_letters: &'a dyn Fn(&str) -> String,
}

impl std::fmt::Debug for Places<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Places").field("table", &self.table).finish_non_exhaustive()
    }
}

/// Every statement of a handler's role.
#[must_use]
pub fn statements(
    manifest: &Manifest,
    handler: &HandlerManifest,
    at: &Places<'_>,
) -> Vec<Statement> {
    let mut all = being_a_function(handler, at);
    all.extend(handler.grants.iter().flat_map(|grant| of_grant(manifest, grant, at)));
    all
}

/// What a function of this trigger needs whatever its handler may do.
fn being_a_function(handler: &HandlerManifest, at: &Places<'_>) -> Vec<Statement> {
    let name = handler.name;
    let sid = str::to_owned;
    let table = || vec![at.table.to_owned()];
    let logs = ["logs:CreateLogStream", "logs:PutLogEvents"];
    let traces = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];
    let records = [READ.as_slice(), &WRITE].concat();
    let mut all = vec![
        Statement::new(sid("Logs"), &logs, vec![at.logs.to_owned()]),
        // X-Ray knows no resources.
        Statement::new(sid("Traces"), &traces, vec!["*".to_owned()]),
        // The records that make a unit of work once-only, and its outbox: of this handler, where the key says whose.
        Statement::new(sid("UnitsOfWork"), &records, table()).of_partitions(&[
            partition(&format!("EVENT#{name}#*")),
            partition(&format!("ONCE#{name}#*")),
            partition("OUTBOX#*"),
            partition("REQUEST#*"),
        ]),
    ];
    match &handler.trigger {
        Trigger::Route { .. } => {
            let index = format!("{}/index/{OUTBOX_INDEX}", at.table);
            let statement = Statement::new(sid("UnsentOutboxes"), &["dynamodb:Query"], vec![index]);
            all.push(statement.of_partitions(&[name.to_owned()]));
        }
        Trigger::Consume { .. } => all.extend(consuming(name, at)),
        Trigger::Schedule(schedule) => {
            all.extend(consuming(name, at));
            let send = |sid: &str, to: String| {
                Statement::new(sid.to_owned(), &["sqs:SendMessage"], vec![to])
            };
            all.push(send("Ticks", (at.queue)(name)));
            all.extend(at.unfired.map(|unfired| send("Unfired", unfired.to_owned())));
            if schedule.scope == Scope::EachTenant {
                let tenants = format!("TENANT#{}#tenants", TenantId::SYSTEM);
                let statement = Statement::new(sid("Tenants"), &["dynamodb:Query"], table());
                all.push(statement.of_partitions(&[tenants]));
            }
        }
    }
    all
}

fn consuming(name: &str, at: &Places<'_>) -> [Statement; 2] {
    let consume = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    ];
    [
        Statement::new("Queue".to_owned(), &consume, vec![(at.queue)(name)]),
        Statement::new(
            "DeadLetters".to_owned(),
            &["sqs:SendMessage"],
            vec![(at.dead_letters)(name)],
        ),
    ]
}

/// A partition of the table, of any tenant.
fn partition(rest: &str) -> String {
    format!("TENANT#*#{rest}")
}

fn of_grant(manifest: &Manifest, grant: &Grant, at: &Places<'_>) -> Vec<Statement> {
    let documents = |verb: &str, name: &str, actions: &[&str]| {
        let statement = Statement::new(sid(verb, name), actions, vec![at.table.to_owned()]);
        vec![statement.of_partitions(&[partition(name)])]
    };
    let objects = |prefix: &str| vec![format!("{}/tenants/*/{prefix}/*", at.bucket)];
    match grant {
        Grant::Read(name) => documents("Read", name, &READ),
        Grant::Write(name) => documents("Write", name, &WRITE),
        Grant::ReadWrite(name) => documents("ReadWrite", name, &[READ.as_slice(), &WRITE].concat()),
        Grant::Publish(topic) => {
            let queues = manifest.consumers(topic).map(|it| (at.queue)(it.name)).collect();
            vec![Statement::new(sid("Publish", topic), &["sqs:SendMessage"], queues)]
        }
        Grant::ReadObjects(prefix) => vec![
            Statement::new(sid("ReadObjects", prefix), &["s3:GetObject"], objects(prefix)),
            // Without it S3 answers "forbidden" where it should say "not found", which a handler may ask for.
            Statement::new(
                sid("FindObjects", prefix),
                &["s3:ListBucket"],
                vec![at.bucket.to_owned()],
            ),
        ],
        Grant::WriteObjects(prefix) => {
            vec![Statement::new(sid("WriteObjects", prefix), &["s3:PutObject"], objects(prefix))]
        }
        Grant::SendMail => {
            let (identity, address) = at.sender;
            let statement = Statement::new(
                "SendMail".to_owned(),
                &["ses:SendEmail"],
                vec![identity.to_owned()],
            );
            vec![statement.when(json!({ "StringEquals": { "ses:FromAddress": address } }))]
        }
        Grant::Seal => {
            vec![Statement::new(
                "Seal".to_owned(),
                &["kms:GenerateDataKey"],
                vec![at.key.to_owned()],
            )]
        }
        Grant::Open => {
            vec![Statement::new("Open".to_owned(), &["kms:Decrypt"], vec![at.key.to_owned()])]
        }
        Grant::ReadAws(actions) => {
            let role = format!("arn:{}:iam::*:role/{}", at.partition, at.reader_role);
            vec![
                // None of them knows resources, or a customer's are not known here.
                Statement::new("ReadAws".to_owned(), actions, vec!["*".to_owned()]),
                Statement::new("BecomeReader".to_owned(), &["sts:AssumeRole"], vec![role]),
            ]
        }
    }
}

/// `Read` and `cost_events` as `ReadCostEvents`.
fn sid(verb: &str, name: &str) -> String {
    let words = name.split(['-', '_']).map(|word| {
        let mut chars = word.chars();
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect::<String>()
    });
    std::iter::once(verb.to_owned()).chain(words).collect()
}
