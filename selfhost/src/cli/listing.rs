//! The first page of a collection in the order that people want, and the pages after it.
//!
//! Documents are stored in the order of their keys, which is rarely the order to
//! read them in. A listing goes through the collection once and keeps the first
//! `limit` of its own order; its cursor is the last place shown, so the next page
//! is right even if documents have come or gone in between.

use std::cmp::Reverse;

use anyhow::{Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use twinhost::Document;
use twinhost::ports::Page;

use super::store::Store;

/// How much of a list to show.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Paging {
    /// Show this many at the most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Go on where a page ended: the cursor it printed
    #[arg(long, value_name = "CURSOR")]
    pub(crate) cursor: Option<String>,
}

/// What goes first: the greater number, compared one after the other; then the smaller key.
pub(crate) type Rank = [i64; 3];

/// A place in a listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Place(Reverse<Rank>, String);

impl Place {
    fn cursor(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?))
    }

    fn of_cursor(cursor: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
        let Some(place) = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()) else {
            bail!("`{cursor}` is not a cursor; give the one that the page before this printed");
        };
        Ok(place)
    }
}

/// One page of a collection; a document that has no rank is left out.
pub(crate) async fn page<D: Document>(
    store: &Store<'_>,
    paging: &Paging,
    rank: impl Fn(&D) -> Option<Rank>,
) -> Result<Page<D>> {
    let after = paging.cursor.as_deref().map(Place::of_cursor).transpose()?;
    let limit = paging.limit as usize;
    let mut first: Vec<(Place, D)> = Vec::new();
    store
        .each(|document: D| {
            let Some(rank) = rank(&document) else { return };
            let place = Place(Reverse(rank), document.key());
            if after.as_ref().is_some_and(|after| place <= *after) {
                return;
            }
            first.push((place, document));
            // Twice the page and one more: each round of sorting drops at least half.
            if first.len() > 2 * limit + 1 {
                keep_first(&mut first, limit + 1);
            }
        })
        .await?;
    keep_first(&mut first, limit + 1);
    let is_more = first.len() > limit;
    first.truncate(limit);
    let last = first.last().filter(|_| is_more);
    let next = last.map(|(place, _)| place.cursor()).transpose()?;
    Ok(Page { items: first.into_iter().map(|(_, document)| document).collect(), next })
}

fn keep_first<D>(all: &mut Vec<(Place, D)>, limit: usize) {
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all.truncate(limit);
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use twinhost::TenantId;
    use twinhost::memory::Memory;
    use twinhost::unit::Condition;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Score {
        name: String,
        points: i64,
    }

    impl Document for Score {
        const COLLECTION: &'static str = "scores";
        fn key(&self) -> String {
            self.name.clone()
        }
    }

    fn paging(limit: u32, cursor: Option<String>) -> Paging {
        Paging { limit, cursor }
    }

    #[tokio::test]
    async fn pages_follow_each_other_in_rank_and_together_hold_each_document_once() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let tenant: TenantId = "acme".parse().unwrap();
        let store = Store::new(&ports, &tenant);
        for (index, points) in [5, 1, 9, 5, -3, 7, 7, 0, 2, 5].into_iter().enumerate() {
            let score = Score { name: format!("n{index}"), points };
            assert!(store.put(&score, Condition::Absent).await.unwrap());
        }
        let rank = |score: &Score| (score.points != 0).then_some([score.points, 0, 0]);
        let mut cursor = None;
        let mut points = Vec::new();
        loop {
            let page = page(&store, &paging(2, cursor), rank).await.unwrap();
            assert!((1..=2).contains(&page.items.len()));
            points.extend(page.items.iter().map(|score| score.points));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(points, [9, 7, 7, 5, 5, 5, 2, 1, -3]);
    }

    #[tokio::test]
    async fn a_cursor_of_another_kind_is_refused_with_the_cure() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let tenant: TenantId = "acme".parse().unwrap();
        let store = Store::new(&ports, &tenant);
        let rank = |_: &Score| Some([0; 3]);
        let error = page(&store, &paging(2, Some("page2".into())), rank).await.unwrap_err();
        assert!(error.to_string().contains("`page2` is not a cursor"), "{error}");
    }
}
