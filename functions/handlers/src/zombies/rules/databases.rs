//! Databases nobody connects to.
//!
//! Read replicas, and databases that replicas depend on, are not judged. The members of a cluster are judged together:
//! a reader that waits for a failover has no connections and is not idle. A Multi-AZ standby is no instance of its own
//! in RDS, so it cannot be taken for idle; it only doubles the price.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Found, Search};
use crate::zombies::{DatabaseStatus, DbInstance, Inventory, Rule};

const RULE: Rule = Rule::IdleDatabase;

pub(super) fn search(inventory: &Inventory, search: &mut Search<'_>) {
    search.gap(RULE, inventory.databases.gap());
    // A lone instance is a group of one. Clusters and instances may share a name.
    let mut groups: BTreeMap<(bool, &str), Vec<&DbInstance>> = BTreeMap::new();
    for database in inventory.databases.items() {
        let id = database.cluster.as_deref().unwrap_or(&database.id);
        groups.entry((database.cluster.is_some(), id)).or_default().push(database);
    }
    for ((cluster, id), members) in groups {
        if cluster && inventory.databases.gap().is_some() {
            continue; // members may be missing, and the gap says so
        }
        if let Some(idle_since) = idle(id, &members, search) {
            report(id, &members, idle_since, search);
        }
    }
}

/// Since when all members of `id` are known to be idle.
fn idle(id: &str, members: &[&DbInstance], search: &mut Search<'_>) -> Option<Timestamp> {
    for member in members {
        let depends = member.replica || member.has_replicas;
        if depends || member.status != DatabaseStatus::Available || search.excludes(&member.tags) {
            return None;
        }
        if !search.old_enough(RULE, id, member.created) {
            return None;
        }
        let connections = search.whole_sum(RULE, id, "DatabaseConnections", &member.connections)?;
        if connections > 0.0 {
            return None;
        }
    }
    Some(search.horizon(RULE))
}

fn report(id: &str, members: &[&DbInstance], idle_since: Timestamp, search: &mut Search<'_>) {
    let Some(first) = members.first() else { return };
    let cost = members
        .iter()
        .try_fold(0_i64, |sum, member| sum.checked_add(search.prices.database(member)?));
    let priced = members.iter().map(|member| priced(member)).collect::<Vec<_>>().join(" and ");
    let names = members.iter().map(|member| member.id.as_str()).collect::<Vec<_>>().join(", ");
    search.report(
        RULE,
        Found {
            resource: id,
            tags: &first.tags,
            idle_since: Some(idle_since),
            evidence: vec![
                ("instances", names),
                (
                    "connections",
                    format!("0 in {} days, with datapoints on each", RULE.look_back_days()),
                ),
            ],
            cost,
            priced,
        },
    );
}

fn priced(database: &DbInstance) -> String {
    let DbInstance { class, engine, storage_gib, storage_kind, .. } = database;
    let standby = if database.multi_az { ", twice for the standby" } else { "" };
    format!("a {class} with {engine} and {storage_gib} GiB of {storage_kind}{standby}")
}
