//! What the stores tell: queues that do not drain, people who are not told, senders that cannot send.

use std::collections::BTreeSet;

use anyhow::Result;
use events::{CloudAccount, Settings, Source};
use functions_adapters::cloud::READS_AWS;
use twinhost::ports::{Ports, Queue};
use twinhost::schedule::Outcome;
use twinhost::{App, TenantId};
use twinhost_postgres::Occurrence;
use twinhost_selfhost::{Config, Host};

use super::Problem;
use crate::cli::store::Store;
use crate::cli::tenants;
use crate::cli::text::{plural, span, time};

/// How much of the ledger of occurrences is looked at.
const RECENT: u32 = 200;

/// A message older than this says that its queue does not drain: longer than any back-off of the first tries.
const OLD_SECONDS: u64 = 15 * 60;

pub(super) async fn check(host: &Host, app: &App, config: &Config) -> Result<Vec<Problem>> {
    let mut problems = queues(&*host.queue, app).await?;
    problems.extend(schedules(&host.schedules.occurrences(None, RECENT).await?));
    for tenant in tenants::all(&host.ports).await? {
        problems.extend(of_tenant(&host.ports, &tenant, config.smtp.host.is_some()).await?);
    }
    Ok(problems)
}

async fn queues(queue: &dyn Queue, app: &App) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for handler in app.manifest().queues() {
        let name = handler.name;
        let stats = queue.stats(name).await?;
        if stats.dead_letters > 0 {
            problems.push(Problem::new(
                "queue",
                format!("`{name}` has {}", plural(stats.dead_letters, "dead letter")),
                format!(
                    "`twinhost queues dlq list {name}` says why, `twinhost queues dlq redrive {name}` tries again"
                ),
            ));
        }
        if stats.backlog > 0 && stats.oldest_age_seconds > OLD_SECONDS {
            problems.push(Problem::new(
                "queue",
                format!(
                    "`{name}` has not got rid of a message for {}",
                    span(stats.oldest_age_seconds)
                ),
                format!("`twinhost queues peek {name}` shows it and why it failed last"),
            ));
        }
    }
    Ok(problems)
}

/// Schedules whose newest occurrence was given up.
fn schedules(newest_first: &[Occurrence]) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let newest = newest_first.iter().filter(|it| seen.insert(it.schedule.as_str()));
    let dead = newest.filter(|it| it.outcome == Outcome::Dead);
    let problem = |it: &Occurrence| {
        Problem::new(
            "schedule",
            format!(
                "what `{}` was to do at {} could not be handed over: {}",
                it.schedule,
                time(it.scheduled_at),
                it.reason.as_deref().unwrap_or("nobody knows why")
            ),
            format!("mend that, then `twinhost schedules run {}`", it.schedule),
        )
    };
    dead.map(problem).collect()
}

async fn of_tenant(ports: &Ports, tenant: &TenantId, can_mail: bool) -> Result<Vec<Problem>> {
    let store = Store::new(ports, tenant);
    let mut problems = Vec::new();
    let settings = store.get::<Settings>(Settings::KEY).await?.map(|stored| stored.document);
    let settings = settings.unwrap_or_default();
    let wants_mail = !settings.alert_to.is_empty() || !settings.digest_to.is_empty();
    if wants_mail && !can_mail {
        problems.push(Problem::new(
            "mail",
            format!("`{tenant}` wants mails, but no relay is configured"),
            "set `smtp.host` and `smtp.from` (TWINHOST__SMTP__HOST, TWINHOST__SMTP__FROM)",
        ));
    }
    if store.all::<Source>().await?.is_empty() {
        problems.push(Problem::new(
            "sources",
            format!("`{tenant}` lets nobody send"),
            format!("`twinhost sources add NAME --tenant {tenant}` lets a sender in"),
        ));
    }
    for source in store.all::<Source>().await? {
        if let Err(error) = crate::cli::sources::open(ports, &store, &source).await {
            problems.push(Problem::new(
                "sources",
                format!("source `{}` of `{tenant}` cannot be verified: {error:#}", source.name),
                format!(
                    "`twinhost sources rotate {} --tenant {tenant}` makes a new secret",
                    source.name
                ),
            ));
        }
    }
    let accounts = store.all::<CloudAccount>().await?.len() as u64;
    if accounts > 0 && !READS_AWS {
        problems.push(Problem::new(
            "accounts",
            format!("`{tenant}` has {} that this build cannot read", plural(accounts, "account")),
            "use a build with the feature `aws`",
        ));
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use events::Severity;
    use jiff::Timestamp;
    use twinhost::memory::Memory;
    use twinhost::unit::Condition;

    use super::*;

    #[test]
    fn a_schedule_is_named_while_its_newest_occurrence_is_dead() {
        let row = |schedule: &str, outcome| Occurrence {
            schedule: schedule.to_owned(),
            scheduled_at: Timestamp::UNIX_EPOCH,
            missed: 0,
            node: "here".to_owned(),
            fired_at: Timestamp::UNIX_EPOCH,
            outcome,
            ticks: Some(0),
            skipped: 0,
            reason: Some("there is no such queue".to_owned()),
        };
        let dead = row("digest", Outcome::Dead);
        let told = schedules(&[dead.clone(), row("digest", Outcome::Fired)]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].problem.contains("there is no such queue"), "{told:?}");
        assert!(told[0].cure.contains("twinhost schedules run digest"), "{told:?}");
        assert!(schedules(&[row("digest", Outcome::Fired), dead]).is_empty());
    }

    #[tokio::test]
    async fn a_tenant_who_wants_mails_that_cannot_be_sent_is_named() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let tenant: TenantId = "acme".parse().unwrap();
        let store = Store::new(&ports, &tenant);
        let settings = Settings {
            alert_threshold: Severity::High,
            alert_to: vec!["ops@example.com".to_owned()],
            ..Settings::default()
        };
        store.put(&settings, Condition::Absent).await.unwrap();
        let problems = of_tenant(&ports, &tenant, false).await.unwrap();
        let checks: Vec<_> = problems.iter().map(|problem| problem.check).collect();
        assert_eq!(checks, ["mail", "sources"], "{problems:?}");
        let problems = of_tenant(&ports, &tenant, true).await.unwrap();
        assert_eq!(problems.len(), 1, "{problems:?}");
    }
}
