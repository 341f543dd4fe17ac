//! What becomes of the messages of a queue that a function is mapped to (E2 to E11).

use std::sync::Arc;
use std::time::{Duration, Instant};

use lambda_emulator::{Misbehaviour, Poller, Source};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use twinhost::filter::Filter;

use crate::probe::{Probe, probe, until};
use crate::queue::{Queue, queue, standard_queue};

/// A queue with a function behind it.
struct Mapped {
    queue: Queue,
    probe: Probe,
    poller: Poller,
    misbehaviour: Arc<Misbehaviour>,
    wake: Arc<Notify>,
    stop: CancellationToken,
}

impl Drop for Mapped {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Polls from the start; what is sent before is taken in one batch.
async fn mapped(concurrency: usize, before: impl AsyncFnOnce(&Queue)) -> Mapped {
    filtered(&[], concurrency, before).await
}

/// The same with patterns of what the function wants.
async fn filtered(
    patterns: &[&str],
    concurrency: usize,
    before: impl AsyncFnOnce(&Queue),
) -> Mapped {
    let queue = queue().await;
    before(&queue).await;
    polled(queue, patterns, concurrency, Duration::ZERO)
}

/// A standard queue whose batches wait for others.
async fn gathered(window: Duration, before: impl AsyncFnOnce(&Queue)) -> Mapped {
    let queue = standard_queue().await;
    before(&queue).await;
    polled(queue, &[], 4, window)
}

fn polled(queue: Queue, patterns: &[&str], concurrency: usize, window: Duration) -> Mapped {
    let probe = probe(|options| options.concurrency = concurrency);
    let (misbehaviour, wake) = (Arc::new(Misbehaviour::default()), Arc::new(Notify::new()));
    let source = Source {
        url: queue.url.clone(),
        arn: "arn:aws:sqs:us-east-1:123456789012:orders.fifo".to_owned(),
        region: "us-east-1".to_owned(),
        batch: 10,
        window,
        filter: Filter::of(patterns).unwrap(),
        function: Arc::clone(&probe.function),
    };
    let sqs = queue.clients.sqs().clone();
    let poller = Poller::new(source, sqs, Arc::clone(&misbehaviour), Arc::clone(&wake));
    let stop = CancellationToken::new();
    tokio::spawn(poller.clone().run(stop.clone()));
    Mapped { queue, probe, poller, misbehaviour, wake, stop }
}

impl Mapped {
    /// Sends bodies to one group at once, and has them looked for.
    async fn send(&self, group: &str, bodies: impl IntoIterator<Item = Value>) {
        self.queue.send_at_once(group, bodies).await;
        self.wake.notify_waiters();
    }

    /// Waits until so many batches have been received and nothing more is done about any of them.
    async fn settled(&self, batches: usize) {
        until("its batches are done with", || self.poller.at_rest() == Some(batches)).await;
    }

    async fn invoked(&self, times: usize) {
        until("it is invoked", || self.invocations() >= times).await;
    }

