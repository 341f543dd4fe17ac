//! Promises of queues.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::unit::{With as _, of, unit};
use super::{Backend, LEASE, ORDERS, PAST_LEASE, acme, applied, bodies, commit, receive, tenant};
use crate::ports::{Committed, DeadLetter, Received, Release};
use crate::unit::Unit;

/// Sends the bodies `1`, `2`, … to one group.
async fn send(backend: &dyn Backend, group: &str, count: usize) {
    let messages = (1..=count).fold(unit(), |unit, n| unit.send(group, &n.to_string()));
    applied(backend, messages).await;
}

async fn extend(backend: &dyn Backend, message: &Received, lease: Duration) -> bool {
    let lost = backend.queue().extend(std::slice::from_ref(&message.receipt), lease).await;
    lost.expect("an extension succeeds").is_empty()
}

fn release(message: &Received, delay: u64, attempted: bool) -> Release {
    Release {
        receipt: message.receipt.clone(),
        delay: Duration::from_secs(delay),
        attempted,
        reason: attempted.then(|| "it failed".to_owned()),
    }
}

async fn give_back(backend: &dyn Backend, releases: &[Release]) {
    backend.queue().release(releases).await.expect("a release succeeds");
}

/// Q1: the bytes delivered are the bytes sent.
pub async fn a_body_is_delivered_to_the_byte(backend: &dyn Backend) {
    let odd = [
        r#"{"b":1,"a":2,"b":3}"#,
        r#"{ "n" : 1e2, "m": 100.00 }"#,
        "{\"text\":\"a\\u0000b \\ud83d\\ude00 é\"}\r\n",
        "\"\u{10ffff}\\\\\\\" \t\"\n\n",
        "0",
    ];
    let all = odd.iter().fold(unit(), |unit, body| unit.send("g", body));
    applied(backend, all).await;
    assert_eq!(bodies(&receive(backend, 10, 10).await), odd);
}

/// V1: invisible for the lease; then again, with the count one up and a new receipt.
pub async fn a_message_is_hidden_for_its_lease_and_then_delivered_again(backend: &dyn Backend) {
    send(backend, "g", 1).await;
    let sent = backend.queue().peek(ORDERS, false, 1).await.expect("a peek succeeds").remove(0);
    let first = receive(backend, 10, 10).await.remove(0);
    assert_eq!(first.sent_at, sent.sent_at, "it says when it was sent");
    assert_eq!(
        (first.id.as_str(), first.group.as_str(), first.tenant.as_str(), first.receive_count),
        ("g-1", "acme/g", "acme", 1)
    );
    backend.advance(LEASE - Duration::from_secs(5)).await;
    assert!(receive(backend, 10, 10).await.is_empty());
    backend.advance(Duration::from_secs(6)).await;
    let second = receive(backend, 10, 10).await.remove(0);
    assert_eq!((second.id.as_str(), second.receive_count), ("g-1", 2));
    assert_ne!(second.receipt, first.receipt);
    // A backend may move what is stored into the past instead of its clock.
    assert!(second.sent_at <= first.sent_at, "that stays");
    assert!(!extend(backend, &first, LEASE).await, "the first receipt is stale");
}

/// V2: an extension counts from the call; past the lease it is refused.
pub async fn an_extension_counts_from_the_call(backend: &dyn Backend) {
    send(backend, "g", 1).await;
    let message = receive(backend, 10, 10).await.remove(0);
    backend.advance(Duration::from_secs(20)).await;
    assert!(extend(backend, &message, LEASE).await);
    backend.advance(Duration::from_secs(25)).await;
    assert!(receive(backend, 10, 10).await.is_empty());
    backend.advance(Duration::from_secs(6)).await;
    assert!(!extend(backend, &message, LEASE).await);
    assert_eq!(receive(backend, 10, 10).await.len(), 1);
}

/// V5: a lease of nothing raises the count, and the message may come again at once.
pub async fn a_lease_of_nothing_counts_and_hides_nothing(backend: &dyn Backend) {
    send(backend, "g", 1).await;
    for count in 1..=3 {
        let received = backend.queue().receive(ORDERS, 1, 1, Duration::ZERO).await;
        assert_eq!(received.expect("a receive succeeds")[0].receive_count, count);
    }
}

