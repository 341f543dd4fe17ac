//! A disk that becomes read-only while it is in use, as one with errors does.

use std::path::Path;

use crate::preload::Preload;

/// A folder that can be made read-only for processes that are started with its [variables](Self::variables).
#[derive(Debug)]
pub struct ReadOnly(Preload);

impl ReadOnly {
    /// Takes hold of a folder, which may be written to as yet; what is needed for that is put into `tools`, elsewhere.
    ///
    /// # Errors
    ///
    /// When there is no such folder; no C compiler or no PostgreSQL, with the cure.
    pub fn new(tools: &Path, folder: &Path) -> anyhow::Result<Self> {
        // As the kernel has it, which is asked where a file is.
        let folder = folder.canonicalize()?.display().to_string();
        let variables = [("READ_ONLY_FOLDER", folder)];
        Preload::new(tools, "read_only", "READ_ONLY_FLAG", &[0], &variables).map(Self)
    }

    /// What puts a process on this disk, and the embedded Postgres of one that runs `twinhost`.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        self.0.variables()
    }

    /// Makes the folder read-only, or not, for all at once.
    ///
    /// # Errors
    ///
    /// When nobody can be told.
    pub fn set(&self, read_only: bool) -> anyhow::Result<()> {
        self.0.tell(&[u8::from(read_only)])
    }
}
