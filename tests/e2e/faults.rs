//! What breaks at home, under load: whatever was acknowledged is there afterwards, once, and nobody had to help.
//!
//! The senders keep a [ledger](tests::ledger) of what was acknowledged and try again what was not, as senders of
//! webhooks do. In the end the home's own account must come to the same, to the last record.

mod disk;
mod postgres;
mod runners;
mod shutdown;

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::PgConnection;
use tests::home::Home;

/// Processes that stand still for as long as this value lives.
struct Frozen(Vec<Pid>);

impl Frozen {
    fn new(processes: Vec<Pid>) -> anyhow::Result<Self> {
        let frozen = Self(processes);
        for process in &frozen.0 {
            kill(*process, Signal::SIGSTOP)?;
        }
        Ok(frozen)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for process in &self.0 {
            // One that has ended need not go on.
            let _ended = kill(*process, Signal::SIGCONT);
        }
    }
}

/// A process and its children.
fn family(parent: Pid) -> anyhow::Result<Vec<Pid>> {
    let mut family = vec![parent];
    for entry in fs::read_dir("/proc")?.flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
        // The name in brackets may hold anything; its state and its parent are behind it.
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
        if fields.split(' ').nth(1) == Some(&parent.to_string()) {
            family.push(Pid::from_raw(pid));
        }
    }
    Ok(family)
}

/// The status of a page; 0 when nobody answers.
async fn status(url: &str) -> u16 {
    reqwest::get(url).await.map_or(0, |answer| answer.status().as_u16())
}

/// Waits until `/readyz` answers so.
async fn ready_is(home: &Home, expected: u16) -> anyhow::Result<()> {
    tests::eventually(&format!("/readyz is {expected}"), async || {
        Ok((status(&home.url("/readyz")).await == expected).then_some(()))
    })
    .await
}

/// Ends every lease of the queues that the load goes through, as half a minute would.
async fn leases_run_out(connection: &mut PgConnection) -> anyhow::Result<()> {
    for table in ["pgmq.q_normalizer", "pgmq.q_scorer"] {
        let now = "SET vt = clock_timestamp() WHERE read_ct > 0 AND vt > clock_timestamp()";
        let update = sqlx::AssertSqlSafe(format!("UPDATE {table} {now}"));
        sqlx::query(update).execute(&mut *connection).await?;
    }
    Ok(())
}
