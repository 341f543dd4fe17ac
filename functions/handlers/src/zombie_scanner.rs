//! `zombie-scanner`: looks into one region of an account.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use events::{CloudAccount, HuntReport, HuntRequest, HuntStatus, Sightings, Zombie};
use jiff::Timestamp;
use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};
use twinhost::{
    Consume, Context, Document, Grant, Handler, HandlerError, HandlerResult, Limits, Message,
    Payload, Query,
};

use crate::sightings::{Changes, changes};
use crate::zombies::{
    AccountAccess, CloudReader, Credentials, Hunt, KeepTag, Prices, Rule, Scope, find,
};

/// Asks for the regions of each account, reads a region, and tells the
/// [recorder](crate::ZombieRecorder) what that changes.
///
/// It only reads the account, by [`ACTIONS`](Self::ACTIONS) alone. What it could not
/// read is in the [`HuntReport`] of the day, and is not taken for gone.
#[derive(Clone, Debug)]
pub struct ZombieScanner {
    cloud: Arc<dyn CloudReader>,
}

impl ZombieScanner {
    /// Every AWS action a reader may take: the whole policy that a customer's role or user needs.
    pub const ACTIONS: &'static [&'static str] = &[
        "cloudwatch:GetMetricData",
        "ec2:DescribeAddresses",
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:DescribeNatGateways",
        "ec2:DescribeRegions",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "rds:DescribeDBInstances",
        "sts:GetCallerIdentity",
    ];

    /// A scanner that reads accounts by `cloud`.
    #[must_use]
    pub const fn new(cloud: Arc<dyn CloudReader>) -> Self {
        Self { cloud }
    }

    async fn region(
        &self,
        ctx: &Context,
        date: Date,
        account: &CloudAccount,
        region: &str,
    ) -> HandlerResult {
        let access = access(ctx, account).await?;
        let inventory = self.cloud.inventory(&access, region, ctx.now()).await;
        let mut keep = KeepTag::defaults();
        keep.extend(account.exclude_tag.as_deref().map(KeepTag::key));
        let scope = Scope {
            account: account.account_id.clone(),
            region: region.to_owned(),
            now: ctx.now(),
            keep,
        };
        let hunt = find(&inventory, &scope, Prices::of(region));
        let stored = stored(ctx, &account.account_id, region).await?;
        let changes = changes(&hunt, stored, ctx.now());
        let mut report = report(ctx, date, account).await?;
        add(&mut report, region, &hunt, changes.left_out);
        ctx.put(&report)?;
        for part in messages(account, region, ctx.now(), &changes) {
            ctx.publish(&part)?;
        }
        Ok(())
    }
}

impl Handler for ZombieScanner {
    type Event = Message<HuntRequest>;
    const NAME: &'static str = "zombie-scanner";
    /// One at a time: a region takes minutes.
    const TRIGGER: Consume = Consume { batch: 1, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] = &[
        Grant::Read(CloudAccount::COLLECTION),
        Grant::Read(Zombie::COLLECTION),
        Grant::ReadWrite(HuntReport::COLLECTION),
        Grant::Open,
        Grant::ReadAws(Self::ACTIONS),
        Grant::Publish(HuntRequest::TOPIC),
        Grant::Publish(Sightings::TOPIC),
    ];
    /// A large region behind AWS's throttling takes minutes.
    const LIMITS: Limits =
        Limits { timeout: Duration::from_secs(900), memory_mb: 512, concurrency: 2 };

    async fn handle(&self, ctx: &Context, Message(request): Message<HuntRequest>) -> HandlerResult {
        match request {
            HuntRequest::Accounts { date, cursor } => next_account(ctx, date, cursor).await,
            HuntRequest::Region { date, account_id, region } => {
                // The account may have been removed since.
                match ctx.get(&account_id).await? {
                    Some(account) => self.region(ctx, date, &account, &region).await,
                    None => Ok(()),
                }
            }
        }
    }
}

/// Asks for the regions of one account, and for the accounts after it.
async fn next_account(ctx: &Context, date: Date, cursor: Option<String>) -> HandlerResult {
    let page = ctx.query::<CloudAccount>(&Query { limit: 1, cursor, ..Query::default() }).await?;
    for account in page.items {
        let regions = BTreeSet::from_iter(&account.regions);
        // Until a region has been read, the day's report says that it has not.
        ctx.put(&HuntReport {
            date,
            account_id: account.account_id.clone(),
            regions: Vec::new(),
            status: if regions.is_empty() { HuntStatus::Complete } else { HuntStatus::Partial },
            missing: regions.iter().map(|region| unread(region)).collect(),
            found: Default::default(),
            monthly_micro_usd: 0,
            unpriced: 0,
            started_at: ctx.now(),
        })?;
        for region in regions {
            let (account_id, region) = (account.account_id.clone(), region.clone());
            ctx.publish(&HuntRequest::Region { date, account_id, region })?;
        }
    }
    match page.next {
        Some(next) => ctx.publish(&HuntRequest::Accounts { date, cursor: Some(next) }),
        None => Ok(()),
    }
}

