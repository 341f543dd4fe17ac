//! `events summary`: what became of every record that came in.
//!
//! Two sides must agree. The normalizer reports for each slice of a payload how
//! many records it dropped, by reason, and how many it passed on. What was passed
//! on is found again as a cost event, an attempt, a duplicate or a dead letter,
//! or waits for the scorer. A record found on both sides is accounted for.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use events::{Anomaly, Attempt, CostEvent, Duplicate, PayloadReport};
use functions::{Normalizer, Scorer};
use serde::Serialize;
use twinhost::Handler;
use twinhost::ports::Queue;

use super::output::Output;
use super::queues;
use super::store::Store;
use super::text::{count, plural};

/// What became of every record of one tenant.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    /// Payloads that were read, at least in part.
    payloads: u64,
    /// Payloads that were not read to their end yet.
    unfinished_payloads: u64,
    /// Records in what was read.
    records: u64,
    /// Records of which is known what became of them.
    accounted: u64,
    /// Records without a cost, by reason.
    dropped: BTreeMap<String, u64>,
    /// Cost events.
    cost_events: u64,
    /// Refused calls that would have cost money.
    attempts: u64,
    /// Records of an event that had come before, without a second effect.
    duplicates: u64,
    /// Anomalies found in all this.
    anomalies: u64,
    /// Messages of the tenant that wait to be read or scored, by queue.
    waiting: BTreeMap<String, u64>,
    /// Messages of the tenant that could not be read or scored, by queue.
    dead_letters: BTreeMap<String, u64>,
    /// Whether every payload was read to its end and every record is accounted for.
    complete: bool,
}

/// Adds up what became of every record of the store's tenant.
pub(crate) async fn summarize(store: &Store<'_>, queue: &dyn Queue) -> Result<Summary> {
    let mut summary = Summary::default();
    let mut seen = BTreeSet::new();
    let mut finished = BTreeSet::new();
    store
        .each(|report: PayloadReport| {
            summary.records += report.records;
            for (reason, n) in &report.dropped {
                *summary.dropped.entry(reason.clone()).or_default() += n;
            }
            let payload = (report.source, report.payload);
            if report.complete {
                finished.insert(payload.clone());
            }
            seen.insert(payload);
        })
        .await?;
    summary.payloads = seen.len() as u64;
    summary.unfinished_payloads = (seen.len() - finished.len()) as u64;
    store.each(|_: CostEvent| summary.cost_events += 1).await?;
    store.each(|_: Attempt| summary.attempts += 1).await?;
    store.each(|_: Duplicate| summary.duplicates += 1).await?;
    store.each(|_: Anomaly| summary.anomalies += 1).await?;
    for name in [Normalizer::NAME, Scorer::NAME] {
        for (dead, counts) in [(false, &mut summary.waiting), (true, &mut summary.dead_letters)] {
            let n = queues::count_of(queue, name, dead, store.tenant()).await?;
            if n > 0 {
                counts.insert(name.to_owned(), n);
            }
        }
    }
    summary.add_up();
    Ok(summary)
}

/// Prints the summary.
pub(crate) fn show(summary: &Summary, store: &Store<'_>, output: Output) -> Result<()> {
    output.value(summary, || summary.text())?;
    let tenant = store.tenant();
    if summary.payloads == 0 && summary.waiting.is_empty() && summary.dead_letters.is_empty() {
        output.hint(&format!(
            "nothing came in yet; to send something: twinhost send FILE --tenant {tenant} --source NAME"
        ));
    }
    if let Some(queue) = summary.dead_letters.keys().next() {
        output.hint(&format!("see what was given up and why: twinhost queues dlq list {queue}"));
    }
    Ok(())
}

impl Summary {
    fn add_up(&mut self) {
        let of =
            |counts: &BTreeMap<String, u64>, queue: &str| counts.get(queue).copied().unwrap_or(0);
        self.accounted = self.dropped.values().sum::<u64>()
            + self.cost_events
            + self.attempts
            + self.duplicates
            + of(&self.dead_letters, Scorer::NAME);
        self.complete = self.accounted == self.records
            && self.unfinished_payloads == 0
            && of(&self.waiting, Normalizer::NAME) == 0
            && of(&self.dead_letters, Normalizer::NAME) == 0;
    }

    fn text(&self) -> String {
        let mut lines = vec![format!(
            "{} of {} records accounted for{}",
            count(self.accounted),
            count(self.records),
            if self.complete { "" } else { ", not all has come to its end" }
        )];
        let mut row = |what: &str, n: u64| lines.push(format!("  {what:<34}{:>12}", count(n)));
        row("payloads", self.payloads);
        row("cost events", self.cost_events);
        row("attempts (refused calls)", self.attempts);
        row("duplicates without effect", self.duplicates);
        for (why, n) in &self.dropped {
            row(&format!("dropped: {why}"), *n);
        }
        for (queue, n) in &self.dead_letters {
            row(&format!("dead letters of {queue}"), *n);
        }
        for (queue, n) in &self.waiting {
            row(&format!("waiting for {queue}"), *n);
        }
        row("anomalies", self.anomalies);
        if self.unfinished_payloads > 0 {
            let payloads = plural(self.unfinished_payloads, "payload");
            lines.push(format!("  {payloads} not read to the end yet"));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use twinhost::TenantId;
    use twinhost::memory::Memory;
    use twinhost::unit::Condition;

    use super::*;

    fn report(payload: &str, offset: usize, complete: bool) -> PayloadReport {
        PayloadReport {
            source: "ci".to_owned(),
            payload: payload.to_owned(),
            object: String::new(),
            offset,
            records: 3,
            cost_events: 1,
            attempts: 0,
            dropped: BTreeMap::from([("read_only".to_owned(), 2)]),
            complete,
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    async fn stored(store: &Store<'_>, reports: &[PayloadReport], duplicates: &[&str]) {
        for report in reports {
            store.put(report, Condition::Absent).await.unwrap();
        }
        for event in duplicates {
            let duplicate = Duplicate {
                event: (*event).to_owned(),
                raw_ref: String::new(),
                received_at: Timestamp::UNIX_EPOCH,
            };
            store.put(&duplicate, Condition::Absent).await.unwrap();
        }
    }

    #[tokio::test]
    async fn it_is_complete_only_when_both_sides_agree_to_the_last_record() {
        let memory = Memory::new(Timestamp::UNIX_EPOCH);
        let (ports, acme) = (memory.ports(), "acme".parse::<TenantId>().unwrap());
        let store = Store::new(&ports, &acme);

        stored(&store, &[report("a", 0, false), report("a", 3, true)], &["first"]).await;
        let summary = summarize(&store, &memory).await.unwrap();
        assert_eq!((summary.payloads, summary.records, summary.accounted), (1, 6, 5));
        assert!(!summary.complete, "one record was passed on and is nowhere");

        stored(&store, &[], &["second"]).await;
        let summary = summarize(&store, &memory).await.unwrap();
        assert!(summary.complete);
        assert!(summary.text().starts_with("6 of 6 records accounted for\n"), "{}", summary.text());

        stored(&store, &[report("b", 0, false)], &["third"]).await;
        let summary = summarize(&store, &memory).await.unwrap();
        assert_eq!((summary.accounted, summary.unfinished_payloads), (9, 1));
        assert!(!summary.complete, "payload `b` goes on");
    }
}
