//! Postgres stands still, and dies.

use std::time::{Duration, Instant};

use faults::process::Frozen;
use sqlx::{Connection as _, PgConnection};
use tests::home::Home;
use tests::ledger::Load;
use tests::sender::{Sender, log_file};

use super::{all_is_there, leases_run_out, ready_is, status};

/// Within this a sender behind a gateway must have its answer.
const GATEWAY: Duration = Duration::from_secs(29);

/// Within this a runner must say that it has no database: it is asked for at most two seconds, and an answer is good for
/// one. A busy machine may take as long again, twice.
const UNREADY: Duration = Duration::from_secs(9);

/// How many senders there are; each has one delivery in hand.
const SENDERS: usize = 8;

#[tokio::test]
async fn while_postgres_is_away_webhooks_are_503_and_afterwards_all_goes_on_by_itself()
-> anyhow::Result<()> {
    let mut home = Home::empty()?;
    home.start().await?;
    let sender = Sender::add(&home, "acme", "trail").await?;
    let load = Load::start("load", &vec![sender.clone(); SENDERS]);
    load.more(50).await?;

    let frozen = Frozen::family(home.postgres()?)?;
    let before = load.acknowledged();
    let began = Instant::now();
    ready_is(&home, 503).await?;
    assert!(began.elapsed() < UNREADY, "unready after {:?}", began.elapsed());
    let answer = sender.post("meanwhile", &log_file("meanwhile")).await?;
    assert_eq!(answer.status.map(|s| s.as_u16()), Some(503), "{answer:?}");
    assert!(answer.body.contains("Service Unavailable"), "{answer:?}");
    load.more_refused(8).await?;
    assert_eq!(status(&home.url("/healthz")).await, 200, "the process lives");
    // Each sender may have been told of what was committed just before.
    let meanwhile = load.acknowledged() - before;
    assert!(meanwhile <= SENDERS, "{meanwhile} were acknowledged without a database");
    drop(frozen);
    ready_is(&home, 200).await?;
    load.more(50).await?;

    home.kill_postgres()?;
    ready_is(&home, 503).await?;
    ready_is(&home, 200).await?;
    load.more(50).await?;

    let mut ledger = load.stop().await?;
    // What was received, of which the answer was lost.
    leases_run_out(&mut PgConnection::connect(&home.postgres_url()).await?).await?;
    ledger.open.push("meanwhile".to_owned());
    all_is_there(&mut ledger, &sender, &home).await?;
    assert!(ledger.slowest < GATEWAY, "an answer took {:?}", ledger.slowest);
    home.stop().await
}
