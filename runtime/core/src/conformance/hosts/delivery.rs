//! What a consumer sees of its messages, and how often.

use std::collections::HashSet;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::site::{Site, raw, task};
use super::{Kept, equal};
use crate::Handler as _;
use crate::conformance::probe::{
    Act, Archivist, Collector, MAX_RECEIVES, Stage, TIMEOUT_SECONDS, Worker,
};
use crate::unit::limits;

/// Q1: whitespace, the order of keys, repeated keys, the spelling of numbers, a carriage return.
pub async fn a_body_is_delivered_to_the_byte(site: &Site) -> Kept {
    let verbatim = "{ \"b\" : 1e2,\"a\":100, \"a\" :\t1.10,\r\n\"\\u00e9\":\"é\\r\\n\u{1f600}\" }";
    let body = format!(
        "{{\"name\":\"exact\",\"group\":\"g\",\"acts\":[{{\"act\":\"reject\",\"say\":\"no\"}}],\"verbatim\":{verbatim}}}\n"
    );
    site.finish(vec![raw("exact", "g", body.clone())]).await?;
    let seen = site.deliveries("exact")?;
    equal(&seen.iter().map(|entry| &entry.value).collect::<Vec<_>>(), &vec![&json!(verbatim)])?;
    let dead = site.host.dead(Worker::NAME).await?;
    equal(&dead.iter().map(|letter| letter.body.as_str()).collect::<Vec<_>>(), &vec![&*body])
}

/// Q3: the largest message there is, and one byte more, which is a fault of the handler's.
pub async fn a_message_as_large_as_allowed_arrives_and_a_larger_one_is_a_fault(
    site: &Site,
) -> Kept {
    let size = |bytes| Act::PublishLarge { bytes };
    let put = Act::Put { key: "large".into(), value: json!(1) };
    site.finish(vec![
        task("fits", "a", vec![size(limits::MESSAGE_BYTES)]),
        task("too-large", "b", vec![put, size(limits::MESSAGE_BYTES + 1)]),
    ])
    .await?;
    site.host.drained(Collector::NAME).await?;
    let all = site.trace.entries()?;
    let sizes = all.iter().filter(|entry| entry.handler == Collector::NAME);
    let sizes: Vec<_> = sizes.filter_map(|entry| entry.value.as_u64()).collect();
    ensure!(sizes.len() == 1 && sizes[0] > 1_000_000, "{sizes:?}");
    equal(&site.thing("large").await?, &None)?;
    let dead = site.host.dead(Worker::NAME).await?;
    let reason = dead.first().and_then(|letter| letter.reason.as_deref()).context("no letter")?;
    ensure!(reason.starts_with("fault: ") && reason.contains("too large"), "{reason}");
    Ok(())
}

/// Q5: characters that SQS refuses or Postgres cannot hold.
pub async fn characters_that_a_queue_cannot_hold_arrive_all_the_same(site: &Site) -> Kept {
    let say = "a\u{0}b\u{1}c\u{fffe}d\u{ffff}e\u{1f}f";
    let publish = Act::Publish { say: say.into(), group: "g".into(), deduplicate: None };
    site.finish(vec![task("odd", "g", vec![publish])]).await?;
    site.host.drained(Collector::NAME).await?;
    equal(&site.begun(Collector::NAME, "")?, &vec![say.to_owned()])
}

/// V1, E3, E9: an error is another try, of the same message; a panic too, and it hurts no other.
pub async fn a_message_whose_handler_fails_is_delivered_again_with_a_higher_attempt(
    site: &Site,
) -> Kept {
    site.finish(vec![
        task("fails", "a", vec![Act::FailFirst { times: 2 }]),
        task("works", "b", vec![]),
    ])
    .await?;
    equal(&site.attempts("fails")?, &vec![1, 2, 3])?;
    equal(&site.attempts("works")?, &vec![1])?;
    let ids: HashSet<String> = site.deliveries("fails")?.into_iter().map(|e| e.id).collect();
    equal(&ids, &HashSet::from(["fails".to_owned()]))?;
    equal(&site.host.dead(Worker::NAME).await?.len(), &0)
}

/// E3, E5: what was handled is gone.
pub async fn a_message_that_is_handled_is_gone(site: &Site) -> Kept {
    site.finish(vec![task("one", "g", vec![]), task("two", "g", vec![])]).await?;
    site.host.settled(Worker::NAME).await?;
    equal(&site.begun(Worker::NAME, "")?, &vec!["one".to_owned(), "two".to_owned()])?;
    equal(&site.host.waiting(Worker::NAME).await?.len(), &0)?;
    equal(&site.host.dead(Worker::NAME).await?.len(), &0)
}

/// E7: a report of what failed, not of all.
pub async fn of_several_groups_only_what_failed_comes_again(site: &Site) -> Kept {
    let names = ["g0", "g1", "g2", "g3", "g4"];
    let acts = |name| if name == "g2" { vec![Act::FailFirst { times: 1 }] } else { vec![] };
    site.finish(names.iter().map(|name| task(name, name, acts(*name))).collect()).await?;
    for name in names {
        equal(&site.attempts(name)?, &if name == "g2" { vec![1, 2] } else { vec![1] })?;
    }
    Ok(())
}

