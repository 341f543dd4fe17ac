//! Everything that a tenant has, page by page, and documents taken in as they were.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::query_as;
use twinhost::TenantId;
use twinhost::ports::{Exported, ObjectEntry, Page, PortError, Transfer};

use super::PgStore;
use crate::error::port;

/// Documents of a page: 25 MB if all are as large as can be, and mostly far less.
const DOCUMENTS: usize = 64;

/// Objects of a page: keys and sizes.
const OBJECTS: usize = 1000;

#[async_trait]
impl Transfer for PgStore {
    async fn documents(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        after: Option<&str>,
    ) -> Result<Page<Exported>, PortError> {
        let statement = || {
            query_as("SELECT key, body, expires FROM twinhost.export_documents($1, $2, $3, $4)")
                .bind(tenant.as_str())
                .bind(collection)
                .bind(after)
                .bind(one_more(DOCUMENTS))
        };
        let rows = self.connections.fetch(statement).await;
        let rows: Vec<(String, String, Option<i64>)> =
            rows.map_err(|error| port(&self.server, &error))?;
        let mut items = Vec::with_capacity(rows.len());
        for (key, body, expires) in rows {
            let expires_at = expires.map(Timestamp::from_microsecond).transpose();
            let expires_at = expires_at
                .map_err(|error| PortError::invalid(format!("`{key}`"), error.to_string()))?;
            items.push(Exported { key, body, expires_at });
        }
        Ok(page(items, DOCUMENTS, |document| &document.key))
    }

    async fn objects(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
    ) -> Result<Page<ObjectEntry>, PortError> {
        let statement = || {
            query_as("SELECT key, size FROM twinhost.list_objects($1, $2, $3)")
                .bind(tenant.as_str())
                .bind(after)
                .bind(one_more(OBJECTS))
        };
        let rows: Vec<(String, i64)> =
            self.connections.fetch(statement).await.map_err(|error| port(&self.server, &error))?;
        let items = rows.into_iter().map(|(key, size)| ObjectEntry {
            key,
            // The size of bytes that are there is not negative.
            size: u64::try_from(size).unwrap_or(0),
        });
        Ok(page(items.collect(), OBJECTS, |object| &object.key))
    }

    async fn restore(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        documents: Vec<Exported>,
    ) -> Result<(), PortError> {
        let keys: Vec<&str> = documents.iter().map(|document| document.key.as_str()).collect();
        let bodies: Vec<&str> = documents.iter().map(|document| document.body.as_str()).collect();
        let expires: Vec<Option<i64>> = documents
            .iter()
            .map(|document| document.expires_at.map(Timestamp::as_microsecond))
            .collect();
        let statement = || {
            query_as("SELECT twinhost.restore_documents($1, $2, $3, $4, $5)")
                .bind(tenant.as_str())
                .bind(collection)
                .bind(&keys)
                .bind(&bodies)
                .bind(&expires)
        };
        let stored: Result<(i64,), sqlx::Error> = self.connections.fetch_one(statement).await;
        stored.map(drop).map_err(|error| port(&self.server, &error))
    }
}

/// One more than a page has tells whether there is more.
fn one_more(page: usize) -> i32 {
    i32::try_from(page + 1).unwrap_or(i32::MAX)
}

fn page<T>(mut items: Vec<T>, size: usize, key: impl Fn(&T) -> &String) -> Page<T> {
    let more = items.len() > size;
    items.truncate(size);
    let next = items.last().filter(|_| more).map(|last| key(last).clone());
    Page { items, next }
}
