//! `zombies hunts`: which hunts there were, and what they could not see.

use anyhow::Result;
use events::{HuntReport, HuntStatus};
use twinhost::{Order, Query};

use super::costs::ListArgs;
use super::listing;
use super::output::Output;
use super::store::Store;
use super::table::{Table, left, right, text};
use super::text::{count, money};

/// Lists hunts, the latest first.
pub(crate) async fn list(store: &Store<'_>, args: &ListArgs, output: Output) -> Result<()> {
    let rank = |hunt: &HuntReport| {
        args.wants(hunt.started_at).then(|| [hunt.started_at.as_microsecond(), 0, 0])
    };
    let page = listing::page(store, &args.paging, rank).await?;
    let columns = [
        left("DAY"),
        left("ACCOUNT"),
        left("STATUS"),
        right("FOUND"),
        right("USD/MONTH"),
        right("UNPRICED"),
        text("NOT SEEN"),
    ];
    let if_empty = "there was no hunt yet; `twinhost schedules run zombie-hunter` begins one now";
    output.list(&page.items, if_empty, || {
        Table::new(columns, &page.items, |hunt| {
            [
                hunt.date.to_string(),
                hunt.account_id.clone(),
                status(hunt.status).to_owned(),
                count(hunt.found.values().sum()),
                money(Some(hunt.monthly_micro_usd)),
                count(hunt.unpriced),
                hunt.missing.join("; "),
            ]
        })
    })?;
    output.next_page(page.next.as_deref());
    Ok(())
}

/// Says so when the last day's hunt did not see everything: what it misses may still be there.
pub(crate) async fn warn_if_partial(store: &Store<'_>, output: Output) -> Result<()> {
    let newest_first = Query { order: Order::Descending, limit: 100, ..Query::default() };
    let hunts = store.page::<HuntReport>(&newest_first).await?.items;
    let Some(day) = hunts.first().map(|hunt| hunt.date) else { return Ok(()) };
    let mut of_day = hunts.iter().filter(|hunt| hunt.date == day);
    if of_day.any(|hunt| hunt.status == HuntStatus::Partial) {
        let tenant = store.tenant();
        output.hint(&format!(
            "the hunt of {day} did not see everything: twinhost zombies hunts --tenant {tenant}"
        ));
    }
    Ok(())
}

const fn status(status: HuntStatus) -> &'static str {
    match status {
        HuntStatus::Complete => "complete",
        HuntStatus::Partial => "partial",
    }
}
