//! Elastic IP addresses associated with nothing.
//!
//! EC2 tells neither when an address was allocated nor when it was last associated, so it is watched for the look-back
//! before it is reported (see [`lifecycle`](super::super::lifecycle)).

use super::{Found, Search};
use crate::zombies::{Inventory, Rule};

pub(super) fn search(inventory: &Inventory, search: &mut Search<'_>) {
    let rule = Rule::UnassociatedAddress;
    search.gap(rule, inventory.addresses.gap());
    for address in inventory.addresses.items() {
        if address.associated
            || !address.billed
            || address.service_managed
            || search.excludes(&address.tags)
        {
            continue;
        }
        let cost = search.prices.address();
        search.report(
            rule,
            Found {
                resource: &address.id,
                tags: &address.tags,
                idle_since: None,
                evidence: vec![
                    ("address", address.ip.clone()),
                    ("state", "associated with nothing".to_owned()),
                    ("last_associated", "not told by AWS".to_owned()),
                ],
                cost,
                priced: "a public IPv4 address".to_owned(),
            },
        );
    }
}
