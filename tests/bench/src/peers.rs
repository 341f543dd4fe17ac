//! What Twinhost is measured against: the same work by hand, and by peers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use graphile_worker::{
    IntoTaskHandlerResult, JobSpec, LocalQueueConfig, RawJobSpec, TaskHandler, WorkerContext,
    WorkerOptions,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::sync::{Mutex, mpsc, oneshot};

const WEBHOOK: &str = "CREATE TABLE webhook (id bigserial PRIMARY KEY, body text NOT NULL)";

/// axum that answers 202 and does nothing else.
pub(crate) async fn bare_axum() -> anyhow::Result<SocketAddr> {
    serve(axum::Router::new().route("/", post(async |_: Bytes| StatusCode::ACCEPTED))).await
}

/// axum that does one INSERT a request, by hand.
pub(crate) async fn inserting_axum(pool: PgPool) -> anyhow::Result<SocketAddr> {
    sqlx::query(WEBHOOK).execute(&pool).await?;
    async fn insert(State(pool): State<PgPool>, body: String) -> StatusCode {
        let inserted =
            sqlx::query("INSERT INTO webhook (body) VALUES ($1)").bind(body).execute(&pool).await;
        if inserted.is_ok() { StatusCode::ACCEPTED } else { StatusCode::SERVICE_UNAVAILABLE }
    }
    serve(axum::Router::new().route("/", post(insert)).with_state(pool)).await
}

/// axum with group commit by hand, two lanes: what requests wait while a flush is under way is inserted at once.
pub(crate) async fn group_committing_axum(pool: PgPool) -> anyhow::Result<SocketAddr> {
    type Waiting = (String, oneshot::Sender<()>);
    sqlx::query(WEBHOOK).execute(&pool).await?;
    let (sender, receiver) = mpsc::channel::<Waiting>(4096);
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..2 {
        let (pool, receiver) = (pool.clone(), Arc::clone(&receiver));
        tokio::spawn(async move {
            loop {
                let mut waiting = Vec::new();
                if receiver.lock().await.recv_many(&mut waiting, 512).await == 0 {
                    return;
                }
                let (bodies, replies): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
                let inserted = sqlx::query("INSERT INTO webhook (body) SELECT unnest($1::text[])")
                    .bind(bodies)
                    .execute(&pool)
                    .await;
                if inserted.is_ok() {
                    for reply in replies {
                        let _gone: Result<(), ()> = reply.send(());
                    }
                }
            }
        });
    }
    async fn wait(State(sender): State<mpsc::Sender<Waiting>>, body: String) -> StatusCode {
        let (reply, answer) = oneshot::channel();
        let sent = sender.send((body, reply)).await.is_ok();
        let committed = sent && answer.await.is_ok();
        if committed { StatusCode::ACCEPTED } else { StatusCode::SERVICE_UNAVAILABLE }
    }
    serve(axum::Router::new().route("/", post(wait)).with_state(sender)).await
}

async fn serve(router: axum::Router) -> anyhow::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// A plain pgmq loop: read 100, delete 100, four workers. Answers messages a second.
pub(crate) async fn pgmq_drain(pool: &PgPool, messages: u64) -> anyhow::Result<f64> {
    sqlx::query("SELECT pgmq.create('bench')").execute(pool).await?;
    sqlx::query(
        "SELECT pgmq.send_batch('bench', (SELECT array_agg(jsonb_build_object('n', n)) FROM generate_series(1, $1) n))",
    )
    .bind(i64::try_from(messages)?)
    .execute(pool)
    .await?;
    let done = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut workers = Vec::new();
    for _ in 0..4 {
        let (pool, done) = (pool.clone(), Arc::clone(&done));
        workers.push(tokio::spawn(async move {
            loop {
                let ids: Vec<i64> =
                    sqlx::query_scalar("SELECT msg_id FROM pgmq.read('bench', 30, 100)")
                        .fetch_all(&pool)
                        .await?;
                if ids.is_empty() {
                    return anyhow::Ok(());
                }
                let count = ids.len() as u64;
                sqlx::query("SELECT pgmq.delete('bench', $1)").bind(ids).execute(&pool).await?;
                done.fetch_add(count, Ordering::Relaxed);
            }
        }));
    }
    for worker in workers {
        worker.await??;
    }
    anyhow::ensure!(done.load(Ordering::Relaxed) == messages, "pgmq lost messages");
    Ok(messages as f64 / began.elapsed().as_secs_f64())
}

#[derive(Serialize, Deserialize)]
struct NoOp {
    n: u64,
}

#[derive(Clone, Debug)]
struct Handled(Arc<AtomicU64>);

impl TaskHandler for NoOp {
    const IDENTIFIER: &'static str = "no_op";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        if let Some(handled) = ctx.get_ext::<Handled>() {
            handled.0.fetch_add(1, Ordering::Relaxed);
        }
        Ok::<(), String>(())
    }
}

