//! What the records of units of work promise: effects once, whatever ends a process when.

use std::time::Duration;

use serde_json::{Value, json};
use twinhost::conformance::{BILLS, ORDERS, THINGS};
use twinhost::ports::{Commit as _, CommitError, Committed, PortError, Received, Stored};
use twinhost::unit::Condition::{Absent, Any, Version};
use twinhost::unit::{Outgoing, Unit};
use twinhost_aws::Resumed;

use crate::aws::{Aws, aws};
use crate::units::{HANDLER, With as _, acme, unit};

const LEASE: i32 = 30;
const PAST_LEASE: Duration = Duration::from_secs(31);
const HOUR: Duration = Duration::from_secs(3600);

/// A fault that no retry of the SDK's mends: as if the process had ended there.
fn refusal(operation: &str) -> Value {
    let body = json!({"__type": "AccessDeniedException", "message": "a fault was asked for"});
    json!({"operation": operation, "status": 400, "body": body})
}

impl Aws {
    async fn commit(&self, unit: Unit) -> Result<Committed, CommitError> {
        self.host.commit().commit(vec![unit]).await.map(|committed| committed[0])
    }

    /// A message in the queue of orders, received once.
    async fn order(&self) -> Received {
        self.order_sent("order").await;
        self.receive_order().await
    }

    async fn order_sent(&self, body: &str) {
        let mut order = unit().send("g", body);
        order.sends[0].queue = ORDERS.to_owned();
        self.commit(order).await.unwrap();
    }

    async fn receive_order(&self) -> Received {
        let mut received = self.receive(ORDERS, 1, LEASE).await;
        assert_eq!(received.len(), 1);
        received.remove(0).0
    }

    /// The same message again, after its lease.
    async fn redelivered(&self) -> Received {
        self.pass(PAST_LEASE);
        self.receive_order().await
    }

    async fn stored(&self, key: &str) -> Option<Stored> {
        self.ports().documents.get(&acme(), THINGS, key).await.unwrap()
    }
}

#[tokio::test]
async fn what_a_crash_left_unsent_is_sent_by_the_next_delivery_and_no_handler_runs() {
    let aws = aws().await;
    let order = aws.order().await;
    aws.emulator.fault(&refusal("SendMessageBatch"));
    let unit = unit().done(&order).put(Absent, "a", "{}").send("g", "1").send("h", "2");
    let failed = aws.commit(unit).await;
    assert!(matches!(failed, Err(CommitError::Port(PortError::Unavailable { .. }))), "{failed:?}");
    assert_eq!(aws.stored("a").await.map(|stored| stored.version), Some(1));
    let again = aws.redelivered().await;
    assert_eq!(again.receive_count, 2);
    let another = aws.another();
    assert_eq!(another.commit().resume(&again).await.unwrap(), Resumed::Done);
    assert_eq!(another.commit().resume(&again).await.unwrap(), Resumed::Done);
    let mut sent = aws.drain(BILLS).await;
    sent.sort();
    assert_eq!(sent, ["1", "2"]);
    assert_eq!(aws.stored("a").await.map(|stored| stored.version), Some(1));
}

#[tokio::test]
async fn only_what_was_not_sent_is_sent_after_a_crash_and_in_order() {
    let aws = aws().await;
    let order = aws.order().await;
    aws.emulator.calls();
    let mut fault = refusal("SendMessageBatch");
    fault["skip"] = json!(1);
    aws.emulator.fault(&fault);
    let unit = unit().done(&order).send("g", "1").send("g", "2").send("g", "3");
    aws.commit(unit).await.unwrap_err();
    assert_eq!(aws.emulator.calls()["SendMessageBatch"], 2);
    let again = aws.redelivered().await;
    assert_eq!(aws.another().commit().resume(&again).await.unwrap(), Resumed::Done);
    assert_eq!(aws.drain(BILLS).await, ["1", "2", "3"]);
}

#[tokio::test]
async fn a_crash_between_sending_and_clearing_sends_nothing_twice() {
    let aws = aws().await;
    let order = aws.order().await;
    aws.emulator.fault(&refusal("UpdateItem"));
    let committed = aws.commit(unit().done(&order).send("g", "1")).await.unwrap();
    assert_eq!(committed, Committed::Applied);
    assert_eq!(aws.drain(BILLS).await, ["1"]);
    let again = aws.redelivered().await;
    aws.emulator.calls();
    assert_eq!(aws.another().commit().resume(&again).await.unwrap(), Resumed::Done);
    assert_eq!(aws.emulator.calls()["SendMessageBatch"], 1, "the record still kept it");
    assert!(aws.drain(BILLS).await.is_empty(), "the queue knew it");
}

