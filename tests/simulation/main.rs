//! A deterministic simulation of the delivery engine.
//!
//! The real consumers and the real `dispatch` run on several nodes in one thread, over the in-memory host, in virtual
//! time; between a node and its store is a [`wire`] on which anything can happen. Everything that is left to chance comes
//! from one seed: the same seed is the same run, step by step, and a failure says how to see it again.
//!
//! | file | what it is |
//! |---|---|
//! | `run` | one run: producers, chaos, healing, the end |
//! | `faults`, `rng` | what goes wrong, how often; chance |
//! | `node`, `wire` | a runner that is killed and frozen; its faulty way to the store |
//! | `app` | the handlers, and how they fail |
//! | `check` | every call held against the model of SQS FIFO (`twinhost::conformance::model`) |
//! | `ticks` | the ledger of a schedule, and that each tick is fired and handled once |
//! | `outcome` | what must be true when all is done |
//!
//! `make simulate` tries 10,000 seeds; `SEED=42` tries one and prints every step (`docs/testing.md`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod app;
mod check;
mod faults;
mod node;
mod outcome;
mod rng;
mod run;
mod ticks;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use run::run;

/// How many seeds are tried unless `SEEDS` says otherwise.
const SEEDS: u64 = 500;

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`; give a whole number")))
}

/// What happened in many runs.
#[derive(Debug, Default)]
struct Summary {
    steps: u64,
    counts: BTreeMap<&'static str, u64>,
    /// The lowest seed of those that failed, and how it went.
    failure: Option<(u64, String)>,
}

/// Runs seeds on every processor, up to the first that fails.
fn run_all(from: u64, count: u64) -> Summary {
    let (next, failed) = (AtomicU64::new(from), AtomicBool::new(false));
    let summary = Mutex::new(Summary::default());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + count {
                        return;
                    }
                    let ended = run(seed, false);
                    let mut summary = summary.lock().unwrap();
                    summary.steps += ended.steps;
                    for (what, times) in ended.counts {
                        *summary.counts.entry(what).or_default() += times;
                    }
                    if let Some(why) = ended.violation {
                        failed.store(true, Ordering::Relaxed);
                        if summary.failure.as_ref().is_none_or(|(lowest, _)| seed < *lowest) {
                            let steps = ended.last_steps.join("\n");
                            summary.failure = Some((seed, format!("{steps}\n{why}")));
                        }
                    }
                }
            });
        }
    });
    summary.into_inner().unwrap()
}

#[test]
fn the_invariants_hold_whatever_the_schedule() {
    if let Some(seed) = variable("SEED") {
        let ended = run(seed, true);
        println!("{}", ended.last_steps.join("\n"));
        assert_eq!(ended.violation, None, "seed {seed}");
        return;
    }
    let (from, count) = (variable("FROM").unwrap_or(1), variable("SEEDS").unwrap_or(SEEDS));
    let summary = run_all(from, count);
    if let Some((seed, how)) = summary.failure {
        panic!(
            "seed {seed} breaks a promise; its last steps:\n{how}\nsee all of it: SEED={seed} cargo nextest run -p simulation --no-capture whatever_the_schedule"
        );
    }
    println!("{count} seeds from {from}, {} steps: {:?}", summary.steps, summary.counts);
}

#[test]
fn one_seed_is_one_run_step_by_step() {
    for seed in 1..=40 {
        let (first, second) = (run(seed, true), run(seed, true));
        let differs = first.last_steps.iter().zip(&second.last_steps).find(|(a, b)| a != b);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!((first.steps, first.sum), (second.steps, second.sum), "seed {seed}");
    }
    assert_ne!(run(1, false).sum, run(2, false).sum);
}

/// A simulation in which nothing happens holds every promise.
#[test]
fn everything_that_can_go_wrong_does() {
    let counts = run_all(1, 200).counts;
    for what in [
        "commits after a lost lease",
        "conflicts",
        "dead letters",
        "done",
        "duplicates",
        "freezes",
        "jumps",
        "kills",
        "lost answers",
        "lost leases",
        "redeliveries",
        "refused calls",
        "rejected",
        "repeated calls",
        "restarts",
        "stale runs",
        "ticks",
        "ticks of others",
        "wrong clocks",
    ] {
        assert!(counts.get(what).is_some_and(|times| *times >= 5), "{what}: {counts:?}");
    }
}
