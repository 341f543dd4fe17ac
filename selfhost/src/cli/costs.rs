//! What was found out: the lists of events, anomalies, baselines, zombies and hunts.

use anyhow::Result;
use clap::Args;
use events::{Anomaly, Baseline, CostEvent, Severity, Zombie, ZombieStatus};
use jiff::Timestamp;
use serde::Serialize;
use twinhost::TenantId;
use twinhost::ports::Page;

use super::hunts;
use super::listing::{self, Paging, Rank};
use super::output::Output;
use super::store::Store;
use super::table::{Table, left, right, text};
use super::text::{count, money, since, time};

/// Asks for part of a list.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) tenant: TenantArg,
    #[command(flatten)]
    pub(crate) paging: Paging,
    /// Leave out what is older: `24h`, `7d`, `2026-01-31`, `2026-01-31T08:00:00Z`
    #[arg(long, value_name = "WHEN", value_parser = since)]
    pub(crate) since: Option<Timestamp>,
}

/// Asks for part of a list of things that matter more or less.
#[derive(Clone, Debug, Args)]
pub(crate) struct SevereListArgs {
    #[command(flatten)]
    pub(crate) list: ListArgs,
    /// Leave out what matters less than this: info, low, medium, high or critical
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) severity: Option<Severity>,
}

/// Whose data.
#[derive(Clone, Debug, Args)]
pub(crate) struct TenantArg {
    /// Whose data
    #[arg(long, short, value_name = "TENANT", env = "TWINHOST_TENANT", hide_env_values = true)]
    pub(crate) tenant: TenantId,
}

/// Reads a severity.
///
/// # Errors
///
/// Names those that there are.
pub(crate) fn severity(word: &str) -> Result<Severity, String> {
    let named = Severity::ALL.into_iter().find(|severity| severity.as_str() == word);
    named.ok_or_else(|| {
        let all = Severity::ALL.map(Severity::as_str).join(", ");
        format!("`{word}` is not a severity; use one of {all}")
    })
}

impl SevereListArgs {
    /// The severest first, then the costliest, then the latest.
    fn anomaly(&self, anomaly: &Anomaly) -> Option<Rank> {
        let cost = cost_rank(anomaly.impact_micro_usd_per_month);
        self.wants(anomaly.severity, anomaly.at)
            .then(|| [anomaly.severity as i64, cost, anomaly.at.as_microsecond()])
    }

    /// What is still there first, then the costliest, then the latest.
    fn zombie(&self, zombie: &Zombie) -> Option<Rank> {
        let is_there = i64::from(zombie.status != ZombieStatus::Gone);
        let cost = cost_rank(zombie.monthly_micro_usd);
        self.wants(zombie.severity, zombie.last_seen)
            .then(|| [is_there, cost, zombie.last_seen.as_microsecond()])
    }

    fn wants(&self, severity: Severity, at: Timestamp) -> bool {
        self.severity.is_none_or(|least| severity >= least) && self.list.wants(at)
    }
}

impl ListArgs {
    /// Whether something of this time is asked for.
    pub(crate) fn wants(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since)
    }
}

/// A known cost before an unknown one, the greater first.
fn cost_rank(micro_usd: Option<i64>) -> i64 {
    micro_usd.unwrap_or(i64::MIN)
}

/// Lists cost events, the latest first.
pub(crate) async fn events(store: &Store<'_>, args: &SevereListArgs, output: Output) -> Result<()> {
    let rank = |event: &CostEvent| {
        args.wants(event.severity, event.occurred_at)
            .then(|| [event.occurred_at.as_microsecond(), 0, 0])
    };
    let page = listing::page(store, &args.list.paging, rank).await?;
    let columns = [
        left("WHEN (UTC)"),
        left("CALL"),
        right("USD/H"),
        left("SEVERITY"),
        text("RESOURCE"),
        left("REGION"),
        text("ACTOR"),
    ];
    show(output, &page, &nothing("cost events", store), || {
        Table::new(columns, &page.items, |event| {
            let resource = &event.resource;
            let id = resource.id.as_ref().or(resource.arn.as_ref()).unwrap_or(&resource.kind);
            [
                time(event.occurred_at),
                format!("{}:{}", event.service, event.action),
                money(event.est_micro_usd_per_hour),
                event.severity.to_string(),
                format!("{id} ({} {})", count(event.quantity), event.unit),
                resource.region.clone(),
                event.actor.clone(),
            ]
        })
    })
}

/// Lists anomalies: those that matter most first, then those that cost most.
pub(crate) async fn anomalies(
    store: &Store<'_>,
    args: &SevereListArgs,
    output: Output,
) -> Result<()> {
    let page = listing::page(store, &args.list.paging, |one| args.anomaly(one)).await?;
    let columns = [
        left("SEVERITY"),
        left("WHEN (UTC)"),
        right("USD/MONTH"),
        text("WHAT"),
        text("WHY"),
        text("ACTOR"),
    ];
    show(output, &page, &nothing("anomalies", store), || {
        Table::new(columns, &page.items, |anomaly| {
            [
                anomaly.severity.to_string(),
                time(anomaly.at),
                money(anomaly.impact_micro_usd_per_month),
                anomaly.what.clone(),
                anomaly.why.join("; "),
                anomaly.actor.clone(),
            ]
        })
    })
}

