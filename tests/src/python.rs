//! The AWS emulator and the mail sink, from the virtual environment that `make setup` makes.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::{eventually, free_port, project};

/// A server in Python on a free port of loopback; it ends with this value.
#[derive(Debug)]
pub struct Server {
    /// Its port.
    pub port: u16,
    _child: Child,
}

impl Server {
    /// An AWS emulator.
    ///
    /// # Errors
    ///
    /// When it is not installed or does not answer.
    pub async fn aws() -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(tool("moto_server")?);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        Self::start(command, port).await
    }

    /// An SMTP server that writes each mail it takes into a maildir.
    ///
    /// # Errors
    ///
    /// When it is not installed or does not answer.
    pub async fn mail_sink(maildir: &std::path::Path) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(tool("python")?);
        command.args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")]);
        command.args(["-c", "aiosmtpd.handlers.Mailbox"]).arg(maildir);
        Self::start(command, port).await
    }

    async fn start(mut command: Command, port: u16) -> anyhow::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().context("start a server in Python")?;
        eventually("the server in Python answers", async || {
            ensure!(child.try_wait()?.is_none(), "it ended by itself");
            Ok(TcpStream::connect(("127.0.0.1", port)).await.ok())
        })
        .await?;
        Ok(Self { port, _child: child })
    }
}

fn tool(name: &str) -> anyhow::Result<PathBuf> {
    let path = project().join(".venv/bin").join(name);
    ensure!(path.exists(), "{} is missing; run `make setup`", path.display());
    Ok(path)
}
