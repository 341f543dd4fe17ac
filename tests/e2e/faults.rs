//! What breaks at home, under load: whatever was acknowledged is there afterwards, once, and nobody had to help.
//!
//! The senders keep a [ledger](tests::ledger) of what was acknowledged and try again what was not, as senders of
//! webhooks do. In the end the home's own account must come to the same, to the last record.

mod aws;
mod disk;
mod postgres;
mod read_only;
mod runners;
mod shutdown;

use sqlx::PgConnection;
use tests::home::Home;
use tests::ledger::Ledger;
use tests::sender::Sender;

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

/// Sends what is still open, and checks that all is there, once; whoever was not acknowledged was told to come again.
async fn all_is_there(ledger: &mut Ledger, sender: &Sender, home: &Home) -> anyhow::Result<()> {
    ledger.settle(sender).await?;
    ledger.agrees_with(home, "acme").await?;
    let statuses: Vec<u16> = ledger.answers.keys().copied().collect();
    assert_eq!(statuses, [202, 503], "{:?}", ledger.answers);
    Ok(())
}
