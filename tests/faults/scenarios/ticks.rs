//! A runner dies just before a tick is due, and just after (S12).

use std::time::Duration;

use anyhow::ensure;
use faults::app::SCHEDULES;
use faults::load::Answers;
use faults::site::Site;
use faults::within;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;

/// How long a runner has to start before a tick is due, in seconds.
const AHEAD: i64 = 8;

/// How long before and after the tick a runner is killed.
const MOMENT: SignedDuration = SignedDuration::from_secs(1);

/// How late a tick may be.
const PUNCTUAL: i64 = 59;

/// The longest that anything here is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lets a tick of each schedule be due at one instant, soon, for a runner that starts from now on. Answers when.
async fn tick_soon(database: &mut PgConnection) -> anyhow::Result<Timestamp> {
    let second = "UPDATE twinhost.schedules
        SET first_seen = date_trunc('second', clock_timestamp()) + ($1 - 60) * interval '1 second'
        RETURNING extract(epoch FROM first_seen)::bigint + 60";
    let due: Vec<i64> = sqlx::query_scalar(second).bind(AHEAD).fetch_all(database).await?;
    ensure!(due.iter().all(|at| *at == due[0]), "they are due together: {due:?}");
    Ok(Timestamp::from_second(due[0])?)
}

async fn sleep_until(then: Timestamp) -> anyhow::Result<()> {
    let left = then.duration_since(Timestamp::now());
    ensure!(left > SignedDuration::ZERO, "the runner was not ready {left:?} before its tick");
    tokio::time::sleep(Duration::try_from(left)?).await;
    Ok(())
}

/// How many schedules have this tick in the ledger.
async fn fired(database: &mut PgConnection, due: Timestamp) -> anyhow::Result<usize> {
    let rows = "SELECT count(*) FROM twinhost.occurrences
        WHERE scheduled_at = to_timestamp($1) AND outcome = 'fired' AND missed = 0";
    let rows: i64 = sqlx::query_scalar(rows).bind(due.as_second()).fetch_one(database).await?;
    Ok(usize::try_from(rows)?)
}

#[tokio::test]
async fn a_runner_that_dies_just_before_or_after_a_tick_fires_it_once_and_in_time()
-> anyhow::Result<()> {
    let scenario = "a_runner_that_dies_just_before_or_after_a_tick_fires_it_once_and_in_time";
    let mut site = Site::new(scenario, &[]).await?;
    let mut database = site.server.connect().await?;
    let mut runner = site.runner("only")?;
    runner.start().await?;
    within(PATIENCE, "every schedule has ticked", async || {
        let all = "SELECT count(*) FROM twinhost.occurrences";
        let all: i64 = sqlx::query_scalar(all).fetch_one(&mut database).await?;
        Ok((usize::try_from(all)? == SCHEDULES.len()).then_some(()))
    })
    .await?;
    for dies_before in [true, false] {
        runner.stop().await?;
        let due = tick_soon(&mut database).await?;
        runner.start().await?;
        sleep_until(if dies_before { due - MOMENT } else { due + MOMENT }).await?;
        runner.kill().await?;
        site.report.injected += 1;
        let already = fired(&mut database, due).await?;
        ensure!(already == if dies_before { 0 } else { SCHEDULES.len() }, "{already} were fired");
        if dies_before {
            sleep_until(due + MOMENT).await?;
        }
        site.report.recovered(runner.start().await?);
        within(PATIENCE, "the tick is fired", async || {
            Ok((fired(&mut database, due).await? == SCHEDULES.len()).then_some(()))
        })
        .await?;
    }
    // The first of each, and two more.
    let history = site.judge(Answers::default(), &[&runner]).await?;
    let wanted = 3 * SCHEDULES.len();
    ensure!(history.ticked.len() == wanted, "{wanted} ticks, not {:?}", history.ticked);
    let late =
        "SELECT extract(epoch FROM fired_at - scheduled_at)::float8 FROM twinhost.occurrences";
    let late: Vec<f64> = sqlx::query_scalar(late).fetch_all(&mut database).await?;
    let in_time = late.iter().all(|late| (0.0..=PUNCTUAL as f64).contains(late));
    ensure!(in_time, "seconds between due and fired: {late:?}");
    runner.stop().await?;
    Ok(())
}
