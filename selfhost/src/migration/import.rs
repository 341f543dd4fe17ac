//! From a folder into a host.

use std::collections::BTreeSet;
use std::path::Path;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use twinhost::TenantId;
use twinhost::ports::{CommitError, Exported, Keys, PortError};
use twinhost::unit::{Change, Condition, NewObject, Unit, Write, limits};

use super::export::SIDE_BY_SIDE;
use super::folder::{Folder, Kind, object_file};
use super::manifest::Part;
use super::part::{DocumentLine, ObjectLine, PartReader};
use super::secrets::{Holder, Locked, Sealed, resealed};
use super::verify::{Verified, verify};
use super::{MigrationError, Side, Tally, Tell};

/// Holds how far each unfinished import has come: documents of the system tenant, by the tenant's name.
const IMPORTS: &str = "imports";

/// The name under which objects are stored.
const COMMITTER: &str = "import";

/// What to do when a secret that opened a moment ago cannot be sealed with the key of the host.
const NEEDS_KEYS: &str =
    "the host must have a key to seal with (on AWS `TWINHOST_KMS_KEY`), and be let use it";

/// Bytes that a document takes in a unit beside its key and body, or a few more.
const BESIDE: usize = 300;

/// What to import.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a> {
    /// The application's name.
    pub app: &'a str,
    /// The collections that the application knows.
    pub collections: &'a BTreeSet<&'static str>,
    /// Where documents hold sealed values.
    pub sealed: &'a [Sealed],
    /// What their secrets were sealed with for the way.
    pub keys: Option<&'a dyn Keys>,
    /// The tenant to be; `None`: the one it was.
    pub tenant: Option<&'a TenantId>,
    /// Whether the tenant may have something already, which stays, but for documents of the same key.
    pub merge: bool,
    /// The folder that `export` wrote.
    pub folder: &'a Path,
}

/// What was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The tenant it belongs to now.
    pub tenant: TenantId,
    /// Documents in the folder.
    pub documents: u64,
    /// Of these, documents that have expired since: they are left out.
    pub expired: u64,
    /// Objects.
    pub objects: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// Parts that an earlier run had put already.
    pub parts_done_before: usize,
    /// Secrets that this host cannot open.
    pub locked: Vec<Locked>,
}

/// How far an import has come.
#[derive(Debug, Serialize, Deserialize)]
struct Checkpoint {
    /// The SHA-256 of the manifest.
    export: String,
    /// Parts that are put.
    done: usize,
}

/// Puts all that a folder holds into a tenant of a host, once all of it is found good.
///
/// # Errors
///
/// When the folder is damaged, the tenant has something already, a secret does not open, or the host fails.
pub async fn import(
    side: &Side,
    what: &Import<'_>,
    verifying: Tell<'_>,
    tell: Tell<'_>,
) -> Result<Imported, MigrationError> {
    let folder = Folder::at(what.folder);
    let Verified { manifest, name, locked } = verify(&folder, side, what, verifying).await?;
    let tenant = what.tenant.unwrap_or(&manifest.origin.tenant);
    let mut run = Run {
        side,
        what,
        tell,
        folder,
        tenant,
        was: &manifest.origin.tenant,
        tally: Tally::default(),
        expired: 0,
    };
    let done = run.begin(&name).await?;
    for (place, part) in manifest.parts.iter().enumerate() {
        if place < done {
            run.tally.bytes += part.content;
            match part.path.kind {
                Kind::Documents(_) => run.tally.documents += part.entries,
                Kind::Objects => run.tally.objects += part.entries,
            }
            continue;
        }
        match &part.path.kind {
            Kind::Documents(collection) => run.documents(part, collection).await?,
            Kind::Objects => run.objects(part).await?,
        }
        run.checkpoint(&Checkpoint { export: name.clone(), done: place + 1 }).await?;
    }
    run.end().await?;
    let Tally { documents, objects, bytes } = run.tally;
    let (tenant, expired) = (tenant.clone(), run.expired);
    Ok(Imported { tenant, documents, expired, objects, bytes, parts_done_before: done, locked })
}

