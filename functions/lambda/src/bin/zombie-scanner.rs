//! `zombie-scanner` as a Lambda function.

use std::process::ExitCode;

fn main() -> ExitCode {
    twinhost_aws::run(functions_lambda::app_with_cloud(), "zombie-scanner")
}
