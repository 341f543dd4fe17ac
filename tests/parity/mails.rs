//! Where a host's mails arrive.

use std::process::Stdio;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tests::hosts::LambdaHost;
use tests::python::{Server, python};
use twinhost::Mail;
use twinhost::memory::Memory;
use twinhost_selfhost::config::Smtp;

/// Reads a maildir into the form of [`Mail`].
const READ_MAILDIR: &str = include_str!("read_maildir.py");

/// Where a host's mails arrive.
pub(crate) enum Mails {
    /// The in-memory host keeps them.
    Memory(Memory),
    /// An SMTP server writes them into a folder.
    Maildir { folder: TempDir, _sink: Box<Server> },
    /// The emulator of AWS keeps what SES was asked to send.
    Ses(Arc<LambdaHost>),
}

impl Mails {
    /// An SMTP server, and the settings with which a home reaches it.
    pub(crate) async fn maildir() -> anyhow::Result<(Self, Smtp)> {
        let folder = tempfile::tempdir()?;
        let sink = Server::mail_sink(&folder.path().join("mails")).await?;
        let smtp = Smtp {
            host: Some("127.0.0.1".to_owned()),
            port: sink.port.number(),
            from: Some("Twinhost <alerts@example.com>".to_owned()),
            encryption: serde_json::from_str("\"none\"")?,
            ..Smtp::default()
        };
        Ok((Self::Maildir { folder, _sink: Box::new(sink) }, smtp))
    }

    /// All that have arrived, in the order in which they did.
    pub(crate) async fn all(&self) -> anyhow::Result<Vec<Mail>> {
        match self {
            Self::Memory(memory) => Ok(memory.mails().into_iter().map(|(mail, _)| mail).collect()),
            Self::Maildir { folder, .. } => {
                let mut command = python()?;
                command.args(["-c", READ_MAILDIR]).arg(folder.path().join("mails"));
                let output = command.stdin(Stdio::null()).output().await?;
                let errors = String::from_utf8_lossy(&output.stderr);
                ensure!(output.status.success(), "read_maildir.py: {errors}");
                serde_json::from_slice(&output.stdout).context("read_maildir.py prints mails")
            }
            Self::Ses(host) => host.mails().await?.iter().map(of_ses).collect(),
        }
    }
}

/// The mail in a request to SES.
fn of_ses(request: &Value) -> anyhow::Result<Mail> {
    let text = |path: &str| -> anyhow::Result<String> {
        let text = request.pointer(path).and_then(Value::as_str);
        Ok(text.with_context(|| format!("a request to SES has no {path}: {request}"))?.to_owned())
    };
    Ok(Mail {
        to: serde_json::from_value(request["Destination"]["ToAddresses"].clone())?,
        subject: text("/Content/Simple/Subject/Data")?,
        text: text("/Content/Simple/Body/Text/Data")?,
    })
}
