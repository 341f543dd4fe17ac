//! NAT gateways nothing passes through.

use super::{Found, Search};
use crate::zombies::{Inventory, Rule};

pub(super) fn search(inventory: &Inventory, search: &mut Search<'_>) {
    let rule = Rule::IdleNatGateway;
    search.gap(rule, inventory.nat_gateways.gap());
    for gateway in inventory.nat_gateways.items() {
        if !gateway.available
            || search.excludes(&gateway.tags)
            || !search.old_enough(rule, &gateway.id, gateway.created)
        {
            continue;
        }
        let Some(bytes) =
            search.whole_sum(rule, &gateway.id, "BytesOutToDestination", &gateway.bytes)
        else {
            continue;
        };
        let Some(connections) =
            search.whole_sum(rule, &gateway.id, "ActiveConnectionCount", &gateway.connections)
        else {
            continue;
        };
        if bytes > 0.0 || connections > 0.0 {
            continue;
        }
        let cost = search.prices.nat_gateway();
        let horizon = search.horizon(rule);
        search.report(
            rule,
            Found {
                resource: &gateway.id,
                tags: &gateway.tags,
                idle_since: Some(horizon),
                evidence: vec![
                    (
                        "bytes_out",
                        format!("0 in {} days, with datapoints on each", rule.look_back_days()),
                    ),
                    ("connections", "0 on each day".to_owned()),
                ],
                cost,
                priced: "a NAT gateway without data".to_owned(),
            },
        );
    }
}
