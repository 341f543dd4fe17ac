//! `digest`: what the day before left behind, once a day.

use events::{Anomaly, HuntReport, Notification, Settings, Zombie};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;
use twinhost::{
    Context, Document, Grant, Handler, HandlerResult, OrReject, Payload, Query, Schedule, Tick,
};

use crate::telling::{self, Day, utc_date};

/// Most days one digest covers when earlier ones were missed.
const MOST_DAYS: u64 = 7;

/// Sums up the last whole day (UTC): its anomalies, whatever their severity, the
/// resources that are idle, and what the day's hunts could not see.
///
/// By 07:00 a day has been over for long enough: CloudTrail's events arrive within minutes.
#[derive(Clone, Copy, Debug)]
pub struct Digest;

impl Handler for Digest {
    type Event = Tick;
    const NAME: &'static str = "digest";
    const TRIGGER: Schedule = Schedule::each_tenant("cron(0 7 * * ? *)");
    const GRANTS: &'static [Grant] = &[
        Grant::Read(Settings::COLLECTION),
        Grant::Read(Anomaly::COLLECTION),
        Grant::Read(Zombie::COLLECTION),
        Grant::Read(HuntReport::COLLECTION),
        Grant::Publish(Notification::TOPIC),
    ];

    async fn handle(&self, ctx: &Context, tick: Tick) -> HandlerResult {
        let settings: Settings = ctx.get(Settings::KEY).await?.unwrap_or_default();
        if settings.digest_to.is_empty() && settings.slack_webhook.is_none() {
            return Ok(());
        }
        let last = utc_date(tick.scheduled_at).yesterday().or_fault("there is no day before")?;
        let missed = tick.missed.min(MOST_DAYS - 1);
        let first =
            last.checked_sub(i64::try_from(missed)?.days()).or_fault("there are no days before")?;

        let mut day = Day {
            zombies: all(ctx, Query { equals: vec![open()], ..Query::default() }).await?,
            ..Day::default()
        };
        for date in first.series(1.day()).take_while(|date| *date <= last) {
            day.anomalies.extend(all(ctx, of_day(date, 'T')).await?);
            day.hunts.extend(all(ctx, of_day(date, '/')).await?);
        }
        match telling::digest(first, last, day) {
            Some(text) => text.tell(ctx, &settings, &settings.digest_to),
            None => Ok(()),
        }
    }
}

/// Documents whose keys begin with a day.
fn of_day(date: Date, next: char) -> Query {
    Query { prefix: format!("{date}{next}"), ..Query::default() }
}

/// The field and value of a zombie that costs money.
fn open() -> (String, Value) {
    ("status".to_owned(), Value::from("open"))
}

/// All documents that a query asks for, page by page.
async fn all<D: Document>(ctx: &Context, mut query: Query) -> HandlerResult<Vec<D>> {
    query.limit = 1000;
    let mut found = Vec::new();
    loop {
        let page = ctx.query(&query).await?;
        found.extend(page.items);
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return Ok(found),
        }
    }
}
