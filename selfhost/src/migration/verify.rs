//! Whether a folder holds what it says, before any of it is put anywhere.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use twinhost::unit::limits;

use super::folder::{Folder, Kind, MANIFEST, checksum, object_file};
use super::manifest::{Manifest, Part, SecretsAre};
use super::part::{DocumentLine, ObjectLine, PartReader};
use super::secrets::{Holder, Locked, locked};
use super::{Import, MigrationError, Side, Tally, Tell};

/// A folder that is as it should be.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) manifest: Manifest,
    /// The SHA-256 of the manifest, which names this very export.
    pub(super) name: String,
    /// Secrets that the side imported to cannot open.
    pub(super) locked: Vec<Locked>,
}

/// Checks every part and every line of a folder.
pub(super) async fn verify(
    folder: &Folder,
    side: &Side,
    what: &Import<'_>,
    tell: Tell<'_>,
) -> Result<Verified, MigrationError> {
    let (manifest, name) = Manifest::read(folder)?;
    check_origin(&manifest, what)?;
    let mut check = Check {
        folder,
        side,
        what,
        tell,
        manifest: &manifest,
        tally: Tally::default(),
        last: BTreeMap::new(),
        locked: Vec::new(),
    };
    let mut next: BTreeMap<&Kind, u32> = BTreeMap::new();
    for part in &manifest.parts {
        let number = next.entry(&part.path.kind).or_default();
        if part.path.number != *number {
            let why = format!("it names `{}` where part {number:05} is to come", part.path);
            return Err(MigrationError::damaged(MANIFEST, why));
        }
        *number += 1;
        check.part(part).await?;
    }
    let Tally { documents, objects, bytes } = check.tally;
    let locked = check.locked;
    if (documents, objects, bytes) != (manifest.documents, manifest.objects, manifest.bytes) {
        let why = format!(
            "it says {} documents, {} objects and {} bytes; there are {documents}, {objects} and {bytes}",
            manifest.documents, manifest.objects, manifest.bytes
        );
        return Err(MigrationError::damaged(MANIFEST, why));
    }
    Ok(Verified { manifest, name, locked })
}

