//! When the ticks of the application's schedules are due: all of them at the same second.

use std::time::Duration;

use anyhow::ensure;
use sqlx::PgConnection;

use crate::app::SCHEDULES;
use crate::within;

/// How many ticks are due at a time: one of each schedule.
pub const EACH: i64 = SCHEDULES.len().cast_signed() as i64;

/// Longer than a minute, after which the next tick is due.
const PATIENCE: Duration = Duration::from_secs(90);

/// When ticks are due, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due(i64);

/// Waits until every schedule has had its first tick, for which a runner must be there.
///
/// # Errors
///
/// When the database does not answer, or no runner has fired them.
pub async fn begun(database: &mut PgConnection) -> anyhow::Result<()> {
    let all = within(PATIENCE, "every schedule has had its first tick", async || {
        let count = "SELECT count(DISTINCT schedule) FROM twinhost.occurrences";
        let had: i64 = sqlx::query_scalar(count).fetch_one(&mut *database).await?;
        Ok((had == EACH).then_some(()))
    });
    all.await.map(drop)
}

/// Lets the next tick of each schedule be due so many seconds from now, fewer than 60. A runner asks once when a schedule
/// was first seen, from which its rate counts: those that run must be started again.
///
/// # Errors
///
/// When the database does not answer, or no runner has fired the first tick of each.
pub async fn due_in(database: &mut PgConnection, seconds: i32) -> anyhow::Result<()> {
    begun(&mut *database).await?;
    let update = "UPDATE twinhost.schedules
        SET first_seen = date_trunc('second', clock_timestamp()) + ($1 - 60) * interval '1 second'";
    sqlx::query(update).bind(seconds).execute(database).await?;
    Ok(())
}

/// Waits until ticks are due within so long, and answers when. Who was too slow for those that were due before waits for
/// the next.
///
/// # Errors
///
/// When the database does not answer.
pub async fn almost_due(database: &mut PgConnection, left: Duration) -> anyhow::Result<Due> {
    let next = "SELECT next, (1000 * (next - extract(epoch FROM clock_timestamp())))::bigint
        FROM (SELECT max(extract(epoch FROM first_seen)::bigint) AS seen FROM twinhost.schedules) AS s,
            LATERAL (SELECT seen + 60 * (1 + floor((extract(epoch FROM clock_timestamp()) - seen) / 60))::bigint AS next) AS n";
    let (due, _) = within(PATIENCE, "ticks are almost due", async || {
        let (due, millis): (i64, i64) = sqlx::query_as(next).fetch_one(&mut *database).await?;
        Ok((millis <= i64::try_from(left.as_millis())?).then_some(Due(due)))
    })
    .await?;
    Ok(due)
}

/// Waits until ticks have been due for so long.
///
/// # Errors
///
/// When the database does not answer.
pub async fn overdue(database: &mut PgConnection, due: Due, by: Duration) -> anyhow::Result<()> {
    let since = "SELECT (1000 * (extract(epoch FROM clock_timestamp()) - $1))::bigint";
    within(PATIENCE, "ticks are overdue", async || {
        let millis: i64 = sqlx::query_scalar(since).bind(due.0).fetch_one(&mut *database).await?;
        Ok((millis >= i64::try_from(by.as_millis())?).then_some(()))
    })
    .await?;
    Ok(())
}

/// How many of these ticks were fired, each for itself and not for others that were missed.
///
/// # Errors
///
/// When the database does not answer.
pub async fn fired(database: &mut PgConnection, due: Due) -> anyhow::Result<i64> {
    let count = "SELECT count(*) FROM twinhost.occurrences
        WHERE scheduled_at = to_timestamp($1) AND outcome = 'fired' AND missed = 0";
    Ok(sqlx::query_scalar(count).bind(due.0).fetch_one(database).await?)
}

/// Checks that no tick was fired before it was due.
///
/// # Errors
///
/// When one was, or the database does not answer.
pub async fn none_is_early(database: &mut PgConnection) -> anyhow::Result<()> {
    let early = "SELECT count(*) FROM twinhost.occurrences WHERE fired_at < scheduled_at";
    let early: i64 = sqlx::query_scalar(early).fetch_one(database).await?;
    ensure!(early == 0, "{early} ticks were fired before they were due");
    Ok(())
}

/// Waits until all of these ticks were fired.
///
/// # Errors
///
/// When they are not, or the database does not answer.
pub async fn all_fired(database: &mut PgConnection, due: Due) -> anyhow::Result<()> {
    let what = format!("all that was due at {} is fired", due.0);
    let all =
        within(PATIENCE, &what, async || Ok((fired(database, due).await? == EACH).then_some(())));
    all.await.map(drop)
}