/// Lists baselines, the costliest first.
pub(crate) async fn baselines(store: &Store<'_>, args: &ListArgs, output: Output) -> Result<()> {
    let mean = |baseline: &Baseline| {
        let usual = &baseline.single.usual;
        (usual.n > 0).then_some(usual.mean.round() as i64)
    };
    let rank = |baseline: &Baseline| {
        args.wants(baseline.last_seen).then(|| {
            let events = i64::try_from(baseline.events).unwrap_or(i64::MAX);
            [cost_rank(mean(baseline)), events, 0]
        })
    };
    let page = listing::page(store, &args.paging, rank).await?;
    let columns = [
        text("SERIES"),
        right("EVENTS"),
        right("MEAN USD/H"),
        right("DEVIATION"),
        left("LAST SEEN (UTC)"),
    ];
    show(output, &page, &nothing("baselines", store), || {
        Table::new(columns, &page.items, |baseline| {
            let deviation = baseline.single.usual.deviation();
            [
                baseline.series.to_string(),
                count(baseline.events),
                money(mean(baseline)),
                money(deviation.map(|deviation| deviation.round() as i64)),
                time(baseline.last_seen),
            ]
        })
    })
}

/// Lists idle resources: those still there first, then the costliest.
pub(crate) async fn zombies(
    store: &Store<'_>,
    args: &SevereListArgs,
    output: Output,
) -> Result<()> {
    let page = listing::page(store, &args.list.paging, |one| args.zombie(one)).await?;
    let columns = [
        left("STATUS"),
        right("USD/MONTH"),
        left("RULE"),
        text("RESOURCE"),
        left("REGION"),
        left("ACCOUNT"),
        text("EVIDENCE"),
        left("SINCE (UTC)"),
    ];
    let if_empty = "no zombies fit; `twinhost zombies hunts` says which hunts there were";
    show(output, &page, if_empty, || {
        Table::new(columns, &page.items, |zombie| {
            let resource = &zombie.resource;
            let evidence = zombie.evidence.iter().map(|(name, value)| format!("{name} {value}"));
            [
                status(zombie.status).to_owned(),
                money(zombie.monthly_micro_usd),
                zombie.rule.clone(),
                resource.id.clone().or_else(|| resource.arn.clone()).unwrap_or_default(),
                resource.region.clone(),
                resource.account.clone(),
                evidence.collect::<Vec<_>>().join(", "),
                time(zombie.first_seen),
            ]
        })
    })?;
    hunts::warn_if_partial(store, output).await
}

const fn status(status: ZombieStatus) -> &'static str {
    match status {
        ZombieStatus::Observed => "observed",
        ZombieStatus::Open => "open",
        ZombieStatus::Gone => "gone",
    }
}

/// Prints a page, and how to get the next one.
fn show<T: Serialize, const N: usize>(
    output: Output,
    page: &Page<T>,
    if_empty: &str,
    table: impl FnOnce() -> Table<N>,
) -> Result<()> {
    output.list(&page.items, if_empty, table)?;
    output.next_page(page.next.as_deref());
    Ok(())
}

/// What to say when nothing that came in fits.
fn nothing(what: &str, store: &Store<'_>) -> String {
    let tenant = store.tenant();
    format!(
        "no {what} of `{tenant}` fit; `twinhost events summary --tenant {tenant}` says what came in"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> SevereListArgs {
        SevereListArgs {
            list: ListArgs {
                tenant: TenantArg { tenant: "acme".parse().unwrap() },
                paging: Paging { limit: 20, cursor: None },
                since: None,
            },
            severity: None,
        }
    }

    fn anomaly(severity: Severity, cost: Option<i64>) -> Anomaly {
        let example = include_str!("../../../events/examples/anomalies/attempt.json");
        let example: Anomaly = serde_json::from_str(example).unwrap();
        Anomaly { severity, impact_micro_usd_per_month: cost, ..example }
    }

    #[test]
    fn what_matters_most_comes_first_and_an_unknown_cost_after_every_known_one() {
        let sorted = [
            anomaly(Severity::Critical, Some(1)),
            anomaly(Severity::High, Some(500)),
            anomaly(Severity::High, Some(0)),
            anomaly(Severity::High, None),
            anomaly(Severity::Low, Some(9_000_000)),
        ];
        let ranks = sorted.each_ref().map(|anomaly| everything().anomaly(anomaly).unwrap());
        assert!(ranks.is_sorted_by(|a, b| a > b), "{ranks:?}");
    }

    #[test]
    fn a_zombie_that_is_gone_comes_after_those_still_there() {
        let there = include_str!("../../../events/examples/zombies/volume.json");
        let there: Zombie = serde_json::from_str(there).unwrap();
        let gone = Zombie {
            status: ZombieStatus::Gone,
            monthly_micro_usd: Some(i64::MAX),
            ..there.clone()
        };
        assert!(everything().zombie(&there) > everything().zombie(&gone));
    }

    #[test]
    fn what_matters_less_or_is_older_than_asked_for_is_left_out() {
        let medium = anomaly(Severity::Medium, None);
        let mut args = everything();
        args.severity = Some(Severity::Medium);
        args.list.since = Some(medium.at);
        assert!(args.anomaly(&medium).is_some());
        assert!(args.anomaly(&anomaly(Severity::Low, Some(1))).is_none());
        args.list.since = Some(medium.at + jiff::SignedDuration::from_secs(1));
        assert!(args.anomaly(&medium).is_none());
    }
}
