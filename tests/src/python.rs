//! The AWS emulator and the mail sink, from the virtual environment that `make setup` makes.

use std::process::Stdio;

use anyhow::{Context as _, ensure};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::{Port, eventually, project};

/// A server in Python on a free port of loopback; it ends with this value.
#[derive(Debug)]
pub struct Server {
    /// Its port.
    pub port: Port,
    _child: Child,
}

impl Server {
    /// An AWS emulator, with these variables in its environment.
    ///
    /// # Errors
    ///
    /// When it is not installed or does not answer.
    pub async fn aws(environment: &[(&str, String)]) -> anyhow::Result<Self> {
        let port = Port::take()?;
        let mut command = python()?;
        command.arg(project().join("functions/adapters/tests/moto_server.py"));
        command.arg(port.to_string()).envs(environment.iter().cloned());
        Self::start(command, port).await
    }

    /// An SMTP server that writes each mail it takes into a maildir.
    ///
    /// # Errors
    ///
    /// When it is not installed or does not answer.
    pub async fn mail_sink(maildir: &std::path::Path) -> anyhow::Result<Self> {
        let port = Port::take()?;
        let mut command = python()?;
        command.args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")]);
        command.args(["-c", "aiosmtpd.handlers.Mailbox"]).arg(maildir);
        Self::start(command, port).await
    }

    async fn start(mut command: Command, port: Port) -> anyhow::Result<Self> {
        // A server may take the end of its input for ours.
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.kill_on_drop(true);
        let mut child = command.spawn().context("start a server in Python")?;
        eventually("the server in Python answers", async || {
            ensure!(child.try_wait()?.is_none(), "it ended by itself");
            Ok(TcpStream::connect(("127.0.0.1", port.number())).await.ok())
        })
        .await?;
        Ok(Self { port, _child: child })
    }
}

/// Python with the packages of that environment.
///
/// # Errors
///
/// When it is not installed.
pub fn python() -> anyhow::Result<Command> {
    let path = project().join(".venv/bin/python");
    ensure!(path.exists(), "{} is missing; run `make setup`", path.display());
    Ok(Command::new(path))
}
