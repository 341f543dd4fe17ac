//! What becomes of a deployment: made, compared, changed, deleted.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use functions::Scorer;
use lambda_emulator::clients;
use twinhost::Handler as _;

use crate::cdk::Cdk;
use crate::deployed::{Deployed, full_name};
use crate::work::manifest;

/// Settings of the second deployment.
const CHANGED: [&str; 4] = ["-c", "reserve-scorer=7", "-c", "alarmEmail=ops@example.com"];

/// Writes something in the place of each function's executable: none is run here.
fn write_functions(folder: &Path) -> anyhow::Result<()> {
    for handler in manifest().handlers {
        let path = folder.join(handler.name);
        fs::write(&path, handler.name)?;
        fs::set_permissions(&path, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_deployment_changes_what_was_changed_and_leaves_the_data_when_it_is_deleted()
-> anyhow::Result<()> {
    let cdk = Cdk::bootstrap().await?;
    let executables = tempfile::tempdir()?;
    write_functions(executables.path())?;
    cdk.zip(executables.path()).await?;
    cdk.deploy(&[]).await?;
    let before = Deployed::read(&cdk).await?;
    ensure!(before.functions.len() == manifest().handlers.len());

    fs::write(executables.path().join(Scorer::NAME), "another")?;
    cdk.zip(executables.path()).await?;
    let (changes, said) = cdk.diff(&CHANGED).await?;
    ensure!(changes, "{said}");
    for part in ["ReservedConcurrentExecutions", "AWS::SNS::Subscription", ".S3Key"] {
        ensure!(said.contains(part), "{part} is not in:\n{said}");
    }
    ensure!(said.contains("Number of stacks with differences: 1"), "{said}");

    cdk.deploy(&CHANGED).await?;
    let after = Deployed::read(&cdk).await?;
    for (name, function) in &after.functions {
        let was = before.functions.get(name).context("a function is new")?;
        let is_scorer = *name == full_name(Scorer::NAME);
        ensure!((was.code_sha256 != function.code_sha256) == is_scorer, "the code of {name}");
        ensure!(function.reserved == is_scorer.then_some(7), "{name}: {:?}", function.reserved);
        ensure!(was.role == function.role && was.variables == function.variables, "{name}");
    }
    ensure!(before.told_of_alarms.is_empty() && after.told_of_alarms == ["ops@example.com"]);
    let (changes, said) = cdk.diff(&CHANGED).await?;
    ensure!(!changes, "{said}");

    cdk.destroy().await?;
    let gone = Deployed::read(&cdk).await.err().context("the stack is still there")?;
    ensure!(format!("{gone:#}").contains("does not exist"), "{gone:#}");
    let resources = after.resources()?;
    let clients = clients(cdk.aws().url()).await;
    let queues = clients.sqs().list_queues().send().await?;
    ensure!(queues.queue_urls().is_empty(), "{queues:?}");
    clients.dynamodb().describe_table().set_table_name(resources.table).send().await?;
    clients.kms().describe_key().set_key_id(resources.kms_key).send().await?;
    clients.s3().head_bucket().set_bucket(resources.bucket).send().await?;
    Ok(())
}
