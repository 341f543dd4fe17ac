//! What a home remembers when its runner has ended, its database has died, or an answer was lost.

use anyhow::ensure;
use faults::proxy::{Proxy, Reply};
use faults::server::Server;
use tests::eventually;
use tests::hosts::{HomeHost, Host as _};
use twinhost::conformance::probe::{self, Collector, Stage, Task, Trace, Worker};
use twinhost::unit::Outgoing;
use twinhost::{Handler as _, TenantId};

/// A task with an id for de-duplication.
fn task(name: &str, id: &str) -> anyhow::Result<Outgoing> {
    let group = "g".to_owned();
    let task = Task { name: name.to_owned(), group, acts: Vec::new(), verbatim: None };
    Ok(Outgoing {
        id: name.to_owned(),
        queue: Worker::NAME.to_owned(),
        group: task.group.clone(),
        deduplication_id: Some(id.to_owned()),
        body: serde_json::to_string(&task)?,
        ..Outgoing::default()
    })
}

/// F9: the memory of ids is committed with what was sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_is_remembered_over_a_restart_and_over_the_death_of_the_database()
-> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let trace = Trace::to(folder.path().join("trace"));
    let mut server = Server::start(&[]).await?;
    let url = server.url();
    let start = async || {
        HomeHost::start_with(probe::app(&trace), &[], |config| {
            config.database.url = Some(url.clone().into());
        })
        .await
    };
    let acme: TenantId = "acme".parse()?;
    let mut host = start().await?;
    host.send(&acme, vec![task("first", "id")?]).await?;
    host.drained(Worker::NAME).await?;

    drop(host);
    host = start().await?;
    host.send(&acme, vec![task("after-a-restart", "id")?]).await?;

    server.kill_with(&[])?;
    server.up().await?;
    eventually("messages are taken again", async || {
        Ok(host.send(&acme, vec![task("after-a-death", "id")?]).await.ok())
    })
    .await?;
    host.send(&acme, vec![task("other", "another-id")?]).await?;
    eventually("the last of them is done", async || {
        let begun = trace.entries()?;
        Ok(begun
            .iter()
            .any(|entry| entry.name == "other" && entry.stage == Stage::End)
            .then_some(()))
    })
    .await?;
    let all = trace.entries()?;
    let begun: Vec<&str> = all
        .iter()
        .filter(|entry| entry.stage == Stage::Begin)
        .map(|entry| entry.name.as_str())
        .collect();
    ensure!(begun == ["first", "other"], "{begun:?}");
    Ok(())
}

/// F12: the connection ends between the commit and its answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_again_because_the_answer_was_lost_has_sent_once() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let trace = Trace::to(folder.path().join("trace"));
    let server = Server::start(&[]).await?;
    let proxy = Proxy::to(server.address()).await?;
    // Nobody works on the tasks, so that no commit is there but the sender's.
    let host = HomeHost::start_with(probe::app(&trace), &[Collector::NAME], |config| {
        config.database.url = Some(Server::url_by(proxy.address).into());
    })
    .await?;
    let acme: TenantId = "acme".parse()?;
    for n in 0..5 {
        let id = format!("id{n}");
        proxy.cut(Reply::Commit, 1);
        let answer = host.send(&acme, vec![task(&format!("first{n}"), &id)?]).await;
        ensure!(answer.is_err() && proxy.cuts() == n + 1, "the answer was not lost: {answer:?}");
        eventually("the message is taken", async || {
            Ok(host.send(&acme, vec![task(&format!("again{n}"), &id)?]).await.ok())
        })
        .await?;
    }
    let waiting = host.waiting(Worker::NAME).await?;
    let ids: Vec<&str> = waiting.iter().map(|message| message.id.as_str()).collect();
    ensure!(ids == ["first0", "first1", "first2", "first3", "first4"], "{ids:?}");
    Ok(())
}
