//! F5 to F8: the network between runners and their database.

use std::time::{Duration, Instant};

use anyhow::ensure;
use faults::load::Plan;
use faults::probe;
use faults::proxy::{Proxy, Reply, Way, Weather};
use faults::runner::Runner;
use faults::server::Server;
use faults::site::Site;
use faults::{ticks, within};
use sqlx::PgConnection;

/// The longest that a caller behind a gateway waits.
const GATEWAY: Duration = Duration::from_secs(29);

/// How long anything else is waited for.
const PATIENCE: Duration = Duration::from_secs(90);

/// How soon after the network a runner must work again.
const RECONNECTED: Duration = Duration::from_secs(5);

/// A runner with a network of its own to the database.
async fn networked(site: &Site, node: &str) -> anyhow::Result<(Runner, Proxy)> {
    let proxy = Proxy::to(site.server.address()).await?;
    let mut runner = site.runner_by(node, &Server::url_by(proxy.address))?;
    runner.start().await?;
    Ok((runner, proxy))
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_has_its_effect_once() -> anyhow::Result<()> {
    let mut site = Site::new("a_commit_whose_answer_is_lost_has_its_effect_once", &[]).await?;
    let (mut runner, proxy) = networked(&site, "only").await?;
    let to_runner = Proxy::to(([127, 0, 0, 1], runner.port()).into()).await?;
    let load = site.load(Plan::default(), &[format!("http://{}", to_runner.address)])?;
    for round in 0..20 {
        proxy.cut(Reply::Commit, 3);
        if round % 4 == 0 {
            to_runner.cut(Reply::Any, 3);
        }
        let took = load.more(20).await?;
        site.report.recovered(took);
        // On a slow machine many tasks share a commit.
        within(PATIENCE, "so many answers of the database are lost", async || {
            Ok((proxy.cuts() >= 3 * (round + 1)).then_some(()))
        })
        .await?;
    }
    within(PATIENCE, "answers of the runner are lost, too", async || {
        Ok((to_runner.cuts() >= 15).then_some(()))
    })
    .await?;
    site.report.injected = proxy.cuts() + to_runner.cuts();
    let answers = load.stop().await?;
    site.judge(answers, &[&runner]).await?;
    runner.stop().await?;
    Ok(())
}

/// Two runners, of which one has bad weather for some time; whoever can goes on.
async fn cut_off(scenario: &'static str, weather: Weather, least: Duration) -> anyhow::Result<()> {
    let mut site = Site::new(scenario, &[]).await?;
    let (mut near, proxy) = networked(&site, "near").await?;
    // Ticks become due while one of two runners is cut off, and it knows of them.
    let mut database = site.server.connect().await?;
    ticks::due_in(&mut database, 10).await?;
    near.stop().await?;
    near.start().await?;
    let mut far = site.runner("far")?;
    far.start().await?;
    // Whoever asks the one that is cut off waits for its answer; others must not.
    let plan = Plan { producers: 8, ..Plan::default() };
    let by_near = site.load(plan.clone(), &[near.url("")])?;
    let load = site.load(plan, &[far.url("")])?;
    load.more(50).await?;
    by_near.more(50).await?;
    let due = ticks::almost_due(&mut database, Duration::from_secs(2)).await?;
    proxy.weather(weather);
    site.report.injected += 1;
    let began = Instant::now();
    by_near.more_refused(8).await?;
    load.more(100).await?;
    ticks::all_fired(&mut database, due).await?;
    while began.elapsed() < least {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    proxy.weather(Weather::default());
    let ready = near.is_ready(PATIENCE).await?;
    site.report.recovered(ready);
    site.in_time("to be ready, with its network back,", ready, RECONNECTED).await?;
    by_near.more(50).await?;
    // Connections that died without a word are a network's fault, too.
    proxy.bury();
    site.report.injected += 1;
    by_near.more(50).await?;
    proxy.half_close();
    proxy.reset();
    site.report.injected += 2;
    by_near.more(50).await?;
    let others = load.stop().await?;
    others.are(&[202])?;
    let mut answers = by_near.stop().await?;
    answers.intrusions.extend(others.intrusions);
    let slowest = answers.slowest;
    answers.are(&[202, 503])?;
    ensure!(slowest < GATEWAY, "an answer took {slowest:?}");
    site.judge(answers, &[&near, &far]).await?;
    near.stop().await?;
    far.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_runner_that_is_cut_off_says_503_and_the_others_go_on() -> anyhow::Result<()> {
    let scenario = "a_runner_that_is_cut_off_says_503_and_the_others_go_on";
    cut_off(scenario, Weather::both(Way::Stopped), Duration::from_secs(18)).await
}

#[tokio::test]
async fn a_runner_whose_connections_are_refused_says_503_and_the_others_go_on() -> anyhow::Result<()>
{
    let scenario = "a_runner_whose_connections_are_refused_says_503_and_the_others_go_on";
    let weather = Weather { to_server: Way::Stopped, to_client: Way::Stopped, ..Weather::REFUSED };
    cut_off(scenario, weather, Duration::from_secs(12)).await
}

#[tokio::test]
async fn a_network_that_loses_only_answers_doubles_nothing() -> anyhow::Result<()> {
    let scenario = "a_network_that_loses_only_answers_doubles_nothing";
    let weather = Weather { to_client: Way::Stopped, ..Weather::default() };
    cut_off(scenario, weather, Duration::from_secs(18)).await
}

/// How many tasks were in hand when all connections were lost, once the server has done what it heard on them.
async fn in_hand(database: &mut PgConnection, since: &str) -> anyhow::Result<usize> {
    let old = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'runner' AND backend_start < $1::timestamptz";
    within(PATIENCE, "the server has closed them, too", async || {
        let old: i64 = sqlx::query_scalar(old).bind(since).fetch_one(&mut *database).await?;
        Ok((old == 0).then_some(()))
    })
    .await?;
    let count = "SELECT count(*) FROM pgmq.q_worker WHERE read_ct > 0";
    let held: i64 = sqlx::query_scalar(count).fetch_one(database).await?;
    Ok(usize::try_from(held)?)
}

#[tokio::test]
async fn over_a_network_of_two_seconds_work_goes_on_and_leases_are_kept() -> anyhow::Result<()> {
    let scenario = "over_a_network_of_two_seconds_work_goes_on_and_leases_are_kept";
    let mut site = Site::new(scenario, &[]).await?;
    let (mut runner, proxy) = networked(&site, "only").await?;
    runner.stop().await?;
    runner.set("FAULT_FORM", "patient");
    runner.start().await?;
    let load = site.load(Plan { producers: 16, ..Plan::default() }, &[runner.url("")])?;
    load.more(50).await?;
    proxy.weather(Weather::both(Way::Slow(Duration::from_secs(1))));
    site.report.injected += 1;
    let before = proxy.connections();
    load.more(60).await?;
    // Connections that are lost meanwhile come back over the same network.
    let mut database = site.server.connect().await?;
    let since: String =
        sqlx::query_scalar("SELECT clock_timestamp()::text").fetch_one(&mut database).await?;
    proxy.reset();
    site.report.injected += 1;
    let in_hand = in_hand(&mut database, &since).await?;
    site.report.recovered(load.more(60).await?);
    let opened = proxy.connections() - before;
    ensure!(opened < 40, "{opened} connections were opened: a storm");
    proxy.weather(Weather::default());
    let answers = load.stop().await?;
    let history = site.judge(answers, &[&runner]).await?;
    let again = history.repeated();
    // What the reset interrupted is delivered again, and nothing else: leases are kept.
    ensure!(again <= in_hand, "{again} deliveries were repeated, and {in_hand} tasks were in hand");
    runner.stop().await?;
    Ok(())
}

/// A poll finds a message within five seconds; a notification, at once. Twice at once is no chance: after a poll the
/// next is five seconds away.
const AT_ONCE: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_runner_whose_connections_died_unheard_soon_hears_of_messages_again() -> anyhow::Result<()>
{
    let scenario = "a_runner_whose_connections_died_unheard_soon_hears_of_messages_again";
    let mut site = Site::new(scenario, &[]).await?;
    let mut takes = site.runner("takes")?.with("TWINHOST__FUNCTIONS", "intake");
    takes.start().await?;
    let (mut works, proxy) = networked(&site, "works").await?;
    let mut database = site.server.connect().await?;
    let mut heard = async || {
        let mut at_once = 0;
        let what = "three messages in a row are worked on at once";
        let heard = within(PATIENCE, what, async || {
            let took = probe::through(&takes, &mut database).await?;
            at_once = if took < AT_ONCE { at_once + 1 } else { 0 };
            Ok((at_once == 3).then_some(()))
        });
        anyhow::Ok(heard.await?.1)
    };
    heard().await?;
    // Nobody says a word for a while, and a router between them forgets who they are.
    proxy.bury();
    site.report.injected += 1;
    site.report.recovered(heard().await?);
    site.report.write()?;
    takes.stop().await?;
    works.stop().await?;
    Ok(())
}
