//! `queues dlq`: messages that were given up, and how they come back.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::de::IgnoredAny;
use twinhost::Manifest;
use twinhost::ports::{DeadLetters, Queue, Redrive, RedriveState, Replay, Selection};
use twinhost::unit::limits;

use super::{PeekArgs, known, peek};
use crate::cli::output::Output;
use crate::cli::sides::progress_bar;
use crate::cli::table::{Table, left, right, text};
use crate::cli::text::{count, plural, since, time};

/// Redrives and replays that `status` shows.
const SHOWN: usize = 10;

/// The longest pause between two steps of a redrive that keeps to a rate.
const PAUSE: Duration = Duration::from_millis(100);

/// What to do with dead letters.
#[derive(Debug, Subcommand)]
pub(crate) enum Dlq {
    /// Show the dead letters of a queue, oldest first, and why each was given up
    List(PeekArgs),
    /// Send dead letters back to their queue, as new messages: all, or those that are selected
    #[command(after_help = EXAMPLES)]
    Redrive(Box<RedriveArgs>),
    /// Show the latest redrives of a queue and how far they are, and which messages were replayed by whom
    Status {
        /// The queue: its handler's name
        queue: String,
    },
    /// End the redrive that is under way: what was moved is moved, and the rest stays
    Cancel {
        /// The queue: its handler's name
        queue: String,
    },
    /// Send one dead letter back with another body; who did it, when, and the hash of both bodies are kept
    Replay(ReplayArgs),
}

const EXAMPLES: &str = "\
Examples:
  twinhost queues dlq redrive notifier                              all of them, at once
  twinhost queues dlq redrive notifier --reason timeout --rate 20   those that timed out, slowly
  twinhost queues dlq redrive notifier --resume                     go on with one that was interrupted";

/// Which dead letters to send back, and how fast.
#[derive(Debug, Args)]
pub(crate) struct RedriveArgs {
    /// The queue: its handler's name
    queue: String,
    /// Send this many a second at the most (1 to 500)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
    rate: Option<u32>,
    /// Go on with the redrive that is under way, as it was begun
    #[arg(long, conflicts_with_all = ["rate", "ids", "tenant", "group", "reason", "sent_before"])]
    resume: bool,
    /// Only this message; can be given more than once
    #[arg(long = "id", value_name = "ID", help_heading = "Filter")]
    ids: Vec<String>,
    /// Only this tenant's
    #[arg(long, value_name = "TENANT", help_heading = "Filter")]
    tenant: Option<String>,
    /// Only those of this order group, with the tenant, as `list` shows it
    #[arg(long, value_name = "GROUP", help_heading = "Filter")]
    group: Option<String>,
    /// Only those whose reason has this text in it
    #[arg(long, value_name = "TEXT", help_heading = "Filter")]
    reason: Option<String>,
    /// Only those sent before: `2h` ago, `7d` ago, `2026-01-31`, `2026-01-31T08:00:00Z`
    #[arg(long, value_name = "TIME", value_parser = since, help_heading = "Filter")]
    sent_before: Option<Timestamp>,
}

impl RedriveArgs {
    fn selection(&self) -> Selection {
        Selection {
            ids: (!self.ids.is_empty()).then(|| self.ids.clone()),
            tenant: self.tenant.clone(),
            group: self.group.clone(),
            reason: self.reason.clone(),
            sent_before: self.sent_before,
        }
    }

    fn is_plain(&self) -> bool {
        !self.resume
            && self.rate.is_none()
            && Selection { ids: None, ..self.selection() } == Selection::default()
    }
}

/// Which dead letter, and what it says now.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The queue: its handler's name
    queue: String,
    /// The message's id, as `list` shows it
    id: String,
    /// A file with the new body, as JSON; `-` for standard input
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// Who does it, for the record [env: `USER`]
    #[arg(long, value_name = "NAME", env = "USER", hide_env = true)]
    by: String,
}

