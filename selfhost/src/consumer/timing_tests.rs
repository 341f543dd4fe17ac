//! When a lease is renewed, and when what failed comes again, in virtual time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use twinhost::HandlerError;
use twinhost::ports::Queue as _;

use super::LONGEST_LEASE;
use super::tests::{Rig, until, worker};

/// V6.
#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_whenever_a_third_of_it_is_over() {
    let rig = Rig::new();
    for n in 0..5 {
        rig.send_as("acme", "a", n).await;
    }
    // Five times 20 s in one run.
    let running = rig.start(&worker::<10, 1>(|_, _| {
        async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            Ok(())
        }
        .boxed()
    }));
    let mut least = Duration::MAX;
    for _ in 0..950 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = rig.memory.ports().clock.now();
        let held = rig.memory.peek("worker", false, 1).await.unwrap().remove(0);
        let left = Duration::try_from(held.visible_at.duration_since(now)).unwrap_or_default();
        least = least.min(left);
    }
    running.stop().await;
    let two_thirds = LONGEST_LEASE / 3 * 2;
    let slack = Duration::from_millis(200);
    assert!(least + slack >= two_thirds && least <= two_thirds + slack, "{least:?} were left");
}

/// E14: a second, then two, each with up to a quarter more.
#[tokio::test(start_paused = true)]
async fn what_failed_comes_again_after_a_pause_that_doubles() {
    let rig = Rig::new();
    let groups = ["a", "b", "c", "d"];
    for group in groups {
        rig.send_as("acme", group, 0).await;
    }
    let tried = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&tried);
    let running = rig.start(&worker::<10, 4>(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
        async { Err(HandlerError::retry("not yet")) }.boxed()
    }));
    for (round, seconds) in [(1, 1.0), (2, 2.0)] {
        until("each was tried once more", || tried.load(Ordering::SeqCst) == round * groups.len())
            .await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = rig.memory.ports().clock.now();
        let waiting = rig.memory.peek("worker", false, 10).await.unwrap();
        let pauses: Vec<f64> =
            waiting.iter().map(|m| m.visible_at.duration_since(now).as_secs_f64()).collect();
        let range = seconds - 0.1..seconds * 1.25;
        assert!(pauses.len() == 4 && pauses.iter().all(|it| range.contains(it)), "{pauses:?}");
        let apart = pauses.iter().any(|pause| (pause - pauses[0]).abs() > 0.005);
        assert!(apart, "they do not come again together: {pauses:?}");
    }
    running.stop().await;
}
