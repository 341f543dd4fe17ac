//! Promises of the commit.

use std::time::Duration;

use super::unit::{HANDLER, With as _, of, unit};
use super::{
    Backend, LEASE, ORDERS, PAST_LEASE, acme, applied, bodies, commit, get, receive, tenant,
};
use crate::ports::{CommitError, Committed, Release};
use crate::unit::Condition::{Absent, Any, Version};
use crate::unit::Unit;

/// The only message that is there to receive.
async fn one(backend: &dyn Backend) -> crate::ports::Received {
    let mut received = receive(backend, 10, 10).await;
    assert_eq!(received.len(), 1, "one message");
    received.remove(0)
}

async fn backlog(backend: &dyn Backend) -> u64 {
    backend.queue().stats(ORDERS).await.expect("figures").backlog
}

/// A conflict in one document drops the rest of the unit: documents, messages, objects, the key.
pub async fn a_unit_is_committed_whole_or_not_at_all(backend: &dyn Backend) {
    applied(backend, unit().put(Any, "taken", "{}")).await;
    let whole = |condition| {
        let documents = unit().put(Absent, "a", "{}").put(condition, "taken", "{}");
        documents.send("g", "1").once("key").object("files/a", b"bytes")
    };
    let result = commit(backend, whole(Absent)).await;
    assert!(matches!(result, Err(CommitError::Conflict)), "{result:?}");
    assert_eq!(get(backend, "a").await, None);
    assert_eq!(backlog(backend).await, 0);
    applied(backend, whole(Version(1))).await;
    assert!(get(backend, "a").await.is_some());
    assert_eq!(backlog(backend).await, 1);
    let bytes = backend.objects().get(&acme(), "files/a").await.expect("a read succeeds");
    assert_eq!(bytes.as_deref(), Some(&b"bytes"[..]));
}

