//! `queues`: what waits, what was given up, and what to do about it.

mod letters;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use twinhost::ports::{DeadLetters, Peeked, Queue};
use twinhost::{Manifest, TenantId};

use super::output::Output;
use super::table::{Table, left, right, text};
use super::text::{count, span, time};
use letters::Dlq;

/// How many messages of a queue are looked at to find those of one tenant: each may have 1 MB.
const MOST_COUNTED: usize = 1_000;

/// What to do with queues.
#[derive(Debug, Subcommand)]
pub(crate) enum Queues {
    /// Show every queue with its figures
    List,
    /// Look at the messages of a queue, oldest first, without receiving them
    Peek(PeekArgs),
    /// Messages that were given up
    #[command(subcommand)]
    Dlq(Dlq),
    /// Delete every message of a queue, for good
    Purge {
        /// The queue: its handler's name
        queue: String,
        /// Delete its dead letters instead
        #[arg(long)]
        dead: bool,
        /// Really
        #[arg(long)]
        yes: bool,
    },
}

/// Which messages to look at.
#[derive(Debug, Args)]
pub(crate) struct PeekArgs {
    /// The queue: its handler's name
    queue: String,
    /// Show this many at the most
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u16,
}

/// Runs a command on queues; `letters` are what a home can do about dead letters.
pub(crate) async fn run(
    command: &Queues,
    queue: &dyn Queue,
    letters: Option<&dyn DeadLetters>,
    manifest: &Manifest,
    output: Output,
) -> Result<()> {
    match command {
        Queues::List => list(queue, manifest, output).await,
        Queues::Peek(args) => peek(args, false, queue, manifest, output).await,
        Queues::Dlq(command) => letters::run(command, queue, letters, manifest, output).await,
        Queues::Purge { queue: name, dead, yes } => {
            known(name, manifest)?;
            let what = if *dead { "dead letters" } else { "messages" };
            if !yes {
                let stats = queue.stats(name).await?;
                let n = if *dead { stats.dead_letters } else { stats.backlog };
                bail!(
                    "this deletes the {} {what} of `{name}` for good; add `--yes` if that is what you want",
                    count(n)
                );
            }
            let n = queue.purge(name, *dead).await?;
            #[derive(Serialize)]
            struct Purged {
                purged: u64,
            }
            output
                .value(&Purged { purged: n }, || format!("{} {what} of `{name}` deleted", count(n)))
        }
    }
}

/// How many messages of a queue, or of its dead-letter queue, are a tenant's; of a queue too long to
/// be looked through, how many there are.
pub(crate) async fn count_of(
    queue: &dyn Queue,
    name: &str,
    dead: bool,
    tenant: &TenantId,
) -> Result<u64> {
    let stats = queue.stats(name).await?;
    let all = if dead { stats.dead_letters } else { stats.backlog };
    if all == 0 || all > MOST_COUNTED as u64 {
        return Ok(all);
    }
    let messages = queue.peek(name, dead, MOST_COUNTED).await?;
    Ok(messages.iter().filter(|message| message.tenant == tenant.as_str()).count() as u64)
}

async fn list(queue: &dyn Queue, manifest: &Manifest, output: Output) -> Result<()> {
    let mut all = Vec::new();
    for handler in manifest.queues() {
        all.push(queue.stats(handler.name).await?);
    }
    let columns =
        [left("QUEUE"), right("WAITING"), right("INVISIBLE"), right("OLDEST"), right("DEAD")];
    output.list(&all, "the application has no queues", || {
        Table::new(columns, &all, |stats| {
            [
                stats.queue.clone(),
                count(stats.backlog),
                count(stats.in_flight),
                if stats.backlog > 0 { span(stats.oldest_age_seconds) } else { "-".to_owned() },
                count(stats.dead_letters),
            ]
        })
    })?;
    if let Some(stats) = all.iter().find(|stats| stats.dead_letters > 0) {
        output.hint(&format!("see why: twinhost queues dlq list {}", stats.queue));
    }
    Ok(())
}

async fn peek(
    args: &PeekArgs,
    dead: bool,
    queue: &dyn Queue,
    manifest: &Manifest,
    output: Output,
) -> Result<()> {
    let name = &args.queue;
    known(name, manifest)?;
    let messages = queue.peek(name, dead, usize::from(args.limit)).await?;
    let if_empty =
        if dead { format!("`{name}` has no dead letters") } else { format!("`{name}` is empty") };
    output.list(&messages, &if_empty, || table(&messages, dead))?;
    if dead && !messages.is_empty() {
        output.hint(&format!("once the cause is gone: twinhost queues dlq redrive {name}"));
    }
    Ok(())
}

fn table(messages: &[Peeked], dead: bool) -> Table<7> {
    let now = Timestamp::now();
    let columns = [
        left("ID"),
        left("TENANT"),
        text("GROUP"),
        left("SENT (UTC)"),
        right("RECEIVED"),
        text(if dead { "WHY" } else { "STATE" }),
        text("BODY"),
    ];
    Table::new(columns, messages, |message| {
        let reason = message.reason.clone().unwrap_or_default();
        let state = match message.visible_at.duration_since(now).as_secs() {
            _ if dead => reason,
            seconds @ 1.. => format!("in {} {reason}", span(seconds.unsigned_abs())),
            _ => format!("waiting {reason}"),
        };
        [
            message.id.clone(),
            message.tenant.clone(),
            message.group.clone(),
            time(message.sent_at),
            format!("{}x", message.receive_count),
            state,
            message.body.clone(),
        ]
    })
}

/// Refuses a queue that the application does not have.
fn known(name: &str, manifest: &Manifest) -> Result<()> {
    if manifest.queues().any(|handler| handler.name == name) {
        return Ok(());
    }
    let names: Vec<_> = manifest.queues().map(|handler| handler.name).collect();
    bail!("there is no queue `{name}`; queues are: {}", names.join(", "))
}
