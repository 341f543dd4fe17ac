//! The AWS reader against moto, and against a server of ours where moto does not fail.

mod emulator;
mod faults;
mod hunt;
mod seed;

use std::time::Duration;

use functions::zombies::{AccountAccess, Credentials};
use functions_adapters::cloud::CloudOptions;
use secrecy::SecretString;

const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";

/// Options for a server on loopback: no long waits.
fn options(endpoint: &str) -> CloudOptions {
    CloudOptions {
        endpoint_url: Some(endpoint.to_owned()),
        attempts: 2,
        first_backoff: Duration::from_millis(1),
        ..CloudOptions::default()
    }
}

fn access(account: &str) -> AccountAccess {
    let secret = SecretString::from("secret");
    AccountAccess {
        account: account.to_owned(),
        credentials: Credentials::AccessKey {
            id: "AKIATEST".to_owned(),
            secret,
            session_token: None,
        },
    }
}
