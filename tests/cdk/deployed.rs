//! What the CDK has deployed, as the services of AWS say, and not as a template does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use tests::project;
use twinhost_aws::AwsOptions;

use crate::cdk::Cdk;
use crate::permissions::Statement;

/// The stack of functions, queues, schedules and the API, of the stage `dev`.
const STACK: &str = "cost-watcher-dev";

/// What is deployed. Functions are called by their full names.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Deployed {
    pub(crate) functions: BTreeMap<String, DeployedFunction>,
    pub(crate) sources: Vec<DeployedSource>,
    pub(crate) schedules: Vec<DeployedSchedule>,
    pub(crate) api: DeployedApi,
    /// Who is subscribed to the topic of alarms.
    pub(crate) told_of_alarms: Vec<String>,
}

/// A function.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DeployedFunction {
    pub(crate) arn: String,
    /// The digest of its code.
    pub(crate) code_sha256: String,
    /// Its code, unpacked.
    pub(crate) executable: PathBuf,
    pub(crate) memory_mb: u32,
    /// Who may call it.
    pub(crate) policy: Vec<Statement>,
    /// Its reserved concurrency.
    pub(crate) reserved: Option<usize>,
    /// Its role's ARN.
    pub(crate) role: String,
    /// What it may do.
    pub(crate) statements: Vec<Statement>,
    /// In seconds.
    pub(crate) timeout: u64,
    pub(crate) variables: BTreeMap<String, String>,
}

/// A queue that a function is invoked for.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DeployedSource {
    pub(crate) arn: String,
    pub(crate) url: String,
    pub(crate) batch: u32,
    /// Patterns of the messages that the function is given; of none, all.
    pub(crate) filters: Vec<String>,
    pub(crate) function: String,
    pub(crate) response_types: Vec<String>,
    /// How long a batch that is not full waits for more.
    pub(crate) window_seconds: u64,
}

/// A schedule that a function is invoked for.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DeployedSchedule {
    pub(crate) name: String,
    pub(crate) function: String,
    /// The event.
    pub(crate) input: String,
    /// What EventBridge may do with it.
    pub(crate) statements: Vec<Statement>,
}

/// The API.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DeployedApi {
    pub(crate) id: String,
    pub(crate) stage: String,
    pub(crate) routes: Vec<DeployedRoute>,
}

/// A route of the API.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DeployedRoute {
    /// `POST /webhooks/{tenant}`.
    pub(crate) key: String,
    pub(crate) function: String,
}

impl Deployed {
    /// Asks the services of AWS; the functions' code is put into the CDK's folder.
    ///
    /// # Errors
    ///
    /// When something is not as functions need it.
    pub(crate) async fn read(cdk: &Cdk) -> anyhow::Result<Self> {
        let code = cdk.folder().join("code");
        let printed = ask(cdk, &[STACK, code.to_str().context("a path in UTF-8")?]).await?;
        Ok(serde_json::from_slice(&printed)?)
    }

    /// The function of a handler.
    pub(crate) fn function(&self, handler: &str) -> anyhow::Result<&DeployedFunction> {
        let name = full_name(handler);
        self.functions.get(&name).with_context(|| format!("no function `{name}` is deployed"))
    }

    /// Where all resources are that functions are told of.
    pub(crate) fn resources(&self) -> anyhow::Result<AwsOptions> {
        let variables = self.functions.values().flat_map(|it| it.variables.clone());
        Ok(AwsOptions::from_variables(variables)?)
    }
}

/// What the function of a handler is called.
pub(crate) fn full_name(handler: &str) -> String {
    format!("{STACK}-{handler}")
}

/// Takes a statement out of a deployed role.
///
/// # Errors
///
/// When the role has none of that name.
pub(crate) async fn revoke(cdk: &Cdk, role: &str, sid: &str) -> anyhow::Result<()> {
    ask(cdk, &["--revoke", role, sid]).await.map(drop)
}

async fn ask(cdk: &Cdk, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let python = project().join(".venv/bin/python");
    ensure!(python.exists(), "{} is missing; run `make setup`", python.display());
    let mut command = cdk.within(python);
    let output = command.arg(project().join("tests/cdk/deployed.py")).args(arguments);
    let output = output.output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}