/// E16, E17: the deadline, in Lambda's words; the next delivery finds nothing of the last.
pub async fn a_handler_that_overruns_is_stopped_and_its_message_comes_again(site: &Site) -> Kept {
    let put = Act::Put { key: "overrun".into(), value: json!(1) };
    let times = MAX_RECEIVES as usize;
    let last = vec![Act::FailFirst { times: times - 1 }, Act::OverrunFirst { times }];
    site.finish(vec![
        task("once", "a", vec![put, Act::OverrunFirst { times: 1 }]),
        task("last", "b", last),
    ])
    .await?;
    equal(&site.attempts("once")?, &vec![1, 2])?;
    equal(&site.thing("overrun").await?, &Some(json!(1)))?;
    let dead = site.host.dead(Worker::NAME).await?;
    equal(&dead.iter().map(|letter| letter.id.as_str()).collect::<Vec<_>>(), &vec!["last"])?;
    let reason = dead[0].reason.clone().unwrap_or_default();
    let words = format!("Task timed out after {TIMEOUT_SECONDS}.00 seconds");
    ensure!(reason.contains(&words), "{reason}");
    Ok(())
}

/// C1: the id, the attempt, the time that is left, the time as it was at the beginning.
pub async fn a_handler_is_told_its_event_its_attempt_and_its_time(site: &Site) -> Kept {
    let wait = Act::Linger { ms: 60 };
    let look = Act::Look { key: "nothing".into() };
    site.finish(vec![task("told", "g", vec![look.clone(), wait, look])]).await?;
    let all = site.trace.entries()?;
    let told: Vec<_> = all.iter().filter(|entry| entry.name == "told").collect();
    equal(&told.iter().map(|entry| entry.stage).collect::<Vec<_>>(), &{
        vec![Stage::Begin, Stage::Saw, Stage::Saw, Stage::End]
    })?;
    for pair in told.windows(2) {
        equal(&(pair[0].now, &pair[0].id, pair[0].attempt), &(pair[1].now, &pair[1].id, 1))?;
        ensure!(pair[0].remaining_ms >= pair[1].remaining_ms, "time came back: {told:?}");
    }
    let (first, last) = (told[0].remaining_ms, told[3].remaining_ms);
    ensure!(first <= TIMEOUT_SECONDS * 1000 && first > 0, "{first} ms at the beginning");
    ensure!(first - last >= 60, "{first} ms became {last} ms");
    Ok(())
}

/// Every consumer of a topic has a message of its own.
pub async fn every_consumer_of_a_topic_gets_each_message(site: &Site) -> Kept {
    let publish = Act::Publish { say: "news".into(), group: "g".into(), deduplicate: None };
    site.finish(vec![task("publisher", "g", vec![publish])]).await?;
    for handler in [Collector::NAME, Archivist::NAME] {
        site.host.drained(handler).await?;
        equal(&site.begun(handler, "")?, &vec!["news".to_owned()])?;
    }
    Ok(())
}

/// E15: each consumer has its own filter.
pub async fn what_no_filter_wants_is_deleted_unseen_and_its_group_goes_on(site: &Site) -> Kept {
    let publish =
        |say: &str| Act::Publish { say: say.into(), group: "g".into(), deduplicate: None };
    let acts = ["first", "gossip", "last"].map(publish).to_vec();
    site.finish(vec![task("publisher", "g", acts)]).await?;
    for (handler, seen) in
        [(Collector::NAME, &["first", "gossip", "last"][..]), (Archivist::NAME, &["first", "last"])]
    {
        site.host.drained(handler).await?;
        equal(&site.begun(handler, "")?, &seen.iter().map(|say| (*say).to_owned()).collect())?;
        equal(&site.host.dead(handler).await?.len(), &0)?;
    }
    Ok(())
}

/// Bad input is the fault of its sender: no retry, a reason, and no harm to what follows.
pub async fn a_malformed_body_is_a_dead_letter_at_once_and_the_next_is_handled(
    site: &Site,
) -> Kept {
    // None is empty: that cannot be sent (Q2).
    let bodies = [" ", "{", "null", "[1]", "{\"name\":3}", "\"text\""];
    let malformed = bodies.iter().enumerate().map(|(n, body)| raw(&format!("bad{n}"), "g", *body));
    let all = malformed.chain([task("good", "g", vec![])]).collect();
    site.finish(all).await?;
    equal(&site.attempts("good")?, &vec![1])?;
    let dead = site.host.dead(Worker::NAME).await?;
    equal(&dead.len(), &bodies.len())?;
    for letter in dead {
        let reason = letter.reason.unwrap_or_default();
        ensure!(reason.starts_with("reject: the message is not tasks"), "{reason}");
        equal(&letter.receive_count, &1)?;
    }
    let seen: Vec<Value> = site.deliveries("bad0")?.into_iter().map(|entry| entry.value).collect();
    equal(&seen, &vec![])
}