/// D1: a delivery that ended without a word can be told from one that failed, and from one that does not count.
pub async fn a_delivery_that_nobody_answered_is_known(backend: &dyn Backend) {
    send(backend, "g", 1).await;
    let first = receive(backend, 1, 1).await.remove(0);
    assert!(!first.unanswered, "there was none before");
    give_back(backend, &[release(&first, 0, true)]).await;
    let second = receive(backend, 1, 1).await.remove(0);
    assert!(!second.unanswered, "it failed");
    backend.advance(PAST_LEASE).await;
    let third = receive(backend, 1, 1).await.remove(0);
    assert!(third.unanswered, "its lease ran out");
    give_back(backend, &[release(&third, 0, false)]).await;
    let again = receive(backend, 1, 1).await.remove(0);
    assert_eq!(
        (again.receive_count, again.unanswered),
        (3, true),
        "the delivery between counts for nothing"
    );
    backend
        .queue()
        .dead_letter(&[DeadLetter { receipt: again.receipt, reason: "test".to_owned() }])
        .await
        .expect("it moves");
    backend.queue().redrive(ORDERS, None).await.expect("a redrive succeeds");
    let anew = receive(backend, 1, 1).await.remove(0);
    assert_eq!((anew.receive_count, anew.unanswered), (1, false));
    backend.advance(PAST_LEASE).await;
    assert!(
        receive(backend, 1, 1).await[0].unanswered,
        "what was answered was before it was sent back"
    );
}

/// F1: the first message is hidden, so nothing of the group is delivered.
pub async fn when_the_first_is_hidden_nothing_of_its_group_is_delivered(backend: &dyn Backend) {
    send(backend, "g", 3).await;
    let run = receive(backend, 10, 10).await;
    assert!(extend(backend, &run[0], LEASE * 4).await);
    backend.advance(PAST_LEASE).await;
    assert!(receive(backend, 10, 10).await.is_empty());
}

/// F1: the second or third is hidden, so only those before it are delivered.
pub async fn when_a_later_one_is_hidden_only_those_before_it_are_delivered(backend: &dyn Backend) {
    for (group, hidden) in [("g", 1), ("h", 2)] {
        send(backend, group, 4).await;
        let run = receive(backend, 10, 10).await;
        assert_eq!(run.len(), 4);
        assert!(extend(backend, &run[hidden], LEASE * 100).await);
        backend.advance(PAST_LEASE).await;
        let again = receive(backend, 10, 10).await;
        assert_eq!(bodies(&again), bodies(&run[..hidden]), "{group}");
        backend.queue().purge(ORDERS, false).await.expect("a purge succeeds");
    }
}

/// F2: as many of one group as allowed, next to each other, in order.
pub async fn one_receive_takes_much_of_a_group_in_order(backend: &dyn Backend) {
    let mixed = (1..=4)
        .fold(unit(), |unit, n| unit.send("g", &format!("g{n}")).send("h", &format!("h{n}")));
    applied(backend, mixed).await;
    let received = receive(backend, 6, 3).await;
    let mut runs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for message in &received {
        runs.entry(&message.group).or_default().push(&message.body);
    }
    let expected =
        BTreeMap::from([("acme/g", vec!["g1", "g2", "g3"]), ("acme/h", vec!["h1", "h2", "h3"])]);
    assert_eq!(runs, expected, "at most `per_group` of each");
    assert_eq!(received[0].group, received[2].group, "a group is together");
    backend.advance(PAST_LEASE).await;
    assert_eq!(receive(backend, 2, 10).await.len(), 2, "at most `max`");
}

/// F3: a group goes on when its head is deleted, but not while any of a run is in flight.
pub async fn deleting_the_head_makes_the_next_deliverable_and_part_of_a_run_does_not(
    backend: &dyn Backend,
) {
    send(backend, "g", 4).await;
    let head = receive(backend, 1, 1).await.remove(0);
    assert!(receive(backend, 10, 10).await.is_empty());
    applied(backend, unit().done(&head)).await;
    let run = receive(backend, 2, 2).await;
    assert_eq!(bodies(&run), ["2", "3"]);
    applied(backend, unit().done(&run[0])).await;
    assert!(receive(backend, 10, 10).await.is_empty());
    applied(backend, unit().done(&run[1])).await;
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["4"]);
}

