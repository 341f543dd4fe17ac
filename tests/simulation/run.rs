//! One run: producers send, nodes work, chaos reigns; then everything heals, and what is left must be done in time.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use twinhost::TenantId;
use twinhost::ports::{Commit as _, Queue as _};
use twinhost::unit::{Outgoing, Unit};

use crate::app::{Job, Plan};
use crate::check;
use crate::node::{Node, Running};
use crate::outcome;
use crate::wire::Wire;
use crate::world::{Ended, World};

/// How long things go wrong.
const TROUBLE: Duration = Duration::from_secs(150);

/// By when the backlog must be done once nothing goes wrong any more (INV6): a lease, or a few tries of a poison
/// message with their back-off, group by group.
const DRAINED: Duration = Duration::from_secs(900);

/// Runs a seed; the same steps for the same seed.
pub(crate) fn run(seed: u64, whole: bool) -> Ended {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let world = Arc::new(World::new(seed, whole));
        tokio::select! {
            biased;
            () = world.broken.cancelled() => {}
            () = live(&world) => {}
        }
        world.end()
    })
}

async fn live(world: &Arc<World>) {
    let plan = Sends::draw(world);
    let mut producers = JoinSet::new();
    for sends in plan {
        producers.spawn(sends.send(Arc::clone(world)));
    }
    let nodes = chaos(world).await;
    producers.join_all().await;
    drained(world).await;
    check::look(world).await;
    outcome::accounts_balance(world).await;
    // What was given up for the crashes it met is sent back, and is done now.
    for queue in ["worker", "auditor", "ticker"] {
        redrive(world, queue).await;
        drained(world).await;
    }
    check::look(world).await;
    outcome::everything_good_is_done(world).await;
    for node in nodes {
        node.drain(Duration::from_secs(10)).await;
    }
}

async fn redrive(world: &World, queue: &str) {
    let now = world.now();
    let sent = world.memory.redrive(queue, None).await.unwrap_or_default();
    let expected = world.state().models.entry(queue.to_owned()).or_default().redrive(now, None);
    world.step(format_args!("{sent} dead letters of {queue} are sent back"));
    if sent != expected {
        world.violated(format!("{sent} dead letters were sent back, not {expected}"));
    }
}

/// INV6: waits until nothing is left.
async fn drained(world: &World) {
    let by = Instant::now() + DRAINED;
    loop {
        let left: usize = world.state().models.values().map(|model| model.messages().len()).sum();
        if left == 0 {
            return;
        }
        if Instant::now() >= by {
            world.violated(format!(
                "{left} messages are not done {DRAINED:?} after everything healed"
            ));
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Starts the nodes, troubles them for a time, and answers them whole.
async fn chaos(world: &Arc<World>) -> Vec<Running> {
    let count = world.draw(|rng| rng.among(1..=3));
    let mut nodes: Vec<Running> = (0..count).map(|n| start(world, &format!("n{n}"))).collect();
    let mut starts = 0;
    let end = Instant::now() + TROUBLE;
    while Instant::now() < end {
        let most = world.faults.chaos.as_millis() as u64;
        tokio::time::sleep(world.draw(|rng| rng.millis(0..=2 * most))).await;
        let at = world.draw(|rng| rng.among(0..=count - 1)) as usize;
        let node = Arc::clone(&nodes[at].node);
        match world.draw(|rng| rng.among(0..=9)) {
            0..3 => {
                world.count("kills");
                world.step(format_args!("{} is killed", node.name));
                starts += 1;
                let fresh = start(world, &format!("n{at}.{starts}"));
                std::mem::replace(&mut nodes[at], fresh).kill();
            }
            3..5 => {
                let time = world.draw(|rng| rng.millis(1_000..=80_000));
                world.count("freezes");
                world.step(format_args!("{} is frozen for {time:?}", node.name));
                node.freeze(time);
            }
            5..7 => {
                let grace = world.draw(|rng| rng.millis(0..=40_000));
                world.count("restarts");
                world.step(format_args!("{} is stopped within {grace:?}", node.name));
                starts += 1;
                let fresh = start(world, &format!("n{at}.{starts}"));
                tokio::spawn(std::mem::replace(&mut nodes[at], fresh).drain(grace));
            }
            7 => {
                let skew = world.draw(|rng| rng.among(0..=172_800)) as i64 - 86_400;
                world.count("wrong clocks");
                world.step(format_args!("the clock of {} is wrong by {skew} s", node.name));
                node.skew(SignedDuration::from_secs(skew));
            }
            8 if world.faults.clock => {
                let by = world.draw(|rng| rng.among(0..=65)) as i64 - 5;
                world.count("jumps");
                world.step(format_args!("the store's clock jumps by {by} s"));
                world.jump(SignedDuration::from_secs(by));
            }
            _ => {
                world.step(format_args!("somebody looks"));
                check::look(world).await;
            }
        }
    }
    world.heal();
    for running in &nodes {
        running.node.freeze(Duration::ZERO);
    }
    nodes
}

fn start(world: &Arc<World>, name: &str) -> Running {
    Running::start(world, Node::new(world, name.to_owned(), SignedDuration::ZERO))
}

/// What one producer sends to one order group.
struct Sends {
    tenant: TenantId,
    group: String,
    /// Units of some jobs each, and the pause before each.
    units: Vec<(Duration, Vec<Job>)>,
    /// Whether it sends again when it does not know.
    insists: bool,
}

impl Sends {
    fn draw(world: &World) -> Vec<Self> {
        world.draw(|rng| {
            let mut all = Vec::new();
            for (tenant, group) in [("acme", "a"), ("acme", "b"), ("zeta", "a"), ("zeta", "c")] {
                if rng.chance(250) {
                    continue;
                }
                let mut n = 0;
                let mut units = Vec::new();
                for _ in 0..rng.among(1..=5) {
                    let jobs = (0..rng.among(1..=4)).map(|_| {
                        n += 1;
                        let takes = if rng.chance(50) {
                            rng.millis(0..=15_000)
                        } else {
                            rng.millis(0..=200)
                        };
                        Job { group: group.to_owned(), n, plan: Plan::draw(rng), takes }
                    });
                    let jobs = jobs.collect();
                    units.push((rng.millis(0..=40_000), jobs));
                }
                all.push(Self {
                    tenant: tenant.parse().expect("a tenant's name"),
                    group: group.to_owned(),
                    units,
                    insists: rng.chance(800),
                });
            }
            all
        })
    }

    async fn send(self, world: Arc<World>) {
        let name = format!("{}/{}", self.tenant, self.group);
        let node = Node::new(&world, format!("producer of {name}"), SignedDuration::ZERO);
        let wire = Wire::new(&world, &node);
        for (pause, jobs) in &self.units {
            tokio::time::sleep(*pause).await;
            let mut unit = Unit::new(self.tenant.clone(), "producer");
            unit.sends = jobs.iter().map(|job| outgoing(&name, job)).collect();
            let mut sent = wire.commit(vec![unit.clone()]).await;
            while sent.is_err() && self.insists {
                tokio::time::sleep(Duration::from_secs(1)).await;
                sent = wire.commit(vec![unit.clone()]).await;
            }
            world.sent(&name, jobs, sent.is_ok());
        }
    }
}

fn outgoing(group: &str, job: &Job) -> Outgoing {
    let id = format!("{group}-{}", job.n);
    Outgoing {
        id: id.clone(),
        queue: "worker".to_owned(),
        group: job.group.clone(),
        deduplication_id: Some(id),
        body: serde_json::to_string(job).expect("a job is JSON"),
        ..Outgoing::default()
    }
}
