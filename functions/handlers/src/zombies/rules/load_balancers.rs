//! Load balancers without a target in service, and without traffic.
//!
//! Traffic counts because a load balancer that only redirects or gives fixed responses has no targets, and because one
//! whose targets are all unhealthy sends requests to them all the same. For these metrics, unlike for the others,
//! CloudWatch has no datapoint where the sum is zero: absence means zero. Classic load balancers are not looked at.

use super::{Found, Search};
use crate::zombies::{Inventory, LoadBalancer, LoadBalancerKind, Metric, Rule, TargetHealth};

pub(super) fn search(inventory: &Inventory, search: &mut Search<'_>) {
    let rule = Rule::LoadBalancerWithoutTargets;
    search.gap(rule, inventory.load_balancers.gap());
    for balancer in inventory.load_balancers.items() {
        if !balancer.active
            || search.excludes(&balancer.tags)
            || !search.old_enough(rule, &balancer.arn, balancer.created)
        {
            continue;
        }
        if balancer.targets.items().contains(&TargetHealth::InService) || busy(balancer) {
            continue;
        }
        let unknown = match (balancer.targets.gap(), &balancer.traffic) {
            (Some(reason), _) => Some(format!("its targets could not be read: {reason}")),
            (None, Metric::Unread { reason }) => {
                Some(format!("its traffic could not be read: {reason}"))
            }
            (None, Metric::Sum { .. } | Metric::Missing) => None,
        };
        if let Some(reason) = unknown {
            search.note(rule, &balancer.arn, reason);
            continue;
        }
        let targets = match balancer.targets.items().len() {
            0 => "no registered target".to_owned(),
            n => format!("{n} registered target(s), none in service"),
        };
        let cost = search.prices.load_balancer(balancer.kind);
        let kind = match balancer.kind {
            LoadBalancerKind::Application => "an application load balancer",
            LoadBalancerKind::Network => "a network load balancer",
            LoadBalancerKind::Gateway => "a gateway load balancer",
        };
        let horizon = search.horizon(rule);
        search.report(
            rule,
            Found {
                resource: &balancer.arn,
                tags: &balancer.tags,
                idle_since: Some(horizon),
                evidence: vec![
                    ("name", balancer.name.clone()),
                    ("targets", targets),
                    ("traffic", format!("none in {} days", rule.look_back_days())),
                ],
                cost,
                priced: format!("{kind} without capacity units"),
            },
        );
    }
}

fn busy(balancer: &LoadBalancer) -> bool {
    matches!(balancer.traffic, Metric::Sum { total, .. } if total > 0.0)
}