/// `graphile_worker` at the settings its own benchmark uses: a local queue of 2,000 and batched completion.
pub(crate) async fn graphile_drain(pool: &PgPool, messages: u64) -> anyhow::Result<f64> {
    let handled = Arc::new(AtomicU64::new(0));
    let worker = WorkerOptions::default()
        .pg_pool(pool.clone())
        .concurrency(500)
        .poll_interval(Duration::from_millis(5))
        .complete_job_batch_delay(Duration::from_millis(5))
        .local_queue(LocalQueueConfig::default().with_size(2000))
        .add_extension(Handled(Arc::clone(&handled)))
        .define_job::<NoOp>()
        .init()
        .await
        .context("start graphile_worker")?;
    let jobs: Vec<RawJobSpec> = (0..messages)
        .map(|n| RawJobSpec {
            identifier: NoOp::IDENTIFIER.to_owned(),
            payload: serde_json::json!({ "n": n }),
            spec: JobSpec::default(),
        })
        .collect();
    for some in jobs.chunks(10_000) {
        worker.create_utils().add_raw_jobs(some).await.context("add jobs")?;
    }
    let worker = Arc::new(worker);
    let running = Arc::clone(&worker);
    let began = Instant::now();
    let task = tokio::spawn(async move { running.run().await });
    while handled.load(Ordering::Relaxed) < messages {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let took = began.elapsed();
    worker.request_shutdown();
    task.await?.context("run graphile_worker")?;
    Ok(messages as f64 / took.as_secs_f64())
}

/// Two stages by hand, in batches of 100: transform and pass on; then one state row a series and one
/// event row an event. Answers events a second.
pub(crate) async fn batched_pipeline(
    pool: &PgPool,
    events: u64,
    series: u64,
) -> anyhow::Result<f64> {
    for statement in [
        "CREATE TABLE stage1 (id bigserial PRIMARY KEY, body jsonb NOT NULL)",
        "CREATE TABLE stage2 (id bigserial PRIMARY KEY, body jsonb NOT NULL)",
        "CREATE TABLE state (series text PRIMARY KEY, n bigint NOT NULL, sum double precision NOT NULL)",
        "CREATE TABLE event (id text PRIMARY KEY, body jsonb NOT NULL)",
    ] {
        sqlx::query(statement).execute(pool).await?;
    }
    sqlx::query(
        "INSERT INTO stage1 (body) SELECT jsonb_build_object('id', n::text, 'series', 's' || n % $2, 'value', n) FROM generate_series(1, $1) n",
    )
    .bind(i64::try_from(events)?)
    .bind(i64::try_from(series)?)
    .execute(pool)
    .await?;
    let began = Instant::now();
    let first = tokio::spawn(first_stage(pool.clone()));
    let second = tokio::spawn(second_stage(pool.clone(), events));
    first.await??;
    second.await??;
    Ok(events as f64 / began.elapsed().as_secs_f64())
}

#[derive(Serialize, Deserialize)]
struct Item {
    id: String,
    series: String,
    value: f64,
}

async fn claim(
    transaction: &mut sqlx::PgConnection,
    table: &'static str,
) -> anyhow::Result<Vec<Item>> {
    let statement = match table {
        "stage1" => {
            "DELETE FROM stage1 WHERE id IN (SELECT id FROM stage1 ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING body::text"
        }
        _ => {
            "DELETE FROM stage2 WHERE id IN (SELECT id FROM stage2 ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING body::text"
        }
    };
    let rows: Vec<String> = sqlx::query_scalar(statement).fetch_all(transaction).await?;
    Ok(rows.iter().map(|row| serde_json::from_str(row)).collect::<Result<_, _>>()?)
}

async fn first_stage(pool: PgPool) -> anyhow::Result<()> {
    loop {
        let mut transaction = pool.begin().await?;
        let items = claim(&mut transaction, "stage1").await?;
        if items.is_empty() {
            return Ok(());
        }
        let bodies: Vec<String> =
            items.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        sqlx::query("INSERT INTO stage2 (body) SELECT unnest($1::text[])::jsonb")
            .bind(bodies)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
    }
}

async fn second_stage(pool: PgPool, events: u64) -> anyhow::Result<()> {
    let mut done = 0;
    while done < events {
        let mut transaction = pool.begin().await?;
        let items = claim(&mut transaction, "stage2").await?;
        if items.is_empty() {
            drop(transaction);
            tokio::time::sleep(Duration::from_micros(200)).await;
            continue;
        }
        let mut sums = std::collections::BTreeMap::<&str, (i64, f64)>::new();
        for item in &items {
            let sum = sums.entry(&item.series).or_default();
            *sum = (sum.0 + 1, sum.1 + item.value);
        }
        let series: Vec<&str> = sums.keys().copied().collect();
        let counts: Vec<i64> = sums.values().map(|sum| sum.0).collect();
        let values: Vec<f64> = sums.values().map(|sum| sum.1).collect();
        sqlx::query(
            "INSERT INTO state SELECT * FROM unnest($1::text[], $2::bigint[], $3::float8[])
             ON CONFLICT (series) DO UPDATE SET n = state.n + excluded.n, sum = state.sum + excluded.sum",
        )
        .bind(series)
        .bind(counts)
        .bind(values)
        .execute(&mut *transaction)
        .await?;
        let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        let bodies: Vec<String> =
            items.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        sqlx::query("INSERT INTO event SELECT i, b::jsonb FROM unnest($1::text[], $2::text[]) AS t (i, b) ON CONFLICT DO NOTHING")
            .bind(ids)
            .bind(bodies)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        done += items.len() as u64;
    }
    Ok(())
}
