//! In virtual time: the clock follows tokio's paused one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use twinhost::memory::Memory;
use twinhost::ports::{Commit as _, Peeked, Queue as _};
use twinhost::unit::{Change, Condition, Unit, Write};
use twinhost::{App, Context, Handler, HandlerResult, Missed, RetryPolicy, Schedule};

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

/// A schedule as a test wants it.
#[derive(Clone)]
struct Plain<const N: usize>;

/// What the tests try out, by their numbers.
const VARIANTS: [Schedule; 7] = [
    Schedule { missed: Missed::All, ..Schedule::once("rate(10 minutes)") },
    Schedule { missed: Missed::None, ..Schedule::once("rate(10 minutes)") },
    Schedule { overlap: Overlap::Skip, ..Schedule::each_tenant("rate(10 minutes)") },
    Schedule { overlap: Overlap::Allow, ..Schedule::once("rate(10 minutes)") },
    Schedule { window_minutes: 10, ..Schedule::once("rate(10 minutes)") },
    Schedule {
        retry: RetryPolicy { max_attempts: 2, ..RetryPolicy::DEFAULT },
        ..Schedule::once("rate(1 hour)")
    },
    Schedule {
        missed: Missed::All,
        retry: RetryPolicy { max_age_seconds: 1_200, ..RetryPolicy::DEFAULT },
        ..Schedule::once("rate(10 minutes)")
    },
];

impl<const N: usize> Handler for Plain<N> {
    type Event = Tick;
    const NAME: &'static str = "plain";
    const TRIGGER: Schedule = VARIANTS[N];

    async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
        Ok(())
    }
}

fn variant<const N: usize>() -> App {
    App::new("test").handler(Plain::<N>)
}

/// A row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    scheduled_at: Timestamp,
    missed: u64,
    outcome: Outcome,
    ticks: usize,
    reason: Option<String>,
}

/// Remembers in memory; may be down, or refuse to hand over.
#[derive(Debug)]
struct Remembered {
    memory: Memory,
    seen: Mutex<BTreeMap<String, Timestamp>>,
    ledger: Mutex<BTreeMap<(String, Timestamp), Row>>,
    failure: Mutex<Option<Failure>>,
    fails: AtomicU32,
    refuses: AtomicU32,
}

fn takes_one(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}

impl Remembered {
    fn is_up(&self) -> Result<(), PortError> {
        if takes_one(&self.fails) {
            return Err(PortError::unavailable("a database", "it is down"));
        }
        Ok(())
    }

    fn rows(&self) -> Vec<Row> {
        self.ledger.lock().unwrap().values().cloned().collect()
    }
}

#[async_trait]
impl Occurrences for Remembered {
    async fn now(&self) -> Result<Timestamp, PortError> {
        Ok(self.memory.ports().clock.now())
    }

    async fn first_seen(&self, schedule: &str) -> Result<Timestamp, PortError> {
        self.is_up()?;
        let now = self.memory.ports().clock.now();
        Ok(*self.seen.lock().unwrap().entry(schedule.to_owned()).or_insert(now))
    }

    async fn last(&self, schedule: &str) -> Result<Option<Timestamp>, PortError> {
        self.is_up()?;
        let ledger = self.ledger.lock().unwrap();
        Ok(ledger.keys().filter(|(name, _)| name == schedule).map(|(_, at)| *at).max())
    }

    async fn fire(&self, occurrence: &Occurrence<'_>) -> Result<Option<usize>, PortError> {
        self.is_up()?;
        let Occurrence { schedule, scheduled_at, missed, outcome, reason, .. } = *occurrence;
        if outcome == Outcome::Fired && takes_one(&self.refuses) {
            return Err(PortError::invalid("a queue", "it is not there"));
        }
        let busy: BTreeSet<String> = if occurrence.skip_overlapping {
            let waiting = self.memory.peek(schedule, false, 1000).await.unwrap();
            waiting.into_iter().map(|message| message.tenant).collect()
        } else {
            BTreeSet::new()
        };
        let ticks: Vec<_> =
            occurrence.ticks.iter().filter(|(tenant, _)| !busy.contains(tenant.as_str())).collect();
        let row = Row {
            scheduled_at,
            missed,
            outcome,
            ticks: ticks.len(),
            reason: reason.map(str::to_owned),
        };
        {
            let mut ledger = self.ledger.lock().unwrap();
            if ledger.contains_key(&(schedule.to_owned(), scheduled_at)) {
                return Ok(None);
            }
            ledger.insert((schedule.to_owned(), scheduled_at), row);
        }
        *self.failure.lock().unwrap() = None;
        for (tenant, tick) in &ticks {
            let mut unit = Unit::new(tenant.clone(), "scheduler");
            unit.sends.push(tick.clone());
            self.memory.commit(vec![unit]).await.unwrap();
        }
        Ok(Some(ticks.len()))
    }

