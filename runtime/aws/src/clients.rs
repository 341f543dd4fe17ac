//! One configuration, one HTTP client, one credentials cache; a client of a service is built when first used.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// Longest time to connect; within a region it takes milliseconds.
const CONNECT: Duration = Duration::from_secs(1);

/// Longest time of one attempt. DynamoDB and SQS answer in milliseconds; a lost answer should not use up a handler's time.
const ATTEMPT: Duration = Duration::from_secs(3);

/// Longest time of a call with all its attempts, well within a gateway's 30 s.
pub(crate) const OPERATION: Duration = Duration::from_secs(10);

/// Longest time of one attempt for who moves data over a line that may be slow: the largest document or object.
const PATIENT_ATTEMPT: Duration = Duration::from_secs(60);

/// Longest time of a call with all its attempts for who moves data and has nobody waiting.
const PATIENT_OPERATION: Duration = Duration::from_secs(300);

/// Attempts of a call: with back-off from 50 ms they span the ten seconds.
const ATTEMPTS: u32 = 8;

/// The clients of the services that the ports use.
///
/// Building one costs a cold start some time, so a handler that sends no mail never builds the one for mail.
#[derive(Debug)]
pub struct Clients {
    config: SdkConfig,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    ses: OnceLock<aws_sdk_sesv2::Client>,
    kms: OnceLock<aws_sdk_kms::Client>,
    ssm: OnceLock<aws_sdk_ssm::Client>,
}

impl Clients {
    fn new(config: SdkConfig) -> Self {
        Self {
            config,
            dynamodb: OnceLock::new(),
            sqs: OnceLock::new(),
            s3: OnceLock::new(),
            ses: OnceLock::new(),
            kms: OnceLock::new(),
            ssm: OnceLock::new(),
        }
    }

    /// Clients of the environment's configuration: region, credentials, endpoint.
    pub async fn from_environment() -> Self {
        Self::load(aws_config::defaults(BehaviorVersion::latest())).await
    }

    /// Like [`from_environment`](Self::from_environment), for moving data over the internet instead of
    /// handling an event within a region: minutes where that has seconds.
    pub async fn patient() -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest());
        Self::load_with(config, PATIENT_ATTEMPT, PATIENT_OPERATION).await
    }

    /// Clients of a configuration yet to be loaded, with the time-outs and retries that the ports promise.
    pub async fn load(config: ConfigLoader) -> Self {
        Self::load_with(config, ATTEMPT, OPERATION).await
    }

    async fn load_with(config: ConfigLoader, attempt: Duration, operation: Duration) -> Self {
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        let timeouts = TimeoutConfig::builder()
            // Six seconds for who is patient.
            .connect_timeout(CONNECT.max(attempt / 10))
            .operation_attempt_timeout(attempt)
            .operation_timeout(operation)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(Duration::from_millis(50))
            .with_max_backoff(Duration::from_secs(2));
        let config = config.http_client(http).timeout_config(timeouts).retry_config(retries);
        Self::new(config.load().await)
    }

    /// The configuration that all clients share.
    #[must_use]
    pub const fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Documents and the commit.
    #[must_use]
    pub fn dynamodb(&self) -> &aws_sdk_dynamodb::Client {
        self.dynamodb.get_or_init(|| aws_sdk_dynamodb::Client::new(&self.config))
    }

    /// Queues.
    #[must_use]
    pub fn sqs(&self) -> &aws_sdk_sqs::Client {
        self.sqs.get_or_init(|| aws_sdk_sqs::Client::new(&self.config))
    }

    /// Objects.
    #[must_use]
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| aws_sdk_s3::Client::new(&self.config))
    }

    /// Mail.
    #[must_use]
    pub fn ses(&self) -> &aws_sdk_sesv2::Client {
        self.ses.get_or_init(|| aws_sdk_sesv2::Client::new(&self.config))
    }

    /// Encryption.
    #[must_use]
    pub fn kms(&self) -> &aws_sdk_kms::Client {
        self.kms.get_or_init(|| aws_sdk_kms::Client::new(&self.config))
    }

    /// Secrets.
    #[must_use]
    pub fn ssm(&self) -> &aws_sdk_ssm::Client {
        self.ssm.get_or_init(|| aws_sdk_ssm::Client::new(&self.config))
    }
}
