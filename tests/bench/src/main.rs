//! Measures Twinhost beside hand-written code and its peers, in one run.
//!
//! All contestants are measured in turn in the same process against the same
//! Postgres server, each on a database of its own, three rounds each; medians
//! count. Absolute figures say as much about the machine as about the code:
//! read the ratios.

mod drain;
mod footprint;
mod framework;
mod ingestion;
mod lambda;
mod latency;
mod load;
mod peers;
mod receive;
mod report;
mod server;
mod watcher;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use twinhost_selfhost::config::Log;

use report::Report;
use server::Server;

/// Measures Twinhost beside hand-written code and its peers.
#[derive(Debug, Parser)]
struct Arguments {
    /// Also write the report to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Measure only this; can be given several times
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// How often each contestant is measured; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How long each load of requests lasts, in seconds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Messages in a drained queue, and events through a pipeline
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
    messages: u64,
    /// The folder of the Lambda functions' executables [default: `functions/here` beside this program's folder]
    #[arg(long, value_name = "FOLDER")]
    functions: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Webhooks a second, answered after the commit
    Ingestion,
    /// Messages a second through a handler that does nothing
    Drain,
    /// One receive, with little and with much that waits
    Receive,
    /// Events a second through two stages, and through the cost watcher
    Pipeline,
    /// From webhook to stored score on an idle system
    Latency,
    /// Memory, processor time and queries of an idle runner, its size and how fast it starts
    Footprint,
    /// What the Lambda hosts add to an invocation, the functions' size and start, and what an event costs on AWS
    Lambda,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let url = std::env::var("TWINHOST_TEST_POSTGRES")
        .context("TWINHOST_TEST_POSTGRES names no server; run `make bench`, or `scripts/with-postgres cargo run --release -p bench`")?;
    twinhost_selfhost::logs::start(&Log { level: "warn".to_owned(), ..Log::default() })?;
    twinhost_selfhost::admin::recorder()?;
    let server = Server::connect(&url).await?;
    let wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let lasting = Duration::from_secs(arguments.seconds);
    let (rounds, messages) = (arguments.rounds, arguments.messages);

    let mut report = Report::new(&server, rounds).await?;
    if wanted(Part::Ingestion) {
        report.add(ingestion::measure(&server, rounds, lasting).await?);
    }
    if wanted(Part::Drain) {
        report.add(drain::queue(&server, rounds, messages).await?);
    }
    if wanted(Part::Receive) {
        report.add(receive::measure(&server, rounds).await?);
    }
    if wanted(Part::Pipeline) {
        report.add(drain::pipeline(&server, rounds, messages).await?);
        report.add(drain::corpus(&server, rounds).await?);
    }
    if wanted(Part::Latency) {
        report.add(latency::measure(&server).await?);
    }
    if wanted(Part::Footprint) {
        report.add(footprint::measure(&server).await?);
    }
    if wanted(Part::Lambda) {
        // Where `scripts/lambda --here` puts them.
        let folder = match arguments.functions {
            Some(folder) => folder,
            None => std::env::current_exe()?.with_file_name("../functions/here"),
        };
        lambda::measure(&mut report, &folder, rounds).await?;
    }
    println!("{report}");
    if let Some(out) = arguments.out {
        std::fs::write(&out, report.to_string())
            .with_context(|| format!("write the report to `{}`", out.display()))?;
    }
    Ok(())
}
