//! Processes that die, and who is charged for it: in virtual time, a process being all that is aborted at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use twinhost::App;

use super::Company;
use super::tests::{Log, Rig, Running, until, worker};

#[tokio::test(start_paused = true)]
async fn a_message_that_kills_the_process_does_not_take_its_neighbours_along() {
    let rig = Rig::new();
    for n in 0..5 {
        rig.send("a", n).await;
        rig.send(&format!("other{n}"), n).await;
    }
    let log = Log::default();
    let killer = Arc::new(AtomicUsize::new(0));
    let (done, count) = (log.clone(), Arc::clone(&killer));
    let app = worker::<10, 2>(move |job, _| {
        let (done, count) = (done.clone(), Arc::clone(&count));
        async move {
            if job.group == "a" && job.n == 0 {
                count.fetch_add(1, Ordering::SeqCst);
                futures::future::pending::<()>().await;
            }
            done.add(&job);
            Ok(())
        }
        .boxed()
    });
    for crash in 1..=3 {
        let running = rig.start(&app);
        until("the killer runs", || killer.load(Ordering::SeqCst) == crash).await;
        running.task.abort();
        let _aborted = running.task.await;
        rig.memory.clock().advance(Duration::from_secs(31));
    }
    let running = rig.start(&app);
    rig.until_empty().await;
    running.stop().await;
    let dead = rig.dead().await;
    assert_eq!(dead.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["m0"]);
    assert_eq!(log.by_group()["a"], [1, 2, 3, 4]);
    assert_eq!(log.by_group().len(), 6, "every other group is done");
}

/// A worker that takes a second a message, but of the group `killer` never ends, and is counted.
fn with_killer(killed: &Arc<AtomicUsize>, log: &Log) -> App {
    let (killed, log) = (Arc::clone(killed), log.clone());
    worker::<10, 8>(move |job, _| {
        let (killed, log) = (Arc::clone(&killed), log.clone());
        async move {
            if job.group.starts_with("killer") {
                killed.fetch_add(1, Ordering::SeqCst);
                futures::future::pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            log.add(&job);
            Ok(())
        }
        .boxed()
    })
}

/// Starts everything and kills it each time a killer runs, a little later.
async fn die(times: usize, killed: &AtomicUsize, rigs: &[&Rig], app: &App) {
    for _ in 0..times {
        let (company, before) = (Company::default(), killed.load(Ordering::SeqCst));
        let start =
            |rig: &&Rig| rig.start_beside(app, Arc::new(rig.memory.clone()), company.clone());
        let running: Vec<Running> = rigs.iter().map(start).collect();
        until("a killer runs", || killed.load(Ordering::SeqCst) > before).await;
        // Whoever may begin beside it has begun, and has not ended.
        tokio::time::sleep(Duration::from_millis(500)).await;
        running.iter().for_each(|one| one.task.abort());
        for one in running {
            let _aborted = one.task.await;
        }
        for rig in rigs {
            rig.memory.clock().advance(Duration::from_secs(31));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_runs_beside_a_message_that_kills_the_process_is_not_given_up_with_it() {
    let rig = Rig::new();
    rig.send("killer", 0).await;
    for n in 0..7 {
        rig.send(&format!("beside{n}"), n).await;
    }
    let (killed, log) = (Arc::default(), Log::default());
    let app = with_killer(&killed, &log);
    die(3, &killed, &[&rig], &app).await;
    let running = rig.start(&app);
    rig.until_empty().await;
    running.stop().await;
    let dead = rig.dead().await;
    assert_eq!(dead.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["m0"]);
    assert_eq!(log.by_group().len(), 7, "whoever was beside it is done");
}

#[tokio::test(start_paused = true)]
async fn several_messages_that_kill_the_process_take_nobody_along_from_another_queue() {
    let (killers, others) = (Rig::new(), Rig::new());
    for n in 0..3 {
        killers.send(&format!("killer{n}"), n).await;
        others.send(&format!("beside{n}"), n).await;
    }
    let (killed, log) = (Arc::default(), Log::default());
    let app = with_killer(&killed, &log);
    // All three run in the first two lives, and each has its last to itself.
    die(5, &killed, &[&killers, &others], &app).await;
    let running = (killers.start(&app), others.start(&app));
    killers.until_empty().await;
    others.until_empty().await;
    running.0.stop().await;
    running.1.stop().await;
    assert_eq!(killers.dead().await.len(), 3);
    assert!(others.dead().await.is_empty(), "{:?}", others.dead().await);
    assert_eq!(log.by_group().len(), 3);
}
