//! All of it together: a server, runners on it, a ledger elsewhere, and the verdict in the end.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use rand::rngs::StdRng;
use sqlx::PgConnection;
use tempfile::TempDir;

use crate::checker;
use crate::history::{History, backlog, read_attempts};
use crate::ledger::Ledger;
use crate::load::{Answers, Load, Plan};
use crate::report::Report;
use crate::runner::Runner;
use crate::seed::Seed;
use crate::server::Server;

/// The longest that a backlog may stand still: a lease of the longest kind (30 s), once that of who died and once that
/// of who was busy. The whole of it takes as long as the machine needs.
const STANDS_STILL: Duration = Duration::from_secs(60);

/// What a runner takes to start on a machine that has nothing else to do, and a little.
const USUAL_START: Duration = Duration::from_secs(1);

/// How often to look whether something is left to do.
const LOOK: Duration = Duration::from_millis(20);

/// Where a scenario happens.
#[derive(Debug)]
pub struct Site {
    /// What it can be repeated with.
    pub seed: Seed,
    /// What happened.
    pub report: Report,
    /// The database.
    pub server: Server,
    /// What producers were told.
    pub ledger: Arc<Ledger>,
    /// The producers' disk: no process under test knows it.
    folder: TempDir,
    loads: usize,
}

impl Site {
    /// A server with these settings, and nothing else yet.
    ///
    /// # Errors
    ///
    /// When the server does not start.
    pub async fn new(scenario: &'static str, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let seed = Seed::of(scenario);
        let folder = tempfile::Builder::new().prefix("twinhost-ledger-").tempdir()?;
        Ok(Self {
            report: Report::new(seed.clone()),
            server: Server::start(settings).await?,
            ledger: Arc::new(Ledger::create(folder.path())?),
            seed,
            folder,
            loads: 0,
        })
    }

    /// A runner that is not running, on a database that this address leads to.
    ///
    /// # Errors
    ///
    /// When there is no folder or port to be had.
    pub fn runner_by(&self, node: &str, database: &str) -> anyhow::Result<Runner> {
        Runner::new(node, database, &self.attempts())
    }

    /// A runner that is not running, on the server.
    ///
    /// # Errors
    ///
    /// When there is no folder or port to be had.
    pub fn runner(&self, node: &str) -> anyhow::Result<Runner> {
        self.runner_by(node, &self.server.url())
    }

    /// Where the workers write their attempts.
    #[must_use]
    pub fn attempts(&self) -> PathBuf {
        self.folder.path().join("attempts.jsonl")
    }

    /// A folder for what the scenario itself keeps.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// A source of chance for one part of the scenario.
    #[must_use]
    pub fn chance(&self, part: &str) -> StdRng {
        self.seed.source(part)
    }

    /// Starts to send to these addresses.
    ///
    /// # Errors
    ///
    /// When there can be no client.
    pub fn load(&mut self, plan: Plan, targets: &[String]) -> anyhow::Result<Load> {
        self.loads += 1;
        Load::start(&format!("load{}", self.loads), &self.seed, plan, &self.ledger, targets)
    }

    /// Waits until the queues are empty and answers how long that took; `None` when they do not become emptier.
    ///
    /// # Errors
    ///
    /// When the database does not answer any more.
    pub async fn drained(&self, database: &mut PgConnection) -> anyhow::Result<Option<Duration>> {
        let began = Instant::now();
        let (mut least, mut since) = (i64::MAX, began);
        while since.elapsed() < STANDS_STILL {
            let left = backlog(database).await?;
            if left == 0 {
                return Ok(Some(began.elapsed()));
            }
            if left < least {
                (least, since) = (left, Instant::now());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(None)
    }

    /// Whether something took no longer than it may. On a busy machine everything takes longer: what was too late is
    /// held against the start of a runner here and now, and what that takes more than usual is granted.
    ///
    /// # Errors
    ///
    /// When it took longer.
    pub async fn in_time(&self, what: &str, took: Duration, limit: Duration) -> anyhow::Result<()> {
        if took < limit {
            return Ok(());
        }
        let mut yardstick = self.runner("yardstick")?;
        let start = yardstick.start().await?;
        yardstick.stop().await?;
        let granted = limit + start.saturating_sub(USUAL_START);
        ensure!(
            took < granted,
            "{what} took {took:?}, which is more than {limit:?}, on a machine where a runner starts in {start:?}"
        );
        println!("{what} took {took:?}, on a machine where a runner starts in {start:?}");
        Ok(())
    }

    /// Lets everything drain and judges what came of it.
    ///
    /// # Errors
    ///
    /// When an invariant does not hold, with all that break it.
    pub async fn judge(
        &mut self,
        answers: Answers,
        runners: &[&Runner],
    ) -> anyhow::Result<History> {
        let history = self.history(answers, runners).await?;
        let violations = checker::check(&history);
        self.report.judged(&history, &violations);
        self.report.write()?;
        if violations.is_empty() {
            return Ok(history);
        }
        let all: Vec<String> = violations.iter().map(ToString::to_string).collect();
        let logs: Vec<String> = runners.iter().map(|runner| runner.log_tail()).collect();
        bail!(
            "seed {}: {} violations:\n{}\n{}",
            self.seed.value,
            all.len(),
            all.join("\n"),
            logs.join("\n")
        )
    }

    /// Lets everything drain and collects what was recorded.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn history(&self, answers: Answers, runners: &[&Runner]) -> anyhow::Result<History> {
        let mut database = self.server.connect().await?;
        let drained = self.drained(&mut database).await?;
        let rejections = runners.iter().flat_map(|runner| runner.log());
        let rejections = rejections.filter(|line| line["outcome"] == "reject").count() as u64;
        let mut history = History {
            sent: self.ledger.read()?,
            intrusions: answers.intrusions,
            rejections,
            drained,
            ..History::default()
        };
        history.ask(&mut database).await?;
        history.attempts = read_attempts(&self.attempts())?;
        Ok(history)
    }
}
