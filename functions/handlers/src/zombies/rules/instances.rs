//! Stopped instances whose volumes are still paid for.

use super::{Found, Search, day};
use crate::zombies::{Instance, InstanceState, Inventory, Rule, Volume};

pub(super) fn search(inventory: &Inventory, search: &mut Search<'_>) {
    let rule = Rule::StoppedInstance;
    search.gap(rule, inventory.instances.gap());
    for instance in inventory.instances.items() {
        let InstanceState::Stopped { since } = instance.state else { continue };
        if instance.spot || instance.volumes.is_empty() || search.excludes(&instance.tags) {
            continue;
        }
        let Some(since) = since else {
            search.note(
                rule,
                &instance.id,
                "it is stopped, and AWS does not say since when".to_owned(),
            );
            continue;
        };
        if since > search.horizon(rule) {
            continue;
        }
        let volumes = volumes_of(instance, inventory.volumes.items());
        let cost = volumes.as_ref().and_then(|volumes| {
            volumes
                .iter()
                .try_fold(0_i64, |sum, volume| sum.checked_add(search.prices.volume(volume)?))
        });
        let priced = match volumes {
            Some(volumes) => volumes
                .iter()
                .map(|volume| format!("{} GiB of {}", volume.size_gib, volume.kind))
                .collect::<Vec<_>>()
                .join(" and "),
            None => "volumes that could not be read".to_owned(),
        };
        search.report(
            rule,
            Found {
                resource: &instance.id,
                tags: &instance.tags,
                idle_since: Some(since),
                evidence: vec![
                    ("instance_type", instance.kind.clone()),
                    ("stopped_since", day(since)),
                    ("keeps", instance.volumes.join(", ")),
                ],
                cost,
                priced,
            },
        );
    }
}

/// The instance's volumes; `None` when one of them was not seen.
fn volumes_of<'a>(instance: &Instance, volumes: &'a [Volume]) -> Option<Vec<&'a Volume>> {
    instance.volumes.iter().map(|id| volumes.iter().find(|volume| volume.id == *id)).collect()
}
