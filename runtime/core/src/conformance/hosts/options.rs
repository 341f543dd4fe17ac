//! Topics without order, messages that are put off, and the trace that ties all this together.

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::site::{Site, task};
use super::{Kept, equal};
use crate::Handler as _;
use crate::conformance::probe::{Act, Clerk, Collector, Doer, Entry, NOTICE_DELAY, Porter, Worker};

fn later(say: &str, seconds: u64, ordered: bool) -> Act {
    Act::PublishLater { say: say.into(), seconds, ordered }
}

fn notify(say: &str, group: &str, id: Option<&str>) -> Act {
    Act::Notify { say: say.into(), group: group.into(), deduplicate: id.map(str::to_owned) }
}

fn of<'a>(all: &'a [Entry], handler: &str, name: &str) -> anyhow::Result<&'a Entry> {
    let found = all.iter().find(|entry| entry.handler == handler && entry.name == name);
    found.with_context(|| format!("`{handler}` never saw `{name}`"))
}

/// Q9: a message that is put off comes when its time has come, and those behind it come before. What it says itself is
/// instead of what its topic says, no delay, too.
pub async fn a_message_that_is_put_off_comes_later_and_holds_nothing_up(site: &Site) -> Kept {
    site.finish(vec![task("t", "g", vec![later("late", 2, false), later("soon", 0, false)])])
        .await?;
    site.host.drained(Porter::NAME).await?;
    let begun = site.begun(Porter::NAME, "")?;
    equal(&begun.len(), &2)?;
    let all = site.trace.entries()?;
    let (sent, came) = (of(&all, Worker::NAME, "t")?.now, of(&all, Porter::NAME, "late")?.now);
    let waited = Duration::try_from(came.duration_since(sent))?;
    // The emulator of AWS lets the time of its queues pass when nothing else is to do; a function's clock goes on.
    let by_the_clock = site.host.name() != "lambda";
    ensure!(!by_the_clock || waited >= Duration::from_secs(2), "{waited:?}");
    // A machine that stood still for as long finds both at once.
    let soon = Duration::try_from(of(&all, Porter::NAME, "soon")?.now.duration_since(sent))?;
    let stood_still = by_the_clock && soon >= Duration::from_secs(2);
    ensure!(stood_still || begun == ["soon", "late"], "{begun:?}");
    Ok(())
}

/// Q9: a topic can put off all of its messages, those with order, too.
pub async fn a_topic_can_put_off_all_of_its_messages(site: &Site) -> Kept {
    let sending = Instant::now();
    site.finish(vec![task("t", "g", vec![notify("1", "a", None), notify("2", "a", None)])]).await?;
    let by_the_clock = site.host.name() != "lambda";
    if !by_the_clock {
        // Time has not been moved yet, and nothing can be received.
        site.host.settled(Clerk::NAME).await?;
        let begun = site.begun(Clerk::NAME, "")?.len();
        // Unless all this took so long that their time has come.
        ensure!(begun == 0 || sending.elapsed() >= NOTICE_DELAY, "{begun} came at once");
    }
    site.host.drained(Clerk::NAME).await?;
    equal(&site.begun(Clerk::NAME, "")?, &vec!["1".to_owned(), "2".to_owned()])?;
    let all = site.trace.entries()?;
    let (sent, came) = (of(&all, Worker::NAME, "t")?.now, of(&all, Clerk::NAME, "1")?.now);
    let waited = Duration::try_from(came.duration_since(sent))?;
    ensure!(!by_the_clock || waited >= NOTICE_DELAY, "{waited:?}");
    Ok(())
}

/// F7: where a topic says so, an id names a message of its group only.
pub async fn an_id_for_deduplication_can_be_of_its_group(site: &Site) -> Kept {
    let acts = [("1", "a"), ("2", "a"), ("3", "b")];
    let acts = acts.map(|(say, group)| notify(say, group, Some("id")));
    site.finish(vec![task("t", "g", acts.into())]).await?;
    site.host.drained(Clerk::NAME).await?;
    let begun: BTreeSet<String> = site.begun(Clerk::NAME, "")?.into_iter().collect();
    equal(&begun, &BTreeSet::from(["1".to_owned(), "3".to_owned()]))
}

/// Without order what fails holds nothing up, and comes again.
pub async fn without_order_a_failure_holds_nothing_up(site: &Site) -> Kept {
    let names = ["a", "fail", "b", "c"];
    site.finish(vec![task("t", "g", names.map(|name| later(name, 0, false)).into())]).await?;
    site.host.drained(Porter::NAME).await?;
    let begun = site.begun(Porter::NAME, "")?;
    equal(&begun.len(), &5)?;
    equal(&begun.iter().map(String::as_str).collect(), &HashSet::from(names))?;
    equal(&site.attempts("fail")?, &vec![1, 2])
}

/// Q9, F6: what a topic does not have is a fault, not something that is passed over.
pub async fn what_a_topic_does_not_have_is_a_fault(site: &Site) -> Kept {
    site.finish(vec![
        task("1", "a", vec![later("never", 1, true)]),
        task("2", "b", vec![later("never", 901, false)]),
        task("3", "c", vec![Act::PublishNamed { say: "never".into() }]),
    ])
    .await?;
    let mut dead = site.host.dead(Worker::NAME).await?;
    dead.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    equal(&dead.len(), &3)?;
    let cures = ["`QueueOptions::UNORDERED`", "use 0 to 900 s", "`QueueOptions::ORDERED`"];
    for (letter, cure) in dead.iter().zip(cures) {
        let reason = letter.reason.clone().unwrap_or_default();
        ensure!(reason.starts_with("fault: ") && reason.contains(cure), "{reason}");
    }
    for handler in [Porter::NAME, Collector::NAME] {
        equal(&site.begun(handler, "")?.len(), &0)?;
    }
    Ok(())
}

/// C2: what a request causes is part of its trace, over every hop; what nothing caused begins one of its own.
pub async fn a_trace_goes_on_over_every_hop(site: &Site) -> Kept {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let acts = [
        Act::Publish { say: "hop".into(), group: "g".into(), deduplicate: None },
        later("hop", 0, false),
    ];
    let headers = [("content-type", "application/json"), ("traceparent", trace)];
    let answer = site.post("/do/acme/traced", &headers, serde_json::to_vec(&acts)?).await?;
    equal(&answer.status().as_u16(), &204)?;
    site.give(vec![task("own", "g", vec![Act::FailFirst { times: 1 }])]).await?;
    for handler in [Collector::NAME, Porter::NAME, Worker::NAME] {
        site.host.drained(handler).await?;
    }
    let all = site.trace.entries()?;
    for (handler, name) in [(Doer::NAME, "traced"), (Collector::NAME, "hop"), (Porter::NAME, "hop")]
    {
        equal(&of(&all, handler, name)?.trace.as_str(), &trace)?;
    }
    let own: HashSet<&str> =
        all.iter().filter(|entry| entry.name == "own").map(|entry| entry.trace.as_str()).collect();
    equal(&own.len(), &1)?;
    ensure!(!own.contains(trace), "{own:?}");
    Ok(())
}
