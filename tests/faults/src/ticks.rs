//! When the ticks of the application's schedules are due, all at the same time.

use std::time::Duration;

use sqlx::PgConnection;

use crate::app::SCHEDULES;
use crate::within;

/// How many ticks are due at a time: one of each schedule.
pub const EACH: i64 = SCHEDULES.len().cast_signed() as i64;

/// How long schedules are waited for: a runner is ready before its scheduler has seen them all.
const SEEN: Duration = Duration::from_secs(60);

/// Longer than a minute, after which the next tick is due.
const NEXT: Duration = Duration::from_secs(90);

/// Lets the next tick of each schedule be due so long from now, less than a minute. A runner asks once when a schedule
/// was first seen, from which its rate counts: those that run must be started again.
///
/// # Errors
///
/// When the database does not answer, or no runner has seen every schedule.
pub async fn due_in(database: &mut PgConnection, wait: Duration) -> anyhow::Result<()> {
    within(SEEN, "every schedule was seen", async || {
        let count = "SELECT count(*) FROM twinhost.schedules";
        let seen: i64 = sqlx::query_scalar(count).fetch_one(&mut *database).await?;
        Ok((seen == EACH).then_some(()))
    })
    .await?;
    let update = "UPDATE twinhost.schedules
        SET first_seen = clock_timestamp() - interval '1 minute' + $1 * interval '1 millisecond'";
    sqlx::query(update).bind(i64::try_from(wait.as_millis())?).execute(database).await?;
    Ok(())
}

/// Waits until a tick is due within so long, and answers how many were fired before.
///
/// # Errors
///
/// When the database does not answer.
pub async fn almost_due(database: &mut PgConnection, left: Duration) -> anyhow::Result<i64> {
    // A rate counts from when its schedule was first seen.
    let next = "SELECT (60000 - mod(extract(epoch FROM clock_timestamp() - max(first_seen)) * 1000, 60000))::bigint
        FROM twinhost.schedules";
    within(NEXT, "the next tick is almost due", async || {
        let millis: i64 = sqlx::query_scalar(next).fetch_one(&mut *database).await?;
        Ok((millis <= i64::try_from(left.as_millis())?).then_some(()))
    })
    .await?;
    fired(database).await
}

/// How many ticks were fired.
///
/// # Errors
///
/// When the database does not answer.
pub async fn fired(database: &mut PgConnection) -> anyhow::Result<i64> {
    let count = "SELECT count(*) FROM twinhost.occurrences WHERE outcome = 'fired'";
    Ok(sqlx::query_scalar(count).fetch_one(database).await?)
}
