//! The whole corpus: 2,900 records of a red team's hour in a real account.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use events::{Anomaly, CostEvent, Estimate, EventStatus, Observation, PayloadReport};
use functions::cloudtrail::{MAX_OBSERVATIONS, parse, slice};

use crate::support::{Memory, corpus, gunzip, payload};

/// Every slice of every file.
fn normalized() -> (Vec<Observation>, Vec<PayloadReport>) {
    let (mut observations, mut reports) = (Vec::new(), Vec::new());
    for (name, bytes) in corpus() {
        let log = parse(&bytes).unwrap_or_else(|reject| panic!("{name}: {reject}"));
        let mut next = Some(0);
        while let Some(offset) = next {
            let part = slice(&payload(&name, offset), &log);
            assert!(part.observations.len() <= MAX_OBSERVATIONS);
            assert!(part.next.is_none_or(|next| next > offset), "{name} does not get on");
            observations.extend(part.observations);
            reports.push(part.report);
            next = part.next;
        }
    }
    (observations, reports)
}

#[test]
fn every_record_is_accounted_for_exactly_once() {
    let (observations, reports) = normalized();
    let mut total: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = |what: &str, many: u64| *total.entry(what.to_owned()).or_default() += many;
    for report in &reports {
        assert_eq!(report.accounted(), report.records, "{report:?}");
        count("records", report.records);
        count("cost_events", report.cost_events);
        count("attempts", report.attempts);
        for (reason, many) in &report.dropped {
            count(&format!("dropped: {reason}"), *many);
        }
    }
    assert_eq!(total["records"], 2_900);
    assert_eq!(total["cost_events"] + total["attempts"], observations.len() as u64);
    assert_eq!(total.get("dropped: malformed"), None);
    insta::assert_json_snapshot!("accounts", total);
}

#[test]
fn every_file_reads_the_same_with_and_without_gzip() {
    for (name, bytes) in corpus() {
        let packed = parse(&bytes).unwrap();
        let plain = parse(&gunzip(&bytes)).unwrap();
        assert!(packed.records().eq(plain.records()), "{name}");
    }
}

#[test]
fn what_costs_money_in_the_corpus_is_found_and_priced() {
    let (mut observations, _) = normalized();
    observations.sort_by_key(|observation| {
        let event = observation.event();
        (event.occurred_at, event.source_id.clone())
    });
    let mut table = String::new();
    for observation in &observations {
        writeln!(table, "{}", line(observation)).unwrap();
    }
    insta::assert_snapshot!("observations", table);
}

fn line(observation: &Observation) -> String {
    let event = observation.event();
    let CostEvent { occurred_at, actor, action, quantity, unit, resource, .. } = event;
    let actor = actor.split_once('/').map_or(actor.as_str(), |(_, name)| name);
    let rate = match (event.est_micro_usd_per_hour, event.estimate) {
        (Some(rate), _) => rate.to_string(),
        (None, Estimate::CountedElsewhere) => "elsewhere".to_owned(),
        (None, _) => "unknown".to_owned(),
    };
    let id = resource.id.as_deref().unwrap_or("-");
    let error = match observation {
        Observation::Cost(_) => String::new(),
        Observation::Attempt(attempt) => format!(" refused: {}", attempt.error_code),
    };
    format!("{occurred_at} {actor} {action} {quantity} × {unit} ({id}) {rate}{error}")
}

#[test]
fn the_anomalies_of_the_corpus_make_sense() {
    let (mut observations, _) = normalized();
    observations.sort_by_key(|observation| observation.event().occurred_at);
    let mut memory = Memory::default();
    let mut anomalies: Vec<Anomaly> = observations
        .iter()
        .filter_map(|observation| memory.score(observation).unwrap().anomaly)
        .collect();
    anomalies.sort_by_key(|anomaly| {
        std::cmp::Reverse((anomaly.severity, anomaly.impact_micro_usd_per_hour))
    });
    insta::assert_json_snapshot!("anomalies", anomalies);
}

#[test]
fn sending_the_corpus_again_changes_nothing() {
    let (observations, _) = normalized();
    let mut memory = Memory::default();
    for observation in &observations {
        memory.score(observation);
    }
    let before = (memory.events.clone(), memory.baselines.clone(), memory.familiar.clone());
    for observation in &observations {
        let again = memory.score(observation);
        match observation {
            Observation::Cost(_) => assert_eq!(again, None),
            Observation::Attempt(_) => assert_ne!(again.unwrap().status, EventStatus::Anomaly),
        }
    }
    assert_eq!((memory.events, memory.familiar), (before.0, before.2));
    let learned = |baseline: &events::Baseline| (baseline.single, baseline.hourly, baseline.events);
    for (series, baseline) in &memory.baselines {
        assert_eq!(learned(baseline), learned(&before.1[series]), "{series}");
    }
}

#[test]
fn every_event_id_is_there_once() {
    let (observations, _) = normalized();
    let ids: BTreeSet<&str> =
        observations.iter().map(|observation| observation.event().source_id.as_str()).collect();
    assert_eq!(ids.len(), observations.len());
}
