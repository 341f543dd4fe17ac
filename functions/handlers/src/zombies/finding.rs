//! What a hunt brings home.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

/// The classes of zombie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// An EBS volume attached to nothing.
    UnattachedVolume,
    /// An Elastic IP address associated with nothing.
    UnassociatedAddress,
    /// A stopped instance whose volumes are still paid for.
    StoppedInstance,
    /// A load balancer without a target in service, and without traffic.
    LoadBalancerWithoutTargets,
    /// An old EBS snapshot that no image starts from.
    OldSnapshot,
    /// A database nobody connects to.
    IdleDatabase,
    /// A NAT gateway nothing passes through.
    IdleNatGateway,
}

impl Rule {
    /// All rules, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::UnattachedVolume,
        Self::UnassociatedAddress,
        Self::StoppedInstance,
        Self::LoadBalancerWithoutTargets,
        Self::OldSnapshot,
        Self::IdleDatabase,
        Self::IdleNatGateway,
    ];

    /// The rule's name in documents, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnattachedVolume => "unattached_volume",
            Self::UnassociatedAddress => "unassociated_address",
            Self::StoppedInstance => "stopped_instance",
            Self::LoadBalancerWithoutTargets => "load_balancer_without_targets",
            Self::OldSnapshot => "old_snapshot",
            Self::IdleDatabase => "idle_database",
            Self::IdleNatGateway => "idle_nat_gateway",
        }
    }

    /// How long a resource must have been idle, in days. A younger resource is never a zombie.
    ///
    /// Sources: Trusted Advisor (volumes, load balancers: 7), cloud-custodian's examples (addresses: 7; databases:
    /// 14), the AWS Config rule `ec2-stopped-instance` (30), thrifty (snapshots: 90). Compute Optimizer looks back 32
    /// days at a NAT gateway; 14 is the look-back of its other metrics.
    pub const fn look_back_days(self) -> u32 {
        match self {
            Self::UnattachedVolume
            | Self::UnassociatedAddress
            | Self::LoadBalancerWithoutTargets => 7,
            Self::IdleDatabase | Self::IdleNatGateway => 14,
            Self::StoppedInstance => 30,
            Self::OldSnapshot => 90,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A resource that costs money and does nothing, with the reasons to believe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: Rule,
    /// The twelve digits.
    pub account: String,
    /// `us-east-1`, …
    pub region: String,
    /// Its id, or its ARN where it has no id.
    pub resource: String,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Since when it is known to be idle; `None` where AWS does not say, and only watching it can tell.
    pub idle_since: Option<Timestamp>,
    /// What was seen, by name: `{"state": "unattached", "created": "2026-11-01"}`.
    pub evidence: BTreeMap<String, String>,
    /// What it costs a month, in micro-USD; `None` when unknown.
    pub monthly_micro_usd: Option<i64>,
    /// How the cost was worked out, or why it is unknown.
    pub cost_basis: String,
}

impl Finding {
    /// The finding's identity: the same resource found by the same rule is the same zombie on every day.
    pub fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.account, self.region, self.rule, self.resource)
    }
}

/// A resource that was seen and could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The rule that could not judge it.
    pub rule: Rule,
    /// Its id.
    pub resource: String,
    /// What is unknown.
    pub reason: String,
}

/// A rule that did not see all of its resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The rule.
    pub rule: Rule,
    /// Why, and what to do.
    pub reason: String,
}

/// What a hunt through one region brought home.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunt {
    /// The zombies.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub notes: Vec<Note>,
    /// What could not be read. A hunt with gaps is partial.
    pub gaps: Vec<Gap>,
}

impl Hunt {
    /// Whether everything was read. What could not be judged for lack of data is noted, and leaves a hunt complete.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Whether the absence of a finding means that `resource` is no zombie: the rule saw everything, and could judge
    /// it.
    pub fn clears(&self, rule: Rule, resource: &str) -> bool {
        !self.gaps.iter().any(|gap| gap.rule == rule)
            && !self.notes.iter().any(|note| note.rule == rule && note.resource == resource)
    }

    /// What the findings cost a month in micro-USD, as far as it is known, and for how many it is not.
    pub fn monthly_micro_usd(&self) -> (i64, usize) {
        let known = self.findings.iter().filter_map(|finding| finding.monthly_micro_usd);
        let unknown = self.findings.iter().filter(|finding| finding.monthly_micro_usd.is_none());
        (known.fold(0, i64::saturating_add), unknown.count())
    }
}