#[tokio::test]
async fn an_entry_that_is_refused_is_sent_before_what_follows_it_in_its_group() {
    let aws = aws().await;
    let order = aws.order().await;
    let entry = json!({"Code": "InternalError", "Message": "a fault was asked for"});
    aws.emulator.fault(&json!({"operation": "SendMessageBatch", "entry": 0, "body": entry}));
    let unit = unit().done(&order).send("g", "g1").send("h", "h1").send("g", "g2");
    aws.commit(unit).await.unwrap_err();
    assert_eq!(aws.drain(BILLS).await, ["h1"]);
    let again = aws.redelivered().await;
    assert_eq!(aws.another().commit().resume(&again).await.unwrap(), Resumed::Done);
    assert_eq!(aws.drain(BILLS).await, ["g1", "g2"]);
}

#[tokio::test]
async fn a_message_that_is_not_done_is_new() {
    let aws = aws().await;
    let order = aws.order().await;
    assert_eq!(aws.host.commit().resume(&order).await.unwrap(), Resumed::New);
    aws.commit(unit().put(Any, "a", "{}")).await.unwrap();
    let conflict = aws.commit(unit().done(&order).put(Absent, "a", "{}").send("g", "1")).await;
    assert!(matches!(conflict, Err(CommitError::Conflict)), "{conflict:?}");
    let again = aws.redelivered().await;
    assert_eq!(aws.host.commit().resume(&again).await.unwrap(), Resumed::New);
    assert!(aws.drain(BILLS).await.is_empty());
}

/// V3, V6 on AWS: whoever commits first has the message, and the other is told.
#[tokio::test]
async fn of_two_deliveries_of_a_message_one_commits() {
    let aws = aws().await;
    let first = aws.order().await;
    let second = aws.redelivered().await;
    let unit = |message| unit().done(message).put(Any, "a", "{}").send("g", "1");
    assert_eq!(aws.commit(unit(&first)).await.unwrap(), Committed::Applied);
    let late = aws.commit(unit(&second).put(Any, "b", "{}")).await;
    assert!(matches!(late, Err(CommitError::LeaseLost)), "{late:?}");
    assert_eq!(aws.host.commit().resume(&second).await.unwrap(), Resumed::Done);
    assert_eq!(aws.stored("a").await.map(|stored| stored.version), Some(1));
    assert_eq!(aws.stored("b").await, None);
    assert_eq!(aws.drain(BILLS).await, ["1"]);
}

#[tokio::test]
async fn one_message_that_is_done_undoes_the_whole_run() {
    let aws = aws().await;
    let first = aws.order().await;
    aws.commit(unit().done(&first).put(Any, "a", "{}")).await.unwrap();
    let mut next = first.clone();
    aws.clear(ORDERS).await;
    next.receipt = aws.order().await.receipt;
    let run = vec![unit().done(&next).put(Any, "b", "{}"), unit().done(&first).put(Any, "c", "{}")];
    let lost = aws.host.commit().commit(run).await;
    assert!(matches!(lost, Err(CommitError::LeaseLost)), "{lost:?}");
    assert_eq!((aws.stored("b").await, aws.stored("c").await), (None, None));
    assert_eq!(aws.host.commit().resume(&next).await.unwrap(), Resumed::New);
}

/// A sender that repeats itself after the queue has forgotten (five minutes) is caught by the record.
#[tokio::test]
async fn a_message_sent_twice_hours_apart_is_done_once() {
    let aws = aws().await;
    let mut sends = unit().send("g", "1");
    sends.sends[0].queue = ORDERS.to_owned();
    aws.commit(sends.clone()).await.unwrap();
    let first = aws.receive_order().await;
    aws.commit(unit().done(&first).put(Any, "a", "{}")).await.unwrap();
    aws.clear(ORDERS).await;
    aws.pass(HOUR);
    aws.commit(sends).await.unwrap();
    let second = aws.receive_order().await;
    assert_eq!((second.id.clone(), second.receive_count), (first.id, 1));
    let late = aws.commit(unit().done(&second).put(Any, "a", "{}")).await;
    assert!(matches!(late, Err(CommitError::LeaseLost)), "{late:?}");
    assert_eq!(aws.stored("a").await.map(|stored| stored.version), Some(1));
}

