//! Promises of what a queue can be told: no order, a delay, how long it keeps messages; and of traces.

use std::collections::HashSet;
use std::time::Duration;

use super::unit::{With as _, unit};
use super::{Backend, LEASE, ORDERS, Operated, PAST_LEASE, PHOTOS, applied, bodies, commit, get};
use crate::Trace;
use crate::ports::{CommitError, DeadLetter, LONGEST_LEASE, PortError, Received};
use crate::queue_options::DEAD_LETTERS_RETENTION;
use crate::unit::{Ack, Condition, Outgoing, Unit};

/// How long the queue of photos keeps a message.
const RETENTION: Duration = Duration::from_secs(3600);

/// A message without order.
fn photo(name: &str) -> Outgoing {
    Outgoing {
        id: name.to_owned(),
        queue: PHOTOS.to_owned(),
        group: name.to_owned(),
        body: name.to_owned(),
        ..Outgoing::default()
    }
}

async fn send(backend: &dyn Backend, messages: impl IntoIterator<Item = Outgoing>) {
    let mut all = unit();
    all.sends.extend(messages);
    applied(backend, all).await;
}

async fn receive(backend: &dyn Backend, queue: &str, max: usize) -> Vec<Received> {
    backend.queue().receive(queue, max, 10, LEASE).await.expect("a receive succeeds")
}

async fn done(backend: &dyn Backend, received: &[Received]) {
    let units: Vec<Unit> = received.iter().map(|message| unit().done(message)).collect();
    backend.commit().commit(units).await.expect("the units commit");
}

async fn dead(backend: &dyn Backend, queue: &str) -> Vec<String> {
    let peeked = backend.queue().peek(queue, true, 100).await.expect("a peek succeeds");
    peeked.into_iter().map(|letter| letter.id).collect()
}

async fn give_up(backend: &dyn Backend, received: &[Received]) {
    let letter = |message: &Received| DeadLetter {
        receipt: message.receipt.clone(),
        reason: "no".to_owned(),
    };
    let letters: Vec<DeadLetter> = received.iter().map(letter).collect();
    backend.queue().dead_letter(&letters).await.expect("a move succeeds");
}

/// Without order a message waits for no other: what is hidden holds nothing up.
pub async fn without_order_no_message_waits_for_another(backend: &dyn Backend) {
    send(backend, ["1", "2", "3"].map(photo)).await;
    let first = receive(backend, PHOTOS, 1).await;
    assert_eq!(receive(backend, PHOTOS, 10).await.len(), 2);
    assert!(receive(backend, PHOTOS, 10).await.is_empty());
    backend.advance(PAST_LEASE).await;
    let again = receive(backend, PHOTOS, 10).await;
    assert_eq!(again.len(), 3);
    assert!(again.iter().all(|message| message.receive_count == 2));
    let groups: HashSet<&str> = again.iter().map(|message| message.group.as_str()).collect();
    assert_eq!(groups.len(), 3, "each is a group of its own");
    done(backend, &again).await;
    backend.advance(PAST_LEASE).await;
    assert!(receive(backend, PHOTOS, 10).await.is_empty());
    assert_eq!(first.len(), 1);
}

/// Without order several receivers share the messages, and none comes twice.
pub async fn without_order_receivers_share_the_messages(backend: &dyn Backend) {
    send(backend, (0..99).map(|n| photo(&n.to_string()))).await;
    let mut seen = HashSet::new();
    while seen.len() < 99 {
        let batches = futures::future::join_all((0..8).map(|_| receive(backend, PHOTOS, 5))).await;
        let received: Vec<Received> = batches.into_iter().flatten().collect();
        assert!(!received.is_empty(), "what is left is delivered");
        for message in &received {
            assert!(seen.insert(message.id.clone()), "`{}` came twice", message.id);
        }
        done(backend, &received).await;
    }
}

/// V3: without order, too, who lost a message cannot acknowledge it, whether or not somebody else has it.
pub async fn without_order_an_acknowledgement_after_the_lease_has_no_effect(backend: &dyn Backend) {
    send(backend, [photo("1")]).await;
    let first = receive(backend, PHOTOS, 1).await;
    backend.advance(PAST_LEASE).await;
    let late = |key| {
        let mut late = unit().put(Condition::Any, key, "{}");
        late.ack = Some(Ack::Done(first[0].receipt.clone()));
        commit(backend, late)
    };
    let refused = late("a").await;
    assert!(matches!(refused, Err(CommitError::LeaseLost)), "{refused:?}");
    let second = receive(backend, PHOTOS, 1).await;
    assert_eq!(second[0].receive_count, 2);
    let refused = late("b").await;
    assert!(matches!(refused, Err(CommitError::LeaseLost)), "{refused:?}");
    assert_eq!((get(backend, "a").await, get(backend, "b").await), (None, None));
    done(backend, &second).await;
}

/// Q9: a message that is put off is delivered when its time has come, and is not in anybody's way.
pub async fn a_message_that_is_put_off_comes_when_its_time_has_come(backend: &dyn Backend) {
    let later = Outgoing { delay: Duration::from_secs(60), ..photo("later") };
    send(backend, [later, photo("now")]).await;
    assert_eq!(bodies(&receive(backend, PHOTOS, 10).await), ["now"]);
    backend.advance(Duration::from_secs(55)).await;
    done(backend, &receive(backend, PHOTOS, 10).await).await;
    assert_eq!(backend.queue().stats(PHOTOS).await.expect("figures").backlog, 1);
    backend.advance(Duration::from_secs(6)).await;
    let received = receive(backend, PHOTOS, 10).await;
    assert_eq!((bodies(&received), received[0].receive_count), (vec!["later"], 1));
}

