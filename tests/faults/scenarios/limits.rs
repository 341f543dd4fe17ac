//! F14, F19, F20 and F30: more than there is room for, and who takes up room for nothing.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use faults::app::Work;
use faults::load::Plan;
use faults::probe;
use faults::runner::Runner;
use faults::site::Site;
use faults::within;
use sqlx::Connection as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// With a transaction held open beside it, the longest from a task's acknowledgement to its effect, for most.
const STILL_FAST: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_transaction_that_is_left_open_slows_nobody_down_much() -> anyhow::Result<()> {
    let scenario = "a_transaction_that_is_left_open_slows_nobody_down_much";
    let mut site = Site::new(scenario, &[]).await?;
    let mut runner = site.runner("only")?;
    runner.start().await?;
    let load = site.load(Plan { producers: 24, pause: 0, ..Plan::default() }, &[runner.url("")])?;
    load.more(50).await?;
    // An operator's forgotten `psql`: nothing that was deleted since can be cleaned up.
    let mut forgotten = site.server.connect().await?;
    let mut transaction = forgotten.begin().await?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        .execute(&mut *transaction)
        .await?;
    sqlx::query("SELECT count(*) FROM twinhost.documents").execute(&mut *transaction).await?;
    site.report.injected += 1;
    load.more(3000).await?;
    let answers = load.stop().await?;
    let mut database = site.server.connect().await?;
    site.drained(&mut database).await?.context("the queues do not drain")?;
    let dead = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'q_worker'";
    within(Duration::from_secs(30), "Postgres has counted what it cannot clean up", async || {
        let dead: i64 = sqlx::query_scalar(dead).fetch_one(&mut database).await?;
        Ok((dead >= 1000).then_some(()))
    })
    .await?;
    let mut took = Vec::new();
    for _ in 0..20 {
        took.push(probe::through(&runner, &mut database).await?);
    }
    took.sort();
    site.in_time("most of the way from request to effect", took[18], STILL_FAST).await?;
    transaction.rollback().await?;
    // The probes are in no ledger.
    probe::forget(&mut database).await?;
    site.judge(answers, &[&runner]).await?;
    runner.stop().await?;
    Ok(())
}

