//! In virtual time: the clock follows tokio's paused one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use twinhost::memory::Memory;
use twinhost::ports::{Commit as _, Peeked, Queue as _};
use twinhost::unit::{Change, Condition, Unit, Write};
use twinhost::{App, Context, Handler, HandlerResult, Schedule};

use super::*;

/// At five past every hour, for each tenant.
struct Hourly;

impl Handler for Hourly {
    type Event = Tick;
    const NAME: &'static str = "hourly";
    const TRIGGER: Schedule = Schedule::each_tenant("cron(5 * * * ? *)");

    async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
        Ok(())
    }
}

/// Every ten minutes, once for all.
struct Often;

impl Handler for Often {
    type Event = Tick;
    const NAME: &'static str = "often";
    const TRIGGER: Schedule = Schedule::once("rate(10 minutes)");

    async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
        Ok(())
    }
}

/// Remembers in memory; may be down.
#[derive(Debug)]
struct Remembered {
    memory: Memory,
    seen: Mutex<BTreeMap<String, Timestamp>>,
    fired: Mutex<BTreeSet<(String, Timestamp)>>,
    fails: AtomicU32,
}

impl Remembered {
    fn is_up(&self) -> Result<(), PortError> {
        let left =
            self.fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        if left.is_ok() { Err(PortError::unavailable("a database", "it is down")) } else { Ok(()) }
    }
}

#[async_trait]
impl Occurrences for Remembered {
    async fn first_seen(&self, schedule: &str) -> Result<Timestamp, PortError> {
        self.is_up()?;
        let now = self.memory.ports().clock.now();
        Ok(*self.seen.lock().unwrap().entry(schedule.to_owned()).or_insert(now))
    }

    async fn last(&self, schedule: &str) -> Result<Option<Timestamp>, PortError> {
        let fired = self.fired.lock().unwrap();
        Ok(fired.iter().filter(|(name, _)| name == schedule).map(|(_, at)| *at).max())
    }

    async fn fire(&self, occurrence: Occurrence<'_>) -> Result<bool, PortError> {
        let key = (occurrence.schedule.to_owned(), occurrence.scheduled_at);
        if !self.fired.lock().unwrap().insert(key) {
            return Ok(false);
        }
        for (tenant, tick) in occurrence.ticks {
            let mut unit = Unit::new(tenant, "scheduler");
            unit.sends.push(tick);
            self.memory.commit(vec![unit]).await.unwrap();
        }
        Ok(true)
    }
}

struct Rig {
    memory: Memory,
    occurrences: Arc<Remembered>,
}

impl Rig {
    /// At 12:00 with two tenants.
    async fn new() -> Self {
        let memory = Memory::new("2026-01-01T12:00:00Z".parse().unwrap());
        let clock = memory.clock().clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(500)).await;
                clock.advance(Duration::from_millis(500));
            }
        });
        for tenant in ["acme", "zeta"] {
            let mut unit = Unit::new(TenantId::system(), "test");
            unit.writes.push(Write {
                collection: "tenants",
                key: tenant.to_owned(),
                condition: Condition::Any,
                change: Change::Put { body: "{}".to_owned(), expires_at: None },
            });
            memory.commit(vec![unit]).await.unwrap();
        }
        let occurrences = Arc::new(Remembered {
            memory: memory.clone(),
            seen: Mutex::default(),
            fired: Mutex::default(),
            fails: AtomicU32::new(0),
        });
        Self { memory, occurrences }
    }

    fn scheduler(&self, app: &App) -> Scheduler {
        let occurrences = Arc::clone(&self.occurrences) as _;
        Scheduler::new(&app.manifest(), &self.memory.ports(), occurrences, "here").unwrap()
    }

    /// Runs these schedulers side by side for so long.
    async fn run(&self, schedulers: Vec<Scheduler>, time: Duration) {
        let stop = CancellationToken::new();
        let mut tasks = tokio::task::JoinSet::new();
        for scheduler in schedulers {
            let stop = stop.clone();
            tasks.spawn(async move { scheduler.run(stop).await });
        }
        tokio::time::sleep(time).await;
        stop.cancel();
        tasks.join_all().await;
    }

    async fn ticks(&self, queue: &str) -> Vec<(String, Tick)> {
        let messages: Vec<Peeked> = self.memory.peek(queue, false, 1000).await.unwrap();
        let read = |m: &Peeked| (m.tenant.clone(), serde_json::from_str(&m.body).unwrap());
        messages.iter().map(read).collect()
    }
}

