//! F2 and F21: runners that stand still, and that come and go, of two versions.

use std::time::Duration;

use anyhow::ensure;
use faults::app::Work;
use faults::history::History;
use faults::load::Plan;
use faults::process::Frozen;
use faults::site::Site;
use faults::within;
use rand::RngExt as _;

/// The variable that says how many restarts there are, and how many there are without it.
const RESTARTS: (&str, usize) = ("FAULT_RESTARTS", 8);

/// The longest until somebody else has what a runner held that stands still: its lease, on a busy machine.
const TAKEN_OVER: Duration = Duration::from_secs(60);

/// How many deliveries were not the first of their task.
fn again(site: &Site) -> anyhow::Result<usize> {
    let mut history = History::default();
    history.read_attempts(&site.attempts())?;
    Ok(history.repeated())
}

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
    let held =
        "SELECT count(*) FROM pgmq.q_worker WHERE read_ct > 0 AND last_read_at < $1::timestamptz";
    let frozen = loop {
        let before = again(&site)?;
        let frozen = Frozen::new(vec![first.pid()?])?;
        let since: String =
            sqlx::query_scalar("SELECT clock_timestamp()::text").fetch_one(&mut database).await?;
        let (was_busy, _) = within(TAKEN_OVER, "what it held is taken over", async || {
            if again(&site)? > before {
                return Ok(Some(true));
            }
            let held: i64 = sqlx::query_scalar(held).bind(&since).fetch_one(&mut database).await?;
            Ok((held == 0).then_some(false))
        })
        .await?;
        if was_busy {
            break frozen;
        }
        // It had nothing in hand.
        drop(frozen);
        load.more(10).await?;
    };
    site.report.injected += 1;
    drop(frozen);
    load.more(50).await?;
    let answers = load.stop().await?;
    site.judge(answers, &[&first, &second]).await?;
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
    // Patient: however busy the machine is, no handler runs out of time and is tried again for that.
    let mut stays = site.runner("stays")?.with("FAULT_FORM", "patient");
    stays.start().await?;
    let works = vec![(20, Work::Slow(200))];
    let plan = Plan { producers: 16, works, ..Plan::default() };
    let load = site.load(plan, &[stays.url("")])?;
    let mut goes = site.runner("goes")?;
    let (name, usual) = RESTARTS;
    let restarts = std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    for round in 0..restarts {
        // Forward and back again: the second version brings a queue and a collection that the first does not know.
        goes.set("FAULT_FORM", if round % 2 == 0 { "patient second-version" } else { "patient" });
        goes.start().await?;
        load.more(10).await?;
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..500))).await;
        site.report.recovered(goes.stop().await?);
        site.report.injected += 1;
    }
    let answers = load.stop().await?;
    answers.are(&[202])?;
    site.judge(answers, &[&stays, &goes]).await?;
    let again = again(&site)?;
    ensure!(
        again == 0,
        "{again} deliveries were repeated, and a stop gives back what it did not begin"
    );
    stays.stop().await?;
    Ok(())
}