/// F4: a run whose lease has run out comes again as it was.
pub async fn after_a_timeout_the_same_run_comes_in_the_same_order(backend: &dyn Backend) {
    send(backend, "g", 5).await;
    let first = receive(backend, 10, 3).await;
    backend.advance(PAST_LEASE).await;
    let again = receive(backend, 10, 3).await;
    assert_eq!(bodies(&again), bodies(&first));
    assert!(again.iter().all(|message| message.receive_count == 2));
}

/// A group in flight holds back no other.
pub async fn groups_do_not_wait_for_each_other(backend: &dyn Backend) {
    send(backend, "g", 2).await;
    assert_eq!(receive(backend, 1, 1).await.len(), 1);
    send(backend, "h", 2).await;
    let received = receive(backend, 10, 10).await;
    assert!(received.iter().all(|message| message.group == "acme/h"), "{received:?}");
    assert_eq!(bodies(&received), ["1", "2"]);
}

/// A tenant cannot block another's group by its name.
pub async fn groups_of_the_same_name_are_distinct_between_tenants(backend: &dyn Backend) {
    send(backend, "g", 1).await;
    assert_eq!(receive(backend, 10, 10).await.len(), 1);
    applied(backend, of(tenant("other")).send("g", "theirs")).await;
    let received = receive(backend, 10, 10).await;
    assert_eq!((received.len(), received[0].tenant.as_str()), (1, "other"));
}

/// However many messages a group has, another's is delivered beside them.
pub async fn a_long_group_does_not_starve_a_short_one(backend: &dyn Backend) {
    send(backend, "long", 90).await;
    send(backend, "short", 1).await;
    let received = receive(backend, 10, 5).await;
    let of = |group: &str| received.iter().filter(|message| message.group == group).count();
    assert_eq!((of("acme/long"), of("acme/short")), (5, 1));
}

/// Two receivers at once share the messages: no message twice, each group's in order.
pub async fn concurrent_receivers_never_get_the_same_message(backend: &dyn Backend) {
    let groups = ["a", "b", "c", "d"];
    for group in groups {
        send(backend, group, 25).await;
    }
    let mut seen = HashSet::new();
    while seen.len() < 100 {
        let receives = (0..8).map(|_| receive(backend, 10, 5));
        let batches = futures::future::join_all(receives).await;
        let mut at_once = HashSet::new();
        for batch in &batches {
            let of_batch: HashSet<&str> = batch.iter().map(|m| m.group.as_str()).collect();
            for group in of_batch {
                assert!(at_once.insert(group.to_owned()), "`{group}` is in two batches at once");
            }
        }
        let received: Vec<Received> = batches.into_iter().flatten().collect();
        assert!(!received.is_empty(), "what is left is delivered");
        for message in &received {
            assert!(seen.insert(message.id.clone()), "`{}` came twice", message.id);
        }
        let done: Vec<Unit> = received.iter().map(|message| unit().done(message)).collect();
        let committed = backend.commit().commit(done).await.expect("the units commit");
        assert!(committed.iter().all(|committed| *committed == Committed::Applied));
    }
}

/// A message that was given back comes again when its delay is over, and says why it failed.
pub async fn a_release_makes_a_message_visible_after_its_delay(backend: &dyn Backend) {
    send(backend, "g", 2).await;
    let first = receive(backend, 1, 1).await.remove(0);
    give_back(backend, &[release(&first, 60, true)]).await;
    assert!(receive(backend, 10, 10).await.is_empty(), "its group waits for it");
    let peeked = backend.queue().peek(ORDERS, false, 10).await.expect("a peek succeeds");
    assert_eq!(peeked[0].reason.as_deref(), Some("it failed"));
    backend.advance(Duration::from_secs(61)).await;
    let again = receive(backend, 10, 10).await;
    assert_eq!(bodies(&again), ["1", "2"]);
    assert_eq!((again[0].receive_count, again[1].receive_count), (2, 1));
    give_back(backend, &[release(&again[0], 0, true), release(&again[1], 0, true)]).await;
    assert_eq!(receive(backend, 10, 10).await.len(), 2, "no delay is at once");
}

