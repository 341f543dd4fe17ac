//! F9 and F10: wall clocks that jump, and that do not agree.

use std::time::Duration;

use faults::clock::Clock;
use faults::load::{Answers, Plan};
use faults::site::Site;
use faults::ticks;

/// What a clock is moved by, in seconds: an hour, a day, back, and a little back.
const JUMPS: [i64; 5] = [3600, -3600, 86_400, -86_400, -5];

#[tokio::test]
async fn a_clock_that_jumps_changes_neither_leases_nor_order_nor_ticks() -> anyhow::Result<()> {
    let scenario = "a_clock_that_jumps_changes_neither_leases_nor_order_nor_ticks";
    let mut site = Site::new(scenario, &[]).await?;
    let clock = Clock::new(&site.folder())?;
    // However busy the machine is, a handler is done in time: what is delivered again was under a lease that ran out.
    let mut wrong = site.runner("wrong")?.with("FAULT_FORM", "patient");
    for (name, value) in clock.variables() {
        wrong.set(name, value);
    }
    wrong.start().await?;
    let mut database = site.server.connect().await?;
    ticks::begun(&mut database).await?;
    wrong.stop().await?;
    ticks::due_in(&mut database, 15).await?;
    wrong.start().await?;
    let mut right = site.runner("right")?.with("FAULT_FORM", "patient");
    right.start().await?;
    let due = ticks::almost_due(&mut database, Duration::from_secs(60)).await?;
    // Each delivery twice: an id is remembered by the database's clock.
    let plan = Plan { producers: 16, copies: 2, ..Plan::default() };
    let load = site.load(plan, &[wrong.url(""), right.url("")])?;
    for jump in JUMPS {
        clock.set_offset(jump)?;
        site.report.injected += 1;
        load.more(60).await?;
        clock.set_offset(0)?;
        load.more(20).await?;
    }
    // Ten minutes ahead, to the end.
    clock.set_offset(600)?;
    site.report.injected += 1;
    load.more(60).await?;
    ticks::all_fired(&mut database, due).await?;
    ticks::none_is_early(&mut database).await?;
    let answers = load.stop().await?;
    let history = site.judge(answers, &[&wrong, &right]).await?;
    let again = history.repeated();
    assert_eq!(again, 0, "a lease ran out, of {} deliveries", history.attempts.len());
    wrong.stop().await?;
    right.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_runner_whose_clock_is_wrong_fires_its_ticks_when_they_are_due() -> anyhow::Result<()> {
    let scenario = "a_runner_whose_clock_is_wrong_fires_its_ticks_when_they_are_due";
    let mut site = Site::new(scenario, &[]).await?;
    let clock = Clock::new(&site.folder())?;
    let mut wrong = site.runner("wrong")?;
    for (name, value) in clock.variables() {
        wrong.set(name, value);
    }
    wrong.start().await?;
    let mut database = site.server.connect().await?;
    for offset in [3600, -3600] {
        ticks::due_in(&mut database, 5).await?;
        wrong.stop().await?;
        clock.set_offset(offset)?;
        site.report.injected += 1;
        wrong.start().await?;
        let due = ticks::almost_due(&mut database, Duration::from_secs(1)).await?;
        ticks::all_fired(&mut database, due).await?;
    }
    ticks::none_is_early(&mut database).await?;
    site.judge(Answers::default(), &[&wrong]).await?;
    wrong.stop().await?;
    Ok(())
}
