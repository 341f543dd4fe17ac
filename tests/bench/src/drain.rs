//! Queues drained: by a handler that does nothing, through two stages, and through the cost watcher.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use events::{Baseline, CostEvent};
use serde::{Deserialize, Serialize};
use twinhost::ports::Query;
use twinhost::{
    App, Consume, Context, Document, Grant, Handler, HandlerResult, Limits, Message, Payload,
};

use crate::framework::Framework;
use crate::report::{Aim, Section, count, median};
use crate::server::Server;
use crate::{load, peers, watcher};

/// Runs side by side: the database is waited for, so more than there are cores.
const LIMITS: Limits = Limits { concurrency: 128, ..Limits::DEFAULT };

/// State rows of the pipeline.
const SERIES: u64 = 100;

/// A job with nothing to do.
#[derive(Serialize, Deserialize)]
struct Job {
    n: u64,
    group: String,
}

impl Payload for Job {
    const TOPIC: &'static str = "jobs";

    fn group(&self) -> String {
        self.group.clone()
    }
}

struct NoOp;

impl Handler for NoOp {
    type Event = Message<Job>;
    const NAME: &'static str = "no-op";
    const TRIGGER: Consume = Consume::DEFAULT;
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, _: &Context, _: Message<Job>) -> HandlerResult {
        Ok(())
    }
}

/// A value of a series, before it is transformed.
#[derive(Clone, Serialize, Deserialize)]
struct Value {
    id: String,
    series: String,
    value: f64,
}

impl Payload for Value {
    const TOPIC: &'static str = "values";

    fn group(&self) -> String {
        self.series.clone()
    }
}

/// The same after the first stage.
#[derive(Serialize, Deserialize)]
struct Transformed(Value);

impl Payload for Transformed {
    const TOPIC: &'static str = "transformed";

    fn group(&self) -> String {
        self.0.series.clone()
    }
}

/// The state row of a series; the hand-written one has no index on its body, nor has this collection.
#[derive(Default, Serialize, Deserialize)]
struct State {
    series: String,
    n: u64,
    sum: f64,
}

impl Document for State {
    const COLLECTION: &'static str = Baseline::COLLECTION;

    fn key(&self) -> String {
        self.series.clone()
    }
}

impl Document for Value {
    const COLLECTION: &'static str = CostEvent::COLLECTION;

    fn key(&self) -> String {
        self.id.clone()
    }
}

struct Transform;

impl Handler for Transform {
    type Event = Message<Value>;
    const NAME: &'static str = "transform";
    const TRIGGER: Consume = Consume::DEFAULT;
    const GRANTS: &'static [Grant] = &[Grant::Publish(Transformed::TOPIC)];
    const LIMITS: Limits = LIMITS;

    async fn handle(&self, ctx: &Context, Message(value): Message<Value>) -> HandlerResult {
        ctx.publish(&Transformed(value))
    }
}

struct Keep;

impl Handler for Keep {
    type Event = Message<Transformed>;
    const NAME: &'static str = "keep";
    const TRIGGER: Consume = Consume::DEFAULT;
    const GRANTS: &'static [Grant] =
        &[Grant::ReadWrite(State::COLLECTION), Grant::Write(Value::COLLECTION)];
    const LIMITS: Limits = LIMITS;

    async fn handle(
        &self,
        ctx: &Context,
        Message(Transformed(value)): Message<Transformed>,
    ) -> HandlerResult {
        let mut state: State = ctx.get(&value.series).await?.unwrap_or_default();
        state.series.clone_from(&value.series);
        state.n += 1;
        state.sum += value.value;
        ctx.put(&state)?;
        ctx.put(&value)
    }
}

/// A contestant's figures, a round each.
type Rates = BTreeMap<&'static str, Vec<f64>>;

fn rate(rates: &Rates, name: &str) -> f64 {
    median(rates.get(name).into_iter().flatten().copied())
}

/// A row for each contestant, beside the first.
fn rows(rates: &Rates, names: &[&'static str]) -> Vec<Vec<String>> {
    let row = |name: &&'static str| {
        let own = rate(rates, name);
        let ratio = own / rate(rates, names[0]);
        vec![(*name).to_owned(), count(own), format!("{ratio:.2} ×")]
    };
    names.iter().map(row).collect()
}

fn columns(what: &str, beside: &str) -> Vec<String> {
    vec![String::new(), format!("{what} a second"), format!("beside {beside}")]
}

const PGMQ: &str = "pgmq, read and delete 100, 4 workers";
const GRAPHILE: &str = "`graphile_worker`, local queue of 2,000, batched completion";
const EACH: &str = "Twinhost, every message its own order group";
const GROUPS: &str = "Twinhost, 100 order groups";

