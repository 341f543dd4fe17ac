//! What a consumer asks of its queue when there is nothing to do.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::FutureExt as _;

use super::tests::{Flaky, Rig, worker};

#[tokio::test(start_paused = true)]
async fn an_idle_consumer_asks_its_queue_once_in_five_seconds() {
    let rig = Rig::new();
    let queue = Flaky::new(&rig.memory, |_| false, false);
    let running =
        rig.start_on(&worker::<10, 4>(|_, _| async { Ok(()) }.boxed()), Arc::clone(&queue) as _);
    tokio::time::sleep(Duration::from_secs(600)).await;
    let asked = queue.calls.load(Ordering::SeqCst);
    running.stop().await;
    // Once more at the start.
    assert!((100..=121).contains(&asked), "{asked} times in ten minutes");
}
