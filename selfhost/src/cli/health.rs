//! `healthcheck`: for Docker, systemd and scripts.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::Url;
use twinhost_selfhost::Config;

use super::client::client;
use super::webhook::base_url;

/// How long an answer may take. Docker gives a check 30 s unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// Fails unless the Twinhost that this configuration describes is ready for requests.
pub(crate) async fn run(config: &Config) -> Result<()> {
    let url = format!("{}/readyz", base_url(config.http.listen));
    let url: Url = url.parse()?;
    let response = client(&url).timeout(PATIENCE).build()?.get(url.clone()).send().await;
    let response = response.map_err(|error| {
        let why = if error.is_timeout() { "it does not answer" } else { "nothing listens there" };
        anyhow::anyhow!("{url}: {why}; `twinhost up` starts Twinhost")
    })?;
    let status = response.status();
    let text = response.text().await.context("the answer broke off")?;
    if !status.is_success() {
        bail!("{url}: {status} {}", text.trim());
    }
    Ok(())
}