struct Run<'a> {
    side: &'a Side,
    what: &'a Import<'a>,
    tell: Tell<'a>,
    folder: Folder,
    tenant: &'a TenantId,
    was: &'a TenantId,
    tally: Tally,
    expired: u64,
}

impl Run<'_> {
    /// Answers how many parts an earlier run of this import has put.
    async fn begin(&self, name: &str) -> Result<usize, MigrationError> {
        let system = TenantId::system();
        let found = self.side.ports.documents.get(&system, IMPORTS, self.tenant.as_str()).await;
        let found = found.map_err(MigrationError::port("cannot read how far the import is"))?;
        let found = found.and_then(|found| serde_json::from_str::<Checkpoint>(&found.body).ok());
        match found {
            Some(checkpoint) if checkpoint.export == name => return Ok(checkpoint.done),
            Some(_) if !self.what.merge => {
                return Err(MigrationError::Refused(format!(
                    "the import of another export into `{}` is not finished; finish that one first, or put this one over it with --merge",
                    self.tenant
                )));
            }
            None if !self.what.merge => self.check_empty().await?,
            Some(_) | None => {}
        }
        self.checkpoint(&Checkpoint { export: name.to_owned(), done: 0 }).await?;
        Ok(0)
    }

    async fn check_empty(&self) -> Result<(), MigrationError> {
        let has = |what: &str| {
            MigrationError::Refused(format!(
                "`{}` has {what} on `{}` already; import into a tenant of another name with --tenant, or with --merge: \
                 documents of the same key are replaced then, all else stays",
                self.tenant, self.side.name
            ))
        };
        for &collection in self.what.collections {
            let page = self.side.transfer.documents(self.tenant, collection, None).await;
            let page = page.map_err(MigrationError::port(format!("cannot read `{collection}`")))?;
            if !page.items.is_empty() {
                return Err(has(&format!("`{collection}`")));
            }
        }
        let page = self.side.transfer.objects(self.tenant, None).await;
        let page = page.map_err(MigrationError::port("cannot list the objects"))?;
        if page.items.is_empty() { Ok(()) } else { Err(has("objects")) }
    }

    async fn checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), MigrationError> {
        let body = serde_json::json!(checkpoint).to_string();
        let document = Exported { key: self.tenant.to_string(), body, expires_at: None };
        let system = TenantId::system();
        let stored = self.side.transfer.restore(&system, IMPORTS, vec![document]).await;
        stored.map_err(MigrationError::port("cannot note how far the import is"))
    }

    async fn end(&self) -> Result<(), MigrationError> {
        let mut unit = Unit::new(TenantId::system(), COMMITTER);
        unit.writes.push(Write {
            collection: IMPORTS,
            key: self.tenant.to_string(),
            condition: Condition::Any,
            change: Change::Delete,
        });
        self.commit(unit, "cannot note that the import is finished").await
    }

    async fn commit(&self, unit: Unit, what: &str) -> Result<(), MigrationError> {
        let committed = self.side.ports.commit.commit(vec![unit]).await;
        committed.map(drop).map_err(|error| {
            let source = match error {
                CommitError::Port(error) => error,
                error => PortError::unavailable(&*self.side.name, error),
            };
            MigrationError::port(what)(source)
        })
    }

    async fn documents(&mut self, part: &Part, collection: &str) -> Result<(), MigrationError> {
        let collection = self.what.collections.get(collection).copied();
        let collection = collection.ok_or_else(|| {
            MigrationError::damaged(&part.path, "it has changed since it was checked")
        })?;
        let now = self.side.ports.clock.now();
        let mut lines = PartReader::open(&self.folder, &part.path)?;
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while let Some(DocumentLine { key, expires_at, body }) = lines.next()? {
            self.tally.documents += 1;
            self.tally.bytes += body.len() as u64;
            if expires_at.is_some_and(|at| at <= now) {
                self.expired += 1;
                continue;
            }
            let body = self.opened(collection, &key, body).await?;
            let size = key.len() + body.len() + BESIDE;
            if chunk.len() == limits::ACTIONS || bytes + size > limits::BYTES {
                self.restore(collection, std::mem::take(&mut chunk)).await?;
                bytes = 0;
            }
            bytes += size;
            chunk.push(Exported { key, body, expires_at });
        }
        self.restore(collection, chunk).await
    }

    /// A body as the host is to have it.
    async fn opened(
        &self,
        collection: &str,
        key: &str,
        body: String,
    ) -> Result<String, MigrationError> {
        let Some(keys) = self.what.keys else { return Ok(body) };
        let from = Holder { keys, tenant: self.was };
        let to = Holder { keys: &*self.side.ports.keys, tenant: self.tenant };
        let resealed = resealed(self.what.sealed, collection, (key, body), from, to).await;
        resealed.map_err(|locked| MigrationError::Sealed { locked, cure: NEEDS_KEYS })
    }

    /// Stores documents; if they cannot be, names the one that is at fault.
    async fn restore(
        &self,
        collection: &'static str,
        documents: Vec<Exported>,
    ) -> Result<(), MigrationError> {
        if documents.is_empty() {
            return Ok(());
        }
        let transfer = &self.side.transfer;
        match transfer.restore(self.tenant, collection, documents.clone()).await {
            Ok(()) => {}
            Err(PortError::Invalid { .. }) => {
                for document in documents {
                    let what = format!("cannot store `{collection}/{}`", document.key);
                    let stored = transfer.restore(self.tenant, collection, vec![document]).await;
                    stored.map_err(MigrationError::port(what))?;
                }
            }
            Err(error) => {
                return Err(MigrationError::port(format!("cannot store `{collection}`"))(error));
            }
        }
        (self.tell)(self.tally);
        Ok(())
    }

    async fn objects(&mut self, part: &Part) -> Result<(), MigrationError> {
        let mut lines = PartReader::open(&self.folder, &part.path)?;
        loop {
            let mut group = Vec::new();
            while group.len() < SIDE_BY_SIDE
                && let Some(line) = lines.next::<ObjectLine>()?
            {
                group.push(line);
            }
            if group.is_empty() {
                return Ok(());
            }
            let this = &*self;
            let puts = futures::stream::iter(&group).map(|line| this.object(line));
            puts.buffer_unordered(SIDE_BY_SIDE).try_collect::<()>().await?;
            self.tally.objects += group.len() as u64;
            self.tally.bytes += group.iter().map(|line| line.size).sum::<u64>();
            (self.tell)(self.tally);
        }
    }

    async fn object(&self, line: &ObjectLine) -> Result<(), MigrationError> {
        let ObjectLine { key, sha256, .. } = line;
        let file = object_file(key);
        let bytes = self.folder.read(&file)?.map(Bytes::from);
        let bytes = bytes.filter(|bytes| hex::encode(Sha256::digest(bytes)) == *sha256);
        let bytes = bytes
            .ok_or_else(|| MigrationError::damaged(&file, "it has changed since it was checked"))?;
        if self.what.merge {
            let there = self.side.ports.objects.get(self.tenant, key).await;
            let there =
                there.map_err(MigrationError::port(format!("cannot read object `{key}`")))?;
            match there {
                // An object is never replaced: a key is derived from its bytes.
                Some(there) if there != bytes => {
                    return Err(MigrationError::Refused(format!(
                        "`{}` has another object under `{key}` on `{}`; import into a tenant of another name with --tenant",
                        self.tenant, self.side.name
                    )));
                }
                Some(_) => return Ok(()),
                None => {}
            }
        }
        let mut unit = Unit::new(self.tenant.clone(), COMMITTER);
        unit.objects.push(NewObject { key: key.clone(), bytes });
        self.commit(unit, &format!("cannot store object `{key}`")).await
    }
}
