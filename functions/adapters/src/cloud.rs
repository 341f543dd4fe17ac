//! Which reader of cloud accounts this build has.

use std::sync::Arc;
use std::time::Duration;

use functions::zombies::CloudReader;
use secrecy::SecretString;

/// How to reach AWS.
#[derive(Clone, Debug)]
pub struct CloudOptions {
    /// Where to send every call instead of to AWS: an emulator.
    pub endpoint_url: Option<String>,
    /// The key with which customers' roles are assumed.
    pub home_key: Option<HomeKey>,
    /// How many items a page has, where a service lets one choose; `None` leaves it to the service.
    pub page_size: Option<i32>,
    /// How often a call is made before it counts as failed.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles from there, with jitter.
    pub first_backoff: Duration,
    /// The time for one attempt.
    pub attempt_timeout: Duration,
}

/// An access key of the operator's own account.
#[derive(Clone, Debug)]
pub struct HomeKey {
    /// `AKIA…`
    pub id: String,
    /// The secret half.
    pub secret: SecretString,
}

impl Default for CloudOptions {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            home_key: None,
            page_size: None,
            attempts: 5,
            first_backoff: Duration::from_secs(1),
            attempt_timeout: Duration::from_secs(20),
        }
    }
}

/// Whether this build can read AWS accounts.
pub const READS_AWS: bool = cfg!(feature = "aws");

/// The reader of this build: with the feature `aws` one that reads AWS accounts, without it one that says that it
/// cannot.
pub async fn reader(options: CloudOptions) -> Arc<dyn CloudReader> {
    #[cfg(feature = "aws")]
    return Arc::new(crate::aws::AwsReader::new(options).await);
    #[cfg(not(feature = "aws"))]
    {
        drop(options);
        Arc::new(functions::zombies::NoCloud)
    }
}
