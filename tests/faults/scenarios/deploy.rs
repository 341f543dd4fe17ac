//! F2 and F21: runners that stand still, and that come and go, of two versions.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use faults::app::{Attempt, Work};
use faults::history::read_attempts;
use faults::load::Plan;
use faults::process::Frozen;
use faults::site::Site;
use faults::within;
use rand::RngExt as _;

/// The variable that says how many restarts there are, and how many there are without it.
const RESTARTS: (&str, usize) = ("FAULT_RESTARTS", 8);

/// What the second version is called; patient: however busy the machine is, no handler runs out of time and is tried again
/// for that.
const SECOND_VERSION: &str = "patient second-version";

/// The longest until somebody else has what a runner held that stands still: its lease, on a busy machine.
const TAKEN_OVER: Duration = Duration::from_secs(60);

/// How many tasks that those of one file began were begun again by those of another.
fn taken_over(path: &Path, others: &Path) -> anyhow::Result<usize> {
    let mut last = HashMap::new();
    for other in read_attempts(others)? {
        let attempt = last.entry(other.id).or_insert(0);
        *attempt = other.attempt.max(*attempt);
    }
    let later = |one: &Attempt| last.get(&one.id).is_some_and(|last| *last > one.attempt);
    Ok(read_attempts(path)?.iter().filter(|one| later(one)).count())
}

#[tokio::test]
async fn a_runner_that_stood_still_past_its_leases_has_no_late_effect() -> anyhow::Result<()> {
    let scenario = "a_runner_that_stood_still_past_its_leases_has_no_late_effect";
    let mut site = Site::new(scenario, &[]).await?;
    let (its, others) = (site.folder().join("first.jsonl"), site.attempts());
    let mut first = site.runner("first")?.with("FAULT_ATTEMPTS", its.display().to_string());
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
        let before = taken_over(&its, &others)?;
        let frozen = Frozen::new(vec![first.pid()?])?;
        let since: String =
            sqlx::query_scalar("SELECT clock_timestamp()::text").fetch_one(&mut database).await?;
        let (was_busy, _) = within(TAKEN_OVER, "what it held is taken over", async || {
            if taken_over(&its, &others)? > before {
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
    let drained = site.drained(&mut database).await?;
    site.report.recovered(drained.unwrap_or_default());
    first.stop().await?;
    let mut all = File::options().append(true).open(&others)?;
    all.write_all(&std::fs::read(&its)?)?;
    site.judge(answers, &[&first, &second]).await?;
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
    let mut stays = site.runner("stays")?.with("FAULT_FORM", "patient");
    stays.start().await?;
    let works = vec![(20, Work::Slow(200))];
    let plan = Plan { producers: 16, works, ..Plan::default() };
    let load = site.load(plan, &[stays.url("")])?;
    let mut goes = site.runner("goes")?;
    let (name, usual) = RESTARTS;
    let restarts = std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let mut of_second = 0;
    for round in 0..restarts {
        // Forward and back again: the second version brings a queue and a collection that the first does not know.
        let is_second = round % 2 == 0;
        goes.set("FAULT_FORM", if is_second { SECOND_VERSION } else { "patient" });
        goes.start().await?;
        load.more(10).await?;
        if is_second {
            let plan = Plan { producers: 2, intruder: false, ..Plan::default() };
            let load = site.load(plan, &[goes.url("")])?;
            load.more(5).await?;
            let answers = load.stop().await?;
            answers.are(&[202])?;
            of_second += answers.statuses[&202];
        }
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..500))).await;
        site.report.recovered(goes.stop().await?);
        site.report.injected += 1;
    }
    let answers = load.stop().await?;
    answers.are(&[202])?;
    let history = site.judge(answers, &[&stays, &goes]).await?;
    let again = history.repeated();
    ensure!(
        again == 0,
        "{again} deliveries were repeated, and a stop gives back what it did not begin"
    );
    // What the second version left in its own queue is there when it comes again.
    goes.set("FAULT_FORM", SECOND_VERSION);
    goes.start().await?;
    let mut database = site.server.connect().await?;
    let audits = "SELECT count(*) FROM twinhost.documents WHERE collection = 'audits'";
    let all = within(TAKEN_OVER, "the second version has done all that is its own", async || {
        let audits: i64 = sqlx::query_scalar(audits).fetch_one(&mut database).await?;
        Ok((audits == i64::try_from(of_second)?).then_some(()))
    });
    all.await?;
    goes.stop().await?;
    stays.stop().await?;
    Ok(())
}