fn tick(tenant: &str, at: &str, missed: u64) -> (String, Tick) {
    (tenant.to_owned(), Tick { scheduled_at: at.parse().unwrap(), missed })
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn a_tick_is_fired_when_it_is_due_for_each_tenant() {
    let rig = Rig::new().await;
    rig.run(vec![rig.scheduler(&App::new("test").handler(Hourly))], HOUR * 2).await;
    let expected = ["2026-01-01T12:05:00Z", "2026-01-01T13:05:00Z"]
        .iter()
        .flat_map(|at| ["acme", "zeta"].map(|tenant| tick(tenant, at, 0)));
    assert_eq!(rig.ticks("hourly").await, expected.collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_rate_begins_when_it_is_first_seen() {
    let rig = Rig::new().await;
    let half = HOUR / 2 - Duration::from_secs(60);
    rig.run(vec![rig.scheduler(&App::new("test").handler(Often))], half).await;
    let expected = ["2026-01-01T12:00:00Z", "2026-01-01T12:10:00Z", "2026-01-01T12:20:00Z"];
    assert_eq!(rig.ticks("often").await, expected.map(|at| tick("system", at, 0)));
}

#[tokio::test(start_paused = true)]
async fn of_what_was_missed_only_the_newest_is_fired_and_says_how_many() {
    let rig = Rig::new().await;
    let app = App::new("test").handler(Hourly);
    rig.run(vec![rig.scheduler(&app)], Duration::from_secs(60)).await;
    rig.memory.clock().advance(HOUR * 5);
    rig.run(vec![rig.scheduler(&app)], Duration::from_secs(60)).await;
    let expected = ["acme", "zeta"].map(|tenant| tick(tenant, "2026-01-01T16:05:00Z", 4));
    assert_eq!(rig.ticks("hourly").await, expected);
}

#[tokio::test(start_paused = true)]
async fn several_nodes_fire_a_tick_once() {
    let rig = Rig::new().await;
    let app = App::new("test").handler(Often);
    let nodes = (0..3).map(|_| rig.scheduler(&app)).collect();
    rig.run(nodes, HOUR - Duration::from_secs(60)).await;
    let at: Vec<Timestamp> = rig.ticks("often").await.iter().map(|(_, t)| t.scheduled_at).collect();
    assert_eq!(at.len(), 6);
    assert_eq!(at.iter().collect::<BTreeSet<_>>().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_jump_of_the_clock_is_noticed() {
    let rig = Rig::new().await;
    let clock = rig.memory.clock().clone();
    let jump = async {
        tokio::time::sleep(Duration::from_secs(120)).await;
        clock.advance(HOUR);
        tokio::time::sleep(Duration::from_secs(31)).await;
        rig.ticks("hourly").await
    };
    let scheduler = rig.scheduler(&App::new("test").handler(Hourly));
    let (ticks, ()) = tokio::join!(jump, rig.run(vec![scheduler], Duration::from_secs(200)));
    assert_eq!(ticks, ["acme", "zeta"].map(|tenant| tick(tenant, "2026-01-01T12:05:00Z", 0)));
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_down_delays_a_tick_and_loses_none() {
    let rig = Rig::new().await;
    rig.occurrences.fails.store(5, Ordering::SeqCst);
    let scheduler = rig.scheduler(&App::new("test").handler(Often));
    rig.run(vec![scheduler], Duration::from_secs(60)).await;
    assert_eq!(rig.ticks("often").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_operator_can_fire_a_schedule_now_which_stands_for_what_is_overdue() {
    let rig = Rig::new().await;
    let scheduler = rig.scheduler(&App::new("test").handler(Hourly));
    scheduler.list().await.unwrap();
    rig.memory.clock().advance(HOUR * 2);
    assert_eq!(scheduler.run_now("hourly").await.unwrap(), Some(2));
    assert_eq!(scheduler.run_now("hourly").await.unwrap(), None, "not twice in a second");
    assert_eq!(rig.ticks("hourly").await[0], tick("acme", "2026-01-01T14:00:00Z", 2));
    let listed = scheduler.list().await.unwrap();
    assert_eq!(listed[0].last, Some("2026-01-01T14:00:00Z".parse().unwrap()));
    assert_eq!(listed[0].next, Some("2026-01-01T14:05:00Z".parse().unwrap()));
    let error = scheduler.run_now("daily").await.unwrap_err().to_string();
    assert!(error.contains("`daily`") && error.contains("hourly"), "{error}");
}
