//! What an account holds in one region, in plain types of ours.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// The tags of a resource, by key.
pub type Tags = BTreeMap<String, String>;

/// One kind of resource, and how much of it was seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Section<T> {
    /// All of it.
    Complete(Vec<T>),
    /// Some of it: the listing broke off.
    Partial {
        /// What was seen before it broke off.
        items: Vec<T>,
        /// Why it broke off, and what to do.
        reason: String,
    },
    /// None of it could be read.
    Unavailable {
        /// Why not, and what to do.
        reason: String,
    },
}

impl<T> Section<T> {
    /// What was seen.
    pub fn items(&self) -> &[T] {
        match self {
            Self::Complete(items) | Self::Partial { items, .. } => items,
            Self::Unavailable { .. } => &[],
        }
    }

    /// What was seen, to be completed.
    pub fn items_mut(&mut self) -> &mut [T] {
        match self {
            Self::Complete(items) | Self::Partial { items, .. } => items,
            Self::Unavailable { .. } => &mut [],
        }
    }

    /// Why something is missing; `None` when everything was seen.
    pub fn gap(&self) -> Option<&str> {
        match self {
            Self::Complete(_) => None,
            Self::Partial { reason, .. } | Self::Unavailable { reason } => Some(reason),
        }
    }

    /// A section that could not be read.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into() }
    }
}

/// Everything the rules look at, in one region of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Inventory {
    /// EBS volumes.
    pub volumes: Section<Volume>,
    /// Elastic IP addresses.
    pub addresses: Section<Address>,
    /// EC2 instances.
    pub instances: Section<Instance>,
    /// Application, network and gateway load balancers, with their targets.
    pub load_balancers: Section<LoadBalancer>,
    /// EBS snapshots that the account owns.
    pub snapshots: Section<Snapshot>,
    /// Machine images that the account owns: their snapshots are in use.
    pub images: Section<Image>,
    /// RDS instances, with their connections.
    pub databases: Section<DbInstance>,
    /// NAT gateways, with their traffic.
    pub nat_gateways: Section<NatGateway>,
}

impl Inventory {
    /// An inventory of which nothing could be read, for one and the same reason.
    pub fn unavailable(reason: &str) -> Self {
        Self {
            volumes: Section::unavailable(reason),
            addresses: Section::unavailable(reason),
            instances: Section::unavailable(reason),
            load_balancers: Section::unavailable(reason),
            snapshots: Section::unavailable(reason),
            images: Section::unavailable(reason),
            databases: Section::unavailable(reason),
            nat_gateways: Section::unavailable(reason),
        }
    }
}

/// A sum over a look-back, from daily datapoints.
#[derive(Clone, Debug, PartialEq)]
pub enum Metric {
    /// There are datapoints.
    Sum {
        /// Their sum.
        total: f64,
        /// On how many days there was one.
        days: u32,
    },
    /// The metric has no datapoint: unknown, unless its documentation says that absence means zero.
    Missing,
    /// The metric could not be read.
    Unread {
        /// Why not, and what to do.
        reason: String,
    },
}

/// An EBS volume.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// `vol-…`
    pub id: String,
    /// `gp3`, `io1`, …
    pub kind: String,
    /// GiB.
    pub size_gib: i64,
    /// Provisioned operations a second.
    pub iops: Option<i64>,
    /// Provisioned MiB a second.
    pub throughput: Option<i64>,
    /// When it was made. EC2 does not say when it was last detached.
    pub created: Option<Timestamp>,
    /// Whether it is whole and attached to nothing (state `available`).
    pub unattached: bool,
    /// Its tags.
    pub tags: Tags,
}

/// An Elastic IP address. EC2 does not say when it was allocated.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// `eipalloc-…`
    pub id: String,
    /// The address.
    pub ip: String,
    /// Whether it is associated with an instance or a network interface.
    pub associated: bool,
    /// Whether AWS bills it: an address that the customer brought along is free.
    pub billed: bool,
    /// Whether another AWS service owns its life (`ServiceManaged`).
    pub service_managed: bool,
    /// Its tags.
    pub tags: Tags,
}

/// Whether an instance runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// Stopped.
    Stopped {
        /// Since when; EC2 tells it only in the text of the last transition.
        since: Option<Timestamp>,
    },
    /// Anything else.
    Other,
}

/// An EC2 instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// `i-…`
    pub id: String,
    /// `m5.large`, …
    pub kind: String,
    /// Whether it runs.
    pub state: InstanceState,
    /// Whether it was bought as spot.
    pub spot: bool,
    /// The volumes attached to it.
    pub volumes: Vec<String>,
    /// Its tags.
    pub tags: Tags,
}

/// The kinds of load balancer that are priced differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadBalancerKind {
    /// Layer 7.
    Application,
    /// Layer 4.
    Network,
    /// Layer 3, for appliances.
    Gateway,
}

/// The health of a registered target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetHealth {
    /// It serves or may serve: healthy, starting, draining, or not checked (Lambda).
    InService,
    /// It does not serve: unhealthy, or unused (a stopped instance, a zone that is off).
    OutOfService,
}

/// A load balancer with its targets.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: LoadBalancerKind,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Whether it takes requests (state `active`).
    pub active: bool,
    /// The targets registered in all its target groups.
    pub targets: Section<TargetHealth>,
    /// Requests, redirects and fixed responses (application) or bytes (network, gateway) over the look-back.
    /// A load balancer that only redirects has no targets and is in use.
    pub traffic: Metric,
    /// Its tags.
    pub tags: Tags,
}

/// An EBS snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// `snap-…`
    pub id: String,
    /// GiB of the volume it was taken from: an upper limit, as snapshots are incremental.
    pub volume_gib: i64,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// Whether it is complete.
    pub completed: bool,
    /// Whether it lies in the archive tier.
    pub archived: bool,
    /// Its tags.
    pub tags: Tags,
}

/// A registered machine image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `ami-…`
    pub id: String,
    /// The snapshots it starts from.
    pub snapshots: Vec<String>,
}

/// Whether a database can be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseStatus {
    /// It runs.
    Available,
    /// Anything else: stopped, being changed, …
    Other,
}

/// An RDS instance with its connections.
#[derive(Clone, Debug, PartialEq)]
pub struct DbInstance {
    /// Its identifier.
    pub id: String,
    /// `db.t3.micro`, …
    pub class: String,
    /// `postgres`, `mysql`, …
    pub engine: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Whether it can be connected to.
    pub status: DatabaseStatus,
    /// Whether a standby is kept in another zone, which doubles the price.
    pub multi_az: bool,
    /// GiB.
    pub storage_gib: i64,
    /// `gp3`, `io1`, …
    pub storage_kind: String,
    /// Provisioned operations a second.
    pub iops: Option<i64>,
    /// Whether it is a read replica.
    pub replica: bool,
    /// Whether it has read replicas, which depend on it.
    pub has_replicas: bool,
    /// The cluster it is a member of.
    pub cluster: Option<String>,
    /// Daily sums of `DatabaseConnections` over the look-back.
    pub connections: Metric,
    /// Its tags.
    pub tags: Tags,
}

/// A NAT gateway with its traffic.
#[derive(Clone, Debug, PartialEq)]
pub struct NatGateway {
    /// `nat-…`
    pub id: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Whether it works (state `available`).
    pub available: bool,
    /// Daily sums of `BytesOutToDestination` over the look-back.
    pub bytes: Metric,
    /// Daily sums of `ActiveConnectionCount` over the look-back.
    pub connections: Metric,
    /// Its tags.
    pub tags: Tags,
}
