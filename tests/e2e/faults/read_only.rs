//! The disk becomes read-only while it is in use, as one with errors does: database, objects and log.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use faults::read_only::ReadOnly;
use tests::eventually;
use tests::home::Home;
use tests::ledger::Load;
use tests::sender::Sender;

use super::{all_is_there, ready_is, status};

/// How many senders there are; each has one delivery in hand.
const SENDERS: usize = 8;

/// What the runner logs each time that it cannot bring its database back.
const IN_VAIN: &str = "The embedded PostgreSQL does not start";

#[tokio::test]
async fn while_the_disk_is_read_only_webhooks_are_503_and_afterwards_all_goes_on_by_itself()
-> anyhow::Result<()> {
    let mut home = Home::empty()?;
    std::fs::create_dir(home.data())?;
    let disk = ReadOnly::new(home.folder(), &home.data())?;
    for (name, value) in disk.variables() {
        home = home.with(name, value);
    }
    let log = home.data().join("runner.log");
    home = home.with("TWINHOST__LOG__FILE", log.display().to_string());
    home.start().await?;
    let sender = Sender::add(&home, "acme", "trail").await?;
    let load = Load::start("load", &vec![sender.clone(); SENDERS]);
    load.more(50).await?;

    disk.set(true)?;
    let before = load.acknowledged();
    ready_is(&home, 503).await?;
    load.more_refused(40).await?;
    let (began, tried) = (Instant::now(), home.log().matches(IN_VAIN).count());
    eventually("it has tried to bring its database back three times more", async || {
        Ok((home.log().matches(IN_VAIN).count() >= tried + 3).then_some(()))
    })
    .await
    .with_context(|| home.log_tail())?;
    // At once, and then once a second at the most.
    let seconds = began.elapsed().as_secs_f64();
    ensure!(seconds > 1.9, "it has tried three times more within {seconds} s");
    ensure!(home.log().contains("Read-only file system"), "{}", home.log_tail());
    ensure!(status(&home.url("/healthz")).await == 200, "the process lives");
    // Each sender may have been told of what was done just before.
    let meanwhile = load.acknowledged() - before;
    ensure!(meanwhile <= SENDERS, "{meanwhile} were acknowledged, and nobody could write");

    disk.set(false)?;
    ready_is(&home, 200).await.with_context(|| home.log_tail())?;
    load.more(50).await?;

    let mut ledger = load.stop().await?;
    all_is_there(&mut ledger, &sender, &home).await?;
    home.stop().await
}