    async fn failure(&self, _: &str) -> Result<Option<Failure>, PortError> {
        self.is_up()?;
        Ok(self.failure.lock().unwrap().clone())
    }

    async fn fail(&self, _: &str, failure: &Failure) -> Result<(), PortError> {
        self.is_up()?;
        *self.failure.lock().unwrap() = Some(failure.clone());
        Ok(())
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
            ledger: Mutex::default(),
            failure: Mutex::default(),
            fails: AtomicU32::new(0),
            refuses: AtomicU32::new(0),
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

/// Minutes after 12:00 at which those ticks were due, and how many each stands for.
fn minutes(ticks: &[(String, Tick)]) -> Vec<(i64, u64)> {
    let noon: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
    let minute = |tick: &Tick| tick.scheduled_at.duration_since(noon).as_secs() / 60;
    ticks.iter().map(|(_, tick)| (minute(tick), tick.missed)).collect()
}

const MINUTE: Duration = Duration::from_secs(60);

/// Runs for a minute, is down until 12:54, and runs for a minute again.
async fn outage(app: &App) -> (Rig, Vec<(i64, u64)>) {
    let rig = Rig::new().await;
    rig.run(vec![rig.scheduler(app)], MINUTE).await;
    rig.memory.clock().advance(MINUTE * 53);
    rig.run(vec![rig.scheduler(app), rig.scheduler(app)], MINUTE).await;
    let ticks = minutes(&rig.ticks("plain").await);
    (rig, ticks)
}

#[tokio::test(start_paused = true)]
async fn whoever_wants_all_that_was_missed_has_each_in_its_order() {
    let (rig, ticks) = outage(&variant::<0>()).await;
    assert_eq!(ticks, [(0, 0), (10, 0), (20, 0), (30, 0), (40, 0), (50, 0)]);
    assert_eq!(rig.occurrences.rows().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_longer_ago_than_the_retry_age_is_counted() {
    let (_, ticks) = outage(&variant::<6>()).await;
    // At 12:54 those since 12:34 are wanted.
    assert_eq!(ticks, [(0, 0), (40, 3), (50, 0)]);
}

#[tokio::test(start_paused = true)]
async fn whoever_wants_none_of_what_was_missed_finds_it_in_the_ledger() {
    let (rig, ticks) = outage(&variant::<1>()).await;
    assert_eq!(ticks, [(0, 0)]);
    let rows = rig.occurrences.rows();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[1].outcome, rows[1].missed, rows[1].ticks), (Outcome::Missed, 4, 0));
    assert_eq!(rows[1].reason.as_deref(), Some("no node ran when it was due"));

    // One that is no later than a minute is not missed; what was before it is.
    rig.memory.clock().advance(MINUTE * 25 + Duration::from_secs(20));
    rig.run(vec![rig.scheduler(&variant::<1>())], MINUTE).await;
    assert_eq!(minutes(&rig.ticks("plain").await), [(0, 0), (80, 0)]);
    let outcomes: Vec<_> =
        rig.occurrences.rows().iter().map(|row| (row.outcome, row.missed)).collect();
    assert_eq!(outcomes[2..], [(Outcome::Missed, 1), (Outcome::Fired, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_tick_that_overlaps_is_left_out_for_the_tenant_that_is_not_done() {
    let rig = Rig::new().await;
    let app = variant::<2>();
    rig.run(vec![rig.scheduler(&app)], MINUTE).await;
    // One tenant's tick is handled, the other's is not.
    let run = rig.memory.receive("plain", 1, 1, MINUTE).await.unwrap();
    let done = run[0].tenant.clone();
    let mut unit = Unit::new(done.clone(), "plain");
    unit.ack = Some(twinhost::unit::Ack::Done(run[0].receipt.clone()));
    rig.memory.commit(vec![unit]).await.unwrap();
    rig.run(vec![rig.scheduler(&app)], MINUTE * 10).await;
    rig.run(vec![rig.scheduler(&app)], MINUTE * 10).await;
    let ticks: Vec<usize> = rig.occurrences.rows().iter().map(|row| row.ticks).collect();
    assert_eq!(ticks, [2, 1, 0]);
    let waiting = rig.ticks("plain").await;
    assert_eq!(waiting.len(), 2);
    let again = waiting.iter().find(|(tenant, _)| tenant == done.as_str()).unwrap();
    assert_eq!(minutes(std::slice::from_ref(again)), [(10, 0)]);
}

#[tokio::test(start_paused = true)]
async fn ticks_that_may_overlap_are_of_different_groups_and_others_of_one() {
    for (app, groups) in [(variant::<3>(), 2), (variant::<0>(), 1)] {
        let rig = Rig::new().await;
        rig.run(vec![rig.scheduler(&app)], MINUTE * 15).await;
        let waiting = rig.memory.peek("plain", false, 10).await.unwrap();
        assert_eq!(waiting.len(), 2);
        let seen: BTreeSet<&str> = waiting.iter().map(|message| message.group.as_str()).collect();
        assert_eq!(seen.len(), groups, "{seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nodes_agree_on_the_place_in_the_window_and_fire_neither_early_nor_twice() {
    let rig = Rig::new().await;
    let (app, start) = (variant::<4>(), rig.memory.ports().clock.now());
    let timetable = Timetable::of("plain", &VARIANTS[4]).unwrap();
    let fires = timetable.fires_at(start, start).duration_since(start);
    let before = Duration::try_from(fires).unwrap() - Duration::from_secs(1);
    let nodes = || (0..3).map(|_| rig.scheduler(&app)).collect::<Vec<_>>();
    rig.run(nodes(), before).await;
    assert!(rig.occurrences.rows().is_empty(), "{:?}", rig.occurrences.rows());
    rig.run(nodes(), Duration::from_secs(3)).await;
    assert_eq!(minutes(&rig.ticks("plain").await), [(0, 0)], "the time is the one it was due at");
    rig.run(nodes(), HOUR).await;
    let due: Vec<i64> =
        minutes(&rig.ticks("plain").await).iter().map(|(minute, _)| *minute).collect();
    assert_eq!(due, (0..due.len() as i64).map(|n| n * 10).collect::<Vec<_>>());
    assert!((6..=7).contains(&due.len()), "{due:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_handed_over_is_tried_with_a_back_off_and_then_given_up_with_its_reason() {
    let rig = Rig::new().await;
    let app = variant::<5>();
    rig.occurrences.refuses.store(2, Ordering::SeqCst);
    rig.run(vec![rig.scheduler(&app), rig.scheduler(&app)], MINUTE).await;
    assert_eq!(rig.occurrences.refuses.load(Ordering::SeqCst), 0);
    assert_eq!(minutes(&rig.ticks("plain").await), [(0, 0)], "the third try was in time");

    rig.occurrences.refuses.store(3, Ordering::SeqCst);
    rig.run(vec![rig.scheduler(&app)], HOUR).await;
    let row = rig.occurrences.rows().pop().unwrap();
    assert_eq!((row.outcome, row.ticks), (Outcome::Dead, 0));
    let reason = row.reason.unwrap();
    assert!(reason.starts_with("tried 3 times; the last time: "), "{reason}");
    assert!(reason.contains("it is not there"), "{reason}");
    assert_eq!(rig.ticks("plain").await.len(), 1);

    // The next is tried anew.
    rig.run(vec![rig.scheduler(&app)], HOUR).await;
    assert_eq!(minutes(&rig.ticks("plain").await), [(0, 0), (120, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_down_uses_up_no_try() {
    let rig = Rig::new().await;
    let app = variant::<5>();
    rig.run(vec![rig.scheduler(&app)], MINUTE).await;
    rig.memory.clock().advance(MINUTE * 60);
    rig.occurrences.fails.store(20, Ordering::SeqCst);
    rig.run(vec![rig.scheduler(&app)], MINUTE * 5).await;
    assert_eq!(rig.occurrences.fails.load(Ordering::SeqCst), 0);
    assert_eq!(minutes(&rig.ticks("plain").await), [(0, 0), (60, 0)]);
}
