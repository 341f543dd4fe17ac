//! Runs the application of the fault tests as `twinhost` runs its own.
//!
//! `FAULT_ATTEMPTS` names the file of attempts; `FAULT_FORM` may hold `patient` and `second-version`. All else is the
//! configuration of any runner.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use faults::app::{Form, app};
use twinhost_selfhost::{Config, ConfigOverrides};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let attempts = std::env::var_os("FAULT_ATTEMPTS").map(PathBuf::from);
    let attempts = attempts.context("`FAULT_ATTEMPTS` is not set; name a file to append to")?;
    let form = std::env::var("FAULT_FORM").unwrap_or_default();
    let form =
        Form { patient: form.contains("patient"), second_version: form.contains("second-version") };
    let config = Config::load(ConfigOverrides::default())?;
    Ok(twinhost_selfhost::run(app(form, &attempts)?, config).await?)
}
