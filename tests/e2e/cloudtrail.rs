use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tests::home::Home;
use tests::{corpus, eventually};

/// The records of the corpus.
const RECORDS: u64 = 2900;

/// The words that send the whole corpus as tenant `acme`.
fn send_all() -> anyhow::Result<Vec<String>> {
    let files = corpus();
    ensure!(files.is_dir(), "{} is missing; it is part of the project", files.display());
    let files = files.to_str().context("a path in UTF-8")?.to_owned();
    let words = ["--tenant", "acme", "--source", "trail"].map(str::to_owned);
    Ok([vec!["send".to_owned(), files], words.to_vec()].concat())
}

async fn send(home: &Home) -> anyhow::Result<Value> {
    let words = send_all()?;
    home.json(&words.iter().map(String::as_str).collect::<Vec<_>>()).await
}

async fn let_the_sender_in(home: &Home) -> anyhow::Result<()> {
    home.run(&["tenants", "add", "acme"]).await?;
    home.run(&["sources", "add", "trail", "--tenant", "acme"]).await?;
    Ok(())
}

async fn summary(home: &Home) -> anyhow::Result<Value> {
    home.json(&["events", "summary", "--tenant", "acme"]).await
}

/// What became of every record, once nothing is left to do.
async fn accounted(home: &Home) -> anyhow::Result<Value> {
    eventually("every record is accounted for", async || {
        let summary = summary(home).await?;
        let done = summary["complete"] == true && summary["records"] == RECORDS;
        Ok(done.then_some(summary))
    })
    .await
}

/// The stored cost events, in the order of their ids, without what depends on when they arrived.
async fn cost_events(home: &Home) -> anyhow::Result<Vec<Value>> {
    let list = home.json(&["events", "list", "--tenant", "acme", "--limit", "1000"]).await?;
    let mut list = list.as_array().context("no list")?.clone();
    for event in list.iter_mut().filter_map(Value::as_object_mut) {
        for name in ["received_at", "raw_ref", "severity", "status"] {
            event.remove(name);
        }
    }
    list.sort_by_key(ToString::to_string);
    Ok(list)
}

#[tokio::test]
async fn every_cloudtrail_record_is_accounted_for_and_sending_again_changes_nothing()
-> anyhow::Result<()> {
    let mut home = Home::empty()?;
    home.start().await?;
    let_the_sender_in(&home).await?;
    send(&home).await?;
    let first = accounted(&home).await?;
    assert_eq!(first["accounted"], RECORDS, "{first}");
    assert_eq!(first["dead_letters"], json!({}), "{first}");
    ensure!(first["cost_events"].as_u64() > Some(0), "no cost event: {first}");
    ensure!(first["anomalies"].as_u64() > Some(0), "no anomaly: {first}");
    let events = cost_events(&home).await?;

    send(&home).await?;
    assert_eq!(accounted(&home).await?, first);
    assert_eq!(cost_events(&home).await?, events);
    home.stop().await?;

    // Down and up again keeps everything.
    home.start().await?;
    assert_eq!(accounted(&home).await?, first);
    home.stop().await
}

#[tokio::test]
async fn killing_the_runner_and_postgres_in_the_middle_changes_no_count() -> anyhow::Result<()> {
    let mut calm = Home::empty()?;
    calm.start().await?;
    let_the_sender_in(&calm).await?;
    send(&calm).await?;
    let expected = (accounted(&calm).await?, cost_events(&calm).await?);
    calm.stop().await?;

    let mut home = Home::empty()?;
    home.start().await?;
    let_the_sender_in(&home).await?;
    // One file at a time, by a process of its own that goes on trying while everything under it is killed.
    let mut words = send_all()?;
    words.extend(["--concurrency", "1", "--retry-for", "120s"].map(str::to_owned));
    let sender = home.spawn(&words.iter().map(String::as_str).collect::<Vec<_>>())?;

    let mut kills = 0;
    for (share, what) in [(0, Kill::Runner), (2, Kill::Postgres), (3, Kill::Both)] {
        // The first as soon as there is anything.
        let reached = records_reach(&home, (RECORDS * share / 5).max(1)).await?;
        if reached < RECORDS {
            kills += 1;
        }
        what.strike(&mut home).await?;
    }
    ensure!(kills > 0, "the corpus was through before anything was killed");

    let output = sender.wait_with_output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the sender gave up: {said}\n{}", home.log_tail());
    assert_eq!(accounted(&home).await?, expected.0);
    assert_eq!(cost_events(&home).await?, expected.1);
    home.stop().await
}

/// What is killed.
#[derive(Clone, Copy, Debug)]
enum Kill {
    Runner,
    Postgres,
    Both,
}

impl Kill {
    async fn strike(self, home: &mut Home) -> anyhow::Result<()> {
        match self {
            Self::Postgres => home.kill_postgres(),
            Self::Runner => {
                home.kill().await?;
                home.start().await
            }
            Self::Both => {
                // At the same moment, as a loss of power would; Postgres may be gone with the runner already.
                let _gone = home.kill_postgres();
                home.kill().await?;
                home.start().await
            }
        }
    }
}

/// Waits until so many records have been read; answers how many were.
async fn records_reach(home: &Home, wanted: u64) -> anyhow::Result<u64> {
    eventually("more records have been read", async || {
        // While Postgres recovers, nobody can be asked.
        let Ok(summary) = summary(home).await else { return Ok(None) };
        let records = summary["records"].as_u64().unwrap_or(0);
        Ok((records >= wanted).then_some(records))
    })
    .await
}