fn check_origin(manifest: &Manifest, what: &Import<'_>) -> Result<(), MigrationError> {
    let origin = &manifest.origin;
    if origin.app != what.app {
        return Err(MigrationError::Refused(format!(
            "this is an export of the application `{}`, and this program runs `{}`; import it with the program of `{}`",
            origin.app, what.app, origin.app
        )));
    }
    match (origin.secrets, what.keys) {
        (SecretsAre::SealedForTheWay, None) => Err(MigrationError::Refused(
            "its secrets are sealed for the way; give the key file that the export was given, too"
                .to_owned(),
        )),
        (SecretsAre::AsTheyWere, Some(_)) => Err(MigrationError::Refused(
            "its secrets are as they were, not sealed with a key file; import it without one"
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

struct Check<'a> {
    folder: &'a Folder,
    side: &'a Side,
    what: &'a Import<'a>,
    tell: Tell<'a>,
    manifest: &'a Manifest,
    tally: Tally,
    /// The last key of each kind: keys ascend, so none is there twice.
    last: BTreeMap<Kind, String>,
    locked: Vec<Locked>,
}

impl Check<'_> {
    async fn part(&mut self, part: &Part) -> Result<(), MigrationError> {
        self.whole(&part.path.to_string(), part.size, &part.sha256)?;
        let before = self.tally;
        match &part.path.kind {
            Kind::Documents(collection) => self.documents(part, collection).await?,
            Kind::Objects => self.objects(part)?,
        }
        let entries = self.tally.documents + self.tally.objects - before.documents - before.objects;
        let content = self.tally.bytes - before.bytes;
        if (entries, content) != (part.entries, part.content) {
            let why = format!(
                "it says {} entries of {} bytes for `{}`, which has {entries} of {content}",
                part.entries, part.content, part.path
            );
            return Err(MigrationError::damaged(MANIFEST, why));
        }
        Ok(())
    }

    async fn documents(&mut self, part: &Part, collection: &str) -> Result<(), MigrationError> {
        if !self.what.collections.contains(collection) {
            return Err(MigrationError::Refused(format!(
                "the export has a collection `{collection}`, which `{}` does not know; import it with the version that wrote it",
                self.what.app
            )));
        }
        let mut lines = PartReader::open(self.folder, &part.path)?;
        while let Some(DocumentLine { key, body, .. }) = lines.next()? {
            self.ascends(&part.path.kind, &key).map_err(|why| lines.wrong(&why))?;
            check_document(&key, &body).map_err(|why| lines.wrong(&why))?;
            self.unlock(collection, &key, &body).await?;
            self.tally.documents += 1;
            self.tally.bytes += body.len() as u64;
            (self.tell)(self.tally);
        }
        Ok(())
    }

    fn objects(&mut self, part: &Part) -> Result<(), MigrationError> {
        let mut lines = PartReader::open(self.folder, &part.path)?;
        while let Some(ObjectLine { key, size, sha256 }) = lines.next()? {
            self.ascends(&part.path.kind, &key).map_err(|why| lines.wrong(&why))?;
            self.whole(&object_file(&key), size, &sha256)?;
            self.tally.objects += 1;
            self.tally.bytes += size;
            (self.tell)(self.tally);
        }
        Ok(())
    }

    /// Whether a file is there with this size and checksum.
    fn whole(&self, file: &str, size: u64, sha256: &str) -> Result<(), MigrationError> {
        let path = self.folder.path(file);
        let (there, sum) = checksum(&path).map_err(|error| {
            MigrationError::damaged(file, format!("it cannot be read: {error}"))
        })?;
        if there != size {
            let why = format!("it has {there} bytes, and had {size}");
            return Err(MigrationError::damaged(file, why));
        }
        if sum != sha256 {
            let why = format!("its SHA-256 is {sum}, and was {sha256}");
            return Err(MigrationError::damaged(file, why));
        }
        Ok(())
    }

    fn ascends(&mut self, kind: &Kind, key: &str) -> Result<(), String> {
        let last = self.last.get(kind);
        if last.is_some_and(|last| last.as_str() >= key) {
            return Err("its key does not come after the one before".to_owned());
        }
        self.last.insert(kind.clone(), key.to_owned());
        Ok(())
    }

    /// What was sealed for the way must open; what is as it was may not, and is reported.
    async fn unlock(
        &mut self,
        collection: &str,
        key: &str,
        body: &str,
    ) -> Result<(), MigrationError> {
        let origin = &self.manifest.origin;
        let holder = match self.what.keys {
            Some(keys) => Holder { keys, tenant: &origin.tenant },
            None => Holder {
                keys: &*self.side.ports.keys,
                tenant: self.what.tenant.unwrap_or(&origin.tenant),
            },
        };
        let mut locked = locked(self.what.sealed, collection, (key, body), holder).await;
        if self.what.keys.is_some() && !locked.is_empty() {
            let locked = locked.swap_remove(0);
            let cure = "give the very key file that the export was given";
            return Err(MigrationError::Sealed { locked, cure });
        }
        self.locked.append(&mut locked);
        Ok(())
    }
}

/// What every host can hold.
fn check_document(key: &str, body: &str) -> Result<(), String> {
    if !(1..=limits::KEY_BYTES).contains(&key.len()) || key.contains('\0') {
        return Err(format!(
            "its key has to have 1 to {} bytes, none of them NUL",
            limits::KEY_BYTES
        ));
    }
    if key.len() + body.len() > limits::DOCUMENT_BYTES {
        return Err(format!("the document has more than {} bytes", limits::DOCUMENT_BYTES));
    }
    serde_json::from_str::<IgnoredAny>(body).map_err(|error| format!("its body: {error}"))?;
    Ok(())
}
