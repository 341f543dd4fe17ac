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

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::net::TcpSocket;

/// A port on loopback that nobody else is given while this value lives. It is bound and not listened on, so a server, which
/// binds it with `SO_REUSEADDR`, listens there, as often as it is started.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _bound: TcpSocket,
}

impl Port {
    /// Takes one.
    ///
    /// # Errors
    ///
    /// When loopback has none left.
    pub fn take() -> anyhow::Result<Self> {
        let bound = TcpSocket::new_v4()?;
        bound.set_reuseaddr(true)?;
        bound.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        Ok(Self { number: bound.local_addr()?.port(), _bound: bound })
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> u16 {
        self.number
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
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
