//! Faults: a real runner, a real Postgres, and everything between them that can break.
//!
//! | part | what it does |
//! |---|---|
//! | [`app`] | the application of `fault-runner`: a webhook, a worker, schedules; their effects can be counted |
//! | [`runner`], [`server`] | the processes: started, frozen, killed, started again |
//! | [`proxy`] | a network of our own between any two of them: slow, cut, one-way, gone |
//! | [`clock`], [`read_only`], [`preload`] | a wall clock that the test sets, a disk that becomes read-only: libraries under a process |
//! | [`load`], [`ledger`] | who sends, and what they were told, on a disk of their own |
//! | [`history`], [`checker`] | what came of it, and the eight invariants over that |
//! | [`probe`] | how long one task takes |
//! | [`ticks`] | when schedules are due |
//! | [`seed`], [`report`] | what a run can be repeated with, and its figures |
//! | [`site`] | all of it together, as a scenario needs it |
//!
//! A seed fixes who sends what and when what breaks. The processes are real, so what the machine does in the
//! microsecond between is not: a seed that failed fails again soon, not always at once. The simulation of the delivery
//! engine, where it always does, is another package.

pub mod app;
pub mod checker;
pub mod clock;
pub mod history;
pub mod ledger;
pub mod load;
pub mod preload;
pub mod probe;
pub mod process;
pub mod proxy;
pub mod read_only;
pub mod report;
pub mod runner;
pub mod seed;
pub mod server;
pub mod site;
pub mod ticks;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

/// A port on loopback that nothing listens on.
///
/// # Errors
///
/// When loopback has none left.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Asks until the answer is `Some`, and answers it with the time that took.
///
/// # Errors
///
/// What `ask` fails with, or that it had no answer within `limit`.
pub async fn within<T>(
    limit: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<(T, Duration)> {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await.with_context(|| format!("wait until {what}"))? {
            return Ok((answer, began.elapsed()));
        }
        ensure!(began.elapsed() < limit, "waited {limit:?} until {what}, in vain");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
