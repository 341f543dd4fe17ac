//! A handler of the probe as a Lambda function: the one that the function is called after.

use std::process::ExitCode;

use twinhost::conformance::probe::{self, Trace};

fn main() -> ExitCode {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let trace = Trace::to(variable(probe::TRACE));
    twinhost_aws::run(probe::app(&trace), &variable("AWS_LAMBDA_FUNCTION_NAME"))
}
