//! What handlers do is done whole, once, and for their tenant alone.

use std::collections::BTreeMap;

use anyhow::ensure;
use http::StatusCode;
use serde_json::json;

use super::site::{Site, task, tenant};
use super::{Kept, equal};
use crate::Handler as _;
use crate::conformance::probe::{Act, Collector, Worker};

fn put(key: &str, value: i64) -> Act {
    Act::Put { key: key.to_owned(), value: json!(value) }
}

fn publish(say: &str) -> Act {
    Act::Publish { say: say.to_owned(), group: "g".to_owned(), deduplicate: None }
}

/// Whatever way it fails, a handler that fails has done nothing.
pub async fn a_handler_that_fails_has_no_effect(site: &Site) -> Kept {
    let ways = [
        Act::Fail,
        Act::Reject { say: "no".into() },
        Act::Fault { say: "no".into() },
        Act::Panic,
        Act::Trespass,
    ];
    let tasks = ways.into_iter().enumerate().map(|(n, way)| {
        task(&format!("t{n}"), &format!("g{n}"), vec![put("done", 1), publish("never"), way])
    });
    site.finish(tasks.collect()).await?;
    site.host.settled(Collector::NAME).await?;
    equal(&site.thing("done").await?, &None)?;
    equal(&site.begun(Collector::NAME, "")?.len(), &0)
}

/// Writes, messages and the acknowledgement are one: with a retry between, each is there once.
pub async fn effects_happen_once_however_often_a_message_is_delivered(site: &Site) -> Kept {
    let add = || Act::Add { key: "sum".into(), by: 1 };
    let tasks = (0..9).map(|n| {
        let again = Act::FailFirst { times: n % 3 };
        task(&format!("t{n}"), &format!("g{n}"), vec![add(), publish(&format!("r{n}")), again])
    });
    site.finish(tasks.collect()).await?;
    site.host.drained(Collector::NAME).await?;
    equal(&site.thing("sum").await?, &Some(json!(9)))?;
    let mut reports = site.begun(Collector::NAME, "r")?;
    reports.sort_unstable();
    equal(&reports, &(0..9).map(|n| format!("r{n}")).collect::<Vec<_>>())
}

/// T1, T2: who read a document that has changed since runs again, so that nothing is lost.
pub async fn increments_of_concurrent_handlers_all_count(site: &Site) -> Kept {
    // Between the read and the write there is time for others to write.
    let add = || {
        let look = Act::Look { key: "count".into() };
        vec![look, Act::Linger { ms: 20 }, Act::Add { key: "count".into(), by: 1 }]
    };
    let tasks = (0..24).map(|n| task(&format!("t{n}"), &format!("g{}", n % 6), add()));
    site.finish(tasks.collect()).await?;
    equal(&site.thing("count").await?, &Some(json!(24)))
}

/// A handler sees what it has staged, and what the message before it in its group has done.
pub async fn a_handler_sees_its_own_writes_and_those_before_it(site: &Site) -> Kept {
    let look = || Act::Look { key: "k".into() };
    let delete = Act::Delete { key: "k".into() };
    site.finish(vec![
        task("first", "g", vec![look(), put("k", 1), look()]),
        task("second", "g", vec![look(), put("k", 2), delete, look()]),
        task("third", "g", vec![look()]),
    ])
    .await?;
    equal(&site.saw("first")?, &vec![json!(null), json!(1)])?;
    equal(&site.saw("second")?, &vec![json!(1), json!(null)])?;
    equal(&site.saw("third")?, &vec![json!(null)])
}

/// T11: no handler can name another tenant's data.
pub async fn no_handler_sees_the_data_of_another_tenant(site: &Site) -> Kept {
    let look = || Act::Look { key: "k".into() };
    let store = Act::Store { key: "object".into(), bytes: 10 };
    site.finish(vec![task("acme", "g", vec![put("k", 1), store])]).await?;
    // The other tenant has learnt the object's key.
    let key = site.thing("object").await?;
    let learnt = Act::Put { key: "object".into(), value: json!(key) };
    let tell = task("bcorp", "g", vec![look(), put("k", 2), learnt]);
    let fetch = task("fetch", "g", vec![Act::Fetch { key: "object".into() }]);
    site.host.send(&tenant("bcorp"), vec![tell, fetch]).await?;
    site.host.drained(Worker::NAME).await?;
    site.finish(vec![task("again", "g", vec![look()])]).await?;
    equal(&site.saw("bcorp")?, &vec![json!(null)])?;
    equal(&site.saw("fetch")?, &vec![json!(null)])?;
    equal(&site.saw("again")?, &vec![json!(1)])
}

/// Objects are there as soon as what names them is, small ones and large ones.
pub async fn objects_read_back_whether_small_or_large(site: &Site) -> Kept {
    for (name, bytes) in [("empty", 0), ("small", 100), ("large", 1_000_000)] {
        let store = Act::Store { key: name.into(), bytes };
        let fetch = || Act::Fetch { key: name.into() };
        site.finish(vec![
            task(&format!("store-{name}"), name, vec![store, fetch()]),
            task(&format!("fetch-{name}"), name, vec![fetch()]),
        ])
        .await?;
        equal(&site.saw(&format!("store-{name}"))?, &vec![json!(bytes)])?;
        equal(&site.saw(&format!("fetch-{name}"))?, &vec![json!(bytes)])?;
    }
    Ok(())
}

