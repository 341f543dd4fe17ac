//! A function written by hand on `lambda_runtime`: reads of its event what any handler must, and no more.
//!
//! It has no order groups, no tenants, no time kept back for its answer, no log, and takes nothing apart from what it
//! expects: the least that a batch or a request can cost whoever looks at it.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::{Deserialize, Serialize};

/// A batch, or a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(default, rename = "Records")]
    records: Vec<Record>,
    #[serde(default)]
    raw_path: String,
    #[serde(default)]
    body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: String,
}

/// What every message and every request says here.
#[derive(Deserialize)]
struct Job {
    n: u64,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    batch_item_failures: Vec<Failure>,
    status_code: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(|event: LambdaEvent<Event>| async { answer(event.payload) })).await
}

fn answer(event: Event) -> Result<Answer, Error> {
    if event.raw_path.is_empty() {
        let failed = event.records.into_iter().filter(|record| job(&record.body).is_err());
        let failures = failed.map(|record| Failure { item_identifier: record.message_id });
        return Ok(Answer { batch_item_failures: failures.collect(), status_code: 200 });
    }
    let known = event.raw_path.ends_with("/no-op") && job(&event.body).is_ok();
    Ok(Answer { status_code: if known { 200 } else { 400 }, ..Answer::default() })
}

/// A job is read whole, as a handler would.
fn job(body: &str) -> serde_json::Result<u64> {
    serde_json::from_str::<Job>(body).map(|job| job.n)
}
