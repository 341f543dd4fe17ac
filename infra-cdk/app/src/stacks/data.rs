//! What must not be lost: a stack of its own, whose resources are kept when it is deleted.

use aws_cdk::aws_cognito::{
    AuthFlow, PasswordPolicy, SignInAliases, UserPool, UserPoolClient, UserPoolClientOptions,
    UserPoolProps,
};
use aws_cdk::aws_dynamodb::{
    Attribute, AttributeType, BillingMode, GlobalSecondaryIndexProps,
    PointInTimeRecoverySpecification, ProjectionType, Table, TableProps,
};
use aws_cdk::aws_kms::{Key, KeyProps};
use aws_cdk::aws_route53::{IPublicHostedZone, PublicHostedZone, PublicHostedZoneAttributes};
use aws_cdk::aws_s3::{
    BlockPublicAccess, Bucket, BucketEncryption, BucketProps, LifecycleRule, ObjectOwnership,
};
use aws_cdk::aws_ses::{EmailIdentity, EmailIdentityProps, Identity};
use aws_cdk::{Duration, RemovalPolicy, Stack};
use jsii::Error;
use twinhost::Grant;

use super::{Plan, output};
use crate::check::any;
use crate::error::DeployError;
use crate::naming::{OUTBOX_INDEX, OUTBOX_SINCE, PARTITION_KEY, SORT_KEY, TTL};
use crate::settings::Domain;

/// Days in which an object that was replaced or deleted can be brought back.
const NONCURRENT_DAYS: u32 = 30;

/// The resources that functions share.
pub(super) struct Data {
    pub(super) table: Table,
    pub(super) bucket: Bucket,
    pub(super) key: Key,
    pub(super) pool: UserPool,
    pub(super) client: UserPoolClient,
    /// The identity of the sender of mail, if there is one.
    pub(super) sender: Option<EmailIdentity>,
}

impl Data {
    pub(super) fn new(plan: &Plan<'_>) -> Result<Self, DeployError> {
        let stack = plan.stack(&plan.names.data(), "What must not be lost")?;
        let pool = pool(&stack, plan)?;
        let data = Self {
            table: table(&stack)?,
            bucket: bucket(&stack)?,
            key: key(&stack)?,
            client: client(&pool)?,
            sender: sender(&stack, plan)?,
            pool,
        };
        output(&stack, "TableName", data.table.table_name()?, "The DynamoDB table")?;
        output(&stack, "BucketName", data.bucket.bucket_name()?, "The bucket of objects")?;
        output(&stack, "KeyArn", data.key.key_arn()?, "The KMS key that seals secrets")?;
        output(&stack, "UserPoolId", data.pool.user_pool_id()?, "The Cognito user pool")?;
        output(&stack, "UserPoolClientId", data.client.user_pool_client_id()?, "Its client")?;
        Ok(data)
    }
}

/// The one table, as `twinhost-aws` reads and writes it.
fn table(stack: &Stack) -> Result<Table, Error> {
    let text = |name: &str| Attribute::new(name, AttributeType::String);
    let props = TableProps::new()
        .partition_key(text(PARTITION_KEY))
        .sort_key(text(SORT_KEY))
        .billing_mode(BillingMode::PayPerRequest)
        .time_to_live_attribute(TTL)
        .point_in_time_recovery_specification(PointInTimeRecoverySpecification::new(true))
        .deletion_protection(true)
        .removal_policy(RemovalPolicy::Retain);
    let table = Table::new(stack, "Table", props)?;
    let since = Attribute::new(OUTBOX_SINCE, AttributeType::Number);
    let index = GlobalSecondaryIndexProps::new(OUTBOX_INDEX)
        .partition_key(text(OUTBOX_INDEX))
        .sort_key(since)
        .projection_type(ProjectionType::KeysOnly);
    table.add_global_secondary_index(index)?;
    Ok(table)
}

fn bucket(stack: &Stack) -> Result<Bucket, Error> {
    let kernel = stack.object().kernel();
    let rule = LifecycleRule::new()
        .id("forget-what-was-replaced")
        .abort_incomplete_multipart_upload_after(Duration::days(kernel, 7)?)
        .noncurrent_version_expiration(Duration::days(kernel, NONCURRENT_DAYS)?);
    Bucket::new(stack, "Objects", private(stack)?.versioned(true).lifecycle_rules([rule]))
}

/// A bucket that nobody outside of the account can read, over TLS only, encrypted by S3.
pub(super) fn private(stack: &Stack) -> Result<BucketProps, Error> {
    Ok(BucketProps::new()
        .encryption(BucketEncryption::S3Managed)
        .block_public_access(BlockPublicAccess::block_all(stack.object().kernel())?)
        .object_ownership(ObjectOwnership::BucketOwnerEnforced)
        .enforce_ssl(true)
        .removal_policy(RemovalPolicy::Retain))
}

fn key(stack: &Stack) -> Result<Key, Error> {
    let props = KeyProps::new()
        .description("Seals tenants' secrets")
        .enable_key_rotation(true)
        .removal_policy(RemovalPolicy::Retain);
    Key::new(stack, "Key", props)
}

fn pool(stack: &Stack, plan: &Plan<'_>) -> Result<UserPool, Error> {
    // Twelve characters or more and no rules about their kinds (NIST SP 800-63B).
    let password = PasswordPolicy::new()
        .min_length(12)
        .require_digits(false)
        .require_lowercase(false)
        .require_symbols(false)
        .require_uppercase(false);
    let props = UserPoolProps::new()
        .user_pool_name(plan.names.service())
        .sign_in_aliases(SignInAliases::new().email(true))
        .sign_in_case_sensitive(false)
        .self_sign_up_enabled(false)
        .password_policy(password)
        .deletion_protection(true)
        .removal_policy(RemovalPolicy::Retain);
    UserPool::new(stack, "Users", props)
}

fn client(pool: &UserPool) -> Result<UserPoolClient, Error> {
    // The console runs in a browser, which keeps no secret.
    let options = UserPoolClientOptions::new()
        .generate_secret(false)
        .auth_flows(AuthFlow::new().user_srp(true))
        .disable_o_auth(true)
        .prevent_user_existence_errors(true);
    pool.add_client("Console", options)
}

/// Who mail comes from: the hosted zone's whole domain if there is one, which then proves itself, else one address.
fn sender(stack: &Stack, plan: &Plan<'_>) -> Result<Option<EmailIdentity>, DeployError> {
    let Some(address) = plan.settings.mail_address() else {
        let sends = |it: &twinhost::manifest::HandlerManifest| it.grants.contains(&Grant::SendMail);
        if any(plan.manifest, sends) {
            let why = "a handler sends mail".to_owned();
            return Err(DeployError::Missing {
                name: "mailFrom",
                why,
                example: "alerts@example.com",
            });
        }
        return Ok(None);
    };
    let kernel = stack.object().kernel();
    let identity = match &plan.settings.domain {
        Some(domain) if address.ends_with(&format!("@{}", domain.zone_name)) => {
            Identity::public_hosted_zone(zone(stack, domain)?)?
        }
        _ => Identity::email(kernel, address)?,
    };
    Ok(Some(EmailIdentity::new(stack, "Sender", EmailIdentityProps::new(identity))?))
}

/// The hosted zone of a domain, as one of a stack's.
pub(super) fn zone(stack: &Stack, domain: &Domain) -> Result<IPublicHostedZone, Error> {
    let attributes =
        PublicHostedZoneAttributes::new(domain.zone_id.as_str(), domain.zone_name.as_str());
    PublicHostedZone::from_public_hosted_zone_attributes(stack, "Zone", attributes)
}
