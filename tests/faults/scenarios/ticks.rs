//! Runners die around the time that ticks are due (S9, S12, S13).

use std::time::Duration;

use anyhow::ensure;
use faults::load::Answers;
use faults::runner::Runner;
use faults::site::Site;
use faults::ticks::{self, EACH};
use rand::RngExt as _;
use sqlx::PgConnection;
use twinhost::crash::CrashPoint;

/// How many seconds runners have to start before their ticks are due. Slower ones wait for the next.
const AHEAD: i32 = 5;

/// How long before and after its ticks a runner dies.
const MOMENT: Duration = Duration::from_secs(1);

/// When a runner dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Before,
    /// So soon after that ticks are being fired.
    At,
    After,
}

/// Kills the first of these runners around the time that ticks are due, and starts it again when they are overdue.
async fn dies(
    site: &mut Site,
    database: &mut PgConnection,
    runners: &mut [Runner],
    moment: Moment,
) -> anyhow::Result<()> {
    ticks::begun(database).await?;
    for runner in &mut *runners {
        runner.stop().await?;
    }
    ticks::due_in(database, AHEAD).await?;
    for runner in &mut *runners {
        runner.start().await?;
    }
    let due = ticks::almost_due(database, MOMENT).await?;
    match moment {
        Moment::Before => {}
        Moment::At => {
            let jitter =
                site.chance(&format!("jitter {}", site.report.injected)).random_range(0..30);
            ticks::overdue(database, due, Duration::from_millis(jitter)).await?;
        }
        Moment::After => {
            ticks::overdue(database, due, MOMENT).await?;
            ticks::all_fired(database, due).await?;
        }
    }
    runners[0].kill().await?;
    site.report.injected += 1;
    let before = ticks::fired(database, due).await?;
    println!("{moment:?}: {before} of {EACH} had been fired");
    ticks::overdue(database, due, MOMENT).await?;
    site.report.recovered(runners[0].start().await?);
    ticks::all_fired(database, due).await
}

/// Judges, and sees that every tick was fired for itself, when it was due or less than a minute later.
async fn judge(
    site: &mut Site,
    database: &mut PgConnection,
    runners: &mut [Runner],
    rounds: usize,
) -> anyhow::Result<()> {
    let all: Vec<&Runner> = runners.iter().collect();
    let history = site.judge(Answers::default(), &all).await?;
    // The first of each schedule, and one more in each round at the least.
    let least = (rounds + 1) * usize::try_from(EACH)?;
    ensure!(history.ticked.len() >= least, "{least} ticks and more, not {:?}", history.ticked);
    let wrong = "SELECT schedule || ' of ' || scheduled_at || ', fired at ' || fired_at FROM twinhost.occurrences
        WHERE outcome <> 'fired' OR missed > 0 OR fired_at - scheduled_at NOT BETWEEN '0' AND interval '1 minute'";
    let wrong: Vec<String> = sqlx::query_scalar(wrong).fetch_all(database).await?;
    ensure!(wrong.is_empty(), "early, late or missed: {wrong:?}");
    for runner in runners {
        runner.stop().await?;
    }
    Ok(())
}

/// Runners of which the first dies around ticks, at each moment once.
async fn one_dies(scenario: &'static str, nodes: &[&str]) -> anyhow::Result<()> {
    let mut site = Site::new(scenario, &[]).await?;
    let mut database = site.server.connect().await?;
    let mut runners = Vec::new();
    for node in nodes {
        let mut runner = site.runner(node)?;
        runner.start().await?;
        runners.push(runner);
    }
    let moments = [Moment::Before, Moment::At, Moment::After];
    for moment in moments {
        dies(&mut site, &mut database, &mut runners, moment).await?;
    }
    judge(&mut site, &mut database, &mut runners, moments.len()).await
}

#[tokio::test]
async fn a_runner_that_dies_just_before_or_after_a_tick_fires_it_once_and_in_time()
-> anyhow::Result<()> {
    let scenario = "a_runner_that_dies_just_before_or_after_a_tick_fires_it_once_and_in_time";
    one_dies(scenario, &["only"]).await
}

#[tokio::test]
async fn of_two_runners_one_that_dies_around_a_tick_leaves_it_to_the_other() -> anyhow::Result<()> {
    let scenario = "of_two_runners_one_that_dies_around_a_tick_leaves_it_to_the_other";
    one_dies(scenario, &["dies", "stays"]).await
}

#[tokio::test]
async fn a_runner_that_dies_while_a_tick_has_its_effect_leaves_it_with_one() -> anyhow::Result<()> {
    let scenario = "a_runner_that_dies_while_a_tick_has_its_effect_leaves_it_with_one";
    let mut site = Site::new(scenario, &[]).await?;
    let mut database = site.server.connect().await?;
    let mut runners = [site.runner("only")?];
    runners[0].start().await?;
    let points = [CrashPoint::AfterCommit, CrashPoint::BeforeCommit];
    for point in points {
        let [runner] = &mut runners;
        ticks::begun(&mut database).await?;
        runner.stop().await?;
        ticks::due_in(&mut database, AHEAD).await?;
        let due =
            ticks::almost_due(&mut database, Duration::from_secs(AHEAD.unsigned_abs().into()));
        let due = due.await?;
        runner.dies_at(point, 1).await?;
        site.report.injected += 1;
        site.report.recovered(runner.start().await?);
        ticks::all_fired(&mut database, due).await?;
    }
    judge(&mut site, &mut database, &mut runners, points.len()).await
}
