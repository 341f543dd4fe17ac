//! Who runs beside whom in a process.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

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

    /// Waits until what runs has ended; what would begin meanwhile waits, too.
    pub(super) async fn alone(self) -> Solitude {
        self.0.write_owned().await
    }
}