/// Sent twice hours apart, and received together.
#[tokio::test]
async fn a_message_that_is_in_a_run_twice_is_done_once_and_the_rest_comes_again() {
    let aws = aws().await;
    let mut sends = unit().send("g", "1");
    sends.sends[0].queue = ORDERS.to_owned();
    aws.commit(sends.clone()).await.unwrap();
    aws.pass(HOUR);
    aws.commit(sends).await.unwrap();
    aws.order_sent("3").await;
    let received = aws.receive(ORDERS, 10, LEASE).await;
    let run: Vec<Received> = received.into_iter().map(|(message, _)| message).collect();
    assert_eq!(run[0].id, run[1].id);
    let count =
        |message, n: u64| unit().done(message).put(Version(n), "a", &format!("{{\"n\":{n}}}"));
    aws.commit(unit().put(Absent, "a", "{}")).await.unwrap();
    let units = run.iter().zip(1..).map(|(message, n)| count(message, n)).collect();
    let cut = aws.host.commit().commit(units).await;
    assert!(matches!(cut, Err(CommitError::Port(PortError::Unavailable { .. }))), "{cut:?}");
    assert_eq!(aws.stored("a").await.unwrap().body, r#"{"n":1}"#);
    let commit = aws.host.commit();
    let mut known = Vec::new();
    for message in &run {
        known.push(commit.resume(message).await.unwrap());
    }
    assert_eq!(known, [Resumed::Done, Resumed::Done, Resumed::New]);
}

#[tokio::test]
async fn a_message_without_effects_costs_no_call() {
    let aws = aws().await;
    let order = aws.order().await;
    aws.emulator.calls();
    assert_eq!(aws.commit(unit().done(&order)).await.unwrap(), Committed::Applied);
    assert_eq!(aws.emulator.calls(), json!({}));
}

/// F6: what SQS remembers of an id is five minutes from the first message that had it, whoever sent the others.
#[tokio::test]
async fn after_five_minutes_another_message_of_an_id_is_delivered() {
    let aws = aws().await;
    let send = async |body, passed: u64| {
        aws.pass(Duration::from_secs(passed));
        let mut named = unit().send("g", body);
        named.sends[0].deduplication_id = Some("id".to_owned());
        assert_eq!(aws.commit(named).await.unwrap(), Committed::Applied);
    };
    send("1", 0).await;
    assert_eq!(aws.drain(BILLS).await, ["1"]);
    send("2", 280).await;
    assert!(aws.drain(BILLS).await.is_empty(), "it was handled, and is remembered");
    send("3", 30).await;
    assert_eq!(aws.drain(BILLS).await, ["3"]);
}

/// What an event costs: one transaction, one send for each queue, one update.
#[tokio::test]
async fn a_message_with_effects_costs_three_calls() {
    let aws = aws().await;
    let order = aws.order().await;
    aws.emulator.calls();
    aws.commit(unit().done(&order).put(Any, "a", "{}").send("g", "1")).await.unwrap();
    let calls = json!({"TransactWriteItems": 1, "SendMessageBatch": 1, "UpdateItem": 1});
    assert_eq!(aws.emulator.calls(), calls);
}

#[tokio::test]
async fn a_dead_letter_that_is_sent_back_is_handled_anew() {
    let aws = aws().await;
    let order = aws.order().await;
    aws.commit(unit().rejected(&order, "reject: no")).await.unwrap();
    assert_eq!(aws.host.commit().resume(&order).await.unwrap(), Resumed::Done);
    aws.redrive(ORDERS).await;
    let again = aws.receive_order().await;
    assert_eq!((again.id.as_str(), again.receive_count), (order.id.as_str(), 1));
    assert_eq!(aws.host.commit().resume(&again).await.unwrap(), Resumed::New);
    aws.commit(unit().rejected(&again, "reject: still no")).await.unwrap();
    let letters = aws.dead_letters(ORDERS).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].reason.as_deref(), Some("reject: still no"));
    aws.redrive(ORDERS).await;
    let third = aws.receive_order().await;
    let committed = aws.commit(unit().done(&third).put(Any, "a", "{}")).await.unwrap();
    assert_eq!(committed, Committed::Applied);
    assert_eq!(aws.host.commit().resume(&third).await.unwrap(), Resumed::Done);
}

