//! `schedules`: what runs when, and running it now.

use anyhow::{Result, bail};
use clap::Subcommand;
use serde::Serialize;
use twinhost_postgres::{Occurrence, PgSchedules};
use twinhost_selfhost::scheduler::Scheduler;

use super::output::Output;
use super::table::{Table, left, right, text};
use super::text::{count, plural, time};

/// What to do with schedules.
#[derive(Debug, Subcommand)]
pub(crate) enum Schedules {
    /// Show when each schedule last ran, and when it runs next
    List,
    /// Show what became of the last occurrences, latest first
    ///
    /// Each that fell due is there once, whichever node fired it, for 90 days. `fired`: that many TICKS were sent to
    /// the queue, without those SKIPPED because an earlier one of their tenant was not done; `skipped`: none was
    /// sent. `missed`: no node ran when it was due. `dead`: it could not be handed over, for that REASON. MISSED
    /// counts the earlier occurrences that it stands for
    History {
        /// The schedule: its handler's name [default: all]
        name: Option<String>,
        /// Show this many at the most
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: u32,
    },
    /// Let a schedule tick now, due or not
    Run {
        /// The schedule: its handler's name
        name: String,
    },
}

/// Runs a command on schedules.
pub(crate) async fn run(
    command: &Schedules,
    scheduler: &Scheduler,
    past: &PgSchedules,
    output: Output,
) -> Result<()> {
    match command {
        Schedules::List => list(scheduler, output).await,
        Schedules::History { name, limit } => {
            history(&past.occurrences(name.as_deref(), *limit).await?, output)
        }
        Schedules::Run { name } => tick(name, scheduler, output).await,
    }
}

async fn list(scheduler: &Scheduler, output: Output) -> Result<()> {
    let all = scheduler.list().await?;
    let columns = [text("SCHEDULE"), left("WHEN"), left("LAST (UTC)"), left("NEXT (UTC)")];
    output.list(&all, "the application has no schedules", || {
        let or_never = |at: Option<jiff::Timestamp>| at.map_or_else(|| "never".to_owned(), time);
        Table::new(columns, &all, |status| {
            [
                status.schedule.to_owned(),
                status.expression.clone(),
                or_never(status.last),
                or_never(status.next),
            ]
        })
    })
}

fn history(past: &[Occurrence], output: Output) -> Result<()> {
    let columns = [
        text("SCHEDULE"),
        left("DUE (UTC)"),
        left("FIRED (UTC)"),
        left("OUTCOME"),
        right("TICKS"),
        right("SKIPPED"),
        right("MISSED"),
        left("NODE"),
        text("REASON"),
    ];
    output.list(past, "nothing has ticked yet", || {
        Table::new(columns, past, |tick| {
            [
                tick.schedule.clone(),
                time(tick.scheduled_at),
                time(tick.fired_at),
                tick.outcome.to_string(),
                tick.ticks.map_or_else(String::new, |ticks| count(ticks.into())),
                count(tick.skipped.into()),
                count(tick.missed),
                tick.node.clone(),
                tick.reason.clone().unwrap_or_default(),
            ]
        })
    })
}

async fn tick(name: &str, scheduler: &Scheduler, output: Output) -> Result<()> {
    #[derive(Serialize)]
    struct Fired<'a> {
        schedule: &'a str,
        ticks: usize,
    }
    let Some(ticks) = scheduler.run_now(name).await? else {
        bail!("`{name}` has ticked within this second; that was enough");
    };
    output.value(&Fired { schedule: name, ticks }, || {
        format!("`{name}` ticks for {}", plural(ticks as u64, "tenant"))
    })?;
    if ticks == 0 {
        output.hint("there is no tenant yet; `twinhost tenants add NAME` makes one");
    } else {
        output.hint(&format!("see it wait or fail: twinhost queues peek {name}"));
    }
    Ok(())
}
