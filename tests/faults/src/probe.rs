//! How long one task takes from its sender to its effect, while nobody else sends.

use std::time::{Duration, Instant};

use rand::RngExt as _;
use sqlx::PgConnection;

use crate::app::{Task, Work, key_of};
use crate::runner::Runner;
use crate::within;

/// Whose the probes are: nobody else's data are read.
const TENANT: &str = "probe";

/// Sends a task of its own group, past the ledger, and answers the time until its effect is there.
///
/// # Errors
///
/// When it is refused, or has no effect within a minute.
pub async fn through(runner: &Runner, database: &mut PgConnection) -> anyhow::Result<Duration> {
    let id = format!("probe-{}", rand::rng().random::<u64>());
    let task = Task { id: id.clone(), group: id.clone(), seq: 1, work: Work::Effect };
    let client = reqwest::Client::builder().no_proxy().build()?;
    let request =
        client.post(runner.url(&format!("/tasks/{TENANT}"))).header("x-key", key_of(TENANT));
    let began = Instant::now();
    request.body(serde_json::to_vec(&task)?).send().await?.error_for_status()?;
    let select = "SELECT 1 FROM twinhost.documents WHERE collection = 'effects' AND tenant = $1 AND key = $2";
    within(Duration::from_secs(60), "the probe has its effect", async || {
        let found = sqlx::query_scalar::<_, i32>(select).bind(TENANT).bind(&id);
        Ok(found.fetch_optional(&mut *database).await?)
    })
    .await?;
    Ok(began.elapsed())
}

/// Removes the effects of all probes, which are in no ledger.
///
/// # Errors
///
/// When the database does not answer.
pub async fn forget(database: &mut PgConnection) -> anyhow::Result<()> {
    let delete = "DELETE FROM twinhost.documents WHERE tenant = $1";
    sqlx::query(delete).bind(TENANT).execute(database).await?;
    Ok(())
}
