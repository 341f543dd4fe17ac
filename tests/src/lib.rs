//! What the tests over the real command share: a home that is started, asked, killed and started again,
//! and a sender of webhooks that keeps a ledger.

pub mod cloud_local;
pub mod database;
pub mod documents;
pub mod home;
pub mod hosts;
pub mod ledger;
pub mod python;
pub mod sender;
pub mod wire;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
pub use faults::Port;

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

/// An executable of this build.
///
/// # Errors
///
/// When it has not been built.
pub fn built(name: &str) -> anyhow::Result<PathBuf> {
    let binary = built_folder()?.join(name);
    ensure!(
        binary.exists(),
        "{} is missing; build it: cargo build --workspace --exclude bench --bins (the project is in {})",
        binary.display(),
        project().display()
    );
    Ok(binary)
}

/// The folder of this build's executables.
///
/// # Errors
///
/// When the test does not know where it is itself.
pub fn built_folder() -> anyhow::Result<PathBuf> {
    let mut path = std::env::current_exe()?;
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    Ok(path)
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
    let wait = Wait::until(what);
    loop {
        if let Some(answer) = ask().await.with_context(|| format!("wait until {what}"))? {
            return Ok(answer);
        }
        wait.a_moment().await?;
    }
}

/// [`eventually`] by hand, for a trait's method: the future of a closure is not known to be `Send` there.
#[derive(Debug)]
pub struct Wait<'a> {
    what: &'a str,
    began: Instant,
}

impl<'a> Wait<'a> {
    /// Begins to wait for something, which is named should it be in vain.
    #[must_use]
    pub fn until(what: &'a str) -> Self {
        Self { what, began: Instant::now() }
    }

    /// Waits for a moment, after which to look again.
    ///
    /// # Errors
    ///
    /// When it has been [long enough](PATIENCE).
    pub async fn a_moment(&self) -> anyhow::Result<()> {
        if self.began.elapsed() > PATIENCE {
            bail!("waited {} s until {}, in vain", PATIENCE.as_secs(), self.what);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(())
    }
}
