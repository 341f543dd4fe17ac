//! The rules, one module each. All are pure: an inventory in, findings out.

mod addresses;
mod databases;
mod instances;
mod load_balancers;
mod nat_gateways;
mod snapshots;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod volumes;

use jiff::{SignedDuration, Timestamp};

use super::{Finding, Gap, Hunt, Inventory, Metric, Note, Prices, Rule, Tags};

/// Where a hunt looks, when, and what its owner wants kept.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The twelve digits.
    pub account: String,
    /// `us-east-1`, …
    pub region: String,
    /// The time of the inventory.
    pub now: Timestamp,
    /// Resources with one of these tags are never zombies.
    pub keep: Vec<KeepTag>,
}

/// A tag that says: idle on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepTag {
    /// The tag's key, compared without case.
    pub key: String,
    /// Its value, without case; `None` takes any value but `false` and `no`.
    pub value: Option<String>,
}

impl KeepTag {
    /// `key`, with any value but `false` and `no`.
    pub fn key(key: impl Into<String>) -> Self {
        Self { key: key.into(), value: None }
    }

    /// The tags that always count: ours, and the usual ones of disaster recovery, which is idle until it is needed.
    pub fn defaults() -> Vec<Self> {
        ["twinhost:keep", "dr", "disaster-recovery"].map(Self::key).into()
    }

    fn matches(&self, tags: &Tags) -> bool {
        tags.iter().any(|(key, value)| {
            key.eq_ignore_ascii_case(&self.key)
                && match &self.value {
                    Some(wanted) => value.eq_ignore_ascii_case(wanted),
                    None => !["false", "no"].iter().any(|no| value.eq_ignore_ascii_case(no)),
                }
        })
    }
}

/// The zombies of one region, and what could not be told.
pub fn find(inventory: &Inventory, scope: &Scope, prices: Prices) -> Hunt {
    let mut search = Search { scope, prices, hunt: Hunt::default() };
    volumes::search(inventory, &mut search);
    addresses::search(inventory, &mut search);
    instances::search(inventory, &mut search);
    load_balancers::search(inventory, &mut search);
    snapshots::search(inventory, &mut search);
    databases::search(inventory, &mut search);
    nat_gateways::search(inventory, &mut search);
    search.hunt
}

/// A hunt under way: what every rule needs, and where it puts what it found.
struct Search<'a> {
    scope: &'a Scope,
    prices: Prices,
    hunt: Hunt,
}

impl Search<'_> {
    /// Whether the owner wants it kept, or a fleet manager looks after it.
    fn excludes(&self, tags: &Tags) -> bool {
        self.scope.keep.iter().any(|tag| tag.matches(tags)) || managed(tags)
    }

    /// The beginning of the rule's look-back.
    fn horizon(&self, rule: Rule) -> Timestamp {
        let look_back = SignedDuration::from_hours(24 * i64::from(rule.look_back_days()));
        self.scope.now.checked_sub(look_back).unwrap_or(Timestamp::MIN)
    }

    /// Whether a resource made at `created` has existed for the whole look-back. One of unknown age is noted.
    fn old_enough(&mut self, rule: Rule, resource: &str, created: Option<Timestamp>) -> bool {
        match created {
            Some(created) => created <= self.horizon(rule),
            None => {
                self.note(rule, resource, "AWS does not say when it was made".to_owned());
                false
            }
        }
    }

    /// The sum of a metric. A sum of zero counts only with datapoints on every day of the look-back; otherwise it is
    /// unknown, and noted.
    fn whole_sum(
        &mut self,
        rule: Rule,
        resource: &str,
        name: &str,
        metric: &Metric,
    ) -> Option<f64> {
        let wanted = rule.look_back_days();
        let reason = match metric {
            Metric::Sum { total, days } if *total > 0.0 || *days >= wanted => return Some(*total),
            Metric::Sum { days, .. } => {
                format!("`{name}` has datapoints on {days} of {wanted} days: unknown, not idle")
            }
            Metric::Missing => {
                format!("`{name}` has no datapoint in {wanted} days: unknown, not idle")
            }
            Metric::Unread { reason } => format!("`{name}` could not be read: {reason}"),
        };
        self.note(rule, resource, reason);
        None
    }

    fn gap(&mut self, rule: Rule, reason: Option<&str>) {
        if let Some(reason) = reason {
            self.hunt.gaps.push(Gap { rule, reason: reason.to_owned() });
        }
    }

    fn note(&mut self, rule: Rule, resource: &str, reason: String) {
        self.hunt.notes.push(Note { rule, resource: resource.to_owned(), reason });
    }

    fn report(&mut self, rule: Rule, found: Found<'_>) {
        self.hunt.findings.push(Finding {
            rule,
            account: self.scope.account.clone(),
            region: self.scope.region.clone(),
            resource: found.resource.to_owned(),
            name: found.tags.get("Name").filter(|name| !name.is_empty()).cloned(),
            idle_since: found.idle_since,
            evidence: found
                .evidence
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
            monthly_micro_usd: found.cost,
            cost_basis: self.prices.basis(&found.priced, found.cost),
        });
    }
}

/// What a rule says of a zombie.
struct Found<'a> {
    resource: &'a str,
    tags: &'a Tags,
    idle_since: Option<Timestamp>,
    evidence: Vec<(&'static str, String)>,
    cost: Option<i64>,
    /// What the cost is the price of.
    priced: String,
}

/// Whether a fleet manager or a backup plan made the resource and will end it by its own rules.
fn managed(tags: &Tags) -> bool {
    const PREFIXES: [&str; 5] =
        ["aws:autoscaling:", "karpenter.sh/", "karpenter.k8s.aws/", "aws:backup:", "aws:dlm:"];
    tags.keys().any(|key| PREFIXES.iter().any(|prefix| key.starts_with(prefix)))
}

/// The day of a time, for evidence.
fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}
