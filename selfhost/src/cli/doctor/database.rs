//! What the database says of itself, and whether its clock agrees with ours.

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection};
use twinhost_selfhost::{Config, Host};

use super::Problem;
use crate::cli::text::span;

/// Clocks may differ by this much in seconds: a signature is good for 300 s, a schedule is told in seconds.
const TOLERATED_SKEW_SECONDS: u64 = 5;

pub(super) async fn check(host: &Host, config: &Config) -> Result<Vec<Problem>> {
    let place = &host.database_place;
    let vitals = host.database.vitals().await?.problems();
    let problems = host.database.health().await?.into_iter().chain(vitals);
    // Each problem comes with its cure behind the last semicolon.
    let problem = |text: String| match text.rsplit_once("; ") {
        Some((problem, cure)) => Problem::new("database", format!("{place}: {problem}"), cure),
        None => Problem::new("database", place.clone(), text),
    };
    let mut problems: Vec<_> = problems.map(problem).collect();
    // A Postgres of our own has the clock of this machine.
    if let Some(url) = &config.database.url {
        let before = Timestamp::now();
        let theirs = clock(url.expose_secret()).await?;
        problems.extend(skew(theirs, before, Timestamp::now()));
    }
    Ok(problems)
}

async fn clock(url: &str) -> Result<Timestamp> {
    let mut connection = PgConnection::connect(url).await.context("the database's clock")?;
    let query = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    let micros = sqlx::query_scalar(query).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(Timestamp::from_microsecond(micros)?)
}

/// Compares a time with the span in which it was asked for.
fn skew(theirs: Timestamp, before: Timestamp, after: Timestamp) -> Option<Problem> {
    let apart = if theirs < before {
        before.duration_since(theirs)
    } else if theirs > after {
        theirs.duration_since(after)
    } else {
        return None;
    };
    let seconds = apart.as_secs().unsigned_abs();
    (seconds > TOLERATED_SKEW_SECONDS).then(|| {
        let side = if theirs < before { "behind" } else { "ahead of" };
        Problem::new(
            "clock",
            format!("the database's clock is {} {side} this machine's", span(seconds)),
            "let both keep time with NTP (`timedatectl set-ntp true`)",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clock_that_is_really_off_is_a_problem() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(skew(at(104), at(100), at(110)), None, "between asking and answer");
        assert_eq!(skew(at(97), at(100), at(110)), None);
        let behind = skew(at(40), at(100), at(110)).unwrap();
        assert!(behind.problem.contains("1m behind"), "{behind:?}");
        let ahead = skew(at(170), at(100), at(110)).unwrap();
        assert!(ahead.problem.contains("1m ahead of"), "{ahead:?}");
    }
}
