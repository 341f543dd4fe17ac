use std::fs;

use anyhow::Context as _;
use tests::home::Home;
use tests::python::Server;
use tests::{corpus, eventually};

#[tokio::test]
async fn an_anomaly_arrives_as_a_mail() -> anyhow::Result<()> {
    let mut home = Home::empty()?;
    let maildir = home.folder().join("mails");
    let sink = Server::mail_sink(&maildir).await?;
    home = home
        .with("TWINHOST__SMTP__HOST", "127.0.0.1")
        .with("TWINHOST__SMTP__PORT", sink.port.to_string())
        .with("TWINHOST__SMTP__ENCRYPTION", "none")
        .with("TWINHOST__SMTP__FROM", "Twinhost <alerts@example.com>");
    home.start().await?;
    home.run(&["tenants", "add", "acme"]).await?;
    home.run(&["sources", "add", "trail", "--tenant", "acme"]).await?;
    home.run(&[
        "settings",
        "set",
        "--tenant",
        "acme",
        "--alert-to",
        "ops@example.com",
        "--alert-threshold",
        "high",
    ])
    .await?;
    let files = corpus();
    let files = files.to_str().context("a path in UTF-8")?;
    home.run(&["send", files, "--tenant", "acme", "--source", "trail"]).await?;

    let mail = eventually("the mail is in the sink", async || {
        let Ok(new) = fs::read_dir(maildir.join("new")) else { return Ok(None) };
        let first = new.filter_map(Result::ok).next();
        Ok(first.map(|entry| fs::read_to_string(entry.path())).transpose()?)
    })
    .await?;
    for part in
        ["To: ops@example.com", "From: Twinhost <alerts@example.com>", "Message-ID: <", "p2.xlarge"]
    {
        assert!(mail.contains(part), "{part:?} is not in:\n{mail}");
    }
    home.stop().await
}
