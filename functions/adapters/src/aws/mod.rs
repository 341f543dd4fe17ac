//! Reads a customer's AWS account, and only reads.
//!
//! [`AwsReader`] lists what the zombie hunter's rules look at. Every call it makes is in [`ACTIONS`]; each of them only
//! describes or gets. What cannot be read is a gap with its cure, never an error and never an empty list.

mod databases;
mod ec2;
mod load_balancers;
mod metrics;
mod paging;

use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials as SdkCredentials, SharedCredentialsProvider};
use functions::ZombieScanner;
use functions::zombies::{AccountAccess, CloudReader, Credentials, Inventory, Rule, Tags};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use self::metrics::Metrics;
use crate::cloud::CloudOptions;

/// Every action the reader takes: what the scanner's grants allow, and the whole policy that a customer's role or user
/// needs. `sts:GetCallerIdentity` needs no permission.
pub const ACTIONS: &[&str] = ZombieScanner::ACTIONS;

/// The name of our sessions in the customer's CloudTrail.
const SESSION: &str = "twinhost-zombie-hunter";

/// Reads customers' accounts with the AWS SDKs.
#[derive(Clone, Debug)]
pub struct AwsReader {
    base: SdkConfig,
    page_size: Option<i32>,
}

impl AwsReader {
    /// A reader. Without [`home_key`](CloudOptions::home_key) roles are assumed with the machine's own credentials
    /// (environment, profile, instance role), looked up when first needed.
    pub async fn new(options: CloudOptions) -> Self {
        let CloudOptions {
            endpoint_url,
            home_key,
            page_size,
            attempts,
            first_backoff,
            attempt_timeout,
        } = options;
        let retry =
            RetryConfig::standard().with_max_attempts(attempts).with_initial_backoff(first_backoff);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(attempt_timeout)
            .operation_attempt_timeout(attempt_timeout)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .retry_config(retry)
            .timeout_config(timeouts);
        if let Some(url) = endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(key) = home_key {
            loader = loader.credentials_provider(access_key(&key.id, &key.secret, None));
        }
        Self { base: loader.load().await, page_size }
    }

    /// The configuration to reach `region` of an account.
    async fn config(&self, account: &AccountAccess, region: &str) -> SdkConfig {
        let provider = match &account.credentials {
            Credentials::AccessKey { id, secret, session_token } => {
                SharedCredentialsProvider::new(access_key(id, secret, session_token.as_ref()))
            }
            Credentials::Role { arn, external_id } => SharedCredentialsProvider::new(
                AssumeRoleProvider::builder(arn)
                    .external_id(external_id)
                    .session_name(SESSION)
                    .region(Region::from_static(home_region(region)))
                    .configure(&self.base)
                    .build()
                    .await,
            ),
        };
        self.base
            .to_builder()
            .region(Region::new(region.to_owned()))
            .credentials_provider(provider)
            .build()
    }

    /// Whether the credentials lead to the right account, and the region is on there. Both are asked in a region that
    /// is on in every account; the error is the reason why nothing can be read.
    async fn check(
        config: &SdkConfig,
        account: &AccountAccess,
        region: &str,
    ) -> Result<(), String> {
        let home = config.to_builder().region(Region::from_static(home_region(region))).build();
        let caller = aws_sdk_sts::Client::new(&home)
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| paging::reason("sts:GetCallerIdentity", &error))?;
        let found = caller.account().unwrap_or_default();
        if found != account.account {
            return Err(format!(
                "the credentials lead to account `{found}`, not to `{}`; correct the account's number or its credentials",
                account.account
            ));
        }
        let regions = aws_sdk_ec2::Client::new(&home)
            .describe_regions()
            .all_regions(true)
            .region_names(region)
            .send()
            .await
            .map_err(|error| paging::reason("ec2:DescribeRegions", &error))?;
        match regions.regions().iter().find(|found| found.region_name() == Some(region)) {
            None => Err(format!("AWS has no region `{region}`; correct the account's regions")),
            Some(found) if found.opt_in_status() == Some("not-opted-in") => Err(format!(
                "region `{region}` is not enabled in account `{}`; take it off the account's regions, or enable it",
                account.account
            )),
            Some(_) => Ok(()),
        }
    }
}

