//! The CDK's own command, with an emulator of AWS for its account.

use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context as _, ensure};
use lambda_emulator::Aws;
use tempfile::TempDir;
use tests::{built, project};
use tokio::process::Command;

use crate::permissions::{ACCOUNT, REGION};

/// An account of AWS, empty but for what the CDK needs of it, and the CDK's command for it.
#[derive(Debug)]
pub(crate) struct Cdk {
    aws: Aws,
    folder: TempDir,
}

impl Cdk {
    /// An account that is bootstrapped.
    ///
    /// # Errors
    ///
    /// When something is missing; says what to do.
    pub(crate) async fn bootstrap() -> anyhow::Result<Self> {
        let node = Command::new("node").arg("--version").output().await;
        ensure!(
            node.is_ok_and(|it| it.status.success()),
            "there is no `node`, which the CDK runs on; install Node.js 20 or newer, then run `make setup-cdk`"
        );
        let folder = tempfile::Builder::new().prefix("twinhost-cdk-").tempdir()?;
        let aws = Aws::start(&folder.path().join("aws"), 0).await?;
        let cdk = Self { aws, folder };
        std::fs::create_dir(cdk.functions())?;
        let mut command = cdk.command()?;
        // Away from the application, which need not be asked.
        command.current_dir(cdk.folder()).args(["bootstrap", &format!("aws://{ACCOUNT}/{REGION}")]);
        let output = command.output().await?;
        ensure!(output.status.success(), "cdk bootstrap: {}", said(&output));
        Ok(cdk)
    }

    /// The emulator of AWS.
    pub(crate) const fn aws(&self) -> &Aws {
        &self.aws
    }

    /// A folder for what the test keeps.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the functions' zips.
    pub(crate) fn functions(&self) -> PathBuf {
        self.folder.path().join("functions")
    }

    /// Zips the functions' executables in a folder: what is deployed next.
    ///
    /// # Errors
    ///
    /// When one is missing.
    pub(crate) async fn zip(&self, executables: &Path) -> anyhow::Result<()> {
        let mut zip = Command::new(project().join("scripts/lambda"));
        let zipped = zip.arg("--zip").arg(executables).arg(self.functions()).output().await?;
        ensure!(zipped.status.success(), "{}", String::from_utf8_lossy(&zipped.stderr));
        Ok(())
    }

    /// Deploys every stack, with these arguments.
    ///
    /// # Errors
    ///
    /// What the command says.
    pub(crate) async fn deploy(&self, arguments: &[&str]) -> anyhow::Result<String> {
        // The emulator knows no change sets of a stack that is there.
        let deploy = ["deploy", "--all", "--require-approval", "never", "--method", "direct"];
        self.succeed(&[&deploy[..], &["--no-previous-parameters"], arguments].concat()).await
    }

    /// What a deployment with these arguments would change: whether anything, and what is said of it.
    ///
    /// # Errors
    ///
    /// When the command cannot tell.
    pub(crate) async fn diff(&self, arguments: &[&str]) -> anyhow::Result<(bool, String)> {
        let diff = ["diff", "--fail", "--method", "template"];
        let output = self.run(&[&diff[..], arguments].concat()).await?;
        let said = said(&output);
        let changes = match output.status.code() {
            Some(0) => false,
            Some(1) if said.contains("Number of stacks with differences") => true,
            _ => anyhow::bail!("cdk diff: {said}"),
        };
        Ok((changes, said))
    }

    /// Deletes every stack.
    ///
    /// # Errors
    ///
    /// What the command says.
    pub(crate) async fn destroy(&self) -> anyhow::Result<String> {
        self.succeed(&["destroy", "--all", "--force"]).await
    }

    /// Runs a program with the variables that lead an SDK to the account.
    pub(crate) fn within(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        // The CDK takes the host of an address in digits for the name of a bucket.
        let endpoint = self.aws.url().replace("127.0.0.1", "localhost");
        command
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_ACCESS_KEY_ID", "AKIAOPERATOR")
            .env("AWS_SECRET_ACCESS_KEY", "operator")
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_PROFILE")
            .kill_on_drop(true);
        command
    }

    async fn succeed(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.run(arguments).await?;
        let said = said(&output);
        ensure!(output.status.success(), "cdk {}: {said}", arguments.join(" "));
        Ok(said)
    }

    /// Runs the CDK on the application.
    async fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let mut command = self.command()?;
        command.current_dir(infra_cdk()).args(arguments);
        command.arg("--app").arg(built("cdk-app")?);
        command.arg("--output").arg(self.folder().join("cdk.out"));
        command.arg("-c").arg(format!("functions={}", self.functions().display()));
        command.output().await.context("run the CDK")
    }

    fn command(&self) -> anyhow::Result<Command> {
        let cli = infra_cdk().join("node_modules/.bin/cdk");
        ensure!(cli.exists(), "{} is missing; run `make setup-cdk`", cli.display());
        let mut command = self.within(cli);
        command
            .args(["--no-notices", "--no-color"])
            // Its caches, of this account alone.
            .env("CDK_HOME", self.folder().join("home"))
            .env("CDK_DISABLE_CLI_TELEMETRY", "true")
            // The templates have tests of their own.
            .env("CDK_VALIDATION", "false")
            .env("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20");
        Ok(command)
    }
}

/// The folder of the application of the CDK.
fn infra_cdk() -> PathBuf {
    project().join("infra-cdk")
}

/// All that a command has printed.
fn said(output: &Output) -> String {
    let texts = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    texts.concat()
}
