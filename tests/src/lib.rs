//! What the tests over the real command share: a home that is started, asked, killed and started again,
//! and a sender of webhooks that keeps a ledger.

pub mod database;
pub mod home;
pub mod ledger;
pub mod python;
pub mod sender;
pub mod wire;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// The longest that anything in these tests is waited for.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The project's folder.
#[must_use]
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// The 2,900 CloudTrail records, a gzipped log file each.
#[must_use]
pub fn corpus() -> PathBuf {
    project().join("tests/corpus/cloudtrail")
}

/// A port on loopback that nothing listens on.
///
/// # Errors
///
/// When loopback has none left.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Asks until the answer is `Some`, or fails with what was waited for.
///
/// # Errors
///
/// What `ask` fails with, or that it had no answer in [`PATIENCE`].
pub async fn eventually<T>(
    what: &str,
    mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await.with_context(|| format!("wait until {what}"))? {
            return Ok(answer);
        }
        if began.elapsed() > PATIENCE {
            bail!("waited {} s until {what}, in vain", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
