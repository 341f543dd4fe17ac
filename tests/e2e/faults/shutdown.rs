//! The runner is told to stop in the middle of its work.

use std::path::Path;
use std::time::{Duration, Instant};

use faults::process::family;
use nix::sys::signal::{Signal, kill};
use tests::home::Home;
use tests::ledger::{Ledger, Load};
use tests::sender::Sender;

use super::status;

/// The default of `shutdown_grace_seconds`.
const GRACE: Duration = Duration::from_secs(25);

/// Within this a runner that was told to stop must say that it is not ready; on a busy machine, too.
const UNREADY: Duration = Duration::from_secs(5);

#[tokio::test]
async fn told_to_stop_under_load_it_loses_nothing_and_leaves_nothing_behind() -> anyhow::Result<()>
{
    let mut home = Home::empty()?;
    home.start().await?;
    let sender = Sender::add(&home, "acme", "trail").await?;
    let mut ledger = Ledger::default();
    for round in 0..2 {
        let load = Load::start(&format!("round-{round}"), &vec![sender.clone(); 16]);
        load.more(100).await?;
        let processes = family(home.postgres()?)?;
        let began = Instant::now();
        kill(home.pid()?, Signal::SIGTERM)?;
        let mut first = status(&home.url("/readyz")).await;
        while first == 200 && began.elapsed() < UNREADY {
            first = status(&home.url("/readyz")).await;
        }
        assert_ne!(first, 200, "still ready after {:?}", began.elapsed());
        let ended = home.ended().await?;
        assert_eq!(ended.code(), Some(0), "{}", home.log_tail());
        assert!(began.elapsed() < GRACE, "it took {:?}", began.elapsed());
        for process in processes {
            assert!(
                !Path::new(&format!("/proc/{process}")).exists(),
                "{process} of Postgres lives"
            );
        }

        ledger.absorb(load.stop().await?);
        home.start().await?;
        // What was acknowledged is there before anything is sent again.
        ledger.is_kept_by(&home, "acme").await?;
        ledger.settle(&sender).await?;
        ledger.agrees_with(&home, "acme").await?;
    }
    // At the end nobody listens any more; until then every answer is one of these.
    let strange: Vec<_> = ledger.answers.keys().filter(|s| ![0, 202, 503].contains(*s)).collect();
    assert!(strange.is_empty(), "{:?}", ledger.answers);
    home.stop().await
}
