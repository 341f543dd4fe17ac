//! Who runs beside whom in a process.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// How long everything may wait for one message's sake.
const PATIENCE: Duration = Duration::from_secs(30);

/// The runs of all the consumers of a process: they go on side by side, unless one needs to be alone.
#[derive(Clone, Debug, Default)]
pub struct Company(Arc<RwLock<()>>);

/// A run that others may be beside, for as long as this is kept.
pub(super) type Joined = OwnedRwLockReadGuard<()>;

/// Nothing else runs in the process, for as long as this is kept.
pub(super) type Solitude = OwnedRwLockWriteGuard<()>;

impl Company {
    /// Waits while another is alone, or about to be.
    pub(super) async fn join(self) -> Joined {
        self.0.read_owned().await
    }

    /// At once, if nothing runs.
    pub(super) fn alone_already(&self) -> Option<Solitude> {
        Arc::clone(&self.0).try_write_owned().ok()
    }

    /// Waits until what runs has ended; what would begin meanwhile waits, too. `None` when that takes too long.
    pub(super) async fn alone(self) -> Option<Solitude> {
        let alone = tokio::time::timeout(PATIENCE, self.0.write_owned()).await.ok();
        if alone.is_none() {
            tracing::warn!(
                "A message that may have ended this process twice runs beside others, which take more than {PATIENCE:?}"
            );
        }
        alone
    }
}
