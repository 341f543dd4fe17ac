//! AWS cannot be reached, or its name cannot be found: what was not seen is not known to be idle.

use anyhow::Context as _;
use serde_json::{Value, json};
use tests::home::Home;
use tests::{Port, eventually};

/// What every hunt reports, once there are as many as accounts.
async fn hunts(home: &Home, tenant: &str) -> anyhow::Result<Vec<Value>> {
    eventually("the hunt is recorded", async || {
        let hunts = home.json(&["zombies", "hunts", "--tenant", tenant]).await?;
        let hunts = hunts.as_array().context("no list")?.clone();
        // A region that could not be read is read, too: the report says why not.
        let done = hunts.iter().all(|hunt| !hunt["missing"].to_string().contains("not read yet"));
        Ok((done && !hunts.is_empty()).then_some(hunts))
    })
    .await
    .with_context(|| home.log_tail())
}

#[tokio::test]
async fn while_aws_cannot_be_reached_or_found_nothing_is_called_idle() -> anyhow::Result<()> {
    let port = Port::take()?;
    let nobody = format!("http://127.0.0.1:{port}");
    // A name that no resolver knows (RFC 6761, 6.4).
    for endpoint in [nobody.as_str(), "http://aws.invalid"] {
        let mut home = Home::empty()?
            .with("AWS_ENDPOINT_URL", endpoint)
            .with("AWS_ACCESS_KEY_ID", "AKIAHOME")
            .with("AWS_SECRET_ACCESS_KEY", "home");
        home.start().await?;
        let secret = home.folder().join("secret");
        std::fs::write(&secret, "hunter\n")?;
        let secret = secret.to_str().context("a path in UTF-8")?;
        let add = ["accounts", "add", "111122223333", "--tenant", "acme", "--regions", "us-east-1"];
        let by_key = ["--access-key-id", "AKIAHUNTER", "--secret-file", secret];
        home.run(&[&add[..], &by_key].concat()).await?;
        home.run(&["schedules", "run", "zombie-hunter"]).await?;
        for hunt in hunts(&home, "acme").await? {
            assert_eq!(hunt["status"], "partial", "{hunt}");
            assert_eq!(hunt["found"], json!({}), "{hunt}");
            assert!(hunt["missing"].to_string().contains("us-east-1"), "{hunt}");
        }
        let zombies = home.json(&["zombies", "list", "--tenant", "acme"]).await?;
        assert_eq!(zombies, json!([]), "{endpoint}");
        home.stop().await?;
    }
    Ok(())
}