/// Q8: what was sent too long ago is not delivered, however long it was hidden, and its group goes on.
pub async fn what_was_sent_too_long_ago_is_not_delivered(backend: &dyn Operated) {
    let backend: &dyn Backend = backend;
    send(backend, ["1", "2"].map(photo)).await;
    receive(backend, PHOTOS, 1).await;
    backend.advance(RETENTION - Duration::from_secs(5)).await;
    assert_eq!(receive(backend, PHOTOS, 10).await.len(), 2, "not yet");
    backend.advance(PAST_LEASE).await;
    send(backend, [photo("3")]).await;
    assert_eq!(bodies(&receive(backend, PHOTOS, 10).await), ["3"]);
    applied(backend, unit().send("g", "1")).await;
    backend.advance(Duration::from_hours(4 * 24) + Duration::from_secs(1)).await;
    applied(backend, unit().send("g", "2")).await;
    assert_eq!(bodies(&receive(backend, ORDERS, 1).await), ["2"], "one that is left, at once");
}

/// Q8: who has a message when its time is over may finish it.
pub async fn a_message_in_hand_can_be_finished_when_its_time_is_over(backend: &dyn Operated) {
    send(backend, [photo("1")]).await;
    backend.advance(RETENTION - Duration::from_secs(5)).await;
    let received = receive(backend, PHOTOS, 1).await;
    backend.advance(Duration::from_secs(10)).await;
    backend.housekeep().await;
    let mut finish = unit();
    finish.ack = Some(Ack::Done(received[0].receipt.clone()));
    applied(backend, finish.put(Condition::Any, "finished", "1")).await;
}

/// Q8: what nobody asks for is deleted, too.
pub async fn what_is_kept_too_long_is_deleted(backend: &dyn Operated) {
    send(backend, ["1", "2", "3"].map(photo)).await;
    backend.advance(RETENTION + Duration::from_secs(1)).await;
    send(backend, [photo("4")]).await;
    backend.housekeep().await;
    let left = backend.queue().peek(PHOTOS, false, 10).await.expect("a peek succeeds");
    assert_eq!(left.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), ["4"]);
}

/// D3: a dead letter is kept from its move where there is order, from its send where there is none.
pub async fn a_dead_letter_is_kept_from_its_move_or_without_order_from_its_send(
    backend: &dyn Operated,
) {
    let minute = Duration::from_secs(60);
    applied(backend, unit().send("g", "order")).await;
    send(backend, [photo("photo")]).await;
    backend.advance(RETENTION - minute).await;
    for queue in [ORDERS, PHOTOS] {
        give_up(backend, &receive(backend, queue, 1).await).await;
    }
    let kept = async || {
        backend.housekeep().await;
        [dead(backend, ORDERS).await.len(), dead(backend, PHOTOS).await.len()]
    };
    backend.advance(DEAD_LETTERS_RETENTION - RETENTION).await;
    assert_eq!(kept().await, [1, 1], "a minute before the first");
    backend.advance(minute * 2).await;
    assert_eq!(kept().await, [1, 0]);
    backend.advance(RETENTION - minute * 3).await;
    assert_eq!(kept().await, [1, 0], "a minute before the other");
    backend.advance(minute * 2).await;
    assert_eq!(kept().await, [0, 0]);
}

/// V2: a message is hidden for twelve hours at the most since it was received.
pub async fn nobody_keeps_a_message_for_more_than_twelve_hours(backend: &dyn Backend) {
    let queue = backend.queue();
    let refused = queue.receive(ORDERS, 1, 1, LONGEST_LEASE + Duration::from_secs(1)).await;
    let error = refused.expect_err("too long a lease");
    assert!(matches!(error, PortError::Invalid { .. }), "{error:?}");
    assert!(error.to_string().contains("12 hours"), "{error}");
    applied(backend, unit().send("g", "1")).await;
    let six = Duration::from_hours(6);
    let received = queue.receive(ORDERS, 1, 1, six * 2).await.expect("a receive succeeds");
    let receipts = [received[0].receipt.clone()];
    let extend = async |lease| {
        let lost = queue.extend(&receipts, lease).await.expect("an extension succeeds");
        lost.is_empty()
    };
    backend.advance(six).await;
    assert!(extend(six - Duration::from_secs(60)).await);
    assert!(!extend(six + Duration::from_secs(60)).await, "twelve hours and a minute");
    backend.advance(six - Duration::from_secs(120)).await;
    assert!(receive(backend, ORDERS, 1).await.is_empty(), "what was granted is kept");
    backend.advance(Duration::from_secs(61)).await;
    assert_eq!(receive(backend, ORDERS, 1).await[0].receive_count, 2);
}

/// C2: the trace of what caused a message travels with it, to the dead letters and back.
pub async fn a_trace_travels_with_its_message(backend: &dyn Backend) {
    let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let trace: Trace = text.parse().expect("a trace");
    send(backend, [Outgoing { trace: Some(trace), ..photo("traced") }, photo("not")]).await;
    let of = |received: &[Received], id: &str| {
        received.iter().find(|message| message.id == id).map(|message| message.trace)
    };
    let received = receive(backend, PHOTOS, 10).await;
    assert_eq!(of(&received, "traced"), Some(Some(trace)));
    assert_eq!(of(&received, "not"), Some(None));
    give_up(backend, &received).await;
    assert_eq!(backend.queue().redrive(PHOTOS, None).await.expect("a redrive succeeds"), 2);
    assert_eq!(of(&receive(backend, PHOTOS, 10).await, "traced"), Some(Some(trace)));
}
