//! Promises of dead letters that are sent back.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;

use super::unit::{With as _, of, unit};
use super::{ORDERS, Operated, acme, applied, receive, tenant};
use crate::ports::{Peeked, PortError, RedriveState, Selection};

/// Makes dead letters of tenant `acme`: `{group}-1` to `{group}-{count}`, given up for this reason.
async fn bury(backend: &dyn Operated, group: &str, count: usize, reason: &str) {
    let sends = (1..=count).fold(unit(), |unit, n| unit.send(group, &n.to_string()));
    applied(backend, sends).await;
    give_up(backend, reason).await;
}

/// Gives up all that waits.
async fn give_up(backend: &dyn Operated, reason: &str) {
    loop {
        let received = receive(backend, 10, 10).await;
        if received.is_empty() {
            return;
        }
        for message in received {
            applied(backend, of(message.tenant.clone()).rejected(&message, reason)).await;
        }
    }
}

async fn look(backend: &dyn Operated, dead: bool) -> Vec<Peeked> {
    backend.queue().peek(ORDERS, dead, 1000).await.expect("a peek succeeds")
}

async fn ids(backend: &dyn Operated, dead: bool) -> Vec<String> {
    look(backend, dead).await.into_iter().map(|message| message.id).collect()
}

/// Takes steps until the redrive is done; answers how many it moved.
async fn finish(backend: &dyn Operated, id: i64) -> u64 {
    let letters = backend.letters();
    loop {
        let redrive = letters.step_redrive(id).await.expect("a step succeeds");
        if redrive.state != RedriveState::Running {
            return redrive.moved;
        }
    }
}

async fn start(backend: &dyn Operated, selection: &Selection, rate: Option<u32>) -> i64 {
    let rate = rate.and_then(NonZeroU32::new);
    let started = backend.letters().start_redrive(ORDERS, selection, rate).await;
    started.expect("a redrive begins").id
}

/// D6: all of them, in order, as new messages.
pub async fn a_redrive_sends_every_dead_letter_back(backend: &dyn Operated) {
    bury(backend, "g", 3, "no").await;
    let id = start(backend, &Selection::default(), None).await;
    assert_eq!(ids(backend, true).await.len(), 3, "beginning moves nothing");
    assert_eq!(finish(backend, id).await, 3);
    assert_eq!(ids(backend, true).await.len(), 0);
    let back = look(backend, false).await;
    let seen: Vec<_> = back.iter().map(|m| (m.id.as_str(), m.receive_count)).collect();
    assert_eq!(seen, [("g-1", 0), ("g-2", 0), ("g-3", 0)]);
    assert!(back.iter().all(|message| message.reason.is_none()));
}

/// D6, Q8: what is sent back is kept as long as what is sent, however old the dead letter was.
pub async fn a_dead_letter_that_is_sent_back_is_kept_anew(backend: &dyn Operated) {
    bury(backend, "g", 2, "no").await;
    // Longer than a queue keeps a message, and not as long as it keeps a dead letter.
    backend.advance(Duration::from_hours(5 * 24)).await;
    let old = look(backend, true).await.remove(0).sent_at;
    let replayed = backend.letters().replay(ORDERS, "g-1", "1", "ada@desk").await;
    assert!(replayed.expect("a replay succeeds").is_some());
    let id = start(backend, &Selection::default(), None).await;
    assert_eq!(finish(backend, id).await, 1);
    backend.housekeep().await;
    let received = receive(backend, 10, 10).await;
    assert_eq!(received.len(), 2, "they are not too old");
    for message in received {
        let days = message.sent_at.duration_since(old).as_hours() / 24;
        assert!(days >= 4, "`{}` was sent {days} days after it was first", message.id);
    }
}

