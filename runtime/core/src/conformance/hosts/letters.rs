//! What becomes of messages that cannot be handled.

use anyhow::{Context as _, ensure};

use super::site::{Site, raw, task};
use super::{Kept, equal};
use crate::Handler as _;
use crate::conformance::probe::{Act, MAX_RECEIVES, Worker};
use crate::ports::Peeked;
use crate::unit::limits;

async fn only_letter(site: &Site) -> anyhow::Result<Peeked> {
    let mut dead = site.host.dead(Worker::NAME).await?;
    ensure!(dead.len() == 1, "one dead letter, not {dead:?}");
    dead.pop().context("a dead letter")
}

/// D1, D2: so many deliveries, then it is a dead letter: as it was, with its deliveries and its reason.
pub async fn a_message_that_keeps_failing_is_a_dead_letter_after_its_last_delivery(
    site: &Site,
) -> Kept {
    let sent = task("fails", "group", vec![Act::Fail]);
    site.finish(vec![sent.clone()]).await?;
    let attempts: Vec<u32> = (1..=MAX_RECEIVES).collect();
    equal(&site.attempts("fails")?, &attempts)?;
    let letter = only_letter(site).await?;
    equal(&(&letter.id, &letter.body), &(&sent.id, &sent.body))?;
    equal(&letter.tenant, &"acme".to_owned())?;
    equal(&letter.receive_count, &MAX_RECEIVES)?;
    let reason = letter.reason.unwrap_or_default();
    ensure!(reason.contains("told to fail"), "{reason}");
    Ok(())
}

/// A rejection and a fault are given up at once, each with its reason; a panic is a retry like an error.
pub async fn each_way_to_fail_has_the_same_outcome(site: &Site) -> Kept {
    let ways = [
        ("retry", Act::Fail, MAX_RECEIVES, "told to fail"),
        ("reject", Act::Reject { say: "not so".into() }, 1, "reject: not so"),
        ("fault", Act::Fault { say: "broken".into() }, 1, "fault: broken"),
        ("panic", Act::Panic, MAX_RECEIVES, "panicked: told to panic"),
    ];
    let tasks = ways.iter().map(|(name, act, ..)| task(name, name, vec![act.clone()]));
    site.finish(tasks.collect()).await?;
    let dead = site.host.dead(Worker::NAME).await?;
    equal(&dead.len(), &ways.len())?;
    for (name, _, deliveries, words) in &ways {
        equal(&site.attempts(name)?.len(), &(*deliveries as usize))?;
        let letter = dead.iter().find(|letter| letter.id == *name).context("no letter")?;
        equal(&letter.receive_count, deliveries)?;
        let reason = letter.reason.as_deref().unwrap_or_default();
        ensure!(reason.contains(words), "{name}: {reason}");
    }
    Ok(())
}

/// Q3, D2: what a dead letter is told beside its body has room beside the largest there is.
pub async fn the_largest_message_can_be_a_dead_letter(site: &Site) -> Kept {
    let acts = vec![Act::Reject { say: "\u{1f600}".repeat(1000) }];
    let mut body = task("large", "g", acts).body;
    body.extend(std::iter::repeat_n(' ', limits::MESSAGE_BYTES - body.len()));
    site.finish(vec![raw("large", "g", body.clone())]).await?;
    let letter = only_letter(site).await?;
    ensure!(letter.body == body, "{} bytes of {}", letter.body.len(), body.len());
    ensure!(letter.reason.unwrap_or_default().starts_with("reject: \u{1f600}"), "no reason");
    Ok(())
}

/// D5: looking is no receive, and takes nothing away.
pub async fn looking_at_a_dead_letter_changes_nothing(site: &Site) -> Kept {
    site.finish(vec![task("no", "g", vec![Act::Reject { say: "no".into() }])]).await?;
    let first = only_letter(site).await?;
    let second = only_letter(site).await?;
    equal(&(first.id, first.receive_count), &(second.id, second.receive_count))
}

/// D6: a dead letter that is sent back is handled anew, counted from 1, and is a dead letter no more.
pub async fn a_dead_letter_that_is_sent_back_is_handled_anew(site: &Site) -> Kept {
    let publish = Act::Publish { say: "done".into(), group: "g".into(), deduplicate: None };
    let key = "permission".to_owned();
    // It cannot be handled until a thing is there, which is put right by hand.
    let acts = vec![publish, Act::Fetch { key: key.clone() }];
    site.finish(vec![task("waits", "g", acts)]).await?;
    let letter = only_letter(site).await?;
    ensure!(letter.reason.unwrap_or_default().starts_with("fault: "), "a fault");
    let put = Act::Store { key, bytes: 3 };
    let answer = site.ask("mend", &[put]).await?;
    ensure!(answer.status().is_success(), "{answer:?}");
    equal(&site.host.redrive(Worker::NAME).await?, &1)?;
    site.host.drained(Worker::NAME).await?;
    equal(&site.attempts("waits")?, &vec![1, 1])?;
    equal(&site.host.dead(Worker::NAME).await?.len(), &0)?;
    equal(&site.saw("waits")?, &vec![serde_json::json!(3)])
}
