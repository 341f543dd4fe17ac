//! One tenant's flood beside another's few messages, counted in runs, in virtual time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt as _;

use super::tests::{Rig, until, worker};

/// Messages of the tenant that floods.
const FLOOD: u32 = 10_000;

/// Runs side by side.
const CONCURRENCY: u32 = 4;

/// How many runs of the flood begin between the sending of each of another tenant's messages and its run.
///
/// The flood is `groups` order groups; a run takes `took`.
async fn runs_in_between(groups: u32, took: Duration) -> Vec<usize> {
    const ASKED: usize = 8;
    let rig = Rig::new();
    for n in 0..FLOOD {
        rig.send_as("acme", &format!("g{}", n % groups), n).await;
    }
    let begun = Arc::new(AtomicUsize::new(0));
    let waited = Arc::new(Mutex::new(Vec::new()));
    let sent_at = Arc::new(AtomicUsize::new(0));
    let (count, list, since) = (Arc::clone(&begun), Arc::clone(&waited), Arc::clone(&sent_at));
    let app = worker::<10, CONCURRENCY>(move |job, _| {
        if job.group == "rare" {
            let runs = count.load(Ordering::SeqCst) - since.load(Ordering::SeqCst);
            list.lock().unwrap().push(runs);
        } else {
            count.fetch_add(1, Ordering::SeqCst);
        }
        async move {
            tokio::time::sleep(took).await;
            Ok(())
        }
        .boxed()
    });
    let running = rig.start(&app);
    until("the flood is on", || begun.load(Ordering::SeqCst) > 50).await;
    for n in 0..ASKED {
        sent_at.store(begun.load(Ordering::SeqCst), Ordering::SeqCst);
        rig.send_as("other", "rare", u32::try_from(n).unwrap()).await;
        until("it is handled", || waited.lock().unwrap().len() > n).await;
        tokio::time::sleep(took * 3).await;
    }
    running.cut.cancel();
    running.stop().await;
    let waited = waited.lock().unwrap().clone();
    assert_eq!(waited.len(), ASKED);
    waited
}

#[tokio::test(start_paused = true)]
async fn a_tenant_waits_for_a_slot_and_not_for_the_flood_of_another() {
    // Each message in a group of its own, and all in a few groups.
    for groups in [FLOOD, 40] {
        let runs = runs_in_between(groups, Duration::from_millis(300)).await;
        // What goes on when it comes, and what was taken with it; messages of a group run in turn.
        let most = if groups == FLOOD { 2 } else { 20 } * CONCURRENCY as usize;
        assert!(runs.iter().all(|runs| *runs <= most), "{groups} groups: {runs:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn beside_a_flood_of_fast_runs_a_tenant_waits_for_less_than_a_lot() {
    let runs = runs_in_between(FLOOD, Duration::from_millis(10)).await;
    let lot = 10 * CONCURRENCY as usize;
    assert!(runs.iter().all(|runs| *runs <= lot), "{runs:?}");
}
