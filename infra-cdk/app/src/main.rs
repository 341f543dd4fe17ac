//! The CDK app of the cost watcher: what `cdk` runs in `infra-cdk`.

use std::process::ExitCode;
use std::sync::Arc;

use aws_cdk::{App, AppProps, StageSynthesisOptions};
use cdk_app::{DeployError, build, tools};
use functions::app::Outside;
use functions::chat::NoChat;
use functions::zombies::NoCloud;

fn main() -> ExitCode {
    match synth() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn synth() -> Result<(), DeployError> {
    // Only what the handlers say of themselves is read: nothing outside is reached.
    let outside = Outside { cloud: Arc::new(NoCloud), chat: Arc::new(NoChat) };
    let kernel = tools::start()?;
    let app = App::new(&kernel, AppProps::new())?;
    build(&app, &functions::app::app(outside))?;
    app.synth(StageSynthesisOptions::new())?;
    Ok(())
}