/// Drains a full queue with a handler that does nothing.
pub(crate) async fn queue(server: &Server, rounds: u32, messages: u64) -> anyhow::Result<Section> {
    let names = [PGMQ, GRAPHILE, EACH, GROUPS];
    let mut rates = Rates::new();
    for _ in 0..rounds {
        for name in names {
            let database = server.create().await?;
            let rate = match name {
                PGMQ => {
                    let pool = database.pool(4).await?;
                    pgmq::install::install_sql_from_embedded(&pool).await?;
                    peers::pgmq_drain(&pool, messages).await?
                }
                GRAPHILE => peers::graphile_drain(&database.pool(10).await?, messages).await?,
                _ => {
                    let groups = if name == EACH { messages } else { 100 };
                    let job = |n| Job { n, group: (n % groups).to_string() };
                    let app = App::new("bench").handler(NoOp);
                    let mut framework = Framework::open(app, &database).await?;
                    framework.fill(NoOp::NAME, (0..messages).map(job)).await?;
                    let took = framework.drain().await?;
                    framework.close().await?;
                    messages as f64 / took.as_secs_f64()
                }
            };
            rates.entry(name).or_default().push(rate);
            server.drop(database).await?;
        }
    }
    let aim = |than| {
        let of = format!("{EACH}, beside {than}");
        Aim::ratio(&of, rate(&rates, EACH), rate(&rates, than), 1.0)
    };
    Ok(Section {
        title: "Drain of a queue",
        how: format!(
            "{} messages, handled by nothing, until the last is deleted.",
            count(messages as f64)
        ),
        columns: columns("messages", "pgmq"),
        rows: rows(&rates, &names),
        aims: vec![aim(PGMQ), aim(GRAPHILE)],
    })
}

const BATCHED: &str = "by hand, a transaction for each batch of 100";
const TWINHOST: &str = "Twinhost";

/// Two stages: transform, then a state row a series and an event row an event, effects once.
pub(crate) async fn pipeline(server: &Server, rounds: u32, events: u64) -> anyhow::Result<Section> {
    let names = [BATCHED, TWINHOST];
    let mut rates = Rates::new();
    for _ in 0..rounds {
        for name in names {
            let database = server.create().await?;
            let rate = if name == BATCHED {
                peers::batched_pipeline(&database.pool(2).await?, events, SERIES).await?
            } else {
                let app = App::new("bench").handler(Transform).handler(Keep);
                let mut framework = Framework::open(app, &database).await?;
                let value = |n: u64| Value {
                    id: n.to_string(),
                    series: format!("s{}", n % SERIES),
                    value: n as f64,
                };
                framework.fill(Transform::NAME, (0..events).map(value)).await?;
                let took = framework.drain().await?;
                check(&framework, events).await?;
                framework.close().await?;
                events as f64 / took.as_secs_f64()
            };
            rates.entry(name).or_default().push(rate);
            server.drop(database).await?;
        }
    }
    Ok(Section {
        title: "Two stages, effects once",
        how: format!(
            "{} events of {SERIES} series: transformed and passed on, then a state row a series and an \
             event row an event. Twinhost also keeps the order within a series, and what it wrote is counted.",
            count(events as f64)
        ),
        columns: columns("events", BATCHED),
        rows: rows(&rates, &names),
        aims: vec![Aim::ratio(
            "Twinhost beside the hand-written pipeline",
            rate(&rates, TWINHOST),
            rate(&rates, BATCHED),
            1.0,
        )],
    })
}

/// Every event counted once.
async fn check(framework: &Framework, events: u64) -> anyhow::Result<()> {
    let query = Query { limit: 1000, ..Query::default() };
    let page =
        framework.ports().documents.query(&Framework::tenant()?, State::COLLECTION, &query).await?;
    let mut n = 0;
    for stored in page.items {
        n += serde_json::from_str::<State>(&stored.body)?.n;
    }
    ensure!(n == events, "{n} of {events} events were counted");
    Ok(())
}

/// Real CloudTrail logs through the real handlers, from the queue to the stored scores.
pub(crate) async fn corpus(server: &Server, rounds: u32) -> anyhow::Result<Section> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/cloudtrail");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "gz") {
            files.push(std::fs::read(path)?);
        }
    }
    let mut records = 0;
    for file in &files {
        records += functions::cloudtrail::parse(file)?.len();
    }
    let mut rates = Vec::new();
    for _ in 0..rounds {
        let database = server.create().await?;
        let mut framework = watcher::open(&database).await?;
        let address = framework.serve().await?;
        for (n, file) in files.iter().enumerate() {
            load::once(address, &watcher::delivery(&format!("file-{n}"), file)?).await?;
        }
        let took = framework.drain().await?;
        framework.close().await?;
        server.drop(database).await?;
        rates.push(records as f64 / took.as_secs_f64());
    }
    Ok(Section {
        title: "The cost watcher on real events",
        how: format!(
            "{} CloudTrail log files with {} events, already taken as webhooks: through `normalizer`, `scorer` \
             and `notifier` until nothing is left to do.",
            files.len(),
            count(records as f64)
        ),
        columns: vec![String::new(), "events a second".to_owned()],
        rows: vec![vec![TWINHOST.to_owned(), count(median(rates.into_iter()))]],
        aims: Vec::new(),
    })
}
