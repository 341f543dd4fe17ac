//! Order groups and de-duplication.

use std::collections::HashSet;

use anyhow::ensure;
use serde_json::json;

use super::site::{Site, acme, task, tenant};
use super::{Kept, equal};
use crate::Handler as _;
use crate::conformance::probe::{Act, CONCURRENCY, Collector, Stage, Worker};
use crate::unit::Outgoing;

fn named(name: &str, group: &str, id: &str) -> Outgoing {
    Outgoing { deduplication_id: Some(id.to_owned()), ..task(name, group, vec![]) }
}

/// F1, F2, F10: more messages than a batch has, of groups that alternate.
pub async fn messages_of_a_group_are_handled_in_the_order_sent(site: &Site) -> Kept {
    let name = |n: usize| format!("{}{n:02}", ["a", "b", "c"][n % 3]);
    site.finish((0..60).map(|n| task(&name(n), &name(n)[..1], vec![])).collect()).await?;
    for group in ["a", "b", "c"] {
        let sent: Vec<String> = (0..60).map(name).filter(|name| name.starts_with(group)).collect();
        equal(&site.begun(Worker::NAME, group)?, &sent)?;
    }
    Ok(())
}

/// E8, F1, F4: nothing of a group is handled past a failure; when it comes again, it comes in order.
pub async fn a_failure_stops_its_group_and_no_other(site: &Site) -> Kept {
    let fails = || vec![Act::FailFirst { times: 1 }];
    site.give(vec![
        task("a1", "a", vec![]),
        task("a2", "a", fails()),
        task("a3", "a", vec![]),
        task("a4", "a", fails()),
        task("a5", "a", vec![]),
        task("b1", "b", vec![]),
        task("b2", "b", vec![]),
    ])
    .await?;
    site.host.drained(Worker::NAME).await?;
    let sequence = ["a1", "a2", "a2", "a3", "a4", "a4", "a5"].map(str::to_owned);
    equal(&site.begun(Worker::NAME, "a")?, &sequence.to_vec())?;
    equal(&site.begun(Worker::NAME, "b")?, &vec!["b1".to_owned(), "b2".to_owned()])?;
    equal(&site.attempts("a2")?, &vec![1, 2])?;
    equal(&site.attempts("b2")?, &vec![1])?;
    let waited = site.attempts("a4")?;
    ensure!(waited[0] < waited[1], "{waited:?}");
    // SQS counts a delivery that no handler has seen (V1).
    ensure!(waited[0] == 1 || site.host.name() == "lambda", "{waited:?}");
    Ok(())
}

/// F1: while a message waits for another try, those behind it wait too.
pub async fn what_is_behind_a_message_that_waits_is_not_delivered(site: &Site) -> Kept {
    let fails = vec![Act::FailFirst { times: 1 }];
    site.give(vec![task("head", "g", fails), task("behind", "g", vec![])]).await?;
    site.host.settled(Worker::NAME).await?;
    site.give(vec![task("later", "g", vec![]), task("other", "h", vec![])]).await?;
    site.host.drained(Worker::NAME).await?;
    let group: Vec<String> = site.begun(Worker::NAME, "")?;
    let group: Vec<&str> = group.iter().map(String::as_str).filter(|n| *n != "other").collect();
    equal(&group, &vec!["head", "head", "behind", "later"])
}

/// D4, F3: a message that is given up lets its group go on, in order.
pub async fn a_group_goes_on_past_a_dead_letter(site: &Site) -> Kept {
    let reject = vec![Act::Reject { say: "no".into() }];
    site.finish(vec![
        task("1", "g", reject),
        task("2", "g", vec![]),
        task("3", "g", vec![Act::Fail]),
        task("4", "g", vec![]),
    ])
    .await?;
    let sequence = ["1", "2", "3", "3", "3", "4"].map(str::to_owned);
    equal(&site.begun(Worker::NAME, "")?, &sequence.to_vec())?;
    let dead = site.host.dead(Worker::NAME).await?;
    equal(&dead.iter().map(|letter| letter.id.as_str()).collect::<Vec<_>>(), &vec!["1", "3"])
}

