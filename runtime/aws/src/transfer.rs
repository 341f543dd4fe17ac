//! Everything that a tenant has, page by page, and documents taken in as they were.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use twinhost::TenantId;
use twinhost::ports::{
    Clock, Commit as _, CommitError, Exported, ObjectEntry, Page, PortError, Transfer,
};
use twinhost::unit::{Change, Condition, Unit, Write};

use crate::commit::DynamoCommit;
use crate::error::port;
use crate::objects::S3Objects;
use crate::table::{
    BODY, Item, PARTITION_KEY, SORT_KEY, Table, collection, expiry, is_live, key, text, text_of,
};

/// The name under which documents are taken in.
const COMMITTER: &str = "transfer";

/// Documents in DynamoDB and objects in S3, as a tenant takes them along.
#[derive(Debug)]
pub struct DynamoTransfer {
    table: Table,
    commit: Arc<DynamoCommit>,
    objects: Option<S3Objects>,
    clock: Arc<dyn Clock>,
}

impl DynamoTransfer {
    pub(crate) fn new(
        table: Table,
        commit: Arc<DynamoCommit>,
        objects: Option<S3Objects>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { table, commit, objects, clock }
    }
}

#[async_trait]
impl Transfer for DynamoTransfer {
    async fn documents(
        &self,
        tenant: &TenantId,
        name: &'static str,
        after: Option<&str>,
    ) -> Result<Page<Exported>, PortError> {
        let pk = collection(tenant, name);
        // DynamoDB ends a page at 1 MB by itself.
        let request = self
            .table
            .client()
            .query()
            .table_name(&*self.table.name)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", PARTITION_KEY)
            .expression_attribute_values(":pk", text(&pk))
            .set_exclusive_start_key(after.map(|after| key(&pk, after)));
        let page = request.send().await.map_err(|error| port(&self.table.what(), &error))?;
        let now = self.clock.now();
        let items = page.items.unwrap_or_default().into_iter();
        let items = items.filter(|item| is_live(item, now)).map(|item| self.exported(item));
        let last = page.last_evaluated_key.as_ref();
        let next = last.and_then(|last| text_of(last, SORT_KEY)).map(str::to_owned);
        Ok(Page { items: items.collect::<Result<_, _>>()?, next })
    }

    async fn objects(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
    ) -> Result<Page<ObjectEntry>, PortError> {
        match &self.objects {
            Some(bucket) => bucket.list(tenant, after).await,
            None => Err(S3Objects::missing()),
        }
    }

    async fn restore(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        documents: Vec<Exported>,
    ) -> Result<(), PortError> {
        let mut unit = Unit::new(tenant.clone(), COMMITTER);
        unit.writes.extend(documents.into_iter().map(|Exported { key, body, expires_at }| Write {
            collection,
            key,
            condition: Condition::Any,
            change: Change::Put { body, expires_at },
        }));
        match self.commit.commit(vec![unit]).await {
            Ok(_) => Ok(()),
            Err(CommitError::Port(error)) => Err(error),
            Err(error) => Err(PortError::unavailable(self.table.what(), error)),
        }
    }
}

impl DynamoTransfer {
    /// An item that is no document is not passed over: who moves would think that all came along.
    fn exported(&self, mut item: Item) -> Result<Exported, PortError> {
        let expires_at: Option<Timestamp> = expiry(&item);
        let key = text_of(&item, SORT_KEY).unwrap_or_default().to_owned();
        match item.remove(BODY) {
            Some(AttributeValue::S(body)) => Ok(Exported { key, body, expires_at }),
            _ => {
                let why = format!("its item has no text in `{BODY}`; delete it, or mend it");
                Err(PortError::invalid(format!("document `{key}` in {}", self.table.what()), why))
            }
        }
    }
}
