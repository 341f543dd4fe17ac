//! What must be true when all is done: the accounts of what was sent, done and given up.

use std::collections::BTreeMap;

use twinhost::ports::Stored;
use twinhost::{Document, TenantId};

use crate::app::{Ledger, Plan, Tally, Ticker, ledger};
use crate::ticks;
use crate::world::World;

async fn document<D: Document>(world: &World, tenant: &TenantId, key: &str) -> Option<D> {
    let documents = world.memory.ports().documents;
    let stored = documents.get(tenant, D::COLLECTION, key).await.ok().flatten();
    stored.map(|Stored { body, .. }| serde_json::from_str(&body).expect("a document of ours"))
}

async fn done(world: &World, handler: &str, group: &str) -> Vec<u32> {
    let (tenant, group) = group.split_once('/').expect("a group with its tenant");
    let tenant = tenant.parse().expect("a tenant's name");
    document::<Ledger>(world, &tenant, &ledger(handler, group)).await.unwrap_or_default().done
}

/// The bodies' numbers of the dead letters of a queue, by order group.
fn dead(world: &World, queue: &str) -> BTreeMap<String, Vec<u32>> {
    let mut dead = BTreeMap::<String, Vec<u32>>::new();
    let state = world.state();
    for letter in state.models.get(queue).map(|model| model.dead()).unwrap_or_default() {
        let n = number(&letter.body);
        dead.entry(letter.group.clone()).or_default().push(n);
    }
    dead
}

fn number(body: &str) -> u32 {
    #[derive(serde::Deserialize)]
    struct Numbered {
        n: u32,
    }
    serde_json::from_str::<Numbered>(body).expect("a message of ours").n
}

/// INV1-INV4: what was acknowledged to its sender is done or a dead letter, one of the two and once; what is done of a
/// group was done in the order sent, by the worker and by the auditor, who got what the worker sent; and the tally of
/// all groups has counted each once.
pub(crate) async fn accounts_balance(world: &World) {
    let sent = world.state().sent.clone();
    let (dead, unheard) = (dead(world, "worker"), dead(world, "auditor"));
    let mut by_tenant = BTreeMap::<TenantId, u64>::new();
    for (group, jobs) in &sent {
        let none = Vec::new();
        let dead = dead.get(group).unwrap_or(&none);
        let done = done(world, "worker", group).await;
        let there = |n: &u32| done.contains(n) || dead.contains(n);
        let expected: Vec<u32> = jobs
            .iter()
            .filter(|(job, known)| !dead.contains(&job.n) && (*known || there(&job.n)))
            .map(|(job, _)| job.n)
            .collect();
        if done != expected {
            world.violated(format!(
                "of `{group}` {done:?} was done, and should be {expected:?}; dead letters are {dead:?}"
            ));
        }
        let unheard = unheard.get(group).unwrap_or(&none);
        let expected: Vec<u32> = done.iter().filter(|n| !unheard.contains(n)).copied().collect();
        let heard = self::done(world, "auditor", group).await;
        if heard != expected {
            world.violated(format!(
                "of `{group}` the auditor heard {heard:?}, and should have {expected:?}"
            ));
        }
        let (tenant, _) = group.split_once('/').expect("a group with its tenant");
        *by_tenant.entry(tenant.parse().expect("a tenant's name")).or_default() +=
            done.len() as u64;
    }
    for (tenant, expected) in by_tenant {
        let tally = document::<Tally>(world, &tenant, Tally::KEY).await.unwrap_or_default().done;
        if tally != expected {
            world.violated(format!("the tally of `{tenant}` is {tally} and should be {expected}"));
        }
    }
}

/// After a redrive in peace: only what can never succeed is a dead letter, and all else was done once, ticks too.
pub(crate) async fn everything_good_is_done(world: &World) {
    let system = format!("{}/{}", TenantId::system(), Ticker::GROUP);
    ticks::each_is_handled_once(world, &done(world, "ticker", &system).await);
    let sent = world.state().sent.clone();
    let dead = dead(world, "worker");
    for (group, jobs) in &sent {
        for handler in ["worker", "auditor"] {
            let mut done = done(world, handler, group).await;
            done.sort_unstable();
            let hopeless = |plan| matches!(plan, Plan::Poison | Plan::Reject);
            let there =
                |n| done.contains(&n) || dead.get(group).is_some_and(|dead| dead.contains(&n));
            let expected: Vec<u32> = jobs
                .iter()
                .filter(|(job, known)| !hopeless(job.plan) && (*known || there(job.n)))
                .map(|(job, _)| job.n)
                .collect();
            if done != expected {
                world.violated(format!(
                    "of `{group}` the {handler} did {done:?}, and should have done {expected:?}"
                ));
            }
        }
    }
}
