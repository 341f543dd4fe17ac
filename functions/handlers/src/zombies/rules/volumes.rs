//! EBS volumes attached to nothing.
//!
//! EC2 tells when a volume was made, not when it was detached: one that was in use until yesterday looks the same. So
//! it must be old enough, and watched for the look-back before it is reported (see [`lifecycle`](super::super::lifecycle)).

use super::{Found, Search, day};
use crate::zombies::{Inventory, Rule};

pub(super) fn search(inventory: &Inventory, search: &mut Search<'_>) {
    let rule = Rule::UnattachedVolume;
    search.gap(rule, inventory.volumes.gap());
    for volume in inventory.volumes.items() {
        if !volume.unattached
            || search.excludes(&volume.tags)
            || !search.old_enough(rule, &volume.id, volume.created)
        {
            continue;
        }
        let made = volume.created.map(day).unwrap_or_default();
        let cost = search.prices.volume(volume);
        search.report(
            rule,
            Found {
                resource: &volume.id,
                tags: &volume.tags,
                idle_since: None,
                evidence: vec![
                    ("state", "attached to nothing".to_owned()),
                    ("created", made),
                    ("last_attached", "not told by AWS".to_owned()),
                ],
                cost,
                priced: format!("{} GiB of {}", volume.size_gib, volume.kind),
            },
        );
    }
}
