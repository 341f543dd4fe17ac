//! The port to a customer's account: questions only.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;

use super::Inventory;

/// How to get into an account.
#[derive(Clone, Debug)]
pub struct AccountAccess {
    /// The twelve digits; an answer from another account is refused.
    pub account: String,
    /// With what to get in.
    pub credentials: Credentials,
}

/// With what to get into an account. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// An access key of a read-only user.
    AccessKey {
        /// `AKIA…`
        id: String,
        /// The secret half.
        secret: SecretString,
        /// The session token of temporary keys.
        session_token: Option<SecretString>,
    },
    /// A read-only role that trusts the operator's account.
    Role {
        /// The role's ARN.
        arn: String,
        /// The external id of this tenant: without one per tenant, a tenant who knows another's role ARN could read
        /// that account through us (the confused deputy).
        external_id: String,
    },
}

/// What the hunter asks of a customer's account.
///
/// # Contract
/// - Only questions: an implementation changes nothing in the account.
/// - It does not fail: what could not be read is an [`Unavailable`](super::Section::Unavailable) or
///   [`Partial`](super::Section::Partial) section whose reason says the cure. A listing that broke off between two
///   pages is never complete.
/// - A metric without datapoints is [`Missing`](super::Metric::Missing), never zero.
#[async_trait]
pub trait CloudReader: std::fmt::Debug + Send + Sync + 'static {
    /// What `region` of the account holds; metrics look back from `now`.
    async fn inventory(&self, account: &AccountAccess, region: &str, now: Timestamp) -> Inventory;
}

/// The reader of a build without the AWS SDKs: says so, and what to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCloud;

impl NoCloud {
    /// Why nothing can be read.
    pub const REASON: &str = "this build cannot read AWS accounts; build with the feature `aws`";
}

#[async_trait]
impl CloudReader for NoCloud {
    async fn inventory(&self, _: &AccountAccess, _: &str, _: Timestamp) -> Inventory {
        Inventory::unavailable(Self::REASON)
    }
}
