//! Producers side by side, each of one order group, each with one task in hand at a time; and intruders.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures::future::join_all;
use rand::RngExt as _;
use rand::rngs::StdRng;
use tokio::task::JoinSet;

use crate::app::{Task, Work, key_of};
use crate::history::Intrusion;
use crate::ledger::Ledger;
use crate::seed::Seed;
use crate::within;

/// How long an answer is waited for: as long as gateways wait.
const GATEWAY: Duration = Duration::from_secs(30);

/// How long a connection is kept for the next request: half as long as a runner keeps it.
const IDLE: Duration = Duration::from_secs(5);

/// How long a producer waits before it sends again what was not acknowledged.
const AGAIN: Duration = Duration::from_millis(100);

/// How long a scenario waits for acknowledgements.
const PATIENCE: Duration = Duration::from_secs(90);

/// What producers send.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Whose tasks; producers are spread over them.
    pub tenants: Vec<&'static str>,
    /// How many producers.
    pub producers: usize,
    /// The longest pause between two tasks of a producer, in milliseconds.
    pub pause: u64,
    /// How often each delivery is sent at once, at the most.
    pub copies: usize,
    /// Of a hundred tasks, how many are each of these; the rest has its effect and nothing else.
    pub works: Vec<(u32, Work)>,
    /// Whether somebody without a key tries as well.
    pub intruder: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            tenants: vec!["acme", "globex"],
            producers: 12,
            pause: 20,
            copies: 1,
            works: Vec::new(),
            intruder: true,
        }
    }
}

/// What became of everything that was sent.
#[derive(Debug, Default)]
pub struct Answers {
    /// How many attempts of producers were answered with each status; 0 stands for no answer.
    pub statuses: BTreeMap<u16, usize>,
    /// Why there was no answer, and how often.
    pub failures: BTreeMap<String, usize>,
    /// The longest time to an answer.
    pub slowest: Duration,
    /// What intruders were told.
    pub intrusions: Vec<Intrusion>,
}

impl Answers {
    /// Checks that there were answers of each of these statuses, in ascending order, and of no other.
    ///
    /// # Errors
    ///
    /// When there were others, or one is missing.
    pub fn are(&self, expected: &[u16]) -> anyhow::Result<()> {
        let statuses = &self.statuses;
        ensure!(statuses.keys().eq(expected), "answers were {statuses:?}, not {expected:?}");
        Ok(())
    }
}

/// Producers at work.
#[derive(Debug)]
pub struct Load {
    shared: Arc<Shared>,
    workers: JoinSet<anyhow::Result<()>>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    plan: Plan,
    ledger: Arc<Ledger>,
    client: reqwest::Client,
    targets: Vec<String>,
    acknowledged: AtomicUsize,
    refused: AtomicUsize,
    stop: AtomicBool,
    answers: Mutex<Answers>,
}

impl Load {
    /// Starts to send to these addresses, whichever chance names. `name` begins the ids.
    ///
    /// # Errors
    ///
    /// When there can be no client.
    pub fn start(
        name: &str,
        seed: &Seed,
        plan: Plan,
        ledger: &Arc<Ledger>,
        targets: &[String],
    ) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().timeout(GATEWAY).pool_idle_timeout(IDLE);
        let client = client.build()?;
        let producers = plan.producers;
        let intruder = plan.intruder;
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            plan,
            ledger: Arc::clone(ledger),
            client,
            targets: targets.to_vec(),
            acknowledged: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            answers: Mutex::default(),
        });
        let mut workers = JoinSet::new();
        for producer in 0..producers {
            let chance = seed.source(&format!("{name}, producer {producer}"));
            workers.spawn(Arc::clone(&shared).produce(producer, chance));
        }
        if intruder {
            let chance = seed.source(&format!("{name}, intruder"));
            workers.spawn(Arc::clone(&shared).intrude(chance));
        }
        Ok(Self { shared, workers })
    }

    /// How many tasks have been acknowledged by now.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        self.shared.acknowledged.load(Ordering::SeqCst)
    }

    /// How many attempts have been refused, or not answered, by now.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::SeqCst)
    }

    /// Waits until so many more have been acknowledged and answers how long that took.
    ///
    /// # Errors
    ///
    /// When they are not in time.
    pub async fn more(&self, count: usize) -> anyhow::Result<Duration> {
        let (began, wanted) = (Instant::now(), self.acknowledged() + count);
        let what = format!("{wanted} tasks are acknowledged");
        // However long it takes, as long as more come.
        loop {
            let now = self.acknowledged();
            if now >= wanted {
                return Ok(began.elapsed());
            }
            within(PATIENCE, &what, async || Ok((self.acknowledged() > now).then_some(()))).await?;
        }
    }

    /// Waits until so many more attempts have been refused.
    ///
    /// # Errors
    ///
    /// When they are not in time.
    pub async fn more_refused(&self, count: usize) -> anyhow::Result<()> {
        let wanted = self.refused() + count;
        let what = format!("{wanted} attempts are refused");
        within(PATIENCE, &what, async || Ok((self.refused() >= wanted).then_some(()))).await?;
        Ok(())
    }

    /// Begins nothing more, and ends when what was begun is acknowledged.
    ///
    /// # Errors
    ///
    /// When a producer fails by itself, or is never answered.
    pub async fn stop(mut self) -> anyhow::Result<Answers> {
        self.shared.stop.store(true, Ordering::SeqCst);
        let all = async {
            while let Some(worker) = self.workers.join_next().await {
                worker??;
            }
            anyhow::Ok(())
        };
        // Each of a thousand may be told to come again some more times.
        let ended = tokio::time::timeout(PATIENCE * 2, all).await;
        ensure!(ended.is_ok(), "producers are still waiting to be acknowledged");
        ended??;
        Ok(std::mem::take(&mut *self.shared.answers()))
    }
}

