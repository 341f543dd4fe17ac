//! The functions as they are built, and what is known of their processes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use lambda_emulator::{Function, FunctionOptions, REGION};
use tempfile::TempDir;

pub(crate) const MB: f64 = 1024.0 * 1024.0;

/// What builds them.
const BUILD: &str = "make bench";

/// Executables in a folder, and a folder for their logs.
#[derive(Debug)]
pub(super) struct Built {
    folder: PathBuf,
    logs: TempDir,
}

impl Built {
    pub(super) fn new(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.canonicalize().with_context(|| {
            format!("{} is not there; run `{BUILD}`, which builds the functions", folder.display())
        })?;
        Ok(Self { folder, logs: tempfile::tempdir()? })
    }

    /// Where they are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where their logs are.
    pub(super) fn logs(&self) -> &Path {
        self.logs.path()
    }

    /// One of them as a function of this name, of which nothing runs yet.
    pub(super) fn function(
        &self,
        executable: &str,
        name: &str,
        variables: BTreeMap<String, String>,
    ) -> Arc<Function> {
        Arc::new(Function::new(FunctionOptions {
            name: name.to_owned(),
            executable: self.folder.join(executable),
            variables,
            region: REGION.to_owned(),
            timeout: Duration::from_secs(60),
            memory_mb: 256,
            concurrency: 1,
            log: self.logs.path().join(format!("{executable}.log")),
        }))
    }

    /// Bytes of an executable, and of it in a zip: deflated as hard as zip does.
    pub(super) fn sizes(&self, executable: &str) -> anyhow::Result<(usize, usize)> {
        let path = self.folder.join(executable);
        let bytes = fs::read(&path)
            .with_context(|| format!("read {}; run `{BUILD}`, which builds it", path.display()))?;
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(&bytes)?;
        Ok((bytes.len(), deflated.finish()?.len()))
    }
}

/// The most memory that a function's processes have had, each resident with what it shares (`VmHWM`), in MB.
pub(super) fn peak_memory(function: &Function) -> anyhow::Result<f64> {
    let mut most = f64::NAN;
    for pid in function.processes() {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes: f64 = line.context("read /proc")?.trim().trim_end_matches(" kB").parse()?;
        most = most.max(kilobytes * 1024.0 / MB);
    }
    Ok(most)
}
