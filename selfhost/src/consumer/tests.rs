//! On the in-memory host, in virtual time: the queue's clock follows tokio's paused one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{FutureExt as _, future::BoxFuture};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use twinhost::memory::Memory;
use twinhost::ports::{Commit as _, DeadLetter, Peeked};
use twinhost::unit::{Outgoing, Receipt, Unit};
use twinhost::{
    Consume, Context, Handler, HandlerError, HandlerResult, Limits, Message, Payload, TenantId,
};

use super::*;

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) group: String,
    pub(super) n: u32,
}

impl Payload for Job {
    const TOPIC: &'static str = "jobs";
    fn group(&self) -> String {
        self.group.clone()
    }
}

type Work = Arc<dyn Fn(Job, u32) -> BoxFuture<'static, HandlerResult> + Send + Sync>;

/// Does what a test says, three deliveries at the most.
struct Worker<const BATCH: u32, const CONCURRENCY: u32>(Work);

impl<const BATCH: u32, const CONCURRENCY: u32> Handler for Worker<BATCH, CONCURRENCY> {
    type Event = Message<Job>;
    const NAME: &'static str = "worker";
    const TRIGGER: Consume = Consume { max_receives: 3, batch: BATCH, ..Consume::DEFAULT };
    const LIMITS: Limits = Limits { concurrency: CONCURRENCY, ..Limits::DEFAULT };

    async fn handle(&self, ctx: &Context, Message(job): Message<Job>) -> HandlerResult {
        (self.0)(job, ctx.attempt()).await
    }
}

pub(super) fn worker<const BATCH: u32, const CONCURRENCY: u32>(
    work: impl Fn(Job, u32) -> BoxFuture<'static, HandlerResult> + Send + Sync + 'static,
) -> App {
    App::new("test").handler(Worker::<BATCH, CONCURRENCY>(Arc::new(work)))
}

/// A queue, and whatever consumes it.
pub(super) struct Rig {
    pub(super) memory: Memory,
    sent: AtomicUsize,
}

pub(super) struct Running {
    pub(super) task: JoinHandle<()>,
    stop: CancellationToken,
    pub(super) cut: CancellationToken,
}

impl Rig {
    pub(super) fn new() -> Self {
        let memory = Memory::new("2026-01-01T00:00:00Z".parse().unwrap());
        let clock = memory.clock().clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(10)).await;
                clock.advance(Duration::from_millis(10));
            }
        });
        Self { memory, sent: AtomicUsize::new(0) }
    }

    pub(super) async fn send(&self, group: &str, n: u32) {
        self.send_as("acme", group, n).await;
    }

    pub(super) async fn send_as(&self, tenant: &str, group: &str, n: u32) {
        let job = Job { group: group.to_owned(), n };
        let id = self.sent.fetch_add(1, Ordering::Relaxed);
        let mut unit = Unit::new(tenant.parse::<TenantId>().unwrap(), "test");
        unit.sends.push(Outgoing {
            id: format!("m{id}"),
            queue: "worker".to_owned(),
            group: group.to_owned(),
            deduplication_id: None,
            body: serde_json::to_string(&job).unwrap(),
            ..Outgoing::default()
        });
        self.memory.commit(vec![unit]).await.unwrap();
    }

    pub(super) fn start(&self, app: &App) -> Running {
        self.start_on(app, Arc::new(self.memory.clone()))
    }

    pub(super) fn start_on(&self, app: &App, queue: Arc<dyn Queue>) -> Running {
        self.start_beside(app, queue, Company::default())
    }

    pub(super) fn start_beside(
        &self,
        app: &App,
        queue: Arc<dyn Queue>,
        company: Company,
    ) -> Running {
        let manifest = app.manifest();
        let handler = manifest.handler("worker").unwrap();
        let options = ConsumerOptions { company, ..ConsumerOptions::default() };
        let consumer =
            Consumer::new(app.clone(), handler, self.memory.ports(), queue, options).unwrap();
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let task = tokio::spawn(consumer.run(stop.clone(), cut.clone()));
        Running { task, stop, cut }
    }

    async fn left(&self) -> Vec<Peeked> {
        self.memory.peek("worker", false, 1000).await.unwrap()
    }

    pub(super) async fn dead(&self) -> Vec<Peeked> {
        self.memory.peek("worker", true, 1000).await.unwrap()
    }

    pub(super) async fn until_empty(&self) {
        for _ in 0..360_000 {
            if self.left().await.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("still in the queue after an hour: {:?}", self.left().await);
    }
}

impl Running {
    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

pub(super) async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..360_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("an hour passed and not: {what}");
}

/// What was done, in order.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<(String, u32)>>>);

impl Log {
    pub(super) fn add(&self, job: &Job) {
        self.0.lock().unwrap().push((job.group.clone(), job.n));
    }

