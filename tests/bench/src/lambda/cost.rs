//! What an event costs on AWS: each handler given what it is made for, its calls counted and priced.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use events::{Anomaly, CloudAccount, Credentials, Notification, Settings, Sightings};
use jiff::{Timestamp, ToSpan as _};
use serde::de::DeserializeOwned;
use serde_json::json;
use twinhost::TenantId;
use twinhost::context::seal_context;

use super::account::{Account, Spent, Work};
use super::bill::{Bill, Item};
use super::built::Built;
use crate::framework::Framework;
use crate::report::Section;
use crate::watcher;

/// The way of a webhook.
const WAY: [&str; 3] = ["webhook-ingestion", "normalizer", "scorer"];

/// Events in a batch, where they come that fast.
const BATCH: u64 = 10;

/// The account that every key of the emulator leads to.
const ACCOUNT: &str = "123456789012";

/// What is counted of a handler.
struct Row {
    what: String,
    bill: Bill,
}

/// Runs each handler. Answers the table, and the memory that each took in MB.
pub(super) async fn measure(built: &Built) -> anyhow::Result<(Section, BTreeMap<String, f64>)> {
    let account = Account::open(built).await?;
    prepare(&account).await?;
    let mut memory: BTreeMap<String, f64> = BTreeMap::new();
    let mut note = |handler: &str, spent: &Spent| {
        let most = memory.entry(handler.to_owned()).or_default();
        *most = most.max(spent.memory);
    };
    let mut rows = Vec::new();
    // Of each event the fiftieth before has the same actor: the first are new, which costs more.
    for (numbers, label) in [
        (0..20, None),
        (50..51, Some("one at a time")),
        (51..51 + BATCH, Some("in batches of ten")),
    ] {
        let events = (numbers.end - numbers.start) as usize;
        let mut whole = Bill::default();
        for handler in WAY {
            let web = handler == WAY[0];
            let work = if web { Work::Webhooks(numbers.clone()) } else { Work::Queue };
            let mut spent = account.run(handler, work).await?;
            note(handler, &spent);
            if web {
                spent.bill.add(Item::ApiRequest, events as f64);
                spent.bill.add(Item::Invocation, events as f64);
            }
            let bill = spent.bill.among(events);
            whole += &bill;
            if let Some(label) = label {
                rows.push(Row { what: format!("`{handler}`, {label}"), bill });
            }
        }
        if let Some(label) = label {
            rows.push(Row { what: format!("**webhook to stored score, {label}**"), bill: whole });
        }
    }
    // What the first events of all had to tell.
    account.forget("notifier").await?;
    let anomaly: Anomaly =
        example(include_str!("../../../../events/examples/anomalies/deviation.json"))?;
    let next_day = anomaly.at.checked_add(24.hours()).context("there is no next day")?;
    let alert: Notification =
        example(include_str!("../../../../events/examples/notifications/anomaly.json"))?;
    let sightings: Sightings =
        example(include_str!("../../../../events/examples/sightings/one.json"))?;
    account.put(&anomaly).await?;
    account.send("notifier", &alert).await?;
    account.send("zombie-recorder", &sightings).await?;
    for (handler, what, work) in [
        ("notifier", "an alert, mailed to one address", Work::Queue),
        ("digest", "a tenant's day", Work::Tick(next_day)),
        ("zombie-hunter", "a tenant's day", Work::Tick(next_day)),
        ("zombie-scanner", "an account of one region", Work::Queue),
        ("zombie-recorder", "what a hunt found", Work::Queue),
    ] {
        let tick = matches!(work, Work::Tick(_));
        let mut spent = account.run(handler, work).await?;
        ensure!(!spent.bill.calls.is_empty(), "`{handler}` had nothing to do");
        note(handler, &spent);
        if tick {
            spent.bill.add(Item::Schedule, 1.0);
            spent.bill.add(Item::Invocation, 1.0);
        }
        rows.push(Row { what: format!("`{handler}`, {what}"), bill: spent.bill });
    }
    ensure!(account.waiting("notifier").await? == 1, "the digest did not tell of the anomaly");
    Ok((section(&rows), memory))
}

/// Somebody who sends webhooks, is told of what they mean, and has an account to be looked into.
async fn prepare(account: &Account<'_>) -> anyhow::Result<()> {
    let (tenant, now) = (Framework::tenant()?, Timestamp::now());
    let known = json!({"name": tenant, "created_at": now});
    account.put_as(TenantId::system(), "tenants", tenant.to_string(), &known).await?;
    let ports = account.ports();
    account.put(&watcher::source(&ports, &tenant).await?).await?;
    let addresses = vec!["team@example.com".to_owned()];
    let settings =
        Settings { alert_to: addresses.clone(), digest_to: addresses, ..Settings::default() };
    account.put(&settings).await?;
    let context = seal_context(&tenant, &CloudAccount::seal_context(ACCOUNT));
    let secret_access_key = ports.keys.seal(b"secret", &context).await?;
    let credentials =
        Credentials::AccessKey { access_key_id: "AKIACUSTOMER".to_owned(), secret_access_key };
    let mut cloud: CloudAccount =
        example(include_str!("../../../../events/examples/cloud_accounts/access_key.json"))?;
    cloud.account_id = ACCOUNT.to_owned();
    cloud.credentials = credentials;
    cloud.regions = vec!["us-east-1".to_owned()];
    account.put(&cloud).await
}

fn example<T: DeserializeOwned>(text: &str) -> anyhow::Result<T> {
    serde_json::from_str(text).context("an example of `events/examples`")
}

fn section(rows: &[Row]) -> Section {
    let columns = ["", "calls", "write units", "read units", "SQS requests", "USD per million"];
    let rows = rows.iter().map(|Row { what, bill }| {
        let calls: Vec<String> =
            bill.calls.iter().map(|(call, times)| format!("`{call}` {}", brief(*times))).collect();
        vec![
            what.clone(),
            calls.join(", "),
            brief(bill.of(Item::WriteUnit)),
            brief(bill.of(Item::ReadUnit)),
            brief(bill.of(Item::QueueRequest)),
            format!("{:.2}", bill.usd_per_million()),
        ]
    });
    Section {
        title: "What an event costs on AWS",
        how: format!(
            "The calls of each handler and of the Lambda service for it, counted between the functions and an emulator \
             of AWS. Webhooks of one event of 1 KB from an actor who is known, one after the other or {BATCH} at once. \
             DynamoDB's units by its published rules from the items before and after each write; prices of us-east-1 \
             on demand, without free tiers, written down by hand in `tests/bench/src/lambda/bill.rs`: {}. Not in it: \
             the time that functions run, which is mostly waiting for AWS, storage, logs, and polling empty queues.",
            prices()
        ),
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
        aims: Vec::new(),
    }
}

/// The prices, in words.
fn prices() -> String {
    let all = [
        ("write units", Item::WriteUnit),
        ("read units", Item::ReadUnit),
        ("FIFO requests", Item::QueueRequest),
        ("S3 `PUT`s", Item::ObjectPut),
        ("S3 `GET`s", Item::ObjectGet),
        ("KMS requests", Item::KeyRequest),
        ("mails", Item::Mail),
        ("invocations", Item::Invocation),
        ("HTTP API requests", Item::ApiRequest),
        ("scheduled events", Item::Schedule),
    ];
    let all = all.map(|(name, item)| format!("{name} {}", item.usd_per_million()));
    format!("USD for a million {}", all.join(", "))
}

/// A number with what it needs of two decimals.
fn brief(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
