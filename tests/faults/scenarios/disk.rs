//! F13: the database's disk becomes read-only while it is in use.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use anyhow::ensure;
use faults::load::Plan;
use faults::read_only::ReadOnly;
use faults::server::Stop;
use faults::site::Site;
use faults::within;

/// How long a server may take to fall over what it cannot write, and how long it is left to it.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_was_acknowledged_is_there_after_the_disk_became_read_only() -> anyhow::Result<()> {
    let scenario = "what_was_acknowledged_is_there_after_the_disk_became_read_only";
    let mut site = Site::new(scenario, &[]).await?;
    let tools = tempfile::tempdir()?;
    // The account of Postgres must get through.
    fs::set_permissions(tools.path(), Permissions::from_mode(0o755))?;
    let disk = ReadOnly::new(tools.path(), &site.server.data())?;
    site.server.set_environment(disk.variables());
    site.server.stop(Stop::Fast).await?;
    site.server.up().await?;
    let mut runner = site.runner("only")?;
    runner.start().await?;
    let plan = Plan::default();
    let producers = plan.producers;
    let load = site.load(plan, &[runner.url("")])?;
    for _ in 0..3 {
        load.more(50).await?;
        let before = load.acknowledged();
        disk.set(true)?;
        site.report.injected += 1;
        load.more_refused(30).await?;
        // Each producer may have been told of what was done just before.
        let meanwhile = load.acknowledged() - before;
        ensure!(meanwhile <= producers, "{meanwhile} were acknowledged, and nobody could write");
        // Nothing that it cannot write to its log of changes is done; it gives up, and cannot start.
        within(PATIENCE, "Postgres has ended", async || Ok(site.server.has_ended()?.then_some(())))
            .await?;
        ensure!(site.server.log().contains("Read-only file system"), "{}", site.server.log());
        ensure!(site.server.up().await.is_err(), "it starts on a disk that it cannot write");
        disk.set(false)?;
        site.server.up().await?;
        site.report.recovered(load.more(1).await?);
    }
    let answers = load.stop().await?;
    answers.are(&[202, 503])?;
    site.judge(answers, &[&runner]).await?;
    runner.stop().await?;
    Ok(())
}
