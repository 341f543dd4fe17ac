//! A process that runs only some functions, at home.

use anyhow::ensure;
use bytes::Bytes;
use http::StatusCode;
use tests::hosts::{HomeHost, Host as _};
use twinhost::conformance::probe::{self, Collector, Report, Stage, Trace, Worker};
use twinhost::unit::Outgoing;
use twinhost::{Handler as _, TenantId};

/// A message for a handler, which nobody need understand.
fn message(handler: &str) -> anyhow::Result<Outgoing> {
    let report = Report { say: "news".to_owned(), group: "g".to_owned(), deduplicate: None };
    Ok(Outgoing {
        id: "news".to_owned(),
        queue: handler.to_owned(),
        group: "g".to_owned(),
        deduplication_id: None,
        body: serde_json::to_string(&report)?,
        ..Outgoing::default()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_does_what_its_functions_do_and_leaves_the_rest_to_others() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let trace = Trace::to(folder.path().join("trace"));
    let host = HomeHost::start(probe::app(&trace), &[Collector::NAME]).await?;
    let acme: TenantId = "acme".parse()?;
    for handler in [Worker::NAME, Collector::NAME] {
        host.send(&acme, vec![message(handler)?]).await?;
    }
    host.drained(Collector::NAME).await?;
    let seen = trace.entries()?;
    ensure!(seen.len() == 1 && seen[0].stage == Stage::Begin, "{seen:?}");
    let waiting = host.waiting(Worker::NAME).await?;
    ensure!(waiting.len() == 1 && waiting[0].receive_count == 0, "{waiting:?}");
    let request = http::Request::post("/echo/acme/word").body(Bytes::new())?;
    assert_eq!(host.request(request).await?.status(), StatusCode::NOT_FOUND);
    Ok(())
}
