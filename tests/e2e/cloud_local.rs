//! The CloudTrail events through `cloud-local`: the functions as on AWS leave what the home host leaves.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use events::PayloadReport;
use flate2::read::GzDecoder;
use functions::app::{Outside, app};
use functions::chat::NoChat;
use functions::zombies::NoCloud;
use functions::{Normalizer, Scorer};
use futures::future::try_join_all;
use serde_json::{Value, json};
use tests::cloud_local::CloudLocal;
use tests::documents::{self, All, differences};
use tests::home::Home;
use tests::sender::Sender;
use tests::{corpus, eventually};
use twinhost::ports::{Documents, Query, Queue};
use twinhost::{Document as _, Handler as _, Manifest, TenantId};
use twinhost_selfhost::migration::collections;
use twinhost_selfhost::{Config, Host};

/// The records of the corpus.
const RECORDS: usize = 2900;

/// The sender's path.
const PATH: &str = "/webhooks/acme/trail";

/// Collections whose documents the test puts there, not the events: a source's secret is made at random.
const NOT_OF_EVENTS: [&str; 1] = ["sources"];

/// Fields that no two runs have alike: when a payload arrived, by the clock on the wall.
const VOLATILE: [&str; 1] = ["received_at"];

/// A delivery: its id, and a log file.
type Payload = (String, Vec<u8>);

/// What is sent.
///
/// Which of two groups is scored first, no host promises, and what is new to an account depends on it. So that
/// every field can be compared, a record that is scored comes alone, and the next when it is done.
struct Payloads {
    /// The records that cost nothing, a file each; side by side.
    together: Vec<Payload>,
    /// Each of the others; one after the other.
    alone: Vec<Payload>,
}

fn payloads(scored: &BTreeSet<String>) -> anyhow::Result<Payloads> {
    let mut paths: Vec<_> = std::fs::read_dir(corpus())?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "gz"));
    paths.sort();
    let mut payloads = Payloads { together: Vec::new(), alone: Vec::new() };
    let mut records = 0;
    for (number, path) in paths.iter().enumerate() {
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(path)?).read_to_string(&mut text)?;
        let file: Value = serde_json::from_str(&text)?;
        let all = file["Records"].as_array().context("a log file has `Records`")?;
        records += all.len();
        let id = |record: &Value| record["eventID"].as_str().unwrap_or_default().to_owned();
        let (alone, together): (Vec<&Value>, Vec<&Value>) =
            all.iter().partition(|record| scored.contains(&id(record)));
        let payload = |records: &[&Value]| json!({ "Records": records }).to_string().into_bytes();
        if !together.is_empty() {
            payloads.together.push((format!("file-{number}"), payload(&together)));
        }
        for (place, record) in alone.into_iter().enumerate() {
            payloads.alone.push((format!("file-{number}-{place}"), payload(&[record])));
        }
    }
    ensure!(records == RECORDS, "the corpus has {records} records, not {RECORDS}");
    Ok(payloads)
}

/// Posts a payload until it is accepted: a process that is killed answers with an error.
async fn deliver(sender: &Sender, (id, body): &Payload) -> anyhow::Result<()> {
    eventually("a payload is accepted", async || {
        Ok(sender.post(id, body).await?.is_accepted().then_some(()))
    })
    .await
}

/// Sends everything and waits until it is done.
async fn deliver_all(
    payloads: &Payloads,
    sender: &Sender,
    documents: &dyn Documents,
    queue: &dyn Queue,
) -> anyhow::Result<()> {
    let done = async |count: usize| {
        eventually(&format!("{count} payloads are done"), async || {
            Ok(is_done(documents, queue, count).await?.then_some(()))
        })
        .await
    };
    let together = payloads.together.iter().map(|payload| deliver(sender, payload));
    try_join_all(together).await?;
    done(payloads.together.len()).await?;
    for (count, payload) in payloads.alone.iter().enumerate() {
        deliver(sender, payload).await?;
        done(payloads.together.len() + count + 1).await?;
    }
    Ok(())
}

