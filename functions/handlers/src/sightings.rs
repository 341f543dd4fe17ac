//! What a hunt changes in what is known of a region's zombies. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use events::{Resource, Severity, Zombie, ZombieStatus, money};
use jiff::Timestamp;
use twinhost::Document as _;

use crate::telling::utc_date;
use crate::zombies::lifecycle::{Sighting, Status, found, not_found};
use crate::zombies::{Finding, Hunt, Rule};

/// Most changes of one hunt: what fits into the messages of one unit of work.
/// The next hunt goes on where this one had to stop.
const MOST: usize = 2_000;

/// What a hunt changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Zombies as they are to be known from now on.
    pub(crate) zombies: Vec<Zombie>,
    /// Keys of zombies that turned out to be none.
    pub(crate) cleared: Vec<String>,
    /// How many more zombies there are whose state changes, and is not among these.
    pub(crate) left_out: usize,
}

/// Compares a hunt with what was known. The same hunt again on the same day changes nothing.
pub(crate) fn changes(hunt: &Hunt, stored: Vec<Zombie>, now: Timestamp) -> Changes {
    let known: BTreeMap<String, Zombie> =
        stored.into_iter().map(|zombie| (zombie.key(), zombie)).collect();
    let mut changes = Changes::default();
    let mut seen_again = Vec::new();
    let mut sighted = BTreeSet::new();
    for finding in &hunt.findings {
        let key = finding.key();
        let before = known.get(&key);
        let after = zombie(finding, before, now);
        match before {
            Some(before) if told_alike(before, &after) => {
                if utc_date(before.last_seen) < utc_date(now) {
                    seen_again.push(after);
                }
            }
            _ => changes.zombies.push(after),
        }
        sighted.insert(key);
    }
    for (key, before) in known.into_iter().filter(|(key, _)| !sighted.contains(key)) {
        let Some(rule) = Rule::ALL.into_iter().find(|rule| rule.name() == before.rule) else {
            continue;
        };
        let resource = before.resource.id.as_deref().unwrap_or_default();
        match not_found(sighting(&before), hunt, rule, resource) {
            None => changes.cleared.push(key),
            Some(after) if status(after.status) != before.status => {
                changes.zombies.push(Zombie { status: status(after.status), ..before });
            }
            Some(_) => {}
        }
    }
    // The costliest first, and what is only seen again last.
    changes.zombies.sort_by_key(|zombie| Reverse(zombie.monthly_micro_usd));
    changes.left_out = changes.zombies.len().saturating_sub(MOST);
    changes.zombies.extend(seen_again);
    changes.zombies.truncate(MOST);
    changes.cleared.truncate(MOST);
    changes
}

/// The zombie of a finding.
fn zombie(finding: &Finding, before: Option<&Zombie>, now: Timestamp) -> Zombie {
    let Sighting { status: state, first_seen, last_seen } =
        found(before.map(sighting), finding, now);
    let mut evidence = finding.evidence.clone();
    evidence.extend(finding.name.iter().map(|name| ("name".to_owned(), name.clone())));
    let opened_at = match state {
        Status::Open => before
            .filter(|before| before.status == ZombieStatus::Open)
            .map_or(Some(now), |before| before.opened_at),
        Status::Observed | Status::Gone => None,
    };
    Zombie {
        rule: finding.rule.name().to_owned(),
        resource: Resource {
            arn: finding.resource.starts_with("arn:").then(|| finding.resource.clone()),
            id: Some(finding.resource.clone()),
            kind: kind(finding.rule).to_owned(),
            region: finding.region.clone(),
            account: finding.account.clone(),
        },
        look_back_days: finding.rule.look_back_days(),
        evidence,
        monthly_micro_usd: finding.monthly_micro_usd,
        cost_basis: finding.cost_basis.clone(),
        first_seen,
        opened_at,
        last_seen,
        status: status(state),
        severity: severity(finding.monthly_micro_usd),
    }
}

/// Whether the two differ in nothing but the time of the last sighting.
fn told_alike(before: &Zombie, after: &Zombie) -> bool {
    *before == Zombie { last_seen: before.last_seen, ..after.clone() }
}

const fn sighting(zombie: &Zombie) -> Sighting {
    let status = match zombie.status {
        ZombieStatus::Observed => Status::Observed,
        ZombieStatus::Open => Status::Open,
        ZombieStatus::Gone => Status::Gone,
    };
    Sighting { status, first_seen: zombie.first_seen, last_seen: zombie.last_seen }
}

const fn status(status: Status) -> ZombieStatus {
    match status {
        Status::Observed => ZombieStatus::Observed,
        Status::Open => ZombieStatus::Open,
        Status::Gone => ZombieStatus::Gone,
    }
}

/// What a rule finds, in the words of `CloudFormation`.
const fn kind(rule: Rule) -> &'static str {
    match rule {
        Rule::UnattachedVolume => "AWS::EC2::Volume",
        Rule::UnassociatedAddress => "AWS::EC2::EIP",
        Rule::StoppedInstance => "AWS::EC2::Instance",
        Rule::LoadBalancerWithoutTargets => "AWS::ElasticLoadBalancingV2::LoadBalancer",
        Rule::OldSnapshot => "AWS::EC2::Snapshot",
        Rule::IdleDatabase => "AWS::RDS::DBInstance",
        Rule::IdleNatGateway => "AWS::EC2::NatGateway",
    }
}

/// How much a zombie matters: by what it costs a month, and never enough to wake someone.
const fn severity(monthly_micro_usd: Option<i64>) -> Severity {
    match monthly_micro_usd {
        Some(cost) if cost < money::USD => Severity::Info,
        Some(cost) if cost >= 100 * money::USD => Severity::Medium,
        Some(_) | None => Severity::Low,
    }
}