    pub(super) fn by_group(&self) -> BTreeMap<String, Vec<u32>> {
        let mut groups = BTreeMap::<_, Vec<u32>>::new();
        for (group, n) in self.0.lock().unwrap().iter() {
            groups.entry(group.clone()).or_default().push(*n);
        }
        groups
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_is_done_in_order_and_once_whatever_fails() {
    let rig = Rig::new();
    for n in 0..25 {
        for group in ["a", "b", "c"] {
            rig.send(group, n).await;
        }
    }
    let log = Log::default();
    let done = log.clone();
    let running = rig.start(&worker::<10, 2>(move |job, attempt| {
        let done = done.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(30)).await;
            match (job.group.as_str(), job.n, attempt) {
                ("a", 3, 1 | 2) => Err(HandlerError::retry("not yet")),
                ("b", 7, 1) => panic!("a panic is a retry"),
                _ => {
                    done.add(&job);
                    Ok(())
                }
            }
        }
        .boxed()
    }));
    rig.until_empty().await;
    running.stop().await;
    let all: Vec<u32> = (0..25).collect();
    for (group, done) in log.by_group() {
        assert_eq!(done, all, "{group}");
    }
    assert!(rig.dead().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_poison_message_is_dead_after_its_deliveries_and_its_group_goes_on() {
    let rig = Rig::new();
    for n in 0..4 {
        rig.send("a", n).await;
    }
    let tries = Arc::new(AtomicUsize::new(0));
    let log = Log::default();
    let (count, done) = (Arc::clone(&tries), log.clone());
    let running = rig.start(&worker::<10, 4>(move |job, _| {
        let (count, done) = (Arc::clone(&count), done.clone());
        async move {
            if job.n == 1 {
                count.fetch_add(1, Ordering::Relaxed);
                return Err(HandlerError::retry("poison"));
            }
            done.add(&job);
            Ok(())
        }
        .boxed()
    }));
    rig.until_empty().await;
    running.stop().await;
    assert_eq!(tries.load(Ordering::Relaxed), 3);
    let dead = rig.dead().await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].receive_count, 3);
    assert_eq!(dead[0].reason.as_deref(), Some("failed 3 times; the last time: poison"));
    assert_eq!(log.by_group()["a"], [0, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn no_more_runs_go_on_side_by_side_than_the_limit() {
    let rig = Rig::new();
    for n in 0..60 {
        rig.send(&format!("g{}", n % 12), n).await;
    }
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let running = rig.start(&worker::<2, 3>(move |_, _| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(1)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
        .boxed()
    }));
    rig.until_empty().await;
    running.stop().await;
    assert_eq!(seen.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_what_has_begun_end_and_gives_the_rest_back_uncounted() {
    let rig = Rig::new();
    for group in ["a", "b", "c"] {
        rig.send(group, 0).await;
    }
    let gate = Arc::new(Semaphore::new(0));
    let begun = Arc::new(AtomicUsize::new(0));
    let (opened, count) = (Arc::clone(&gate), Arc::clone(&begun));
    let running = rig.start(&worker::<10, 1>(move |_, _| {
        let (gate, begun) = (Arc::clone(&opened), Arc::clone(&count));
        async move {
            begun.fetch_add(1, Ordering::SeqCst);
            gate.acquire().await.unwrap().forget();
            Ok(())
        }
        .boxed()
    }));
    until("one has begun", || begun.load(Ordering::SeqCst) == 1).await;
    running.stop.cancel();
    tokio::task::yield_now().await;
    assert!(!running.task.is_finished(), "it waits for what has begun");
    gate.add_permits(1);
    running.task.await.unwrap();
    assert_eq!(begun.load(Ordering::SeqCst), 1, "nothing new was begun");
    let left = rig.left().await;
    assert_eq!(left.len(), 2);
    assert!(
        left.iter().all(|m| m.receive_count == 0 && m.visible_at <= rig.memory.ports().clock.now())
    );
}

#[tokio::test(start_paused = true)]
async fn what_does_not_end_in_time_is_given_back_uncounted() {
    let rig = Rig::new();
    rig.send("a", 0).await;
    let begun = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&begun);
    let running = rig.start(&worker::<10, 1>(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
        futures::future::pending().boxed()
    }));
    until("it has begun", || begun.load(Ordering::SeqCst) == 1).await;
    running.cut.cancel();
    running.stop().await;
    let left = rig.left().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].receive_count, 0);
    assert!(left[0].visible_at <= rig.memory.ports().clock.now());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_longer_than_the_lease_keeps_it() {
    let rig = Rig::new();
    for n in 0..8 {
        rig.send("a", n).await;
    }
    let log = Log::default();
    let done = log.clone();
    // Eight times 20 s in one run, under a lease of 30 s.
    let running = rig.start(&worker::<10, 4>(move |job, _| {
        let done = done.clone();
        async move {
            done.add(&job);
            tokio::time::sleep(Duration::from_secs(20)).await;
            Ok(())
        }
        .boxed()
    }));
    rig.until_empty().await;
    running.stop().await;
    assert_eq!(log.by_group()["a"], (0..8).collect::<Vec<u32>>(), "each began once");
    assert!(rig.dead().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_delivered_too_often_is_dead_without_being_run() {
    let rig = Rig::new();
    rig.send("a", 0).await;
    for _ in 0..3 {
        let lease = Duration::from_secs(1);
        assert_eq!(rig.memory.receive("worker", 1, 1, lease).await.unwrap().len(), 1);
        rig.memory.clock().advance(lease);
    }
    let running = rig.start(&worker::<10, 1>(|_, _| panic!("it must not run")));
    rig.until_empty().await;
    running.stop().await;
    let dead = rig.dead().await;
    assert_eq!(dead.len(), 1);
    let reason = dead[0].reason.as_deref().unwrap();
    assert!(reason.starts_with("delivered 3 times and never answered"), "{reason}");
}

/// A queue that does not answer now and then.
#[derive(Debug)]
pub(super) struct Flaky {
    inner: Memory,
    pub(super) calls: AtomicUsize,
    fails: fn(usize) -> bool,
    loses: bool,
}

impl Flaky {
    pub(super) fn new(inner: &Memory, fails: fn(usize) -> bool, loses: bool) -> Arc<Self> {
        Arc::new(Self { inner: inner.clone(), calls: AtomicUsize::new(0), fails, loses })
    }

    fn answer(&self) -> Result<(), twinhost::ports::PortError> {
        if (self.fails)(self.calls.fetch_add(1, Ordering::SeqCst)) {
            return Err(twinhost::ports::PortError::unavailable("the queue", "it sleeps"));
        }
        Ok(())
    }
}

type Answer<T> = Result<T, twinhost::ports::PortError>;

#[async_trait::async_trait]
impl Queue for Flaky {
    async fn receive(
        &self,
        q: &str,
        max: usize,
        each: usize,
        lease: Duration,
    ) -> Answer<Vec<Received>> {
        self.answer()?;
        self.inner.receive(q, max, each, lease).await
    }
    async fn wait(&self, q: &str, at_most: Duration) {
        self.inner.wait(q, at_most).await;
    }
    async fn extend(&self, receipts: &[Receipt], lease: Duration) -> Answer<Vec<Receipt>> {
        if self.loses { Ok(receipts.to_vec()) } else { self.inner.extend(receipts, lease).await }
    }
    async fn release(&self, releases: &[Release]) -> Answer<()> {
        self.answer()?;
        self.inner.release(releases).await
    }
    async fn dead_letter(&self, letters: &[DeadLetter]) -> Answer<()> {
        self.answer()?;
        self.inner.dead_letter(letters).await
    }
    async fn stats(&self, q: &str) -> Answer<twinhost::ports::QueueStats> {
        self.inner.stats(q).await
    }
    async fn peek(&self, q: &str, dead: bool, max: usize) -> Answer<Vec<Peeked>> {
        self.inner.peek(q, dead, max).await
    }
    async fn redrive(&self, q: &str, ids: Option<&[String]>) -> Answer<u64> {
        self.inner.redrive(q, ids).await
    }
    async fn purge(&self, q: &str, dead: bool) -> Answer<u64> {
        self.inner.purge(q, dead).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_answer_is_asked_again() {
    let rig = Rig::new();
    for n in 0..6 {
        rig.send("a", n).await;
    }
    let log = Log::default();
    let done = log.clone();
    let app = worker::<2, 2>(move |job, attempt| {
        let done = done.clone();
        async move {
            if job.n == 2 && attempt == 1 {
                return Err(HandlerError::retry("not yet"));
            }
            done.add(&job);
            Ok(())
        }
        .boxed()
    });
    // Of four calls one is answered.
    let running = rig.start_on(&app, Flaky::new(&rig.memory, |call| call % 4 != 3, false));
    rig.until_empty().await;
    running.stop().await;
    assert_eq!(log.by_group()["a"], [0, 1, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_lost_its_lease_is_given_up() {
    let rig = Rig::new();
    rig.send("a", 0).await;
    let (begun, ended) = (Arc::new(AtomicUsize::new(0)), Log::default());
    let (count, done) = (Arc::clone(&begun), ended.clone());
    let app = worker::<10, 1>(move |job, _| {
        let (begun, done) = (Arc::clone(&count), done.clone());
        async move {
            begun.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(29)).await;
            done.add(&job);
            Ok(())
        }
        .boxed()
    });
    let running = rig.start_on(&app, Flaky::new(&rig.memory, |_| false, true));
    rig.until_empty().await;
    running.stop().await;
    assert_eq!(begun.load(Ordering::SeqCst), 3, "each time the lease was lost after a third of it");
    assert!(ended.by_group().is_empty());
    assert_eq!(rig.dead().await.len(), 1);
}
