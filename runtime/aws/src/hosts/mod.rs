//! The Lambda hosts: HTTP, queue and schedule, all through the one `dispatch`.
//!
//! [`run`] is a function's whole `main`. Which host it is follows from the handler's trigger. One thread does
//! everything: a function has one virtual CPU up to 1,769 MB, Lambda gives it one invocation at a time, and what waits
//! for the network runs side by side on one thread too.
//!
//! # Time
//!
//! Lambda kills a function at its timeout, and then nothing of a batch counts as done. So a function is given
//! [more time](function_timeout) than its handler: for the commit, and for the [answer](ANSWER). What is not done when
//! only the answer's time is left is cut off and reported as not done.

mod batch;
mod event;
mod function;
mod http;
mod logs;
mod queue;
mod schedule;
#[cfg(test)]
mod testing;

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use tokio::runtime::Builder;
use tokio::time::Instant;
use twinhost::App;

use crate::error::StartError;

pub use event::InvocationError;
pub use function::{Answer, Function};

/// What is kept back at the end of an invocation to report what is done.
pub const ANSWER: Duration = Duration::from_secs(1);

/// How much longer than its handler a function may take: one commit with all its attempts, and the answer.
pub const MARGIN: Duration =
    Duration::from_secs(crate::clients::OPERATION.as_secs() + ANSWER.as_secs());

/// The longest timeout of a function (Lambda).
pub const LONGEST: Duration = Duration::from_secs(900);

/// The timeout of the function that runs a handler of this timeout: [`MARGIN`] longer, at most [`LONGEST`].
///
/// Its queue's visibility timeout is then six times that, as AWS advises.
#[must_use]
pub const fn function_timeout(handler: Duration) -> Duration {
    let seconds = handler.as_secs() + MARGIN.as_secs();
    if seconds > LONGEST.as_secs() { LONGEST } else { Duration::from_secs(seconds) }
}

/// What the runtime's library reads without asking whether it is there.
const LAMBDA: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

/// Runs one handler of an application as a Lambda function: the whole `main` of its executable.
///
/// The environment says where the application's resources are ([`AwsOptions`](crate::AwsOptions)). What is wrong with
/// it is told to Lambda, which logs it and fails the invocation that waits.
pub fn run(app: App, handler: &str) -> ExitCode {
    logs::start();
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "cannot start; does the function have file descriptors left?");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        match start(app, handler).await {
            Ok(function) => serve(&function).await,
            Err(error) => {
                tracing::error!(%error, "`{handler}` cannot start");
                event::report_init_error(&error).await;
                ExitCode::FAILURE
            }
        }
    })
}

async fn start(app: App, handler: &str) -> Result<Function, StartError> {
    for variable in LAMBDA {
        if std::env::var_os(variable).is_none() {
            return Err(StartError::NotOnLambda(variable));
        }
    }
    Function::connect(app, handler).await
}

/// Answers invocations until Lambda ends the process.
async fn serve(function: &Function) -> ExitCode {
    let service = service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let LambdaEvent { payload, context } = event;
        function.answer(&payload, &context.request_id, cut(&context)).await
    });
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "Lambda's Runtime API does not answer");
            ExitCode::FAILURE
        }
    }
}

/// When work is cut off so that the answer is in time.
fn cut(context: &Context) -> Instant {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(ANSWER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_time_for_its_handler_a_commit_and_the_answer() {
        for (handler, function) in [(1, 12), (30, 41), (889, 900), (900, 900)] {
            let timeout = function_timeout(Duration::from_secs(handler));
            assert_eq!(timeout.as_secs(), function);
        }
    }
}