/// A delivery that no handler saw does not use up one of the tries.
pub async fn a_release_without_an_attempt_does_not_count(backend: &dyn Backend) {
    send(backend, "g", 1).await;
    for _ in 0..3 {
        let message = receive(backend, 1, 1).await.remove(0);
        assert_eq!(message.receive_count, 1);
        give_back(backend, &[release(&message, 0, false)]).await;
    }
}

/// Who lost the lease cannot give the message back.
pub async fn a_stale_release_is_passed_over(backend: &dyn Backend) {
    send(backend, "g", 1).await;
    let first = receive(backend, 1, 1).await.remove(0);
    backend.advance(PAST_LEASE).await;
    let second = receive(backend, 1, 1).await.remove(0);
    give_back(backend, &[release(&first, 0, true)]).await;
    assert!(receive(backend, 1, 1).await.is_empty());
    applied(backend, unit().done(&second)).await;
    give_back(backend, &[release(&second, 0, true)]).await;
    assert!(receive(backend, 1, 1).await.is_empty());
}

/// D1, D2, D4, D7: who gives up on a message moves it whole, and the group goes on.
pub async fn a_dead_letter_keeps_its_count_and_lets_its_group_go_on(backend: &dyn Backend) {
    send(backend, "g", 2).await;
    receive(backend, 1, 1).await;
    backend.advance(PAST_LEASE).await;
    let message = receive(backend, 1, 1).await.remove(0);
    let letter = |message: &Received| DeadLetter {
        receipt: message.receipt.clone(),
        reason: "it failed too often".to_owned(),
    };
    let queue = backend.queue();
    queue.dead_letter(&[letter(&message)]).await.expect("a move succeeds");
    queue.dead_letter(&[letter(&message)]).await.expect("a stale receipt is passed over");
    let dead = queue.peek(ORDERS, true, 10).await.expect("a peek succeeds");
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].id.as_str(), dead[0].receive_count), ("g-1", 2));
    assert_eq!(dead[0].reason.as_deref(), Some("it failed too often"));
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["2"]);
}

/// D5: an operator's look does not raise the count.
pub async fn looking_at_a_message_is_not_a_receive(backend: &dyn Backend) {
    send(backend, "g", 3).await;
    for _ in 0..3 {
        let peeked = backend.queue().peek(ORDERS, false, 2).await.expect("a peek succeeds");
        let seen: Vec<_> = peeked.iter().map(|m| (m.body.as_str(), m.receive_count)).collect();
        assert_eq!(seen, [("1", 0), ("2", 0)]);
    }
    assert_eq!(receive(backend, 1, 1).await[0].receive_count, 1);
}

/// F6, F7: a duplicate is accepted and dropped, even after the first was deleted, in any group.
pub async fn a_duplicate_is_accepted_and_has_no_effect(backend: &dyn Backend) {
    applied(backend, unit().send_once("g", "1", "id")).await;
    applied(backend, unit().send_once("g", "2", "id").send("g", "3")).await;
    let received = receive(backend, 10, 10).await;
    assert_eq!(bodies(&received), ["1", "3"]);
    for message in &received {
        applied(backend, unit().done(message)).await;
    }
    applied(backend, unit().send_once("other-group", "4", "id")).await;
    assert!(receive(backend, 10, 10).await.is_empty());
    applied(backend, of(tenant("other")).send_once("g", "theirs", "id")).await;
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["theirs"], "an id is its tenant's");
}

/// The first of two sends of one unit is the one that counts.
pub async fn a_duplicate_is_known_within_one_unit(backend: &dyn Backend) {
    let twice = unit().send_once("g", "1", "id").send_once("g", "2", "id").send_once("g", "3", "x");
    applied(backend, twice).await;
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["1", "3"]);
}

/// F6: the memory lasts five minutes from the first send.
pub async fn after_five_minutes_a_duplicate_is_delivered(backend: &dyn Backend) {
    applied(backend, unit().send_once("g", "1", "id")).await;
    backend.advance(Duration::from_secs(280)).await;
    applied(backend, unit().send_once("g", "2", "id")).await;
    backend.advance(Duration::from_secs(30)).await;
    applied(backend, unit().send_once("g", "3", "id")).await;
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["1", "3"]);
}