impl Shared {
    fn answers(&self) -> std::sync::MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one task after the other, each until it is acknowledged: so their order is known.
    async fn produce(self: Arc<Self>, producer: usize, mut chance: StdRng) -> anyhow::Result<()> {
        let tenant = self.plan.tenants[producer % self.plan.tenants.len()];
        // Names of groups repeat between tenants: they are not the same groups.
        let group = format!("group-{}", producer / self.plan.tenants.len());
        let mut seq = 0;
        while !self.stop.load(Ordering::SeqCst) {
            seq += 1;
            let id = format!("{}-{producer}-{seq}", self.name);
            let work = self.work(&mut chance);
            let task = Task { id: id.clone(), group: format!("{}-{group}", self.name), seq, work };
            self.ledger.sending(tenant, &task)?;
            let body = serde_json::to_vec(&task)?;
            while !self.deliver(tenant, &body, &mut chance).await {
                self.refused.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(AGAIN).await;
            }
            self.ledger.acknowledged(&id)?;
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
            let pause = chance.random_range(0..=self.plan.pause);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Ok(())
    }

    fn work(&self, chance: &mut StdRng) -> Work {
        let mut drawn: u32 = chance.random_range(0..100);
        for (share, work) in &self.plan.works {
            match drawn.checked_sub(*share) {
                None => return *work,
                Some(rest) => drawn = rest,
            }
        }
        Work::Effect
    }

    /// Sends a task once, or several times at once; whether any of them was acknowledged.
    async fn deliver(&self, tenant: &str, body: &[u8], chance: &mut StdRng) -> bool {
        let copies = chance.random_range(1..=self.plan.copies);
        let targets: Vec<&String> = (0..copies)
            .map(|_| &self.targets[chance.random_range(0..self.targets.len())])
            .collect();
        let key = key_of(tenant);
        let sent = targets.iter().map(|target| self.post(target, tenant, Some(&key), body));
        let mut acknowledged = false;
        for (status, took) in join_all(sent).await {
            let mut answers = self.answers();
            *answers.statuses.entry(status).or_default() += 1;
            answers.slowest = answers.slowest.max(took);
            acknowledged |= (200..300).contains(&status);
        }
        acknowledged
    }

    async fn post(
        &self,
        target: &str,
        tenant: &str,
        key: Option<&str>,
        body: &[u8],
    ) -> (u16, Duration) {
        let began = Instant::now();
        let mut request = self.client.post(format!("{target}/tasks/{tenant}")).body(body.to_vec());
        if let Some(key) = key {
            request = request.header("x-key", key);
        }
        let status = match request.send().await {
            Ok(answer) => answer.status().as_u16(),
            Err(error) => {
                let error = anyhow::Error::from(error.without_url());
                *self.answers().failures.entry(format!("{error:#}")).or_default() += 1;
                0
            }
        };
        (status, began.elapsed())
    }

    /// Tries with no key, and with another tenant's.
    async fn intrude(self: Arc<Self>, mut chance: StdRng) -> anyhow::Result<()> {
        let tenants = &self.plan.tenants;
        let mut count = 0;
        while !self.stop.load(Ordering::SeqCst) {
            count += 1;
            let id = format!("{}-intruder-{count}", self.name);
            let (group, work) = ("intruders".to_owned(), Work::Effect);
            let body = serde_json::to_vec(&Task { id: id.clone(), group, seq: count, work })?;
            let target = &self.targets[chance.random_range(0..self.targets.len())];
            let other = key_of(tenants[tenants.len() - 1]);
            let key = Some(other.as_str()).filter(|_| tenants.len() > 1 && chance.random());
            let (status, _) = self.post(target, tenants[0], key, &body).await;
            self.answers().intrusions.push(Intrusion { id, status });
            tokio::time::sleep(Duration::from_millis(chance.random_range(20..=200))).await;
        }
        Ok(())
    }
}
