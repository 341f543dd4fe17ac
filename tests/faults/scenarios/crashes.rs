//! F1: a process dies at each of the moments that matter.

use std::time::Instant;

use faults::app::Work;
use faults::load::Plan;
use faults::site::Site;
use rand::RngExt as _;
use twinhost::crash::CrashPoint;

#[tokio::test]
async fn a_process_may_die_at_any_point_of_a_delivery() -> anyhow::Result<()> {
    let mut site = Site::new("a_process_may_die_at_any_point_of_a_delivery", &[]).await?;
    let mut chance = site.chance("crashes");
    let mut runner = site.runner("only")?;
    runner.start().await?;
    let works = vec![(1, Work::Fail), (5, Work::Slow(300))];
    let plan = Plan { producers: 32, works, ..Plan::default() };
    let load = site.load(plan, &[runner.url("")])?;
    load.more(50).await?;
    runner.stop().await?;
    for point in CrashPoint::ALL {
        // A heartbeat and a dead letter come seldom.
        let most = match point {
            CrashPoint::InHeartbeat => 2,
            CrashPoint::BeforeDeadLetter | CrashPoint::AfterDeadLetter => 3,
            CrashPoint::BeforeEffect | CrashPoint::BeforeCommit | CrashPoint::AfterCommit => 40,
        };
        runner.dies_at(*point, chance.random_range(1..=most)).await?;
        site.report.injected += 1;
        let again = Instant::now();
        runner.start().await?;
        load.more(20).await?;
        site.report.recovered(again.elapsed());
        runner.kill().await?;
        site.report.injected += 1;
    }
    runner.start().await?;
    let answers = load.stop().await?;
    site.judge(answers, &[&runner]).await?;
    runner.stop().await?;
    Ok(())
}