#[async_trait]
impl CloudReader for AwsReader {
    async fn inventory(&self, account: &AccountAccess, region: &str, now: Timestamp) -> Inventory {
        let config = self.config(account, region).await;
        if let Err(reason) = Self::check(&config, account, region).await {
            return Inventory::unavailable(&reason);
        }
        let ec2 = aws_sdk_ec2::Client::new(&config);
        let metrics = Metrics::new(&config, now);
        let size = self.page_size;
        // Services are asked side by side, the calls to one service one after another: throttling is per service.
        let from_ec2 = async {
            (
                ec2::volumes(&ec2, size).await,
                ec2::addresses(&ec2).await,
                ec2::instances(&ec2, size).await,
                ec2::snapshots(&ec2, size).await,
                ec2::images(&ec2, size).await,
                ec2::nat_gateways(&ec2, size).await,
            )
        };
        let (from_ec2, mut load_balancers, mut databases) = tokio::join!(
            Box::pin(from_ec2),
            Box::pin(load_balancers::read(&config, size)),
            Box::pin(databases::read(&config, size))
        );
        let (volumes, addresses, instances, snapshots, images, mut nat_gateways) = from_ec2;
        metrics.traffic(&mut load_balancers).await;
        metrics.connections(&mut databases).await;
        metrics.throughput(&mut nat_gateways).await;
        Inventory {
            volumes,
            addresses,
            instances,
            load_balancers,
            snapshots,
            images,
            databases,
            nat_gateways,
        }
    }
}

fn access_key(
    id: &str,
    secret: &SecretString,
    session_token: Option<&SecretString>,
) -> SdkCredentials {
    let token = session_token.map(|token| token.expose_secret().to_owned());
    SdkCredentials::new(id, secret.expose_secret(), token, None, "twinhost")
}

/// A region of the same partition that is on in every account.
fn home_region(region: &str) -> &'static str {
    match region {
        cn if cn.starts_with("cn-") => "cn-north-1",
        gov if gov.starts_with("us-gov-") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// A time of the SDK's as one of ours; one outside of our calendar is unknown.
fn time(time: Option<&aws_sdk_ec2::primitives::DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(time?.secs()).ok()
}

/// Tags of any service, given as key and value.
fn tags<'a>(pairs: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>) -> Tags {
    pairs
        .filter_map(|(key, value)| Some((key?.to_owned(), value.unwrap_or_default().to_owned())))
        .collect()
}

/// The look-back of a rule, in days.
const fn look_back(rule: Rule) -> i64 {
    rule.look_back_days() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_action_changes_anything() {
        for action in ACTIONS {
            let (service, verb) = action.split_once(':').unwrap();
            assert!(!service.contains('*') && !verb.contains('*'), "{action}");
            assert!(
                ["Describe", "Get", "List"].iter().any(|read| verb.starts_with(read)),
                "{action}"
            );
        }
    }

    #[test]
    fn the_actions_are_exactly_the_calls_made() {
        let sources = [
            include_str!("mod.rs"),
            include_str!("ec2.rs"),
            include_str!("load_balancers.rs"),
            include_str!("databases.rs"),
            include_str!("metrics.rs"),
        ];
        let (code, _) = sources[0].split_once("#[cfg(test)]").unwrap();
        let code = [code, sources[1], sources[2], sources[3], sources[4]].concat();
        let mut calls: Vec<String> = code
            .split('.')
            .filter_map(|part| part.split_once("()"))
            .map(|(name, _)| name)
            .filter(|name| ["describe_", "get_", "list_"].iter().any(|read| name.starts_with(read)))
            .map(|name| name.replace('_', ""))
            .collect();
        calls.sort();
        calls.dedup();
        let mut actions: Vec<String> =
            ACTIONS.iter().map(|action| action.split_once(':').unwrap().1.to_lowercase()).collect();
        actions.sort();
        assert_eq!(calls, actions);
        let changing = [
            "create_",
            "delete_",
            "modify_",
            "put_",
            "run_",
            "start_",
            "stop_",
            "terminate_",
            "release_",
        ];
        for name in code.split('.').filter_map(|part| part.split_once("()")).map(|(name, _)| name) {
            let reads_a_time = name.ends_with("_time");
            assert!(reads_a_time || !changing.iter().any(|verb| name.starts_with(verb)), "{name}");
        }
    }
}