/// A handler can do what it has declared, and nothing else.
pub async fn what_is_not_granted_is_a_fault(site: &Site) -> Kept {
    site.finish(vec![task("trespasses", "g", vec![Act::Trespass])]).await?;
    let dead = site.host.dead(Worker::NAME).await?;
    equal(&dead.len(), &1)?;
    let reason = dead[0].reason.clone().unwrap_or_default();
    ensure!(reason.starts_with("fault: `worker` may not write"), "{reason}");
    Ok(())
}

/// T3, T8: the limits of the smaller host hold on each.
pub async fn a_unit_that_is_too_large_is_refused_alike(site: &Site) -> Kept {
    let many: Vec<Act> = (0..100).map(|n| put(&format!("k{n}"), n)).collect();
    let fits: Vec<Act> = (0..99).map(|n| put(&format!("f{n}"), n)).collect();
    let wide = Act::Put { key: "wide".into(), value: json!("x".repeat(400_000)) };
    let heavy =
        (0..11).map(|n| Act::Put { key: format!("h{n}"), value: json!("x".repeat(390_000)) });
    let heavy: Vec<Act> = heavy.collect();
    let answers = [
        site.ask("many", &many).await?,
        site.ask("wide", &[put("k0", 1), wide]).await?,
        site.ask("heavy", &heavy).await?,
    ];
    for answer in answers {
        equal(&answer.status(), &StatusCode::INTERNAL_SERVER_ERROR)?;
    }
    equal(&site.thing("k0").await?, &None)?;
    equal(&site.thing("h0").await?, &None)?;
    equal(&site.ask("fits", &fits).await?.status(), &StatusCode::NO_CONTENT)?;
    equal(&site.thing("f98").await?, &Some(json!(98)))
}

/// A key commits once; whoever repeats a request is answered like the first.
pub async fn a_request_with_a_key_has_its_effects_once(site: &Site) -> Kept {
    let acts = [
        Act::Once { key: "order-7".into() },
        Act::Add { key: "sum".into(), by: 1 },
        publish("ordered"),
        Act::Reply { status: 201, headers: vec![], hex: hex::encode("made") },
    ];
    for _ in 0..3 {
        let answer = site.ask("order", &acts).await?;
        equal(&(answer.status(), answer.body().as_ref()), &(StatusCode::CREATED, &b"made"[..]))?;
    }
    let add = Act::Add { key: "sum".into(), by: 10 };
    site.ask("other", &[Act::Once { key: "order-8".into() }, add]).await?;
    equal(&site.thing("sum").await?, &Some(json!(11)))?;
    site.host.drained(Collector::NAME).await?;
    equal(&site.begun(Collector::NAME, "ordered")?.len(), &1)
}

/// K1, K2: the context is compared exactly and in no order; another tenant's does not open.
pub async fn a_secret_opens_only_in_the_context_it_was_sealed_in(site: &Site) -> Kept {
    let context = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let right = context(&[("source", "github"), ("use", "hmac")]);
    let key = || "sealed".to_owned();
    let seal = Act::Seal { key: key(), secret: "hunter2".into(), context: right.clone() };
    site.finish(vec![
        task("seal", "g", vec![seal]),
        task("open", "g", vec![Act::Open { key: key(), context: right.clone() }]),
    ])
    .await?;
    equal(&site.saw("open")?, &vec![json!("hunter2")])?;
    let sealed = site.thing("sealed").await?;
    ensure!(sealed.is_some() && !sealed.clone().is_some_and(|s| s.to_string().contains("hunter2")));
    let wrong = [
        context(&[]),
        context(&[("source", "github")]),
        context(&[("source", "GitHub"), ("use", "hmac")]),
        context(&[("Source", "github"), ("use", "hmac")]),
        context(&[("source", "github"), ("use", "hmac"), ("more", "")]),
    ];
    let opens = wrong.into_iter().enumerate().map(|(n, context)| {
        task(&format!("wrong{n}"), &format!("w{n}"), vec![Act::Open { key: key(), context }])
    });
    let opens: Vec<_> = opens.collect();
    let count = opens.len();
    site.finish(opens).await?;
    let take = Act::Put { key: key(), value: json!(sealed) };
    let open = Act::Open { key: key(), context: right };
    site.host.send(&tenant("bcorp"), vec![task("stolen", "g", vec![take, open])]).await?;
    site.host.drained(Worker::NAME).await?;
    let dead = site.host.dead(Worker::NAME).await?;
    equal(&dead.len(), &(count + 1))?;
    for letter in dead {
        let reason = letter.reason.unwrap_or_default();
        ensure!(reason.starts_with("fault: ") && !reason.contains("hunter2"), "{reason}");
    }
    Ok(())
}