/// F9: a purge deletes every message, in flight or not, and the memory of duplicates.
pub async fn purging_empties_a_queue_and_forgets_duplicates(backend: &dyn Backend) {
    applied(backend, unit().send_once("g", "1", "id").send("h", "2")).await;
    receive(backend, 1, 1).await;
    assert_eq!(backend.queue().purge(ORDERS, false).await.expect("a purge succeeds"), 2);
    backend.advance(PAST_LEASE).await;
    assert!(receive(backend, 10, 10).await.is_empty());
    applied(backend, unit().send_once("g", "3", "id")).await;
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["3"]);
}

/// D6: a redrive sends again, as new: at the end, with a count of nothing.
pub async fn dead_letters_are_sent_back_as_new_messages(backend: &dyn Backend) {
    send(backend, "g", 3).await;
    for message in receive(backend, 10, 10).await {
        applied(backend, unit().rejected(&message, "no")).await;
    }
    send(backend, "h", 1).await;
    let queue = backend.queue();
    let only = ["g-2".to_owned(), "unknown".to_owned()];
    assert_eq!(queue.redrive(ORDERS, Some(&only)).await.expect("a redrive succeeds"), 1);
    assert_eq!(queue.redrive(ORDERS, None).await.expect("a redrive succeeds"), 2);
    assert_eq!(queue.redrive(ORDERS, None).await.expect("a redrive succeeds"), 0);
    assert!(queue.peek(ORDERS, true, 10).await.expect("a peek succeeds").is_empty());
    let peeked = queue.peek(ORDERS, false, 10).await.expect("a peek succeeds");
    let order: Vec<_> = peeked.iter().map(|m| (m.id.as_str(), m.receive_count)).collect();
    assert_eq!(order, [("h-1", 0), ("g-2", 0), ("g-1", 0), ("g-3", 0)]);
    assert!(peeked.iter().all(|message| message.reason.is_none()));
    let again = receive(backend, 10, 10).await;
    assert!(again.iter().all(|message| message.receive_count == 1));
    for message in again {
        applied(backend, unit().rejected(&message, "no")).await;
    }
    assert_eq!(queue.purge(ORDERS, true).await.expect("a purge succeeds"), 4);
    assert!(queue.peek(ORDERS, true, 10).await.expect("a peek succeeds").is_empty());
}

/// The figures count what is there.
pub async fn figures_tell_what_is_in_a_queue(backend: &dyn Backend) {
    send(backend, "g", 5).await;
    let run = receive(backend, 2, 2).await;
    let letter = DeadLetter { receipt: run[0].receipt.clone(), reason: "no".to_owned() };
    backend.queue().dead_letter(&[letter]).await.expect("a move succeeds");
    backend.advance(Duration::from_secs(10)).await;
    let stats = backend.queue().stats(ORDERS).await.expect("figures");
    assert_eq!((stats.queue.as_str(), stats.backlog, stats.in_flight), (ORDERS, 4, 1));
    assert_eq!(stats.dead_letters, 1);
    assert!((10..70).contains(&stats.oldest_age_seconds), "{stats:?}");
}

/// A send that was committed before the wait, or during it, ends it.
pub async fn a_send_wakes_who_waits_for_it(backend: &dyn Backend) {
    let (queue, long) = (backend.queue(), Duration::from_secs(600));
    let in_time = Duration::from_secs(20);
    send(backend, "g", 1).await;
    let woken = tokio::time::timeout(in_time, queue.wait(ORDERS, long)).await;
    assert!(woken.is_ok(), "a send before the wait counts");
    assert_eq!(receive(backend, 10, 10).await.len(), 1);
    let wait = async {
        // A wait may end for no reason; who waits looks again.
        while receive(backend, 10, 10).await.is_empty() {
            queue.wait(ORDERS, long).await;
        }
    };
    let send = async {
        tokio::task::yield_now().await;
        let sent = commit(backend, of(acme()).send("h", "2")).await;
        assert_eq!(sent.expect("the unit commits"), Committed::Applied);
    };
    let both = tokio::time::timeout(in_time, async { tokio::join!(wait, send) }).await;
    assert!(both.is_ok(), "a send during the wait ends it");
}