    fn invocations(&self) -> usize {
        self.probe.function.log().matches("invoked with").count()
    }
}

fn act(what: &str) -> Value {
    json!({ "do": what })
}

/// Longer than anything is waited for here.
const LONG: Duration = Duration::from_secs(300);

#[tokio::test]
async fn a_batch_waits_for_others_until_it_is_full() {
    let mapped = gathered(LONG, async |queue| queue.send("", [json!(0)]).await).await;
    mapped.queue.holds(&[(json!(0), 1)]).await;
    assert_eq!(mapped.invocations(), 0);
    mapped.send("", (1..10).map(Value::from)).await;
    mapped.queue.holds(&[]).await;
    assert_eq!(mapped.invocations(), 1);
}

#[tokio::test]
async fn a_batch_that_is_not_full_waits_for_its_window_and_no_longer() {
    let window = Duration::from_secs(1);
    let mapped = gathered(window, async |_| {}).await;
    let began = Instant::now();
    mapped.send("", [json!(0)]).await;
    mapped.invoked(1).await;
    assert!(began.elapsed() >= window, "{:?}", began.elapsed());
    mapped.queue.holds(&[]).await;
}

#[tokio::test]
async fn a_batch_that_waits_is_handed_over_when_polling_stops() {
    let mapped = gathered(LONG, async |queue| queue.send("", [json!(0)]).await).await;
    mapped.queue.holds(&[(json!(0), 1)]).await;
    assert_eq!(mapped.invocations(), 0);
    mapped.stop.cancel();
    mapped.queue.holds(&[]).await;
    assert_eq!(mapped.invocations(), 1);
}

#[tokio::test]
async fn a_batch_is_closed_at_six_megabytes_and_what_has_no_room_is_in_the_next() {
    let body = Value::from("x".repeat(1_000_000));
    let all = vec![body; 8];
    let mapped = gathered(Duration::ZERO, async |queue| queue.send("", all).await).await;
    mapped.queue.holds(&[]).await;
    assert_eq!(mapped.invocations(), 2);
}

#[tokio::test]
async fn what_is_not_reported_is_deleted_and_the_rest_comes_again() {
    let (done, fail) = (json!(1), act("fail"));
    let all = [done.clone(), fail.clone(), json!(2)];
    let mapped = mapped(4, async |queue| queue.send("g", all).await).await;
    mapped.queue.holds(&[(fail.clone(), 1)]).await;
    mapped.queue.time_out().await;
    mapped.wake.notify_waiters();
    mapped.queue.holds(&[(fail.clone(), 2)]).await;
    mapped.settled(2).await;
    mapped.queue.holds(&[(fail, 2)]).await;
}

#[tokio::test]
async fn a_batch_that_fails_as_a_whole_keeps_all_its_messages() {
    let no_report =
        json!({"do": "answer", "with": {"batchItemFailures": [{"itemIdentifier": "nobody"}]}});
    for bad in [act("fail all"), act("crash"), no_report] {
        let all = [json!(1), bad.clone()];
        let mapped = mapped(4, async |queue| queue.send("g", all).await).await;
        mapped.invoked(1).await;
        mapped.settled(1).await;
        mapped.queue.holds(&[(json!(1), 1), (bad, 1)]).await;
    }
}

/// D1: for a process that dies nobody speaks, so the queue counts; what comes in the same batches is counted with it.
#[tokio::test]
async fn a_message_that_kills_its_process_each_time_is_given_up_by_the_queue() {
    let mapped = mapped(1, async |queue| {
        queue.gives_up_after(3).await;
        queue.send("g", [act("crash")]).await;
        queue.send("h", [json!("beside")]).await;
    });
    let mapped = mapped.await;
    let both = |count| [(act("crash"), count), (json!("beside"), count)];
    for count in 1..=3 {
        mapped.invoked(count).await;
        mapped.queue.holds(&both(count as u64)).await;
        mapped.queue.time_out().await;
        mapped.wake.notify_waiters();
    }
    mapped.queue.holds(&[]).await;
    assert_eq!(mapped.queue.dead().await, both(3));
    assert_eq!(mapped.invocations(), 3);
    mapped.send("g", [json!("behind")]).await;
    mapped.invoked(4).await;
    mapped.queue.holds(&[]).await;
}

#[tokio::test]
async fn an_empty_answer_is_complete_success() {
    for answer in [Value::Null, json!({}), json!({"batchItemFailures": null})] {
        let mapped = mapped(4, async |_| {}).await;
        mapped.send("g", [json!({"do": "answer", "with": answer})]).await;
        mapped.invoked(1).await;
        mapped.queue.holds(&[]).await;
    }
}

#[tokio::test]
async fn what_no_pattern_wants_is_deleted_and_the_function_is_not_invoked_with_it() {
    let patterns = [r#"{"body": {"do": ["fail"]}}"#, r#"{"body": {"n": [{"numeric": [">", 1]}]}}"#];
    let mapped = filtered(&patterns, 4, async |queue| {
        queue.send("g", [json!("text"), json!({"n": 1}), act("crash")]).await;
    });
    let mapped = mapped.await;
    mapped.queue.holds(&[]).await;
    assert_eq!(mapped.invocations(), 0);
    mapped.send("g", [json!({"n": 1}), act("fail"), json!({"n": 2})]).await;
    mapped.invoked(1).await;
    mapped.queue.holds(&[(act("fail"), 1)]).await;
    mapped.settled(1).await;
    mapped.queue.holds(&[(act("fail"), 1)]).await;
    assert_eq!(mapped.invocations(), 1);
}

#[tokio::test]
async fn a_mapping_without_reports_deletes_what_failed() {
    let mapped = mapped(4, async |_| {}).await;
    mapped.misbehaviour.ignore_reports(true);
    mapped.send("g", [act("fail")]).await;
    mapped.invoked(1).await;
    mapped.queue.holds(&[]).await;
}

#[tokio::test]
async fn a_poll_that_is_throttled_costs_no_delivery() {
    let mapped = mapped(1, async |_| {}).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("go-on");
    let first = json!({"do": "await", "file": &file});
    mapped.send("g", [first.clone()]).await;
    mapped.invoked(1).await;
    mapped.send("h", [act("fail")]).await;
    mapped.queue.holds(&[(first, 1), (act("fail"), 0)]).await;
    std::fs::write(&file, "").unwrap();
    mapped.invoked(2).await;
    // Its one delivery is the one that the function has seen.
    mapped.queue.holds(&[(act("fail"), 1)]).await;
    assert_eq!(mapped.invocations(), 2);
}

#[tokio::test]
async fn groups_are_worked_on_side_by_side_and_a_group_one_batch_at_a_time() {
    let wait = json!({"do": "wait", "ms": 60_000});
    let mapped = mapped(4, async |_| {}).await;
    mapped.send("g", [wait.clone()]).await;
    mapped.invoked(1).await;
    mapped.send("g", [json!("behind")]).await;
    mapped.send("h", [wait.clone()]).await;
    mapped.invoked(2).await;
    mapped.queue.holds(&[(wait.clone(), 1), (json!("behind"), 0), (wait, 1)]).await;
}

#[tokio::test]
async fn a_batch_is_delivered_twice_and_deletes_are_lost_when_asked_for() {
    let mapped = mapped(4, async |_| {}).await;
    mapped.misbehaviour.duplicate(1.0);
    mapped.send("g", [json!("twice")]).await;
    mapped.invoked(2).await;
    mapped.queue.holds(&[]).await;

    mapped.misbehaviour.duplicate(0.0);
    mapped.misbehaviour.lose_deletes(1.0);
    mapped.send("g", [json!("lost")]).await;
    mapped.invoked(3).await;
    mapped.settled(2).await;
    mapped.misbehaviour.lose_deletes(0.0);
    mapped.queue.time_out().await;
    mapped.wake.notify_waiters();
    mapped.invoked(4).await;
    mapped.queue.holds(&[]).await;
}
