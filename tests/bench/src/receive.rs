//! The cost of one receive, however much waits and however much is hidden in front of it, beside pgmq's own read.

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use sqlx::{AssertSqlSafe, Executor as _, PgPool};
use twinhost::manifest::{HandlerManifest, Manifest, Trigger};
use twinhost::ports::{Queue as _, Release};
use twinhost::{Consume, QueueOptions};
use twinhost_postgres::{PgHost, PgOptions};

use crate::report::{Aim, Section, count, median};
use crate::server::{Database, Server};

/// Messages that wait, from few to many.
const WAITING: [u64; 2] = [1_000, 5_000_000];

/// Messages that are in flight or put off, and were sent before all that wait.
const HIDDEN: u64 = 1_000_000;

/// Order groups that the messages of a queue with order are in.
const GROUPS: u64 = 1_000;

/// Receives that are measured, after as many that are not.
const RECEIVES: u32 = 200;

/// Messages of one receive.
const BATCH: usize = 10;

/// How much more a receive may cost when much waits.
const FLAT: f64 = 1.3;

/// The handler whose queue has order, and the other's.
const ORDERED: &str = "ordered";
const UNORDERED: &str = "unordered";

/// A queue as pgmq creates it.
const THEIRS: &str = "theirs";

/// Measures a receive of each kind of queue, with little and with much that waits.
pub(crate) async fn measure(server: &Server, rounds: u32) -> anyhow::Result<Section> {
    let [mut few, mut many] = [[0.0; 3]; 2];
    for kind in 0..3 {
        let database = server.create().await?;
        let took = one(&database, kind, rounds).await;
        server.drop(database).await?;
        [few[kind], many[kind]] = took?;
    }
    let kinds = ["in order, by group", "without order", "pgmq's `read`"];
    let row = |kind: usize| {
        let cells = [few[kind], many[kind]].map(|took| format!("{took:.2} ms"));
        let times = format!("{:.2} ×", many[kind] / few[kind]);
        [vec![kinds[kind].to_owned()], cells.to_vec(), vec![times]].concat()
    };
    let flat = |kind: usize| Aim {
        wanted: format!("{}: at most {FLAT} × as much", kinds[kind]),
        got: format!("{:.2} ×", many[kind] / few[kind]),
        met: many[kind] <= few[kind] * FLAT,
    };
    let [few, many] = WAITING.map(|waiting| format!("{} wait", count(waiting as f64)));
    Ok(Section {
        title: "One receive, however much waits",
        how: format!(
            "A receive of {BATCH} messages behind {} that are in flight or put off, given back at once; {} order \
             groups. pgmq's read is that of its release, on its own index.",
            count(HIDDEN as f64),
            count(GROUPS as f64)
        ),
        columns: vec![String::new(), few, many, "times".to_owned()],
        rows: (0..kinds.len()).map(row).collect(),
        aims: vec![flat(0), flat(1)],
    })
}

/// Milliseconds of a receive from a queue of that kind, with each number of those that wait.
async fn one(database: &Database, kind: usize, rounds: u32) -> anyhow::Result<[f64; 2]> {
    let folder = tempfile::tempdir()?;
    let options = PgOptions::new(database.url.clone().into(), folder.path().to_owned());
    let host = PgHost::connect(&options, &manifest()).await?;
    let pool = database.pool(1).await?;
    let queue = [ORDERED, UNORDERED, THEIRS][kind];
    if queue == THEIRS {
        pool.execute("SELECT pgmq.create('theirs')").await?;
    }
    let mut sent = 0;
    let mut all = [0.0; 2];
    for (took, waiting) in all.iter_mut().zip(WAITING) {
        fill(&pool, queue, sent..HIDDEN + waiting).await?;
        sent = HIDDEN + waiting;
        let mut rounds_took = Vec::new();
        for _ in 0..rounds {
            rounds_took.push(if queue == THEIRS {
                reads(&pool).await?
            } else {
                receives(&host, queue).await?
            });
        }
        *took = median(rounds_took.into_iter());
    }
    pool.close().await;
    Ok(all)
}

/// Sends messages, of which the first [`HIDDEN`] are hidden.
async fn fill(pool: &PgPool, queue: &str, numbers: Range<u64>) -> anyhow::Result<()> {
    let insert = format!(
        "INSERT INTO pgmq.q_{queue} (vt, message, headers)
        SELECT clock_timestamp() + CASE WHEN n < {HIDDEN} THEN interval '12 hours' ELSE interval '-1 minute' END,
            '\"{{}}\"', jsonb_build_object('id', n, 'tenant', 'acme', 'x-pgmq-group',
                'acme/' || CASE WHEN n < {HIDDEN} THEN 'a' ELSE 'b' END || n % {GROUPS})
        FROM generate_series({}, {}) AS n",
        numbers.start,
        numbers.end - 1
    );
    pool.execute(AssertSqlSafe(insert)).await?;
    pool.execute(AssertSqlSafe(format!("VACUUM ANALYZE pgmq.q_{queue}"))).await?;
    Ok(())
}

/// Milliseconds of the receive in the middle.
async fn receives(host: &PgHost, queue: &str) -> anyhow::Result<f64> {
    let consumer = host.queue();
    let lease = Duration::from_secs(60);
    let mut took = Vec::new();
    for n in 0..RECEIVES * 2 {
        let began = Instant::now();
        let received = consumer.receive(queue, BATCH, BATCH, lease).await?;
        if n >= RECEIVES {
            took.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        ensure!(received.len() == BATCH, "`{queue}` gave {} messages", received.len());
        let back: Vec<Release> = received
            .into_iter()
            .map(|message| Release {
                receipt: message.receipt,
                delay: Duration::ZERO,
                attempted: false,
                reason: None,
            })
            .collect();
        consumer.release(&back).await?;
    }
    Ok(median(took.into_iter()))
}

/// The same by pgmq: read, and made visible again.
async fn reads(pool: &PgPool) -> anyhow::Result<f64> {
    let batch = i32::try_from(BATCH)?;
    let mut took = Vec::new();
    // It is slow enough to be told apart with fewer.
    for _ in 0..RECEIVES / 10 {
        let began = Instant::now();
        let ids: Vec<i64> = sqlx::query_scalar("SELECT msg_id FROM pgmq.read('theirs', 60, $1)")
            .bind(batch)
            .fetch_all(pool)
            .await
            .context("read by pgmq")?;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
        ensure!(ids.len() == BATCH, "pgmq gave {} messages", ids.len());
        sqlx::query("UPDATE pgmq.q_theirs SET vt = clock_timestamp() WHERE msg_id = ANY ($1)")
            .bind(&ids)
            .execute(pool)
            .await?;
    }
    Ok(median(took.into_iter()))
}

/// A queue of each kind.
fn manifest() -> Manifest {
    let consumer = |name: &'static str, queue| HandlerManifest {
        name,
        trigger: Trigger::Consume { topic: name.to_owned(), queue, consume: Consume::DEFAULT },
        grants: Vec::new(),
        timeout_seconds: 5,
        memory_mb: 128,
        concurrency: 1,
    };
    Manifest {
        app: "bench".to_owned(),
        handlers: vec![
            consumer(ORDERED, QueueOptions::ORDERED),
            consumer(UNORDERED, QueueOptions::UNORDERED),
        ],
        collections: std::collections::BTreeSet::new(),
    }
}
