//! Functions that run the example `probe`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lambda_emulator::{Function, FunctionOptions};
use tempfile::TempDir;

/// The longest that anything here is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A function with a folder for its log.
pub(crate) struct Probe {
    pub(crate) function: Arc<Function>,
    _folder: TempDir,
}

pub(crate) fn probe(change: impl FnOnce(&mut FunctionOptions)) -> Probe {
    let folder = tempfile::tempdir().unwrap();
    let mut options = FunctionOptions {
        name: "probe".to_owned(),
        executable: executable(),
        variables: BTreeMap::new(),
        region: "eu-west-1".to_owned(),
        timeout: Duration::from_secs(20),
        memory_mb: 256,
        concurrency: 4,
        log: folder.path().join("probe.log"),
    };
    change(&mut options);
    Probe { function: Arc::new(Function::new(options)), _folder: folder }
}

/// Cargo builds examples with tests, beside them.
fn executable() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    let path = path.join("examples/probe");
    assert!(
        path.exists(),
        "no {}; run `cargo build -p lambda-emulator --examples`",
        path.display()
    );
    path
}

/// Waits until it is so.
pub(crate) async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether there is a process with this id that still runs.
pub(crate) fn runs(pid: u64) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .and_then(|rest| rest.split_whitespace().next())
        .is_some_and(|state| state != "Z")
}
