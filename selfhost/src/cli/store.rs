//! Typed reads and writes of one tenant's documents, for commands.
//!
//! A command writes as a handler does: as a unit of work, through the same commit.

use anyhow::{Context as _, Result, bail};
use twinhost::ports::{CommitError, Page, PortError, Ports, Query};
use twinhost::unit::{Change, Condition, Unit, Write};
use twinhost::{Document, TenantId};

/// The name under which commands commit.
const COMMITTER: &str = "twinhost";

/// One tenant's documents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Store<'a> {
    ports: &'a Ports,
    tenant: &'a TenantId,
}

/// A document with the version to be replaced.
#[derive(Clone, Debug)]
pub(crate) struct Versioned<D> {
    /// The document.
    pub(crate) document: D,
    /// The version that was read.
    pub(crate) version: Condition,
}

impl<'a> Store<'a> {
    /// The documents of `tenant`.
    pub(crate) const fn new(ports: &'a Ports, tenant: &'a TenantId) -> Self {
        Self { ports, tenant }
    }

    /// Whose documents these are.
    pub(crate) const fn tenant(&self) -> &'a TenantId {
        self.tenant
    }

    /// Reads a document.
    pub(crate) async fn get<D: Document>(&self, key: &str) -> Result<Option<Versioned<D>>> {
        let stored = self.ports.documents.get(self.tenant, D::COLLECTION, key).await;
        let Some(stored) = stored.map_err(explain)? else { return Ok(None) };
        let document = decode(&stored.body, &stored.key)?;
        Ok(Some(Versioned { document, version: Condition::Version(stored.version) }))
    }

    /// Reads a page.
    pub(crate) async fn page<D: Document>(&self, query: &Query) -> Result<Page<D>> {
        let page = self.ports.documents.query(self.tenant, D::COLLECTION, query).await;
        let page = page.map_err(explain)?;
        let items = page.items.iter().map(|stored| decode(&stored.body, &stored.key));
        Ok(Page { items: items.collect::<Result<_>>()?, next: page.next })
    }

    /// Reads every document of a collection, a page at a time.
    pub(crate) async fn each<D: Document>(&self, mut with: impl FnMut(D)) -> Result<()> {
        let mut query = Query { limit: 1000, ..Query::default() };
        loop {
            let page = self.page(&query).await?;
            page.items.into_iter().for_each(&mut with);
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Reads every document of a small collection, in the order of keys.
    pub(crate) async fn all<D: Document>(&self) -> Result<Vec<D>> {
        let mut all = Vec::new();
        self.each(|document| all.push(document)).await?;
        Ok(all)
    }

    /// Writes a document; answers whether the condition held.
    pub(crate) async fn put<D: Document>(
        &self,
        document: &D,
        condition: Condition,
    ) -> Result<bool> {
        let body = serde_json::to_string(document)?;
        let change = Change::Put { body, expires_at: document.expires_at() };
        self.write::<D>(document.key(), condition, change).await
    }

    /// Removes a document; answers whether the condition held.
    pub(crate) async fn delete<D: Document>(
        &self,
        key: &str,
        condition: Condition,
    ) -> Result<bool> {
        self.write::<D>(key.to_owned(), condition, Change::Delete).await
    }

    async fn write<D: Document>(
        &self,
        key: String,
        condition: Condition,
        change: Change,
    ) -> Result<bool> {
        let mut unit = Unit::new(self.tenant.clone(), COMMITTER);
        unit.writes.push(Write { collection: D::COLLECTION, key, condition, change });
        match self.ports.commit.commit(vec![unit]).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict) => Ok(false),
            Err(CommitError::Port(error)) => Err(explain(error)),
            Err(error) => Err(error.into()),
        }
    }
}

impl<D: Document> Versioned<D> {
    /// Stores the changed document in place of the one read.
    pub(crate) async fn replace(&self, store: &Store<'_>) -> Result<()> {
        if !store.put(&self.document, self.version).await? {
            bail!("somebody else changed it at the same time; run the command again");
        }
        Ok(())
    }
}

fn decode<D: Document>(body: &str, key: &str) -> Result<D> {
    serde_json::from_str(body).with_context(|| {
        format!("`{}/{key}` is stored in a form this version cannot read", D::COLLECTION)
    })
}

/// A store's failure, its cause included.
fn explain(error: PortError) -> anyhow::Error {
    anyhow::Error::new(error)
}