/// Runs a command on dead letters.
pub(super) async fn run(
    command: &Dlq,
    queue: &dyn Queue,
    letters: Option<&dyn DeadLetters>,
    manifest: &Manifest,
    output: Output,
) -> Result<()> {
    let home = || {
        letters.context(
            "on AWS, SQS itself sends dead letters back at a rate (`aws sqs start-message-move-task`); without \
             `--cloud` this command works on the home",
        )
    };
    match command {
        Dlq::List(args) => peek(args, true, queue, manifest, output).await,
        Dlq::Redrive(args) => {
            known(&args.queue, manifest)?;
            match letters {
                None if args.is_plain() => at_once(args, queue, output).await,
                _ => redrive(args, home()?, output).await,
            }
        }
        Dlq::Status { queue } => {
            known(queue, manifest)?;
            status(queue, home()?, output).await
        }
        Dlq::Cancel { queue } => {
            known(queue, manifest)?;
            let letters = home()?;
            let running = running(queue, letters).await?;
            let ended = letters.cancel_redrive(running.id).await?;
            output.value(&ended, || {
                format!(
                    "cancelled; {} sent back to `{queue}` by then",
                    plural(ended.moved, "dead letter")
                )
            })
        }
        Dlq::Replay(args) => {
            known(&args.queue, manifest)?;
            replay(args, home()?, output).await
        }
    }
}

/// What a cloud can do: all of them, or those of some ids.
async fn at_once(args: &RedriveArgs, queue: &dyn Queue, output: Output) -> Result<()> {
    let selection = args.selection();
    let moved = queue.redrive(&args.queue, selection.ids.as_deref()).await?;
    let done = serde_json::json!({ "queue": args.queue, "moved": moved });
    told(args, moved, || {
        output.value(&done, || {
            format!("{} sent back to `{}`", plural(moved, "dead letter"), args.queue)
        })
    })
}

/// Says how many were moved, unless some of the ids were none.
fn told(args: &RedriveArgs, moved: u64, tell: impl FnOnce() -> Result<()>) -> Result<()> {
    let wanted = args.ids.len() as u64;
    if moved < wanted {
        bail!(
            "{} of {} sent back; the others are not dead letters of `{2}`, or not those that were asked for: \
             `twinhost queues dlq list {2}` shows all",
            count(moved),
            count(wanted),
            args.queue
        );
    }
    tell()
}

/// The redrive of a queue that is under way.
async fn running(queue: &str, letters: &dyn DeadLetters) -> Result<Redrive> {
    let latest = letters.redrives(queue, 1).await?.into_iter().next();
    latest.filter(|redrive| redrive.state == RedriveState::Running).with_context(|| {
        format!(
            "no redrive of `{queue}` is under way; `twinhost queues dlq redrive {queue}` begins one"
        )
    })
}

async fn redrive(args: &RedriveArgs, letters: &dyn DeadLetters, output: Output) -> Result<()> {
    let queue = &args.queue;
    let mut redrive = if args.resume {
        running(queue, letters).await?
    } else {
        let rate = args.rate.and_then(NonZeroU32::new);
        letters.start_redrive(queue, &args.selection(), rate).await?
    };
    let bar = progress_bar(None);
    while redrive.state == RedriveState::Running {
        bar.set_message(format!("{} sent back to `{queue}`", count(redrive.moved)));
        redrive = tokio::select! {
            stepped = letters.step_redrive(redrive.id) => stepped?,
            _ = tokio::signal::ctrl_c() => {
                bail!(
                    "interrupted after {}; `twinhost queues dlq redrive {queue} --resume` goes on, \
                     `twinhost queues dlq cancel {queue}` ends it",
                    plural(redrive.moved, "dead letter")
                );
            }
        };
        if let Some(rate) = redrive.rate.filter(|_| redrive.state == RedriveState::Running) {
            tokio::time::sleep((Duration::from_secs(1) / rate.get()).max(PAUSE)).await;
        }
    }
    bar.finish_and_clear();
    told(args, redrive.moved, || {
        output.value(&redrive, || {
            let end = match redrive.state {
                RedriveState::Cancelled => "; then somebody cancelled it",
                RedriveState::Running | RedriveState::Done => "",
            };
            format!("{} sent back to `{queue}`{end}", plural(redrive.moved, "dead letter"))
        })
    })
}

