//! F15 to F18: what comes is poison, comes twice, comes out of order.

use std::time::Duration;

use anyhow::ensure;
use faults::app::{MAX_RECEIVES, Work};
use faults::ledger::Ledger;
use faults::load::Plan;
use faults::site::Site;
use faults::within;

/// The ids of what was sent and is poison.
fn poison(ledger: &Ledger) -> anyhow::Result<Vec<String>> {
    let sent = ledger.read()?.into_iter().map(|sent| sent.task);
    Ok(sent.filter(|task| task.work.is_poison()).map(|task| task.id).collect())
}

#[tokio::test]
async fn poison_is_tried_as_often_as_allowed_and_its_group_and_others_go_on() -> anyhow::Result<()>
{
    let scenario = "poison_is_tried_as_often_as_allowed_and_its_group_and_others_go_on";
    let mut site = Site::new(scenario, &[]).await?;
    let mut runner = site.runner("only")?;
    runner.start().await?;
    let works = vec![(2, Work::Fail), (1, Work::Panic), (1, Work::Hang)];
    let plan = Plan { producers: 20, works, ..Plan::default() };
    let load = site.load(plan, &[runner.url("")])?;
    load.more(300).await?;
    // What is poison is chance.
    while poison(&site.ledger)?.len() < 6 {
        load.more(20).await?;
    }
    let answers = load.stop().await?;
    let poison = poison(&site.ledger)?;
    site.report.injected = poison.len() as u64;
    let history = site.judge(answers, &[&runner]).await?;
    for id in &poison {
        let tried = history.attempts.iter().filter(|attempt| attempt.id == *id).count();
        ensure!(tried == MAX_RECEIVES as usize, "`{id}` was tried {tried} times");
        let dead = history.dead.iter().filter(|dead| dead.id == *id).count();
        ensure!(dead == 1, "`{id}` is {dead} dead letters");
    }
    ensure!(history.dead.len() == poison.len(), "something else was given up: {:?}", history.dead);
    runner.stop().await?;
    Ok(())
}

#[tokio::test]
async fn poison_that_kills_its_process_is_given_up_and_nothing_is_lost() -> anyhow::Result<()> {
    let scenario = "poison_that_kills_its_process_is_given_up_and_nothing_is_lost";
    let mut site = Site::new(scenario, &[]).await?;
    let mut runner = site.runner("only")?;
    // More than the machine that is left to it.
    runner.limit_memory(1 << 31);
    runner.start().await?;
    let load = site.load(Plan { producers: 8, ..Plan::default() }, &[runner.url("")])?;
    load.more(50).await?;
    let works = vec![(100, Work::Allocate(4096))];
    let plan = Plan { producers: 1, pause: 600_000, works, intruder: false, ..Plan::default() };
    let mut poison = Some(site.load(plan, &[runner.url("")])?);
    // Whoever runs it starts it again each time, as systemd does.
    let mut deaths = 0;
    let mut database = site.server.connect().await?;
    within(Duration::from_secs(150), "the poison is given up", async || {
        // It may kill the process before its sender has heard of it, who then sends it again. Once heard of, one is
        // enough: another would kill a process of whoever waits for it to be well.
        if poison.as_ref().is_some_and(|poison| poison.acknowledged() > 0) {
            poison = None;
        }
        if runner.has_ended()?.is_some() {
            deaths += 1;
            runner.spawn()?;
        }
        let dead = "SELECT count(*) FROM pgmq.q_worker_dlq";
        let dead: i64 = sqlx::query_scalar(dead).fetch_one(&mut database).await?;
        Ok((dead > 0).then_some(()))
    })
    .await?;
    drop(poison);
    site.report.injected = deaths;
    ensure!(deaths == u64::from(MAX_RECEIVES), "the process died {deaths} times");
    runner.is_ready(Duration::from_secs(60)).await?;
    load.more(50).await?;
    let answers = load.stop().await?;
    let history = site.judge(answers, &[&runner]).await?;
    // Whoever ran beside it is charged with a death or two, and has its last chance alone.
    ensure!(history.dead.len() == 1, "more than the poison was given up: {:?}", history.dead);
    runner.stop().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_sent_many_times_at_once_and_in_any_order_has_its_effect_once_in_order()
-> anyhow::Result<()> {
    let scenario = "what_is_sent_many_times_at_once_and_in_any_order_has_its_effect_once_in_order";
    let mut site = Site::new(scenario, &[]).await?;
    let mut first = site.runner("first")?;
    first.start().await?;
    let mut second = site.runner("second")?;
    second.start().await?;
    // How long a task takes is chance, so groups overtake each other; and some of a group are tried again.
    let works = vec![(10, Work::Slow(30)), (10, Work::Slow(150)), (2, Work::Fail)];
    let plan = Plan { producers: 24, copies: 5, works, ..Plan::default() };
    let load = site.load(plan, &[first.url(""), second.url("")])?;
    load.more(400).await?;
    let storm = Plan { producers: 2, copies: 10, pause: 0, ..Plan::default() };
    let storm = site.load(storm, &[first.url(""), second.url("")])?;
    storm.more(40).await?;
    let mut answers = load.stop().await?;
    let others = storm.stop().await?;
    let sent: usize = answers.statuses.values().chain(others.statuses.values()).sum();
    ensure!(
        answers.statuses.keys().chain(others.statuses.keys()).all(|status| *status == 202),
        "copies are answered as the first is: {:?} {:?}",
        answers.statuses,
        others.statuses
    );
    answers.intrusions.extend(others.intrusions);
    let tasks = site.ledger.read()?.len();
    site.report.injected = (sent - tasks) as u64;
    ensure!(sent > 2 * tasks, "{sent} deliveries of {tasks} tasks are few copies");
    site.judge(answers, &[&first, &second]).await?;
    first.stop().await?;
    second.stop().await?;
    Ok(())
}