#[tokio::test]
async fn what_a_request_left_unsent_is_recovered_later() {
    let aws = aws().await;
    for operation in ["SendMessageBatch", "SendMessageBatch"] {
        aws.emulator.fault(&refusal(operation));
        aws.commit(unit().put(Any, "a", "{}").send("g", operation)).await.unwrap_err();
    }
    let commit = aws.another().commit();
    assert_eq!(commit.recover(HANDLER, HOUR).await.unwrap(), 0, "a request may be at it");
    aws.pass(HOUR * 2);
    assert_eq!(commit.recover("another-handler", HOUR).await.unwrap(), 0);
    assert_eq!(commit.recover(HANDLER, HOUR).await.unwrap(), 2);
    assert_eq!(commit.recover(HANDLER, HOUR).await.unwrap(), 0);
    assert_eq!(aws.drain(BILLS).await.len(), 2);
}

#[tokio::test]
async fn an_outbox_that_cannot_be_sent_holds_back_no_other() {
    let aws = aws().await;
    for body in ["1", "2"] {
        aws.emulator.fault(&refusal("SendMessageBatch"));
        aws.commit(unit().send("g", body)).await.unwrap_err();
        aws.pass(HOUR);
    }
    aws.emulator.fault(&refusal("SendMessageBatch"));
    let commit = aws.another().commit();
    assert!(matches!(commit.recover(HANDLER, HOUR).await, Err(PortError::Unavailable { .. })));
    assert_eq!(aws.drain(BILLS).await, ["2"]);
    assert_eq!(commit.recover(HANDLER, HOUR).await.unwrap(), 1);
    assert_eq!(aws.drain(BILLS).await, ["1"]);
}

#[tokio::test]
async fn a_request_that_is_repeated_sends_what_the_first_left_unsent() {
    let aws = aws().await;
    let request = || unit().once("key", HOUR).put(Any, "a", "{}").send("g", "1");
    aws.emulator.fault(&refusal("SendMessageBatch"));
    aws.commit(request()).await.unwrap_err();
    assert_eq!(aws.commit(request()).await.unwrap(), Committed::Duplicate);
    assert_eq!(aws.drain(BILLS).await, ["1"]);
    assert_eq!(aws.stored("a").await.map(|stored| stored.version), Some(1));
}

#[tokio::test]
async fn a_key_that_is_used_again_does_not_lose_what_is_unsent_of_the_first() {
    let aws = aws().await;
    let request = |body| unit().once("key", HOUR).send("g", body);
    aws.emulator.fault(&refusal("SendMessageBatch"));
    aws.commit(request("1")).await.unwrap_err();
    aws.pass(HOUR * 2);
    assert_eq!(aws.commit(request("2")).await.unwrap(), Committed::Applied);
    assert_eq!(aws.drain(BILLS).await, ["1", "2"]);
}

#[tokio::test]
async fn a_queue_that_is_not_known_is_refused_before_anything_is_committed() {
    let aws = aws().await;
    let mut unit = unit().put(Any, "a", "{}");
    unit.sends.push(Outgoing {
        id: "m".into(),
        queue: "no-one".into(),
        group: "g".into(),
        deduplication_id: None,
        body: "{}".into(),
        ..Outgoing::default()
    });
    let error = aws.commit(unit).await.unwrap_err();
    assert!(matches!(&error, CommitError::Port(PortError::Invalid { .. })), "{error:?}");
    assert!(error.to_string().contains("TWINHOST_QUEUE_NO_ONE"), "{error}");
    assert_eq!(aws.stored("a").await, None);
}