/// Opens what is needed to get into an account.
async fn access(ctx: &Context, account: &CloudAccount) -> HandlerResult<AccountAccess> {
    let credentials = match &account.credentials {
        events::Credentials::Role { role_arn, external_id } => {
            Credentials::Role { arn: role_arn.clone(), external_id: external_id.clone() }
        }
        events::Credentials::AccessKey { access_key_id, secret_access_key } => {
            let context = CloudAccount::seal_context(&account.account_id);
            let secret = ctx.open(secret_access_key, &context).await?;
            let Ok(secret) = std::str::from_utf8(secret.expose_secret()).map(SecretString::from)
            else {
                return Err(HandlerError::fault(format!(
                    "the access key of account `{}` is not text; set it again",
                    account.account_id
                )));
            };
            Credentials::AccessKey { id: access_key_id.clone(), secret, session_token: None }
        }
    };
    Ok(AccountAccess { account: account.account_id.clone(), credentials })
}

/// The zombies known in a region.
async fn stored(ctx: &Context, account: &str, region: &str) -> HandlerResult<Vec<Zombie>> {
    let mut query =
        Query { prefix: format!("{account}/{region}/"), limit: 1000, ..Query::default() };
    let mut zombies = Vec::new();
    loop {
        let page = ctx.query(&query).await?;
        zombies.extend(page.items);
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return Ok(zombies),
        }
    }
}

/// The report of the day so far.
async fn report(ctx: &Context, date: Date, account: &CloudAccount) -> HandlerResult<HuntReport> {
    let empty = HuntReport {
        date,
        account_id: account.account_id.clone(),
        regions: Vec::new(),
        status: HuntStatus::Partial,
        missing: Vec::new(),
        found: Default::default(),
        monthly_micro_usd: 0,
        unpriced: 0,
        started_at: ctx.now(),
    };
    Ok(ctx.get(&empty.key()).await?.unwrap_or(empty))
}

/// Adds a region to the report of the day, once.
fn add(report: &mut HuntReport, region: &str, hunt: &Hunt, left_out: usize) {
    if report.regions.iter().any(|read| read == region) {
        return;
    }
    report.regions.push(region.to_owned());
    report.missing.retain(|line| *line != unread(region));
    report.missing.extend(gaps(region, hunt));
    if left_out > 0 {
        report.missing.push(format!("{region}: {left_out} zombies are left for the next hunt"));
    }
    for rule in Rule::ALL {
        let found = hunt.findings.iter().filter(|finding| finding.rule == rule).count() as u64;
        if found > 0 || !hunt.gaps.iter().any(|gap| gap.rule == rule) {
            *report.found.entry(rule.name().to_owned()).or_default() += found;
        }
    }
    let (known, unknown) = hunt.monthly_micro_usd();
    report.monthly_micro_usd = report.monthly_micro_usd.saturating_add(known);
    report.unpriced += unknown as u64;
    report.status =
        if report.missing.is_empty() { HuntStatus::Complete } else { HuntStatus::Partial };
}

fn unread(region: &str) -> String {
    format!("{region}: not read yet")
}

/// What could not be read: a line for each reason, with the rules it kept from seeing.
fn gaps(region: &str, hunt: &Hunt) -> Vec<String> {
    let reasons = BTreeSet::from_iter(hunt.gaps.iter().map(|gap| gap.reason.as_str()));
    let line = |reason| {
        let rules = hunt.gaps.iter().filter(|gap| gap.reason == reason);
        let rules: Vec<&str> = rules.map(|gap| gap.rule.name()).collect();
        format!("{region}: {}: {reason}", rules.join(", "))
    };
    reasons.into_iter().map(line).collect()
}

/// The changes in messages, each small enough to be recorded in one unit of work.
fn messages(
    account: &CloudAccount,
    region: &str,
    at: Timestamp,
    changes: &Changes,
) -> Vec<Sightings> {
    /// Zombies in one message: as many writes, and room to spare in bytes.
    const EACH: usize = 80;
    let part = |zombies: &[Zombie], cleared: &[String]| Sightings {
        account_id: account.account_id.clone(),
        region: region.to_owned(),
        at,
        zombies: zombies.to_vec(),
        cleared: cleared.to_vec(),
    };
    let zombies = changes.zombies.chunks(EACH).map(|zombies| part(zombies, &[]));
    let cleared = changes.cleared.chunks(EACH).map(|cleared| part(&[], cleared));
    zombies.chain(cleared).collect()
}