/// E10: a group has one message in hand at a time.
pub async fn messages_of_a_group_are_never_handled_side_by_side(site: &Site) -> Kept {
    let linger = || vec![Act::Linger { ms: 20 }];
    let name = |n: usize| format!("{}{n}", ["a", "b"][n % 2]);
    site.finish((0..12).map(|n| task(&name(n), &name(n)[..1], linger())).collect()).await?;
    for group in ["a", "b"] {
        let all = site.trace.entries()?;
        let of_group = all.iter().filter(|entry| entry.name.starts_with(group));
        let stages: Vec<_> = of_group.map(|entry| (entry.name.clone(), entry.stage)).collect();
        for pair in stages.chunks(2) {
            equal(&(pair[0].1, pair[1].1), &(Stage::Begin, Stage::End))?;
            equal(&pair[0].0, &pair[1].0)?;
        }
    }
    Ok(())
}

/// E10: groups do not wait for each other; the first here cannot end before the second has begun.
pub async fn groups_are_handled_side_by_side(site: &Site) -> Kept {
    let wait = vec![Act::Await { name: "second".into() }];
    site.finish(vec![task("first", "a", wait), task("second", "b", vec![])]).await?;
    equal(&(site.attempts("first")?, site.attempts("second")?), &(vec![1], vec![1]))
}

/// E11: there are more groups than may run side by side; those that wait for their turn are not charged for it.
pub async fn waiting_for_a_turn_costs_no_delivery(site: &Site) -> Kept {
    let names: Vec<String> = (0..3 * CONCURRENCY).map(|n| format!("t{n:02}")).collect();
    let linger = || vec![Act::Linger { ms: 100 }];
    site.finish(names.iter().map(|name| task(name, name, linger())).collect()).await?;
    for name in &names {
        equal(&site.attempts(name)?, &vec![1])?;
    }
    let all = site.trace.entries()?;
    let processes: HashSet<u32> = all.iter().map(|entry| entry.process).collect();
    ensure!(processes.len() <= CONCURRENCY as usize, "{} processes", processes.len());
    let (mut now, mut most) = (0_i32, 0);
    for entry in &all {
        now += if entry.stage == Stage::Begin { 1 } else { -1 };
        most = most.max(now);
    }
    // In memory nothing is held back, and a function has groups of its batch side by side, as have others beside it.
    let bound = site.host.name() == "home";
    ensure!(!bound || most <= CONCURRENCY.cast_signed(), "{most} side by side");
    Ok(())
}

/// The same group of two tenants is two groups.
pub async fn groups_of_the_same_name_are_distinct_between_tenants(site: &Site) -> Kept {
    let fails = task("of-acme", "g", vec![Act::FailFirst { times: 1 }]);
    site.give(vec![fails]).await?;
    site.host.send(&tenant("bcorp"), vec![task("of-bcorp", "g", vec![])]).await?;
    site.host.drained(Worker::NAME).await?;
    equal(&site.attempts("of-bcorp")?, &vec![1])?;
    equal(&site.attempts("of-acme")?, &vec![1, 2])?;
    let tenants = |name| anyhow::Ok(site.deliveries(name)?[0].tenant.to_string());
    equal(&(tenants("of-acme")?, tenants("of-bcorp")?), &("acme".into(), "bcorp".into()))
}

/// F6: a second message of the same id is accepted, and not delivered; nor after the first was handled.
pub async fn a_duplicate_is_accepted_and_has_no_effect(site: &Site) -> Kept {
    site.give(vec![named("first", "g", "id")]).await?;
    site.give(vec![named("second", "g", "id")]).await?;
    site.host.drained(Worker::NAME).await?;
    site.give(vec![named("third", "g", "id"), named("other", "g", "id-2")]).await?;
    site.host.drained(Worker::NAME).await?;
    equal(&site.begun(Worker::NAME, "")?, &vec!["first".to_owned(), "other".to_owned()])
}