/// Whether so many payloads are done. Looked at in the order of the work, so that nothing is overlooked on its way.
async fn is_done(
    documents: &dyn Documents,
    queue: &dyn Queue,
    payloads: usize,
) -> anyhow::Result<bool> {
    let whole = Query {
        equals: vec![("complete".to_owned(), json!(true))],
        limit: 1000,
        ..Query::default()
    };
    let reports = documents.query(&acme()?, PayloadReport::COLLECTION, &whole).await?;
    if reports.items.len() < payloads {
        return Ok(false);
    }
    for name in [Normalizer::NAME, Scorer::NAME] {
        if queue.stats(name).await?.backlog > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The ids of the records that are scored, of a home that has got the corpus as it is.
async fn scored() -> anyhow::Result<BTreeSet<String>> {
    let mut home = Home::empty()?;
    home.start().await?;
    home.run(&["tenants", "add", "acme"]).await?;
    home.run(&["sources", "add", "trail", "--tenant", "acme"]).await?;
    let files = corpus();
    let files = files.to_str().context("a path in UTF-8")?;
    home.run(&["send", files, "--tenant", "acme", "--source", "trail"]).await?;
    eventually("every record is accounted for", async || {
        let summary = home.json(&["events", "summary", "--tenant", "acme"]).await?;
        let done = summary["complete"] == true && summary["records"] == RECORDS;
        Ok(done.then_some(()))
    })
    .await?;
    let all = on_stores(&home, async |host| of_events(&*host.ports.documents).await).await?;
    home.stop().await?;
    let id = |document: &Value| document["source_id"].as_str().map(str::to_owned);
    Ok(all.values().filter_map(|it| id(it).or_else(|| id(&it["would_be"]))).collect())
}

/// The documents of a home that got everything.
async fn at_home(payloads: &Payloads) -> anyhow::Result<All> {
    let mut home = Home::empty()?;
    home.start().await?;
    home.run(&["tenants", "add", "acme"]).await?;
    let sender = Sender::add(&home, "acme", "trail").await?;
    let all = on_stores(&home, async |host| {
        let documents = &*host.ports.documents;
        deliver_all(payloads, &sender, documents, &*host.queue).await?;
        of_events(documents).await
    });
    let all = all.await?;
    home.stop().await?;
    Ok(all)
}

/// The documents of a `cloud-local` that got everything, started with these flags; and its log.
async fn on_lambda(payloads: &Payloads, flags: &[&str]) -> anyhow::Result<(All, String)> {
    let cloud = CloudLocal::start(flags).await?;
    cloud.json(&["tenants", "add", "acme"]).await?;
    let added = cloud.json(&["sources", "add", "trail", "--tenant", "acme"]).await?;
    let sender = Sender::of(cloud.api()?, PATH, &added)?;
    let (ports, queues) = cloud.stores().await?;
    deliver_all(payloads, &sender, &*ports.documents, &queues).await?;
    let summary = cloud.json(&["events", "summary", "--tenant", "acme"]).await?;
    ensure!(summary["records"] == RECORDS && summary["accounted"] == RECORDS, "{summary}");
    ensure!(summary["dead_letters"] == json!({}), "{summary}");
    let all = of_events(&*ports.documents).await?;
    Ok((all, cloud.stop().await?))
}

/// Works on the stores of a home that runs.
async fn on_stores<T>(
    home: &Home,
    work: impl AsyncFnOnce(&Host) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let config = Config { data_dir: home.data(), ..Config::default() };
    let host = Host::open(&config, &manifest()).await?;
    let result = work(&host).await;
    host.close().await;
    result
}

async fn of_events(store: &dyn Documents) -> anyhow::Result<All> {
    let mut collections = collections(&manifest());
    collections.retain(|name| !NOT_OF_EVENTS.contains(name));
    let collections: Vec<&str> = collections.into_iter().collect();
    let mut all = documents::all(store, &acme()?, &collections).await?;
    all.values_mut().for_each(settle);
    Ok(all)
}

fn acme() -> anyhow::Result<TenantId> {
    Ok("acme".parse()?)
}

fn manifest() -> Manifest {
    app(Outside { cloud: Arc::new(NoCloud), chat: Arc::new(NoChat) }).manifest()
}

/// Takes away what no two runs have alike, however deep it is.
fn settle(document: &mut Value) {
    match document {
        Value::Object(fields) => {
            fields.retain(|name, _| !VOLATILE.contains(&name.as_str()));
            fields.values_mut().for_each(settle);
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        _ => {}
    }
}

#[tokio::test]
async fn lambda_leaves_the_documents_of_home_under_kills_and_duplicates() -> anyhow::Result<()> {
    let payloads = payloads(&scored().await?)?;
    let home = at_home(&payloads).await?;
    let trouble = [
        &["--kill-every", "2s", "--duplicates", "0.2"][..],
        &["--lost-deletes", "0.1", "--visibility-timeout", "2s"],
    ];
    let (lambda, log) = on_lambda(&payloads, &trouble.concat()).await?;
    let differences = differences(&home, &lambda);
    ensure!(differences.is_empty(), "home and Lambda differ:\n{}", differences.join("\n"));

    let count = |prefix: &str| home.keys().filter(|name| name.starts_with(prefix)).count();
    ensure!(count("cost_events/") > 0 && count("baselines/") > 0 && count("anomalies/") > 0);
    ensure!(log.contains("killed on purpose") && log.contains("twice on purpose"), "{log}");
    Ok(())
}