async fn status(queue: &str, letters: &dyn DeadLetters, output: Output) -> Result<()> {
    let redrives = letters.redrives(queue, SHOWN).await?;
    let replays = letters.replays(queue, SHOWN).await?;
    if output.is_json() {
        let all = serde_json::json!({ "redrives": redrives, "replays": replays });
        return output.value(&all, String::new);
    }
    let columns = [
        left("BEGAN (UTC)"),
        left("STATE"),
        right("MOVED"),
        right("RATE"),
        left("LAST MOVE (UTC)"),
        text("FILTER"),
    ];
    output.list(&redrives, &format!("no dead letter of `{queue}` was ever sent back"), || {
        Table::new(columns, &redrives, |redrive: &Redrive| {
            [
                time(redrive.started_at),
                match redrive.state {
                    RedriveState::Running => "running".to_owned(),
                    RedriveState::Done => "done".to_owned(),
                    RedriveState::Cancelled => "cancelled".to_owned(),
                },
                count(redrive.moved),
                redrive.rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate}/s")),
                time(redrive.updated_at),
                filter(&redrive.selection),
            ]
        })
    })?;
    if replays.is_empty() {
        return Ok(());
    }
    let columns =
        [left("REPLAYED (UTC)"), left("BY"), left("ID"), left("TENANT"), text("OLD"), text("NEW")];
    output.list(&replays, "", || {
        Table::new(columns, &replays, |replay: &Replay| {
            [
                time(replay.at),
                replay.by.clone(),
                replay.message.clone(),
                replay.tenant.clone(),
                replay.old_sha256.clone(),
                replay.new_sha256.clone(),
            ]
        })
    })
}

/// A selection as the flags that it came from.
fn filter(selection: &Selection) -> String {
    let Selection { ids, tenant, group, reason, sent_before } = selection;
    let ids = ids.iter().flatten().map(|id| format!("id {id}"));
    let rest = [
        tenant.as_ref().map(|tenant| format!("tenant {tenant}")),
        group.as_ref().map(|group| format!("group {group}")),
        reason.as_ref().map(|reason| format!("reason {reason}")),
        sent_before.map(|at| format!("sent before {}", time(at))),
    ];
    let all: Vec<String> = ids.chain(rest.into_iter().flatten()).collect();
    if all.is_empty() { "all".to_owned() } else { all.join(", ") }
}

async fn replay(args: &ReplayArgs, letters: &dyn DeadLetters, output: Output) -> Result<()> {
    let body = read(&args.body)?;
    let replay = letters.replay(&args.queue, &args.id, &body, &args.by).await?;
    let replay = replay.with_context(|| {
        format!(
            "`{}` is no dead letter of `{1}`; `twinhost queues dlq list {1}` shows those that are",
            args.id, args.queue
        )
    })?;
    output.value(&replay, || {
        format!("`{}` sent back to `{}` with the new body, as {}", args.id, args.queue, args.by)
    })
}

/// The new body: JSON that a message can hold.
fn read(path: &Path) -> Result<String> {
    let body = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin().lock()).context("standard input cannot be read")?
    } else {
        let read = std::fs::read_to_string(path);
        read.with_context(|| format!("`{}` cannot be read as text", path.display()))?
    };
    if body.len() > limits::MESSAGE_BYTES {
        bail!("the body has {} bytes, {} are allowed", body.len(), limits::MESSAGE_BYTES);
    }
    serde_json::from_str::<IgnoredAny>(&body)
        .context("the body is no JSON, so no handler could read it; nothing was sent")?;
    Ok(body)
}
