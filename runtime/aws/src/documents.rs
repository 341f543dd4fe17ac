//! Reads of documents from the one table.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use twinhost::TenantId;
use twinhost::ports::{Clock, Documents, Order, Page, PortError, Query, Stored};
use twinhost::unit::limits;

use crate::error::port;
use crate::table::{
    BODY, Item, PARTITION_KEY, SORT_KEY, Table, VERSION, collection, is_live, key, number_of, text,
    text_of,
};

/// Items of one request of a query that selects by fields, which are inside of the body: DynamoDB
/// cannot select by them, so each request reads more than the page wants.
const SIFTED: usize = 300;

/// Documents in DynamoDB. Reads are consistent: whoever wrote sees it.
#[derive(Debug)]
pub struct DynamoDocuments {
    table: Table,
    clock: Arc<dyn Clock>,
}

impl DynamoDocuments {
    pub(crate) fn new(table: Table, clock: Arc<dyn Clock>) -> Self {
        Self { table, clock }
    }

    async fn page(
        &self,
        pk: &str,
        query: &Query,
        start: Option<Item>,
        limit: usize,
    ) -> Result<QueryOutput, PortError> {
        let condition = if query.prefix.is_empty() {
            "#pk = :pk".to_owned()
        } else {
            "#pk = :pk AND begins_with(#sk, :prefix)".to_owned()
        };
        let mut request = self
            .table
            .client()
            .query()
            .table_name(&*self.table.name)
            .consistent_read(true)
            .key_condition_expression(condition)
            .expression_attribute_names("#pk", PARTITION_KEY)
            .expression_attribute_values(":pk", text(pk))
            .scan_index_forward(query.order == Order::Ascending)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        if !query.prefix.is_empty() {
            request = request
                .expression_attribute_names("#sk", SORT_KEY)
                .expression_attribute_values(":prefix", text(&query.prefix));
        }
        request.send().await.map_err(|error| port(&self.table.what(), &error))
    }
}

#[async_trait]
impl Documents for DynamoDocuments {
    async fn get(
        &self,
        tenant: &TenantId,
        name: &'static str,
        sk: &str,
    ) -> Result<Option<Stored>, PortError> {
        if !is_key(sk) {
            return Ok(None);
        }
        let item = self.table.get(&collection(tenant, name), sk).await?;
        Ok(item.and_then(|item| stored(item, self.clock.now())))
    }

    async fn query(
        &self,
        tenant: &TenantId,
        name: &'static str,
        query: &Query,
    ) -> Result<Page<Stored>, PortError> {
        let pk = collection(tenant, name);
        let mut items: Vec<Stored> = Vec::new();
        let nothing = Page { items: Vec::new(), next: None };
        let mut start = match begin(query) {
            Begin::AtTheFirst => None,
            Begin::After(cursor) => Some(key(&pk, cursor)),
            Begin::Nowhere => return Ok(nothing),
        };
        let (now, size) = (self.clock.now(), query.page_size());
        loop {
            // One more than asked for tells whether there is more.
            let wanted = size + 1 - items.len();
            let limit = if query.equals.is_empty() { wanted } else { wanted.max(SIFTED) };
            let page = self.page(&pk, query, start, limit).await?;
            let found = page.items.unwrap_or_default().into_iter();
            let live = found.filter_map(|item| stored(item, now));
            items.extend(live.filter(|stored| matches(&stored.body, query)));
            start = page.last_evaluated_key;
            if items.len() > size {
                items.truncate(size);
                let next = items.last().map(|last| last.key.clone());
                return Ok(Page { items, next });
            }
            if start.is_none() {
                return Ok(Page { items, next: None });
            }
        }
    }
}

/// Whether DynamoDB, or any host, can hold a document of this key.
fn is_key(sk: &str) -> bool {
    (1..=limits::KEY_BYTES).contains(&sk.len())
}

fn stored(mut item: Item, now: Timestamp) -> Option<Stored> {
    if !is_live(&item, now) {
        return None;
    }
    let key = text_of(&item, SORT_KEY)?.to_owned();
    let version = number_of(&item, VERSION)?;
    let AttributeValue::S(body) = item.remove(BODY)? else { return None };
    Some(Stored { key, body, version })
}

/// Where a query begins.
#[derive(Debug, PartialEq, Eq)]
enum Begin<'a> {
    AtTheFirst,
    After(&'a str),
    Nowhere,
}

/// DynamoDB refuses to begin outside of the prefix; what that means is known without asking.
fn begin(query: &Query) -> Begin<'_> {
    let prefix = query.prefix.as_str();
    if prefix.len() > limits::KEY_BYTES {
        return Begin::Nowhere;
    }
    match query.cursor.as_deref() {
        None => Begin::AtTheFirst,
        Some(cursor) if is_key(cursor) && cursor.starts_with(prefix) => Begin::After(cursor),
        Some(cursor) => {
            let before_all = match query.order {
                Order::Ascending => cursor <= prefix,
                Order::Descending => cursor > prefix,
            };
            if before_all { Begin::AtTheFirst } else { Begin::Nowhere }
        }
    }
}

/// Whether a document has the top-level values that a query asks for.
fn matches(body: &str, query: &Query) -> bool {
    if query.equals.is_empty() {
        return true;
    }
    let Ok(document) = serde_json::from_str::<serde_json::Value>(body) else { return false };
    query.equals.iter().all(|(field, value)| document.get(field) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(prefix: &str, cursor: &str, order: Order) -> Query {
        let (prefix, cursor) = (prefix.to_owned(), Some(cursor.to_owned()));
        Query { prefix, cursor, order, ..Query::default() }
    }

    #[test]
    fn a_cursor_outside_of_the_prefix_begins_at_its_first_key_or_finds_nothing() {
        use Order::{Ascending, Descending};
        for (prefix, cursor, order, expected) in [
            ("x/", "x/2", Ascending, Begin::After("x/2")),
            ("x/", "a", Ascending, Begin::AtTheFirst),
            ("x/", "y", Ascending, Begin::Nowhere),
            ("x/", "y", Descending, Begin::AtTheFirst),
            ("x/", "a", Descending, Begin::Nowhere),
            ("", "", Ascending, Begin::AtTheFirst),
            ("x/", "", Ascending, Begin::AtTheFirst),
            ("", "", Descending, Begin::Nowhere),
        ] {
            let query = asking(prefix, cursor, order);
            assert_eq!(begin(&query), expected, "{prefix} {cursor} {order:?}");
        }
    }
}
