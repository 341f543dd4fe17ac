//! A running `twinhost cloud-local`: the real command, the real functions, an emulator of AWS.

use std::fs::{self, File};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use lambda_emulator::CloudQueues;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::process::Child;
use twinhost::ports::{Ports, SystemClock};
use twinhost_aws::{AwsHost, AwsOptions};

use crate::home::Home;
use crate::{PATIENCE, built_folder, eventually};

/// The application as on AWS; it ends with this value.
#[derive(Debug)]
pub struct CloudLocal {
    home: Home,
    child: Child,
    state: Value,
}

impl CloudLocal {
    /// Starts it with these flags, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When it ends instead; says what it logged.
    pub async fn start(flags: &[&str]) -> anyhow::Result<Self> {
        let home = Home::empty()?;
        let log = home.folder().join("cloud-local.log");
        let output = File::create(&log)?;
        let mut command = home.asking()?;
        command.args(["cloud-local", "--listen", "127.0.0.1:0", "--executables"]);
        command.arg(built_folder()?).args(flags);
        command.stdout(output.try_clone()?).stderr(output).kill_on_drop(true);
        let mut child = command.spawn().context("start twinhost")?;
        let path = home.data().join("cloud-local/state.json");
        let said = || fs::read_to_string(&log).unwrap_or_default();
        let state = eventually("cloud-local is ready", async || {
            if let Some(status) = child.try_wait()? {
                bail!("it ended with {status}: {}", said());
            }
            // Half written, it is no JSON yet.
            let state = fs::read(&path).ok();
            Ok(state.and_then(|state| serde_json::from_slice(&state).ok()))
        });
        let state = state.await?;
        Ok(Self { home, child, state })
    }

    /// Where its API is.
    ///
    /// # Errors
    ///
    /// When it has not said so.
    pub fn api(&self) -> anyhow::Result<&str> {
        self.state["api"].as_str().context("it says no `api`")
    }

    /// Runs a command on it and answers the JSON it printed.
    ///
    /// # Errors
    ///
    /// When it does not end with 0, or does not print JSON.
    pub async fn json(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        self.home.json(&[&["--cloud"], arguments].concat()).await
    }

    /// Its stores and its queues.
    ///
    /// # Errors
    ///
    /// When it has not said where they are.
    pub async fn stores(&self) -> anyhow::Result<(Ports, CloudQueues)> {
        let text = |name: &str| self.state[name].as_str().map(str::to_owned);
        let urls = |name: &str| serde_json::from_value(self.state[name].clone());
        let endpoint = text("endpoint").context("it says no `endpoint`")?;
        let clients = Arc::new(lambda_emulator::clients(&endpoint).await);
        let options = AwsOptions {
            table: text("table"),
            bucket: text("bucket"),
            kms_key: text("kms_key"),
            queues: urls("queues")?,
            dead_letters: urls("dead_letters")?,
            ..AwsOptions::default()
        };
        let queues = CloudQueues::new(Arc::clone(&clients), &endpoint, &options);
        Ok((AwsHost::new(clients, &options, Arc::new(SystemClock))?.ports(), queues))
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.folder().join("cloud-local.log")).unwrap_or_default()
    }

    /// Asks it to stop, as Ctrl-C does, and waits until it has. Answers what it logged.
    ///
    /// # Errors
    ///
    /// When it does not end well.
    pub async fn stop(mut self) -> anyhow::Result<String> {
        let pid = self.child.id().context("it has ended already")?;
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGINT)?;
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await??;
        if !status.success() {
            bail!("it ended with {status}: {}", self.log());
        }
        Ok(self.log())
    }
}