/// F7: an id is of its queue and tenant, not of its group.
pub async fn an_id_for_deduplication_is_of_its_queue_and_tenant(site: &Site) -> Kept {
    site.give(vec![named("first", "a", "id")]).await?;
    site.give(vec![named("second", "b", "id")]).await?;
    site.host.send(&tenant("bcorp"), vec![named("third", "a", "id")]).await?;
    site.host.drained(Worker::NAME).await?;
    let mut begun = site.begun(Worker::NAME, "")?;
    begun.sort_unstable();
    equal(&begun, &vec!["first".to_owned(), "third".to_owned()])
}

/// F6, F8: two messages that say the same are two, unless their sender gives them one id.
pub async fn messages_that_say_the_same_are_two(site: &Site) -> Kept {
    let publish = || Act::Publish { say: "same".into(), group: "g".into(), deduplicate: None };
    site.finish(vec![
        task("one", "g", vec![publish(), publish()]),
        task("two", "g", vec![publish()]),
    ])
    .await?;
    site.host.drained(Collector::NAME).await?;
    equal(&site.begun(Collector::NAME, "same")?.len(), &3)
}

/// F12: what a message publishes is sent once, however often the message is delivered.
pub async fn what_a_retried_message_publishes_is_sent_once(site: &Site) -> Kept {
    let publish = Act::Publish { say: "report".into(), group: "g".into(), deduplicate: None };
    let acts = vec![publish, Act::FailFirst { times: 2 }];
    site.finish(vec![task("retried", "g", acts)]).await?;
    site.host.drained(Collector::NAME).await?;
    equal(&site.attempts("retried")?, &vec![1, 2, 3])?;
    equal(&site.begun(Collector::NAME, "report")?.len(), &1)
}

/// What SQS takes neither as a group nor as an id for de-duplication.
fn no_names() -> [String; 5] {
    ["", "a b", "é", "a\0b", &"x".repeat(129)].map(str::to_owned)
}

/// Has as many tasks publish, each what it cannot, and one what it can; answers why the others are dead letters.
async fn refused(site: &Site, cannot: Vec<Act>, can: Act) -> anyhow::Result<Vec<String>> {
    let count = cannot.len();
    let all = cannot.into_iter().chain([can]).enumerate();
    let tasks = all.map(|(n, act)| task(&format!("t{n}"), &format!("g{n}"), vec![act]));
    site.finish(tasks.collect()).await?;
    let dead = site.host.dead(Worker::NAME).await?;
    equal(&dead.len(), &count)?;
    site.host.drained(Collector::NAME).await?;
    equal(&site.begun(Collector::NAME, "")?, &vec!["can".to_owned()])?;
    Ok(dead.into_iter().map(|letter| letter.reason.unwrap_or_default()).collect())
}

/// F5: an id for de-duplication that SQS would refuse is a fault on every host.
pub async fn an_id_that_a_queue_cannot_have_is_a_fault(site: &Site) -> Kept {
    let publish = |say: &str, id: String| Act::Publish {
        say: say.into(),
        group: "g".into(),
        deduplicate: Some(id),
    };
    let cannot = no_names().map(|id| publish("never", id)).into();
    for reason in refused(site, cannot, publish("can", "~".repeat(128))).await? {
        ensure!(reason.contains("cannot be a `deduplication_id`"), "{reason}");
    }
    Ok(())
}

/// F5: a group that SQS would refuse is a fault on every host.
pub async fn a_group_that_a_queue_cannot_have_is_a_fault(site: &Site) -> Kept {
    let publish =
        |say: &str, group: String| Act::Publish { say: say.into(), group, deduplicate: None };
    let cannot = no_names().map(|group| publish("never", group)).into();
    for reason in refused(site, cannot, publish("can", "~".repeat(128))).await? {
        ensure!(reason.contains("cannot be an order group"), "{reason}");
    }
    let nothing = site.host.ports().documents.get(&acme(), "samples", "never").await?;
    equal(&json!(nothing.map(|stored| stored.body)), &json!(null))
}
