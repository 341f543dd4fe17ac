//! From a host into a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use futures::{StreamExt as _, TryStreamExt as _};
use sha2::{Digest as _, Sha256};
use twinhost::TenantId;
use twinhost::ports::{Keys, ObjectEntry};

use super::folder::{Folder, Kind, checksum, io_error, object_file};
use super::journal::Journal;
use super::manifest::{FORMAT, Manifest, Origin, SecretsAre};
use super::part::{DocumentLine, ObjectLine, PartWriter};
use super::secrets::{Holder, Sealed, resealed};
use super::{MigrationError, Side, Tally, Tell};

/// Bytes of documents in a part: what is done twice after a kill.
const DOCUMENT_BYTES: u64 = 8 * 1024 * 1024;

/// Objects in a part of their list.
const OBJECTS: u64 = 256;

/// Objects read side by side: each is in memory, and a bucket takes its time to answer.
pub(super) const SIDE_BY_SIDE: usize = 4;

/// What to export.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// The application's name.
    pub app: &'a str,
    /// The collections to take along.
    pub collections: &'a BTreeSet<&'static str>,
    /// Where documents hold sealed values.
    pub sealed: &'a [Sealed],
    /// What seals them for the way; `None` leaves them as they are.
    pub keys: Option<&'a dyn Keys>,
    /// Whose data.
    pub tenant: &'a TenantId,
    /// The folder to write. It is made; after a kill it holds what was done.
    pub folder: &'a Path,
}

/// Writes all that a tenant has into a folder.
///
/// In a folder that holds an unfinished export of the same, it goes on; in one that holds a finished
/// one, it begins anew, but for objects that are there already.
///
/// # Errors
///
/// When the tenant has nothing, the folder holds something else, a secret does not open, or a side fails.
pub async fn export(
    side: &Side,
    what: &Export<'_>,
    tell: Tell<'_>,
) -> Result<Manifest, MigrationError> {
    let secrets = what.keys.map_or(SecretsAre::AsTheyWere, |_| SecretsAre::SealedForTheWay);
    let origin = Origin {
        format: FORMAT,
        app: what.app.to_owned(),
        tenant: what.tenant.clone(),
        from: side.name.clone(),
        secrets,
        began_at: side.ports.clock.now(),
    };
    let folder = Folder::at(what.folder);
    let journal = Journal::open(folder.clone(), origin)?;
    let tally = journal.tally();
    let mut run = Run { side, what, tell, folder, journal, tally };
    for collection in what.collections {
        run.documents(collection).await?;
    }
    run.objects().await?;
    run.journal.finish(side.ports.clock.now())
}

struct Run<'a> {
    side: &'a Side,
    what: &'a Export<'a>,
    tell: Tell<'a>,
    folder: Folder,
    journal: Journal,
    tally: Tally,
}

impl Run<'_> {
    async fn documents(&mut self, collection: &'static str) -> Result<(), MigrationError> {
        let tenant = self.what.tenant;
        let kind = Kind::Documents(collection.to_owned());
        let mut after = self.journal.reached(&kind);
        let mut part: Option<(PartWriter, String)> = None;
        loop {
            let page = self.side.transfer.documents(tenant, collection, after.as_deref()).await;
            let page = page.map_err(MigrationError::port(format!("cannot read `{collection}`")))?;
            for document in page.items {
                let (key, expires_at) = (document.key, document.expires_at);
                let body = self.carried(collection, &key, document.body).await?;
                let content = body.len() as u64;
                let line = DocumentLine { key: key.clone(), expires_at, body };
                let mut writer = match part.take() {
                    Some((writer, _)) => writer,
                    None => self.journal.begin(&kind)?,
                };
                writer.add(&line, content)?;
                self.tally.documents += 1;
                self.tally.bytes += content;
                (self.tell)(self.tally);
                if writer.content() < DOCUMENT_BYTES {
                    part = Some((writer, key));
                } else {
                    self.journal.end(writer, &key)?;
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        match part {
            Some((writer, last)) => self.journal.end(writer, &last),
            None => Ok(()),
        }
    }

    /// A body as it travels.
    async fn carried(
        &self,
        collection: &str,
        key: &str,
        body: String,
    ) -> Result<String, MigrationError> {
        let Some(keys) = self.what.keys else { return Ok(body) };
        let tenant = self.what.tenant;
        let from = Holder { keys: &*self.side.ports.keys, tenant };
        let to = Holder { keys, tenant };
        let resealed = resealed(self.what.sealed, collection, (key, body), from, to).await;
        resealed.map_err(|locked| MigrationError::Sealed {
            locked,
            cure: "set that secret anew first, or export without a key file for the way",
        })
    }

    async fn objects(&mut self) -> Result<(), MigrationError> {
        let mut after = self.journal.reached(&Kind::Objects);
        let mut part: Option<(PartWriter, String)> = None;
        loop {
            let page = self.side.transfer.objects(self.what.tenant, after.as_deref()).await;
            let page = page.map_err(MigrationError::port("cannot list the objects"))?;
            let fetcher = Fetcher { side: self.side, what: self.what, folder: &self.folder };
            let mut lines = futures::stream::iter(page.items)
                .map(|entry| fetcher.fetch(entry))
                .buffered(SIDE_BY_SIDE);
            while let Some(line) = lines.try_next().await? {
                // Removed since it was listed.
                let Some(line) = line else { continue };
                let mut writer = match part.take() {
                    Some((writer, _)) => writer,
                    None => self.journal.begin(&Kind::Objects)?,
                };
                writer.add(&line, line.size)?;
                self.tally.objects += 1;
                self.tally.bytes += line.size;
                (self.tell)(self.tally);
                if writer.entries() < OBJECTS {
                    part = Some((writer, line.key));
                } else {
                    self.journal.end(writer, &line.key)?;
                }
            }
            drop(lines);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        match part {
            Some((writer, last)) => self.journal.end(writer, &last),
            None => Ok(()),
        }
    }
}

/// Brings objects into the folder.
#[derive(Clone, Copy, Debug)]
struct Fetcher<'a> {
    side: &'a Side,
    what: &'a Export<'a>,
    folder: &'a Folder,
}

impl Fetcher<'_> {
    async fn fetch(&self, entry: ObjectEntry) -> Result<Option<ObjectLine>, MigrationError> {
        let ObjectEntry { key, size } = entry;
        let file = object_file(&key);
        if let Some(sha256) = self.present(&key, &file, size)? {
            return Ok(Some(ObjectLine { key, size, sha256 }));
        }
        let bytes = self.side.ports.objects.get(self.what.tenant, &key).await;
        let bytes = bytes.map_err(MigrationError::port(format!("cannot read object `{key}`")))?;
        let Some(bytes) = bytes else { return Ok(None) };
        // Not flushed to the disk one by one: an import checks each.
        self.folder.write(&file, &bytes, false)?;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        Ok(Some(ObjectLine { key, size: bytes.len() as u64, sha256 }))
    }

    /// The checksum of an object that an earlier export has brought: its key says what its bytes are.
    fn present(&self, key: &str, file: &str, size: u64) -> Result<Option<String>, MigrationError> {
        let path = self.folder.path(file);
        if !fs::metadata(&path).is_ok_and(|file| file.len() == size) {
            return Ok(None);
        }
        let (_, sha256) = checksum(&path).map_err(io_error(&path))?;
        let is_named = key.rsplit('/').next() == Some(sha256.as_str());
        Ok(is_named.then_some(sha256))
    }
}
