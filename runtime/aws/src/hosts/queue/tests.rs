use std::time::Duration;

use serde_json::json;
use twinhost::ports::{CommitError, PortError};

use crate::hosts::testing::{World, deliver, deliver_within, raw, record};

const NONE: [&str; 0] = [];

#[tokio::test(start_paused = true)]
async fn what_is_done_is_not_reported() {
    let world = World::new();
    let left = deliver(&world.worker::<10>(), &[record("1", "g", 1, "ok")]).await;
    assert_eq!(left, NONE);
    assert!(world.is_done("1"));
    assert_eq!(deliver(&world.worker::<10>(), &[]).await, NONE);
}

#[tokio::test(start_paused = true)]
async fn the_messages_of_a_group_are_one_run_and_keep_their_order() {
    let world = World::new();
    let all = ["a1", "b1", "a2", "b2", "a3"].map(|id| record(id, &id[..1], 1, "ok"));
    assert_eq!(deliver(&world.worker::<10>(), &all).await, NONE);
    let of = |group: &str| {
        world.seen().into_iter().filter(|id| id.starts_with(group)).collect::<Vec<_>>()
    };
    assert_eq!(
        (of("a"), of("b")),
        (vec!["a1".into(), "a2".into(), "a3".into()], vec!["b1".into(), "b2".into()])
    );
    assert_eq!(world.commits(), [3, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_run_has_no_more_messages_than_the_handler_takes() {
    let world = World::new();
    let all = ["1", "2", "3"].map(|id| record(id, "g", 1, "ok"));
    assert_eq!(deliver(&world.worker::<2>(), &all).await, NONE);
    assert_eq!(world.commits(), [2, 1]);
}

#[tokio::test(start_paused = true)]
async fn groups_are_handled_side_by_side() {
    let world = World::new();
    let all = ["1", "2", "3", "4"].map(|id| record(id, id, 1, "work"));
    let began = tokio::time::Instant::now();
    assert_eq!(deliver(&world.worker::<10>(), &all).await, NONE);
    assert_eq!(began.elapsed().as_secs(), 8);
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_the_rest_of_the_group_is_reported_and_not_touched() {
    for failure in ["fail", "panic", "hang"] {
        let world = World::new();
        let all = [
            record("a1", "a", 1, "ok"),
            record("a2", "a", 1, failure),
            record("b1", "b", 1, "ok"),
            record("a3", "a", 1, "ok"),
        ];
        assert_eq!(deliver(&world.worker::<10>(), &all).await, ["a2", "a3"], "{failure}");
        assert!(world.is_done("a1") && world.is_done("b1") && !world.seen().contains(&"a3".into()));
        // Only the message that failed comes back early: the rest waits behind it.
        let put_off = world.put_off();
        assert_eq!(put_off.len(), 1);
        assert_eq!(put_off[0].0, "a2");
        assert!((1.0..1.25).contains(&put_off[0].1.as_secs_f64()), "{put_off:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_message_is_a_dead_letter_and_its_group_goes_on() {
    let world = World::new();
    let all = [record("1", "g", 1, "reject"), record("2", "g", 1, "ok")];
    assert_eq!(deliver(&world.worker::<10>(), &all).await, NONE);
    assert_eq!(world.reason("1").unwrap(), "reject: no such order");
    assert!(world.is_done("2"));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_done_already_is_acknowledged_and_not_run() {
    let world = World::new();
    world.done_before("1");
    let all = [record("1", "g", 2, "fail"), record("2", "g", 1, "ok")];
    assert_eq!(deliver(&world.worker::<10>(), &all).await, NONE);
    assert_eq!(world.seen(), ["2"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_of_which_nobody_can_say_whether_it_is_done_waits() {
    let world = World::new();
    world.fail_resumes();
    let all = [record("1", "g", 2, "ok"), record("2", "g", 2, "ok")];
    assert_eq!(deliver(&world.worker::<10>(), &all).await, ["1", "2"]);
    assert_eq!(world.seen(), NONE);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_delivered_before_runs_alone() {
    let world = World::new();
    let all = [("1", 2), ("2", 1), ("3", 1), ("4", 3), ("5", 1)];
    let all = all.map(|(id, count)| record(id, "g", count, "ok"));
    assert_eq!(deliver(&world.worker::<10>(), &all).await, NONE);
    assert_eq!(world.commits(), [1, 2, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_makes_a_dead_letter_with_its_reason_and_the_group_goes_on() {
    let world = World::new();
    let all = [record("1", "g", 3, "fail"), record("2", "g", 1, "ok")];
    assert_eq!(deliver(&world.worker::<10>(), &all).await, NONE);
    assert_eq!(world.reason("1").unwrap(), "failed 3 times; the last time: the disk is full");
    assert!(world.is_done("2") && world.put_off().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_cannot_be_sent_is_no_loss() {
    let world = World::new();
    world.fail_commit(PortError::unavailable("queue `worker`", "no answer in time").into());
    assert_eq!(deliver(&world.worker::<10>(), &[record("1", "g", 3, "fail")]).await, ["1"]);
    assert_eq!(world.reason("1"), None);
}

#[tokio::test(start_paused = true)]
async fn of_a_run_that_somebody_else_has_handled_in_part_the_rest_comes_again() {
    let world = World::new();
    world.done_before("1");
    let all = ["1", "2", "3"].map(|id| record(id, "g", 1, "ok"));
    // A queue delivers twice now and then and counts each as the first.
    assert_eq!(deliver(&world.worker::<10>(), &all).await, ["2", "3"]);
    assert!(!world.is_done("2"));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_could_not_be_committed_comes_again_whole() {
    let world = World::new();
    world.fail_commit(CommitError::Port(PortError::unavailable("table `app`", "throttled")));
    let all = ["1", "2"].map(|id| record(id, "g", 1, "ok"));
    assert_eq!(deliver(&world.worker::<10>(), &all).await, ["1", "2"]);
    assert_eq!(deliver(&world.worker::<10>(), &all).await, NONE);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_cannot_be_read_fails_with_the_rest_of_its_group_only() {
    for spoil in [
        |record: &mut serde_json::Value| record["messageAttributes"] = json!({}),
        |record: &mut serde_json::Value| record["attributes"]["SentTimestamp"] = json!("soon"),
    ] {
        let world = World::new();
        let mut all = [
            record("a1", "a", 1, "ok"),
            record("a2", "a", 1, "ok"),
            record("b1", "b", 1, "ok"),
            record("a3", "a", 1, "ok"),
        ];
        spoil(&mut all[1]);
        assert_eq!(deliver(&world.worker::<10>(), &all).await, ["a2", "a3"]);
        assert_eq!(world.seen(), ["a1", "b1"]);
    }
    let world = World::new();
    let mut all = [record("1", "g", 1, "ok"), record("2", "h", 1, "ok")];
    all[0]["body"] = json!(7);
    assert_eq!(deliver(&world.worker::<10>(), &all).await, ["1"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_of_a_standard_queue_is_a_group_of_its_own() {
    let world = World::new();
    let mut all = [record("1", "", 1, "fail"), record("2", "", 1, "ok"), record("3", "", 1, "ok")];
    for record in &mut all {
        record["attributes"].as_object_mut().unwrap().remove("MessageGroupId");
    }
    assert_eq!(deliver(&world.worker::<10>(), &all).await, ["1"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_when_the_time_is_over_is_reported_and_the_rest_is_done() {
    let world = World::new();
    let all =
        [record("1", "slow", 1, "hang"), record("2", "slow", 1, "ok"), record("3", "h", 1, "ok")];
    let began = tokio::time::Instant::now();
    // The handler may take 30 s.
    let left = deliver_within(&world.worker::<10>(), Duration::from_secs(5), &all).await;
    assert_eq!(left, ["1", "2"]);
    assert_eq!(began.elapsed().as_secs(), 5);
    assert!(world.is_done("3") && world.put_off().is_empty());
}

#[tokio::test(start_paused = true)]
async fn no_run_begins_that_may_not_end_in_time() {
    let world = World::new();
    let all = ["1", "2", "3", "4"].map(|id| record(id, "g", 1, "work"));
    // Each takes 8 s; 40, then 32 s are left for a handler that may take 30.
    assert_eq!(deliver(&world.worker::<1>(), &all).await, ["3", "4"]);
    assert_eq!(world.seen(), ["1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_function_with_too_short_a_timeout_does_what_it_can() {
    let world = World::new();
    let all = ["1", "2"].map(|id| record(id, "g", 1, "work"));
    let left = deliver_within(&world.worker::<1>(), Duration::from_secs(10), &all).await;
    assert_eq!((left, world.is_done("1")), (vec!["2".to_owned()], true));
}

#[tokio::test]
async fn an_event_that_is_no_batch_of_sqs_is_told_with_the_cure() {
    let host = World::new().worker::<10>();
    let mut other = record("1", "g", 1, "ok");
    other["eventSource"] = json!("aws:s3");
    let mut nameless = record("1", "g", 1, "ok");
    nameless.as_object_mut().unwrap().remove("messageId");
    for (event, said) in [
        (json!({"version": "2.0"}), "`Records`"),
        (json!({"Records": [other]}), "a record's source is `aws:s3`"),
        (json!({"Records": [nameless]}), "`messageId`"),
        (json!({"Records": 7}), "invalid type"),
        (json!([]), "an array"),
    ] {
        let cut = tokio::time::Instant::now() + Duration::from_secs(40);
        let error = host.answer(&raw(&event), cut).await.unwrap_err().to_string();
        assert!(error.contains(said) && error.contains("event source mapping"), "{error}");
    }
}
