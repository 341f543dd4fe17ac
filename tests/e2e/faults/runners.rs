//! Two runners on one database, of which one stands still or dies.

use anyhow::{Context as _, ensure};
use faults::process::Frozen;
use sqlx::PgConnection;
use tests::database::Database;
use tests::eventually;
use tests::home::Home;
use tests::ledger::Load;
use tests::sender::Sender;

use super::leases_run_out;

/// How many messages of these queues are under a lease, and how many there are.
async fn leased(connection: &mut PgConnection) -> anyhow::Result<(i64, i64)> {
    Ok(sqlx::query_as(
        "SELECT count(*) FILTER (WHERE read_ct > 0 AND vt > clock_timestamp()), count(*)
        FROM (SELECT read_ct, vt FROM pgmq.q_normalizer UNION ALL SELECT read_ct, vt FROM pgmq.q_scorer) AS m",
    )
    .fetch_one(connection)
    .await?)
}

/// How many sessions of the database are at work on a statement, apart from this one.
async fn at_work(connection: &mut PgConnection) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()",
    )
    .fetch_one(connection)
    .await?)
}

/// How often a handler of this runner has come to an end well.
async fn done(home: &Home, handler: &str) -> anyhow::Result<u64> {
    let metrics = reqwest::get(home.admin_url("/metrics")).await?.text().await?;
    let name = format!(r#"twinhost_handler_events_total{{handler="{handler}",outcome="done"}} "#);
    let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
    Ok(line.unwrap_or("0").parse()?)
}

#[tokio::test]
async fn a_runner_frozen_past_its_leases_has_no_second_effect_when_it_goes_on() -> anyhow::Result<()>
{
    let database = Database::create().await?;
    let mut first = Home::empty()?.with("DATABASE_URL", database.url());
    first.start().await?;
    let sender = Sender::add(&first, "acme", "trail").await?;
    let load = Load::start("load", &vec![sender.clone(); 16]);
    load.more(100).await?;

    let mut connection = database.connect().await?;
    let frozen = loop {
        let frozen = Frozen::new(vec![first.pid()?])?;
        eventually("what it has sent to the database is done", async || {
            Ok((at_work(&mut connection).await? == 0).then_some(()))
        })
        .await?;
        if leased(&mut connection).await?.0 > 0 {
            break frozen;
        }
        drop(frozen);
        load.more(1).await?;
    };
    let mut second = first.neighbour("second")?;
    second.start().await?;
    leases_run_out(&mut connection).await?;
    eventually("the second has done the work of the first", async || {
        Ok((leased(&mut connection).await?.1 == 0).then_some(()))
    })
    .await?;
    eventually("the second has had something to do", async || {
        Ok((done(&second, "scorer").await? > 0).then_some(()))
    })
    .await?;
    drop(frozen);
    load.more(50).await?;

    let mut ledger = load.stop().await?;
    ledger.settle(&sender).await?;
    ledger.agrees_with(&first, "acme").await?;
    second.stop().await?;
    first.stop().await
}

#[tokio::test]
async fn two_runners_share_the_work_and_one_that_is_killed_is_made_up_for() -> anyhow::Result<()> {
    let database = Database::create().await?;
    let mut first = Home::empty()?.with("DATABASE_URL", database.url());
    first.start().await?;
    let mut second = first.neighbour("second")?;
    second.start().await?;
    let sender = Sender::add(&first, "acme", "trail").await?;
    let senders: Vec<Sender> =
        [sender.clone(), sender.to(&second)].into_iter().cycle().take(16).collect();
    let load = Load::start("load", &senders);
    // Who takes which message is chance, so there is more to do until each has had some of everything.
    eventually("every handler has run on both", async || {
        load.more(50).await?;
        for home in [&first, &second] {
            for handler in ["webhook-ingestion", "normalizer", "scorer"] {
                if done(home, handler).await? == 0 {
                    return Ok(None);
                }
            }
        }
        Ok(Some(()))
    })
    .await?;

    second.kill().await?;
    load.more(100).await?;
    let mut connection = database.connect().await?;
    leases_run_out(&mut connection).await?;
    load.more(50).await?;
    second.start().await?;
    load.more(100).await?;

    let mut ledger = load.stop().await?;
    ledger.settle(&sender).await?;
    // What the second held when it was killed, if the time above came too early for it.
    leases_run_out(&mut connection).await?;
    ledger.agrees_with(&first, "acme").await?;
    second.stop().await?;
    first.stop().await
}

#[tokio::test]
async fn a_tick_that_two_runners_see_at_once_is_fired_once() -> anyhow::Result<()> {
    let database = Database::create().await?;
    let mut first = Home::empty()?.with("DATABASE_URL", database.url());
    first.start().await?;
    let mut second = first.neighbour("second")?;
    for tenant in ["acme", "globex"] {
        first.run(&["tenants", "add", tenant]).await?;
    }
    let known = first.json(&["schedules", "list"]).await?;
    let known = known.as_array().context("a list")?.len();
    ensure!(known > 0, "the application has no schedules");
    let mut connection = database.connect().await?;
    first.stop().await?;
    for round in 1..=3 {
        // Both come back after three days, at the same time.
        sqlx::query(
            "UPDATE twinhost.schedules SET first_seen = clock_timestamp() - interval '3 days'",
        )
        .execute(&mut connection)
        .await?;
        sqlx::query("DELETE FROM twinhost.occurrences").execute(&mut connection).await?;
        tokio::try_join!(first.start(), second.start())?;
        let occurrences: Vec<(String, i64)> = eventually("the schedules are fired", async || {
            let rows = sqlx::query_as("SELECT schedule, missed FROM twinhost.occurrences")
                .fetch_all(&mut connection)
                .await?;
            Ok((rows.len() >= known).then_some(rows))
        })
        .await?;
        assert_eq!(occurrences.len(), known, "{occurrences:?}");
        assert!(occurrences.iter().all(|(_, missed)| *missed == 2), "{occurrences:?}");
        // A tick for each tenant, whoever took it.
        let ran = eventually("every tick has been worked on", async || {
            let ran = done(&first, "digest").await? + done(&second, "digest").await?;
            Ok((ran >= 2).then_some(ran))
        })
        .await?;
        assert_eq!(ran, 2, "in round {round}");
        tokio::try_join!(first.stop(), second.stop())?;
        let logs = [first.log(), second.log()].concat();
        assert_eq!(logs.matches("Fired a schedule").count(), known * round, "{logs}");
        sqlx::query("DELETE FROM twinhost.deduplication").execute(&mut connection).await?;
    }
    Ok(())
}
