//! Old EBS snapshots that no registered image starts from.
//!
//! A snapshot that an image may need is no zombie: when the images could not all be listed, no snapshot is judged.

use std::collections::HashSet;

use super::{Found, Search, day};
use crate::zombies::{Inventory, Rule};

pub(super) fn search(inventory: &Inventory, search: &mut Search<'_>) {
    let rule = Rule::OldSnapshot;
    search.gap(rule, inventory.snapshots.gap());
    if let Some(reason) = inventory.images.gap() {
        let reason =
            format!("the images that snapshots may belong to could not all be listed: {reason}");
        search.gap(rule, Some(&reason));
        return;
    }
    let needed: HashSet<&str> = inventory
        .images
        .items()
        .iter()
        .flat_map(|image| &image.snapshots)
        .map(String::as_str)
        .collect();
    for snapshot in inventory.snapshots.items() {
        if !snapshot.completed
            || needed.contains(snapshot.id.as_str())
            || search.excludes(&snapshot.tags)
        {
            continue;
        }
        if !search.old_enough(rule, &snapshot.id, snapshot.started) {
            continue;
        }
        let started = snapshot.started.map(day).unwrap_or_default();
        let cost = search.prices.snapshot(snapshot);
        let tier = if snapshot.archived { "the archive tier" } else { "the standard tier" };
        search.report(
            rule,
            Found {
                resource: &snapshot.id,
                tags: &snapshot.tags,
                idle_since: snapshot.started,
                evidence: vec![
                    ("taken", started),
                    ("images", "none of the account's images starts from it".to_owned()),
                ],
                cost,
                priced: format!(
                    "at most {} GiB of snapshot in {tier}, as snapshots are incremental",
                    snapshot.volume_gib
                ),
            },
        );
    }
}
