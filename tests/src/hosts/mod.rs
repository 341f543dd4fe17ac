//! An application on each of the three hosts, behind one [`Host`]: what the suite of promises and the
//! parity cases run over.
//!
//! The trait and the promises are in `twinhost::conformance::hosts` (`runtime/core`); here is what starts a host.

mod exchange;
mod home;
mod lambda;
mod memory;

pub use home::HomeHost;
pub use lambda::LambdaHost;
use lambda_emulator::Executables;
pub use memory::MemoryHost;
pub use twinhost::conformance::hosts::{Host, Site};
use twinhost::conformance::probe::{self, Trace};

use crate::built;

/// The probe in memory.
///
/// # Errors
///
/// When there is no folder for its trace.
pub async fn memory() -> anyhow::Result<Site> {
    let folder = tempfile::tempdir()?;
    let trace = Trace::to(folder.path().join("trace"));
    Ok(Site::new(MemoryHost::start(probe::app(&trace), &[]), trace, folder))
}

/// The probe at home.
///
/// # Errors
///
/// When there is no database.
pub async fn home() -> anyhow::Result<Site> {
    let folder = tempfile::tempdir()?;
    let trace = Trace::to(folder.path().join("trace"));
    let host = HomeHost::start(probe::app(&trace), &[]).await?;
    Ok(Site::new(host, trace, folder))
}

/// The probe on Lambda.
///
/// # Errors
///
/// When the emulator of AWS or the probe's executable is missing.
pub async fn lambda() -> anyhow::Result<Site> {
    let folder = tempfile::tempdir()?;
    let trace = Trace::to(folder.path().join("trace"));
    let executables = Executables::One(built("lambda-probe")?);
    let manifest = probe::app(&trace).manifest();
    let path = trace.path().display().to_string();
    let host = LambdaHost::start_with(&manifest, &[], executables, |options| {
        options.variables.insert(probe::TRACE.to_owned(), path);
    });
    Ok(Site::new(host.await?, trace, folder))
}