/// Several units are as one: the first condition of a document, and its last change.
pub async fn units_are_committed_in_order_and_the_last_write_stands(backend: &dyn Backend) {
    applied(backend, unit().put(Absent, "a", r#"{"n":0}"#)).await;
    let units = vec![
        unit().put(Version(1), "a", r#"{"n":1}"#).put(Absent, "b", "{}").send("g", "1"),
        unit().put(Version(1), "a", r#"{"n":2}"#).delete(Any, "b").send("g", "2"),
    ];
    let committed = backend.commit().commit(units).await.expect("the units commit");
    assert_eq!(committed, [Committed::Applied; 2]);
    let stored = get(backend, "a").await.expect("the document");
    assert_eq!(stored.version, 2);
    assert!(stored.body.contains('2'), "{}", stored.body);
    assert_eq!(get(backend, "b").await, None);
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["1", "2"]);
}

/// The second commit of a key is answered, and does nothing.
pub async fn a_key_commits_once_and_its_duplicate_has_no_effect(backend: &dyn Backend) {
    applied(backend, unit().once("key").put(Absent, "a", "{}").send("g", "1")).await;
    let again = unit().once("key").put(Absent, "a", "{}").put(Any, "b", "{}").send("g", "2");
    assert_eq!(commit(backend, again).await.expect("it is answered"), Committed::Duplicate);
    assert_eq!(get(backend, "b").await, None);
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["1"]);
}

/// Nobody else's key is a duplicate.
pub async fn a_key_is_of_its_tenant_and_handler(backend: &dyn Backend) {
    applied(backend, unit().once("key")).await;
    applied(backend, of(tenant("other")).once("key")).await;
    applied(backend, Unit::new(acme(), "another-handler").once("key")).await;
    assert_eq!(HANDLER, unit().handler);
    let again = commit(backend, unit().once("key")).await.expect("it is answered");
    assert_eq!(again, Committed::Duplicate);
}

/// A key is remembered for as long as was asked (the suite asks for an hour).
pub async fn a_key_is_forgotten_in_time(backend: &dyn Backend) {
    applied(backend, unit().once("key")).await;
    backend.advance(Duration::from_secs(3000)).await;
    let again = commit(backend, unit().once("key")).await.expect("it is answered");
    assert_eq!(again, Committed::Duplicate);
    backend.advance(Duration::from_secs(700)).await;
    applied(backend, unit().once("key").put(Absent, "a", "{}")).await;
    let again = commit(backend, unit().once("key")).await.expect("it is answered");
    assert_eq!(again, Committed::Duplicate, "it is remembered anew");
}

/// F17: a sender that retries in parallel has one effect.
pub async fn of_concurrent_units_with_one_key_one_is_applied(backend: &dyn Backend) {
    let units = (0..20).map(|n| commit(backend, unit().once("key").send("g", &n.to_string())));
    let results = futures::future::join_all(units).await;
    let count = |wanted| results.iter().filter(|r| r.as_ref().is_ok_and(|c| *c == wanted)).count();
    assert_eq!((count(Committed::Applied), count(Committed::Duplicate)), (1, 19));
    assert_eq!(backlog(backend).await, 1);
}

/// A key that two units of a commit have is the first one's.
pub async fn in_one_commit_the_second_use_of_a_key_is_a_duplicate(backend: &dyn Backend) {
    let units = vec![unit().once("key").send("g", "1"), unit().once("key").send("g", "2")];
    let committed = backend.commit().commit(units).await.expect("the units commit");
    assert_eq!(committed, [Committed::Applied, Committed::Duplicate]);
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["1"]);
}

/// The other units of a commit are not held back by a duplicate among them.
pub async fn a_duplicate_among_units_loses_its_effects_alone(backend: &dyn Backend) {
    applied(backend, unit().once("old")).await;
    let units = vec![
        unit().once("new").put(Absent, "a", "{}").send("g", "1"),
        unit().once("old").put(Any, "a", r#"{"by":"old"}"#).send("g", "2"),
        unit().send("g", "3"),
    ];
    let committed = backend.commit().commit(units).await.expect("the units commit");
    assert_eq!(committed, [Committed::Applied, Committed::Duplicate, Committed::Applied]);
    assert_eq!(get(backend, "a").await.expect("the document").body, "{}");
    assert_eq!(bodies(&receive(backend, 10, 10).await), ["1", "3"]);
    let again = commit(backend, unit().once("new")).await.expect("it is answered");
    assert_eq!(again, Committed::Duplicate);
}

/// Requests that happen to be committed together do not fail together.
pub async fn a_conflict_hurts_only_its_own_request(backend: &dyn Backend) {
    applied(backend, unit().put(Any, "taken", "{}")).await;
    let units = (0..60).map(|n| {
        let good = unit().put(Absent, &format!("k{n}"), "{}").send("g", &n.to_string());
        let unit = match n % 6 {
            0 => good.put(Absent, "taken", "{}"),
            1 => good.put(Version(7), "missing", "{}"),
            2 => good.delete(Version(9), "taken"),
            _ => good,
        };
        commit(backend, unit)
    });
    let results = futures::future::join_all(units).await;
    for (n, result) in results.iter().enumerate() {
        match n % 6 {
            0..=2 => assert!(matches!(result, Err(CommitError::Conflict)), "{n}: {result:?}"),
            _ => assert!(matches!(result, Ok(Committed::Applied)), "{n}: {result:?}"),
        }
        assert_eq!(get(backend, &format!("k{n}")).await.is_some(), n % 6 > 2, "{n}");
    }
    assert_eq!(backlog(backend).await, 30);
}

/// What is done does not come again.
pub async fn an_acknowledged_message_is_gone(backend: &dyn Backend) {
    applied(backend, unit().send("g", "1")).await;
    let message = one(backend).await;
    applied(backend, unit().done(&message).put(Absent, "a", "{}")).await;
    assert!(get(backend, "a").await.is_some());
    backend.advance(PAST_LEASE).await;
    assert!(receive(backend, 10, 10).await.is_empty());
    assert_eq!(backlog(backend).await, 0);
}

/// V3: an acknowledgement is refused once the lease has run out, and the unit with it.
pub async fn an_acknowledgement_after_the_lease_has_no_effect(backend: &dyn Backend) {
    applied(backend, unit().send("g", "1")).await;
    let message = one(backend).await;
    backend.advance(PAST_LEASE).await;
    let late = commit(backend, unit().done(&message).put(Absent, "a", "{}").send("g", "2")).await;
    assert!(matches!(late, Err(CommitError::LeaseLost)), "{late:?}");
    let late = commit(backend, unit().rejected(&message, "late")).await;
    assert!(matches!(late, Err(CommitError::LeaseLost)), "{late:?}");
    assert_eq!(get(backend, "a").await, None);
    assert_eq!(one(backend).await.body, "1");
}

/// V6: who was frozen past the lease cannot acknowledge for who has the message now.
pub async fn an_acknowledgement_by_an_older_receipt_has_no_effect(backend: &dyn Backend) {
    applied(backend, unit().send("g", "1")).await;
    let first = one(backend).await;
    backend.advance(PAST_LEASE).await;
    let second = one(backend).await;
    let late = commit(backend, unit().done(&first).put(Absent, "a", "{}")).await;
    assert!(matches!(late, Err(CommitError::LeaseLost)), "{late:?}");
    assert_eq!(get(backend, "a").await, None);
    applied(backend, unit().done(&second).put(Absent, "a", "{}")).await;
    let twice = commit(backend, unit().done(&second)).await;
    assert!(matches!(twice, Err(CommitError::LeaseLost)), "{twice:?}");
}

/// V3: who gave a message back unseen cannot acknowledge for who has it now, though both have the same count.
pub async fn an_acknowledgement_by_a_receipt_given_back_uncounted_has_no_effect(
    backend: &dyn Backend,
) {
    applied(backend, unit().send("g", "1")).await;
    let first = one(backend).await;
    let back = Release {
        receipt: first.receipt.clone(),
        delay: Duration::ZERO,
        attempted: false,
        reason: None,
    };
    let queue = backend.queue();
    queue.release(std::slice::from_ref(&back)).await.expect("a release succeeds");
    let second = one(backend).await;
    assert_eq!(second.receive_count, 1);
    assert_ne!(second.receipt, first.receipt);
    let late = commit(backend, unit().done(&first)).await;
    assert!(matches!(late, Err(CommitError::LeaseLost)), "{late:?}");
    // Its sender did not hear that it was given back, and does it again.
    queue.release(&[back]).await.expect("a stale receipt is passed over");
    assert!(receive(backend, 1, 1).await.is_empty(), "somebody else has it");
    applied(backend, unit().done(&second)).await;
}

/// V3: after an extension, past the first deadline is in time.
pub async fn an_acknowledgement_after_an_extension_succeeds(backend: &dyn Backend) {
    applied(backend, unit().send("g", "1")).await;
    let message = one(backend).await;
    backend.advance(Duration::from_secs(20)).await;
    let lost = backend.queue().extend(std::slice::from_ref(&message.receipt), LEASE).await;
    assert!(lost.expect("an extension succeeds").is_empty());
    backend.advance(Duration::from_secs(20)).await;
    applied(backend, unit().done(&message)).await;
}

/// The units of a run are one: a message that is no longer ours undoes it all.
pub async fn one_lost_lease_undoes_the_whole_run(backend: &dyn Backend) {
    applied(backend, unit().send("g", "1").send("h", "2")).await;
    let received = receive(backend, 10, 10).await;
    let (kept, lost) = (&received[0], &received[1]);
    backend.advance(Duration::from_secs(20)).await;
    let extended = backend.queue().extend(std::slice::from_ref(&kept.receipt), LEASE).await;
    assert!(extended.expect("an extension succeeds").is_empty());
    backend.advance(Duration::from_secs(20)).await;
    let run = vec![unit().done(kept).put(Absent, "a", "{}"), unit().done(lost)];
    let result = backend.commit().commit(run).await;
    assert!(matches!(result, Err(CommitError::LeaseLost)), "{result:?}");
    assert_eq!(get(backend, "a").await, None);
    assert_eq!(backlog(backend).await, 2);
    applied(backend, unit().done(kept)).await;
}

/// D2, D7: a rejected message leaves its queue and enters the dead-letter queue in the same commit.
pub async fn a_rejected_message_moves_with_its_id_count_and_reason(backend: &dyn Backend) {
    applied(backend, unit().send("g", "1").send("g", "2")).await;
    receive(backend, 1, 1).await;
    backend.advance(PAST_LEASE).await;
    let message = receive(backend, 1, 1).await.remove(0);
    assert_eq!(message.receive_count, 2);
    applied(backend, unit().rejected(&message, "reject: n\0t a cost").put(Any, "a", "{}")).await;
    let queue = backend.queue();
    let dead = queue.peek(ORDERS, true, 10).await.expect("a peek succeeds");
    assert_eq!(dead.len(), 1);
    let letter = &dead[0];
    assert_eq!((letter.id.as_str(), letter.body.as_str()), (message.id.as_str(), "1"));
    assert_eq!((letter.receive_count, letter.tenant.as_str()), (2, "acme"));
    assert_eq!(letter.sent_at, message.sent_at);
    assert!(letter.reason.as_deref().is_some_and(|reason| reason.starts_with("reject: n")));
    assert_eq!(one(backend).await.body, "2", "its group goes on");
}

/// Objects read back to the byte, of any size, and are their tenant's alone.
pub async fn objects_read_back_whether_small_or_large(backend: &dyn Backend) {
    let small = b"\0\xff small".to_vec();
    let large: Vec<u8> = (0..700_000_u32).map(|n| (n % 251) as u8).collect();
    let stored = unit().object("files/small", &small).object("files/large", &large);
    applied(backend, stored.clone()).await;
    applied(backend, stored).await;
    for (key, bytes) in [("files/small", &small), ("files/large", &large)] {
        let read = backend.objects().get(&acme(), key).await.expect("a read succeeds");
        assert_eq!(read.as_deref(), Some(bytes.as_slice()), "{key}");
        let other = backend.objects().get(&tenant("other"), key).await.expect("a read succeeds");
        assert_eq!(other, None, "{key}");
    }
    let missing = backend.objects().get(&acme(), "files/missing").await.expect("a read succeeds");
    assert_eq!(missing, None);
}

/// Concurrent requests that write one document all commit when they do not mind each other.
pub async fn what_touches_the_same_document_is_committed_one_after_the_other(
    backend: &dyn Backend,
) {
    let writes = (0..30).map(|n| applied(backend, unit().put(Any, "a", &format!("{{\"n\":{n}}}"))));
    futures::future::join_all(writes).await;
    assert_eq!(get(backend, "a").await.map(|stored| stored.version), Some(30));
}
