use std::ops::Bound;

use async_trait::async_trait;

use super::{Memory, Row};
use crate::ports::{Clock as _, Exported, ObjectEntry, Page, PortError, Transfer};
use crate::tenant::TenantId;

/// Entries of a page.
const PAGE: usize = 100;

#[async_trait]
impl Transfer for Memory {
    async fn documents(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        after: Option<&str>,
    ) -> Result<Page<Exported>, PortError> {
        let now = self.clock.now();
        let state = self.lock();
        // No key is empty.
        let start = (tenant.clone(), collection, after.unwrap_or_default().to_owned());
        let found = state
            .documents
            .range((Bound::Excluded(start), Bound::Unbounded))
            .take_while(|((owner, name, _), _)| owner == tenant && *name == collection)
            .filter(|(_, row)| row.is_live(now))
            .map(|((_, _, key), row)| Exported {
                key: key.clone(),
                body: row.body.clone(),
                expires_at: row.expires_at,
            });
        Ok(page(found, |document| &document.key))
    }

    async fn objects(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
    ) -> Result<Page<ObjectEntry>, PortError> {
        let state = self.lock();
        let mut found: Vec<ObjectEntry> = state
            .objects
            .iter()
            .filter(|((owner, key), _)| owner == tenant && after.is_none_or(|after| **key > *after))
            .map(|((_, key), bytes)| ObjectEntry { key: key.clone(), size: bytes.len() as u64 })
            .collect();
        found.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(page(found.into_iter(), |object| &object.key))
    }

    async fn restore(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        documents: Vec<Exported>,
    ) -> Result<(), PortError> {
        let mut state = self.lock();
        for Exported { key, body, expires_at } in documents {
            let place = (tenant.clone(), collection, key);
            let version = state.documents.get(&place).map_or(0, |row| row.version) + 1;
            state.documents.insert(place, Row { body, version, expires_at });
        }
        Ok(())
    }
}

fn page<T>(mut found: impl Iterator<Item = T>, key: impl Fn(&T) -> &String) -> Page<T> {
    let items: Vec<T> = found.by_ref().take(PAGE).collect();
    let more = found.next().is_some();
    let next = items.last().filter(|_| more).map(|last| key(last).clone());
    Page { items, next }
}
