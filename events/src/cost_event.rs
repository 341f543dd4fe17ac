//! Who did what, to which resource, at what cost an hour.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::Document;

use crate::Severity;

/// A successful call that starts, changes or ends a cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostEvent {
    /// The kind of sender: `cloudtrail`.
    pub source: String,
    /// The sender's id of the event; a second event with the same id is a duplicate.
    pub source_id: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When we heard of it: minutes later, and in any order.
    pub received_at: Timestamp,
    /// Who did it: an ARN (of the role, for a role's session), or a service's name.
    pub actor: String,
    /// What kind of identity the actor is.
    pub actor_kind: ActorKind,
    /// The AWS service that acted for the actor, if one did (`autoscaling.amazonaws.com`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoked_by: Option<String>,
    /// The service called: `ec2`.
    pub service: String,
    /// The call, without a version suffix: `RunInstances`.
    pub action: String,
    /// Whether the call succeeded.
    pub outcome: Outcome,
    /// What the call does to the bill.
    pub effect: Effect,
    /// What was called for.
    pub resource: Resource,
    /// The family whose first sight is news: `p2` of `p2.xlarge`, `db.r6g` of `db.r6g.large`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// How many of `unit`.
    pub quantity: u64,
    /// What is counted: `p2.xlarge`, `GB gp3`, `NAT gateway`.
    pub unit: String,
    /// Micro-USD an hour: the rate that starts, the whole rate after a change (the one before is
    /// not in the event), or, negative, the rate that ends. `None` when it is not known.
    pub est_micro_usd_per_hour: Option<i64>,
    /// Micro-USD paid at once, for a purchase whose price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_front_micro_usd: Option<i64>,
    /// Whether, and if not why, there is an estimate.
    pub estimate: Estimate,
    /// The price list behind the estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_source: Option<String>,
    /// The price list's date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_version: Option<String>,
    /// What the estimate takes for granted, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    /// The archived record: `raw/<sha-256>#<index>`.
    pub raw_ref: String,
    /// What the scorer made of it; `info` until then.
    pub severity: Severity,
    /// Whether it became an anomaly.
    pub status: EventStatus,
}

/// The history an event is compared with: the same call in the same account.
///
/// Prints, and orders the queue, as `account/service/action`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Series {
    /// The account's twelve digits, or `unknown`.
    pub account: String,
    /// The service called: `ec2`.
    pub service: String,
    /// The call: `RunInstances`.
    pub action: String,
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.service, self.action)
    }
}

impl CostEvent {
    /// The history this event belongs to.
    #[must_use]
    pub fn series(&self) -> Series {
        Series {
            account: self.resource.account.clone(),
            service: self.service.clone(),
            action: self.action.clone(),
        }
    }
}

impl Document for CostEvent {
    const COLLECTION: &'static str = "cost_events";

    fn key(&self) -> String {
        self.source_id.clone()
    }
}

/// What was called for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its ARN where the event has or implies one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Its id (`i-0dbc91f429e48eeed`); the first, when there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its kind as `CloudFormation` names it: `AWS::EC2::Instance`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its region: `us-east-1`.
    pub region: String,
    /// The account that pays: twelve digits, or `unknown`.
    pub account: String,
}

/// What kind of identity an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// The account's root user, who should not be doing this.
    Root,
    /// A user with keys of their own.
    IamUser,
    /// A session of a role.
    AssumedRole,
    /// Someone signed in elsewhere (SAML, OIDC, Identity Center, federation token).
    Federated,
    /// Another account.
    AwsAccount,
    /// AWS itself.
    AwsService,
    /// The event does not say.
    Unknown,
}

/// Whether a call succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did.
    Succeeded,
    /// It was refused, so it costs nothing.
    Failed,
}

/// What a call does to the bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A cost begins.
    Start,
    /// A cost becomes another.
    Change,
    /// A cost ends.
    Stop,
    /// A commitment that cannot be taken back, or only at a loss.
    Purchase,
}

/// Whether, and if not why, an event has an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimate {
    /// A price was found.
    Known,
    /// No price: an unknown type, a size that is not in the event, or a cost by use.
    Unknown,
    /// The cost arrives as events of its own: an auto-scaling group's instances as `RunInstances`.
    CountedElsewhere,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Nothing unusual, or not scored yet.
    Normal,
    /// There is an [`Anomaly`](crate::Anomaly) for it.
    Anomaly,
    /// Unusual, and its series was told of a short while ago.
    Suppressed,
}