#[tokio::test]
async fn when_too_much_waits_more_is_refused_until_it_is_done() -> anyhow::Result<()> {
    let scenario = "when_too_much_waits_more_is_refused_until_it_is_done";
    const LIMIT: u64 = 300;
    let mut site = Site::new(scenario, &[]).await?;
    let mut runner = site.runner("only")?.with("TWINHOST__HTTP__MAX_BACKLOG", LIMIT.to_string());
    runner.start().await?;
    // Sixteen at a time, half a second each: far fewer than come. On the fastest machine each producer comes ten times
    // a second.
    let works = vec![(100, Work::Slow(500))];
    let plan = Plan { producers: 40, pause: 200, works, ..Plan::default() };
    let load = site.load(plan, &[runner.url("")])?;
    load.more_refused(200).await?;
    let before = runner.megabytes()?;
    load.more_refused(1000).await?;
    site.report.injected = load.refused() as u64;
    let mut database = site.server.connect().await?;
    let waiting: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pgmq.q_worker").fetch_one(&mut database).await?;
    // What comes in the second that the figure may be old, and in the second in which it is found.
    ensure!(waiting < 4 * LIMIT.cast_signed(), "{waiting} wait, where {LIMIT} are the limit");
    let after = runner.megabytes()?;
    ensure!(after < before + 32, "the runner grew from {before} to {after} MB");
    let refused = runner.metric("twinhost_http_refused_total", r#"reason="backlog""#).await?;
    ensure!(refused >= 1000.0, "{refused} refusals were counted");
    // It is looked at every few seconds.
    within(Duration::from_secs(60), "the oldest is said to wait for a second", async || {
        let age = runner.metric("twinhost_queue_oldest_age_seconds", r#"queue="worker""#).await?;
        Ok((age >= 1.0).then_some(()))
    })
    .await?;
    // What was refused is taken as the queue empties: every producer is acknowledged in the end.
    let answers = load.stop().await?;
    answers.are(&[202, 503])?;
    site.judge(answers, &[&runner]).await?;
    runner.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_thousand_callers_and_two_runners_share_twenty_connections() -> anyhow::Result<()> {
    let scenario = "a_thousand_callers_and_two_runners_share_twenty_connections";
    let mut site = Site::new(scenario, &[("max_connections", "20")]).await?;
    let mut runners = Vec::new();
    // Each wants eleven, once it is busy.
    for node in ["first", "second"] {
        let mut runner = site.runner(node)?;
        // All of them are this machine.
        runner.set("TWINHOST__HTTP__MAX_CONNECTIONS_PER_ADDRESS", "2000");
        // A thousand of them in one process may be slow to say what they want.
        runner.set("TWINHOST__HTTP__HEADER_TIMEOUT_SECONDS", "60");
        runner.start().await?;
        runners.push(runner);
    }
    let urls: Vec<String> = runners.iter().map(|runner| runner.url("")).collect();
    let plan = Plan { producers: 1000, pause: 500, ..Plan::default() };
    let load = site.load(plan, &urls)?;
    site.report.injected += 1000;
    site.report.recovered(load.more(3000).await?);
    let answers = load.stop().await?;
    // Who finds no connection free is told to come again; nobody is dropped.
    let known = answers.statuses.keys().all(|status| [202, 503].contains(status));
    ensure!(known, "answers were {:?}, and {:?}", answers.statuses, answers.failures);
    let all: Vec<&Runner> = runners.iter().collect();
    site.judge(answers, &all).await?;
    for runner in &mut runners {
        runner.stop().await?;
    }
    Ok(())
}

/// How long a runner waits for a head, and for a body.
const HEAD: Duration = Duration::from_secs(10);
const BODY: Duration = Duration::from_secs(30);

/// How much later than that a busy machine may be.
const LATE: Duration = Duration::from_secs(15);

/// Sends bytes with a pause after each, and answers when the other side has closed.
async fn trickle(port: u16, head: &str, then: &[u8], pause: Duration) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let (mut from, mut to) = stream.into_split();
    to.write_all(head.as_bytes()).await?;
    let bytes = then.to_vec();
    let talk = tokio::spawn(async move {
        for byte in bytes.iter().cycle() {
            tokio::time::sleep(pause).await;
            if to.write_all(&[*byte]).await.is_err() {
                break;
            }
        }
    });
    let mut rest = Vec::new();
    // A reset is as good as an end.
    let _end = tokio::time::timeout(Duration::from_secs(60), from.read_to_end(&mut rest)).await?;
    talk.abort();
    Ok(began.elapsed())
}

#[tokio::test]
async fn callers_that_trickle_or_vanish_are_hung_up_on_and_others_notice_nothing()
-> anyhow::Result<()> {
    let scenario = "callers_that_trickle_or_vanish_are_hung_up_on_and_others_notice_nothing";
    let mut site = Site::new(scenario, &[]).await?;
    // The limits are those it is delivered with.
    let mut runner = site.runner("only")?;
    runner.start().await?;
    let load = site.load(Plan::default(), &[runner.url("")])?;
    let port = runner.port();
    let mut slow = JoinSet::new();
    let pause = Duration::from_secs(1);
    for _ in 0..50 {
        slow.spawn(async move {
            let took = trickle(port, "POST /tasks/acme HTTP/1.1\r\nx-slow: ", b"a", pause).await?;
            anyhow::Ok(Some((HEAD, took)))
        });
        slow.spawn(async move {
            let head = "POST /tasks/acme HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
            let took = trickle(port, head, b"a", pause).await?;
            anyhow::Ok(Some((BODY, took)))
        });
        slow.spawn(async move {
            let mut vanishes = TcpStream::connect(("127.0.0.1", port)).await?;
            let part =
                b"POST /tasks/acme HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{\"id\":";
            vanishes.write_all(part).await?;
            anyhow::Ok(None)
        });
        site.report.injected += 3;
    }
    while let Some(ended) = slow.join_next().await {
        let Some((limit, took)) = ended?? else { continue };
        // Not before its time, and not much after it, however busy the machine is.
        let in_time = (limit..limit + LATE).contains(&took);
        ensure!(in_time, "hung up on after {took:?}, where {limit:?} are given");
    }
    let answers = load.stop().await?;
    answers.are(&[202])?;
    // Whoever had to wait for one of them would have waited for half a minute.
    ensure!(answers.slowest < BODY, "an answer took {:?}", answers.slowest);
    site.judge(answers, &[&runner]).await?;
    runner.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_log_that_cannot_be_written_fails_no_request() -> anyhow::Result<()> {
    let mut site = Site::new("a_log_that_cannot_be_written_fails_no_request", &[]).await?;
    // A disk that is always full.
    let mut runner = site.runner("only")?.with("TWINHOST__LOG__FILE", "/dev/full");
    runner.start().await?;
    let load = site.load(Plan::default(), &[runner.url("")])?;
    load.more(200).await?;
    site.report.injected += 1;
    let answers = load.stop().await?;
    answers.are(&[202])?;
    site.judge(answers, &[&runner]).await?;
    runner.stop().await?;
    Ok(())
}