/// D6: those that are selected: by id, tenant, group, a text in the reason, age, and any of these together.
pub async fn a_redrive_takes_what_it_selects(backend: &dyn Operated) {
    bury(backend, "old", 1, "no").await;
    backend.advance(Duration::from_secs(3600)).await;
    bury(backend, "g", 2, "a timeout of the `mail` relay").await;
    bury(backend, "h", 1, "it panicked").await;
    applied(backend, of(tenant("other")).send("g", "1").send("i", "1")).await;
    give_up(backend, "it panicked").await;
    let hour = Duration::from_secs(1800);
    let before = Timestamp::now() - hour;
    // The clock of a host may be its own.
    let oldest = look(backend, true).await[0].sent_at;
    let before = if oldest < before { before } else { oldest + hour };
    for (selection, wanted) in [
        (Selection { ids: Some(vec!["g-2".into(), "none".into()]), ..Selection::default() }, 1),
        (Selection { reason: Some("`mail`".into()), ..Selection::default() }, 1),
        (Selection { reason: Some("%".into()), ..Selection::default() }, 0),
        (
            Selection {
                tenant: Some("other".into()),
                group: Some("other/g".into()),
                ..Selection::default()
            },
            1,
        ),
        (Selection { tenant: Some("other".into()), ..Selection::default() }, 1),
        (Selection { sent_before: Some(before), ..Selection::default() }, 1),
        (Selection::default(), 1),
    ] {
        let id = start(backend, &selection, None).await;
        assert_eq!(finish(backend, id).await, wanted, "{selection:?}");
    }
    let order = ids(backend, false).await;
    assert_eq!(order[..2], ["g-2", "g-1"]);
    assert_eq!(order[4..], ["old-1", "h-1"]);
}

/// D6: no more in a second than its rate.
pub async fn a_redrive_keeps_to_its_rate(backend: &dyn Operated) {
    bury(backend, "g", 7, "no").await;
    let letters = backend.letters();
    let id = start(backend, &Selection::default(), Some(3)).await;
    backend.advance(Duration::from_secs(600)).await;
    let moved = letters.step_redrive(id).await.expect("a step succeeds").moved;
    assert_eq!(moved, 3, "a pause is not made up for");
    let too_fast = NonZeroU32::new(501);
    let refused = letters.start_redrive(ORDERS, &Selection::default(), too_fast).await;
    let error = refused.expect_err("too fast").to_string();
    assert!(error.contains("501") && error.contains("1 to 500"), "{error}");
    for moved in [6, 7] {
        backend.advance(Duration::from_secs(1)).await;
        assert_eq!(letters.step_redrive(id).await.expect("a step succeeds").moved, moved);
    }
}

/// D6, D7: whoever goes on after a crash finds each message in one place, and moves the rest.
pub async fn a_redrive_goes_on_where_its_process_left_it(backend: &dyn Operated) {
    bury(backend, "g", 5, "no").await;
    let id = start(backend, &Selection::default(), Some(1)).await;
    let mut state = RedriveState::Running;
    while state == RedriveState::Running {
        let (dead, back) = (ids(backend, true).await, ids(backend, false).await);
        let all: BTreeSet<&String> = dead.iter().chain(&back).collect();
        assert_eq!((dead.len() + back.len(), all.len()), (5, 5), "{dead:?} {back:?}");
        backend.advance(Duration::from_secs(1)).await;
        // Nothing but its number is known to who goes on; two do, at once.
        let known = backend.letters().redrives(ORDERS, 1).await.expect("a list").remove(0);
        let (one, other) = (backend.letters(), backend.letters());
        let (one, other) = futures::join!(one.step_redrive(id), other.step_redrive(known.id));
        one.and(other).expect("the steps succeed");
        state = backend.letters().redrives(ORDERS, 1).await.expect("a list").remove(0).state;
    }
    let wanted: Vec<String> = (1..=5).map(|n| format!("g-{n}")).collect();
    assert_eq!(ids(backend, false).await, wanted);
}

