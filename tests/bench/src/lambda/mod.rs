//! The Lambda hosts: what they add to an invocation, what the functions need, and what an event costs on AWS.
//!
//! The functions are the executables that are deployed, each a process on our emulator of the Lambda service.

mod account;
mod bill;
mod built;
mod capacity;
mod cost;
mod meter;
mod overhead;
mod start;

use std::path::Path;

use crate::report::Report;
use built::Built;

/// Measures the functions in a folder.
pub(crate) async fn measure(report: &mut Report, folder: &Path, rounds: u32) -> anyhow::Result<()> {
    let built = Built::new(folder)?;
    report.add(overhead::measure(&built, rounds).await?);
    let (cost, peaks) = cost::measure(&built).await?;
    report.add(cost);
    report.add(start::measure(&built, rounds, &peaks).await?);
    Ok(())
}