#[tokio::test]
async fn an_outbox_larger_than_an_item_is_kept_in_pieces_and_survives_a_crash() {
    let aws = aws().await;
    let order = aws.order().await;
    let bodies = ["x", "y", "z"].map(|letter| letter.repeat(1_000_000));
    let whole = bodies.iter().fold(unit().done(&order), |unit, body| unit.send("g", body));
    let mut fault = refusal("SendMessageBatch");
    fault["skip"] = json!(1);
    aws.emulator.fault(&fault);
    aws.commit(whole).await.unwrap_err();
    assert!(aws.items().await.iter().any(|pk| pk.contains("#OUTBOX#")));
    let again = aws.redelivered().await;
    assert_eq!(aws.another().commit().resume(&again).await.unwrap(), Resumed::Done);
    assert_eq!(aws.drain(BILLS).await, bodies);
    assert!(!aws.items().await.iter().any(|pk| pk.contains("#OUTBOX#")), "the pieces are gone");
}

/// Every write of a run in its place, though the run takes several transactions.
#[tokio::test]
async fn a_run_too_large_for_one_transaction_is_committed_in_order_in_several() {
    let aws = aws().await;
    let wide = |n: usize, condition| {
        let keys = (0..40).map(move |key| format!("{n}-{key}"));
        let unit = unit().put(condition, "all", &format!("{{\"n\":{n}}}"));
        let unit = if n == 2 { unit.delete(Any, "gone") } else { unit.put(Any, "gone", "{}") };
        keys.fold(unit, |unit, key| unit.put(Absent, &key, "{}")).send("g", &n.to_string())
    };
    aws.commit(unit().put(Absent, "all", "{}")).await.unwrap();
    aws.emulator.calls();
    let run = (1..=5).map(|n| wide(n, Version(n as u64))).collect();
    let committed = aws.host.commit().commit(run).await.unwrap();
    assert_eq!(committed, [Committed::Applied; 5]);
    assert_eq!(aws.emulator.calls()["TransactWriteItems"], 3, "two units fit one");
    assert_eq!(aws.stored("all").await.unwrap().body, r#"{"n":5}"#);
    assert!(aws.stored("5-39").await.is_some() && aws.stored("gone").await.is_some());
    assert_eq!(aws.drain(BILLS).await, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn when_a_large_run_fails_midway_what_is_done_is_done_and_the_rest_comes_again() {
    let aws = aws().await;
    let first = aws.order().await;
    let wide = |n: usize| {
        let keys = (0..60).map(move |key| format!("{n}-{key}"));
        keys.fold(unit(), |unit, key| unit.put(Absent, &key, "{}")).send("g", &n.to_string())
    };
    aws.commit(unit().put(Any, "2-7", "{}")).await.unwrap();
    let run = vec![wide(1).done(&first), wide(2)];
    let failed = aws.host.commit().commit(run).await;
    assert!(matches!(failed, Err(CommitError::Port(PortError::Unavailable { .. }))), "{failed:?}");
    let again = aws.redelivered().await;
    assert_eq!(aws.host.commit().resume(&again).await.unwrap(), Resumed::Done);
    assert!(aws.stored("1-59").await.is_some());
    assert_eq!(aws.stored("2-0").await, None);
    assert_eq!(aws.drain(BILLS).await, ["1"]);
}

#[tokio::test]
async fn a_unit_too_large_for_any_host_is_refused_with_the_cure() {
    let aws = aws().await;
    let many = (0..101).fold(unit(), |unit, n| unit.put(Any, &n.to_string(), "{}"));
    let body = format!("\"{}\"", "x".repeat(399_000));
    let heavy = (0..11).fold(unit(), |unit, n| unit.put(Any, &n.to_string(), &body));
    for unit in [many, heavy] {
        let error = aws.commit(unit).await.unwrap_err();
        assert!(matches!(&error, CommitError::Port(PortError::Invalid { .. })), "{error:?}");
        assert!(error.to_string().contains("publish the rest"), "{error}");
    }
    assert_eq!(aws.stored("0").await, None);
}

/// The largest that a context allows: 99 actions and nearly 4 MB.
#[tokio::test]
async fn the_largest_unit_is_committed() {
    let aws = aws().await;
    let order = aws.order().await;
    let body = format!("\"{}\"", "x".repeat(40_200));
    let many = (0..98).fold(unit().done(&order), |unit, n| unit.put(Any, &n.to_string(), &body));
    assert_eq!(aws.commit(many.send("g", "1")).await.unwrap(), Committed::Applied);
    assert!(aws.stored("97").await.is_some());
    assert_eq!(aws.drain(BILLS).await, ["1"]);
}