/// D6: a redrive that is cancelled leaves what it moved where it is, and the rest, too.
pub async fn a_cancelled_redrive_moves_nothing_more(backend: &dyn Operated) {
    bury(backend, "g", 3, "no").await;
    let letters = backend.letters();
    let id = start(backend, &Selection::default(), Some(1)).await;
    backend.advance(Duration::from_secs(1)).await;
    letters.step_redrive(id).await.expect("a step succeeds");
    let cancelled = letters.cancel_redrive(id).await.expect("a redrive is cancelled");
    assert_eq!((cancelled.state, cancelled.moved), (RedriveState::Cancelled, 1));
    backend.advance(Duration::from_secs(5)).await;
    let stepped = letters.step_redrive(id).await.expect("a step succeeds");
    assert_eq!((stepped.state, stepped.moved), (RedriveState::Cancelled, 1));
    assert_eq!((ids(backend, false).await.len(), ids(backend, true).await.len()), (1, 2));
    let next = start(backend, &Selection::default(), None).await;
    assert_eq!(finish(backend, next).await, 2);
}

/// D6: one at a time.
pub async fn a_queue_has_one_redrive_at_a_time(backend: &dyn Operated) {
    bury(backend, "g", 1, "no").await;
    let id = start(backend, &Selection::default(), None).await;
    let again = backend.letters().start_redrive(ORDERS, &Selection::default(), None).await;
    let error = again.expect_err("one is under way");
    assert!(matches!(error, PortError::Invalid { .. }), "{error:?}");
    assert!(error.to_string().contains("--resume"), "{error}");
    finish(backend, id).await;
    start(backend, &Selection::default(), None).await;
    let known = backend.letters().redrives(ORDERS, 10).await.expect("a list");
    let states: Vec<_> = known.iter().map(|redrive| redrive.state).collect();
    assert_eq!(states, [RedriveState::Running, RedriveState::Done], "the latest first");
    assert!(backend.letters().step_redrive(4711).await.is_err(), "there is no such redrive");
}

/// D6: what is a dead letter once more is not sent round in a circle.
pub async fn what_dies_again_during_a_redrive_is_left_alone(backend: &dyn Operated) {
    bury(backend, "g", 2, "no").await;
    let id = start(backend, &Selection::default(), Some(1)).await;
    backend.advance(Duration::from_secs(1)).await;
    backend.letters().step_redrive(id).await.expect("a step succeeds");
    give_up(backend, "no, again").await;
    backend.advance(Duration::from_secs(1)).await;
    backend.letters().step_redrive(id).await.expect("a step succeeds");
    backend.advance(Duration::from_secs(1)).await;
    assert_eq!(finish(backend, id).await, 2);
    assert_eq!(ids(backend, true).await, ["g-1"]);
}

/// One message with another body: once, and it is known who did it.
pub async fn a_replay_sends_another_body_and_is_noted(backend: &dyn Operated) {
    bury(backend, "g", 1, "no").await;
    let letters = backend.letters();
    let replay = letters.replay(ORDERS, "g-1", "{\"n\": 1}", "ada@desk").await;
    let replay = replay.expect("a replay succeeds").expect("a dead letter");
    assert_eq!((replay.by.as_str(), replay.tenant.as_str()), ("ada@desk", acme().as_str()));
    // SHA-256 of `1` and of `{"n": 1}`.
    assert!(replay.old_sha256.starts_with("6b86b273ff34fce1"), "{replay:?}");
    assert!(replay.new_sha256.starts_with("e5d5f7c1d225fd6b"), "{replay:?}");
    assert_eq!(ids(backend, true).await.len(), 0);
    let received = receive(backend, 10, 10).await;
    let seen: Vec<_> = received.iter().map(|m| (m.id.as_str(), m.body.as_str())).collect();
    assert_eq!(seen, [("g-1", "{\"n\": 1}")]);
    assert_eq!(received[0].receive_count, 1);
    let again = letters.replay(ORDERS, "g-1", "{}", "ada@desk").await.expect("an answer");
    assert_eq!(again, None, "it is no dead letter any more");
    assert_eq!(letters.replays(ORDERS, 10).await.expect("a list"), [replay]);
}
