//! Occurrences of schedules.

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::site::{Site, acme, tenant};
use super::{Kept, equal};
use crate::conformance::probe::{Act, Almanac, Clock, Collector, MAX_RECEIVES, Plan};
use crate::{Handler as _, TenantId};

/// When the suite's occurrences were due: the second of a minute, long ago.
fn due(minute: i64) -> anyhow::Result<Timestamp> {
    Ok(Timestamp::from_second(1_767_225_600 + 60 * minute)?)
}

/// Makes a tenant known, and what its ticks are to do.
async fn plan(site: &Site, name: &str, acts: Vec<Act>) -> Kept {
    let body = json!({ "name": name }).to_string();
    site.store_json(&TenantId::system(), "tenants", name.to_owned(), body).await?;
    site.store(&tenant(name), &Plan { acts }).await
}

async fn tick(site: &Site, minute: i64) -> Kept {
    site.host.fire(Almanac::NAME, due(minute)?).await?;
    site.host.drained(Almanac::NAME).await
}

/// S11, S14: a handler is told when the occurrence was due, not when it is handled.
pub async fn a_tick_says_when_it_was_due(site: &Site) -> Kept {
    site.host.fire(Clock::NAME, due(1)?).await?;
    site.host.drained(Clock::NAME).await?;
    let ticks = site.deliveries(Clock::NAME)?;
    equal(&ticks.len(), &1)?;
    equal(&ticks[0].value["scheduled_at"], &json!(due(1)?))?;
    equal(&ticks[0].value["missed"], &json!(0))?;
    equal(&ticks[0].tenant, &TenantId::system())
}

/// Each tenant has a tick of its own, in its own unit.
pub async fn a_schedule_ticks_for_each_tenant(site: &Site) -> Kept {
    for name in ["acme", "bcorp"] {
        plan(site, name, vec![Act::Put { key: "ticked".into(), value: json!(name) }]).await?;
    }
    tick(site, 1).await?;
    for name in ["acme", "bcorp"] {
        let documents = site.host.ports().documents;
        let stored = documents.get(&tenant(name), "samples", "ticked").await?.context("no tick")?;
        ensure!(stored.body.contains(name), "{}", stored.body);
        equal(&site.attempts(name)?, &vec![1])?;
    }
    Ok(())
}

/// S11, S13: however often and by whomever an occurrence is fired, its effects are there once.
pub async fn an_occurrence_has_its_effects_once(site: &Site) -> Kept {
    let publish = Act::Publish { say: "ticked".into(), group: "g".into(), deduplicate: None };
    plan(site, "acme", vec![Act::Add { key: "ticks".into(), by: 1 }, publish]).await?;
    for minute in [1, 1, 2, 1] {
        tick(site, minute).await?;
    }
    site.host.drained(Collector::NAME).await?;
    equal(&site.thing("ticks").await?, &Some(json!(2)))?;
    equal(&site.begun(Collector::NAME, "ticked")?.len(), &2)
}

/// A tick that fails comes again, with the same time and id.
pub async fn a_tick_that_fails_comes_again_and_is_the_same(site: &Site) -> Kept {
    plan(site, "acme", vec![Act::FailFirst { times: 1 }]).await?;
    tick(site, 1).await?;
    let ticks = site.deliveries("acme")?;
    equal(&ticks.iter().map(|tick| tick.attempt).collect::<Vec<_>>(), &vec![1, 2])?;
    equal(&(&ticks[0].id, &ticks[0].value), &(&ticks[1].id, &ticks[1].value))
}

/// Each way to fail ends as it does for a message.
pub async fn each_way_to_fail_ends_as_for_a_message(site: &Site) -> Kept {
    let ways = [
        ("retry", Act::Fail, MAX_RECEIVES, "told to fail"),
        ("reject", Act::Reject { say: "not so".into() }, 1, "reject: not so"),
        ("fault", Act::Fault { say: "broken".into() }, 1, "fault: broken"),
        ("panic", Act::Panic, MAX_RECEIVES, "panicked: told to panic"),
    ];
    for (name, act, ..) in &ways {
        let put = Act::Put { key: "never".into(), value: json!(1) };
        plan(site, name, vec![put, act.clone()]).await?;
    }
    tick(site, 1).await?;
    let dead = site.host.dead(Almanac::NAME).await?;
    equal(&dead.len(), &ways.len())?;
    for (name, _, deliveries, words) in &ways {
        equal(&site.attempts(name)?.len(), &(*deliveries as usize))?;
        let letter = dead.iter().find(|letter| letter.tenant == *name).context("no letter")?;
        let reason = letter.reason.as_deref().unwrap_or_default();
        ensure!(reason.contains(words), "{name}: {reason}");
        let documents = site.host.ports().documents;
        equal(&documents.get(&tenant(name), "samples", "never").await?, &None)?;
    }
    Ok(())
}

/// A tick that overruns is stopped, and comes again.
pub async fn a_tick_that_overruns_comes_again(site: &Site) -> Kept {
    let put = Act::Put { key: "late".into(), value: json!(1) };
    plan(site, acme().as_str(), vec![put, Act::OverrunFirst { times: 1 }]).await?;
    tick(site, 1).await?;
    equal(&site.attempts("acme")?, &vec![1, 2])?;
    equal(&site.thing("late").await?, &Some(Value::from(1)))
}
