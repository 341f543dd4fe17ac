//! F3 and F4: the database and the machine go away, and come back.

use std::time::{Duration, Instant};

use anyhow::ensure;
use faults::checker::{Invariant, check};
use faults::load::{Load, Plan};
use faults::runner::Runner;
use faults::server::Stop;
use faults::site::Site;
use rand::RngExt as _;

/// How soon after its database a runner must work again.
const RECONNECTED: Duration = Duration::from_secs(5);

/// The variable that says how many rounds there are, and how many there are without it.
const ROUNDS: (&str, usize) = ("FAULT_ROUNDS", 5);

fn rounds() -> usize {
    let (name, usual) = ROUNDS;
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Kills the runner and Postgres at one instant, in the middle of the load, so many times.
async fn lose_power(
    site: &mut Site,
    runner: &mut Runner,
    load: &Load,
    rounds: usize,
    committing: &str,
) -> anyhow::Result<()> {
    let mut chance = site.chance("power");
    for _ in 0..rounds {
        site.server.set("synchronous_commit", committing)?;
        load.more(20).await?;
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..300))).await;
        site.server.kill_with(&[runner.pid()?])?;
        site.report.injected += 1;
        runner.kill().await?;
        let back = Instant::now();
        // No runner starts on a server that says it forgets.
        site.server.set("synchronous_commit", "on")?;
        site.server.up().await?;
        runner.start().await?;
        load.more(1).await?;
        site.report.recovered(back.elapsed());
    }
    Ok(())
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_loss_of_power() -> anyhow::Result<()> {
    let mut site = Site::new("what_was_acknowledged_is_there_after_a_loss_of_power", &[]).await?;
    let mut runner = site.runner("only")?;
    runner.start().await?;
    let plan = Plan { producers: 24, ..Plan::default() };
    let load = site.load(plan, &[runner.url("")])?;
    lose_power(&mut site, &mut runner, &load, rounds(), "on").await?;
    let answers = load.stop().await?;
    site.judge(answers, &[&runner]).await?;
    runner.stop().await?;
    Ok(())
}

/// How often a server may lose nothing by chance.
const TRIES: usize = 5;

/// The harness finds what is lost: it is not blind.
#[tokio::test]
async fn a_server_that_does_not_wait_for_its_disk_is_caught_losing() -> anyhow::Result<()> {
    let scenario = "a_server_that_does_not_wait_for_its_disk_is_caught_losing";
    // It writes as late as it may.
    let mut site = Site::new(scenario, &[("wal_writer_delay", "10s")]).await?;
    let mut runner = site.runner("only")?;
    runner.start().await?;
    let plan = Plan { producers: 24, pause: 5, ..Plan::default() };
    let (mut lost, mut sent) = (0, 0);
    // What is lost in a round is chance: whatever was written for another reason takes the rest along.
    for _ in 0..TRIES {
        let load = site.load(plan.clone(), &[runner.url("")])?;
        lose_power(&mut site, &mut runner, &load, rounds(), "off").await?;
        let answers = load.stop().await?;
        let history = site.history(answers, &[&runner]).await?;
        let found = check(&history);
        lost = found.iter().filter(|v| v.invariant == Invariant::NothingLost).count();
        sent = history.sent.iter().filter(|sent| sent.acknowledged).count();
        if lost > 0 {
            break;
        }
    }
    println!(
        "{lost} of {sent} acknowledged tasks are lost with `synchronous_commit=off`, and were found missing"
    );
    ensure!(lost > 0, "nothing was lost, so a loss would not have been noticed either");
    runner.stop().await?;
    Ok(())
}

#[tokio::test]
async fn while_the_database_restarts_webhooks_are_503_and_soon_after_they_are_taken()
-> anyhow::Result<()> {
    let scenario = "while_the_database_restarts_webhooks_are_503_and_soon_after_they_are_taken";
    let mut site = Site::new(scenario, &[]).await?;
    let mut runner = site.runner("only")?;
    runner.start().await?;
    let load = site.load(Plan::default(), &[runner.url("")])?;
    for how in [Stop::Fast, Stop::Immediate, Stop::Fast, Stop::Immediate] {
        load.more(50).await?;
        site.server.stop(how).await?;
        site.report.injected += 1;
        let before = load.acknowledged();
        load.more_refused(15).await?;
        // Each producer may have been told of what was done just before.
        let meanwhile = load.acknowledged() - before;
        ensure!(meanwhile <= 12, "{meanwhile} were acknowledged without a database");
        site.server.up().await?;
        let took = load.more(1).await?;
        site.report.recovered(took);
        site.in_time("to work again, with its database back,", took, RECONNECTED).await?;
    }
    let answers = load.stop().await?;
    answers.are(&[202, 503])?;
    site.judge(answers, &[&runner]).await?;
    runner.stop().await?;
    Ok(())
}
