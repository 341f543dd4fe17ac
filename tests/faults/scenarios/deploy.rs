//! F2 and F21: runners that stand still, and that come and go, of two versions.

use std::time::Duration;

use anyhow::ensure;
use faults::app::Work;
use faults::load::Plan;
use faults::process::Frozen;
use faults::site::Site;
use rand::RngExt as _;

/// The variable that says how many restarts there are, and how many there are without it.
const RESTARTS: (&str, usize) = ("FAULT_RESTARTS", 8);

/// A worker's lease: six times its two seconds, and a little.
const PAST_THE_LEASE: Duration = Duration::from_secs(14);

#[tokio::test]
async fn a_runner_that_stood_still_past_its_leases_has_no_late_effect() -> anyhow::Result<()> {
    let scenario = "a_runner_that_stood_still_past_its_leases_has_no_late_effect";
    let mut site = Site::new(scenario, &[]).await?;
    let mut first = site.runner("first")?;
    first.start().await?;
    let mut second = site.runner("second")?;
    second.start().await?;
    let works = vec![(50, Work::Slow(400))];
    let plan = Plan { producers: 32, pause: 1000, works, ..Plan::default() };
    // The other may not answer for a while; its callers go to the second.
    let load = site.load(plan, &[second.url("")])?;
    load.more(50).await?;
    let mut database = site.server.connect().await?;
    // Whoever works is done with a task long before two seconds.
    let stuck = "SELECT count(*) FROM pgmq.q_worker
        WHERE read_ct > 0 AND vt BETWEEN clock_timestamp() AND clock_timestamp() + interval '10 seconds'";
    let frozen = loop {
        let frozen = Frozen::new(vec![first.pid()?])?;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        let stuck: i64 = sqlx::query_scalar(stuck).fetch_one(&mut database).await?;
        if stuck > 0 {
            break frozen;
        }
        drop(frozen);
        load.more(10).await?;
    };
    site.report.injected += 1;
    tokio::time::sleep(PAST_THE_LEASE).await;
    drop(frozen);
    load.more(50).await?;
    let answers = load.stop().await?;
    let history = site.judge(answers, &[&first, &second]).await?;
    let again = history.attempts.iter().filter(|attempt| attempt.attempt > 1).count();
    ensure!(again > 0, "nobody has taken over what it held");
    first.stop().await?;
    second.stop().await?;
    Ok(())
}

#[tokio::test]
async fn while_runners_of_two_versions_come_and_go_nothing_is_lost_or_refused() -> anyhow::Result<()>
{
    let scenario = "while_runners_of_two_versions_come_and_go_nothing_is_lost_or_refused";
    let mut site = Site::new(scenario, &[]).await?;
    let mut chance = site.chance("restarts");
    // One that stays, of the first version, and two that are restarted, as a deployment does.
    let mut stays = site.runner("stays")?;
    stays.start().await?;
    let works = vec![(20, Work::Slow(200))];
    let plan = Plan { producers: 16, works, ..Plan::default() };
    let load = site.load(plan, &[stays.url("")])?;
    let mut goes = site.runner("goes")?;
    let (name, usual) = RESTARTS;
    let restarts = std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    for round in 0..restarts {
        // Forward and back again: the second version brings a queue and a collection that the first does not know.
        goes.set("FAULT_FORM", if round % 2 == 0 { "second-version" } else { "" });
        goes.start().await?;
        load.more(10).await?;
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..500))).await;
        site.report.recovered(goes.stop().await?);
        site.report.injected += 1;
    }
    let answers = load.stop().await?;
    let statuses: Vec<u16> = answers.statuses.keys().copied().collect();
    ensure!(statuses == [202], "the one that stayed answered {:?}", answers.statuses);
    let history = site.judge(answers, &[&stays, &goes]).await?;
    let again = history.attempts.iter().filter(|attempt| attempt.attempt > 1).count();
    ensure!(
        again == 0,
        "{again} deliveries were repeated, and a stop gives back what it did not begin"
    );
    stays.stop().await?;
    Ok(())
}
