//! Runs Lambda functions as AWS Lambda would, on this machine.
