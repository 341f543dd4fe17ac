//! How far an export has come, so that it can go on after it was killed.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::folder::{Folder, Kind, MANIFEST, PROGRESS, PartName, io_error};
use super::manifest::{Manifest, Origin, Part};
use super::part::PartWriter;
use super::{MigrationError, Tally};

/// A part that is done, and the last key in it.
#[derive(Debug, Serialize, Deserialize)]
struct Done {
    part: Part,
    last: String,
}

/// The journal of an export: its origin, and a line for each part that is done. Nobody else writes to the folder.
#[derive(Debug)]
pub(super) struct Journal {
    folder: Folder,
    file: File,
    origin: Origin,
    parts: Vec<Part>,
    /// The last key of each kind, and how many parts there are of it.
    reached: BTreeMap<Kind, (String, u32)>,
}

impl Journal {
    /// Begins an export, or goes on with one of the same origin.
    pub(super) fn open(folder: Folder, origin: Origin) -> Result<Self, MigrationError> {
        folder.create()?;
        let path = folder.path(PROGRESS);
        let has_begun = fs::metadata(&path).is_ok_and(|file| file.len() > 0);
        if !has_begun && folder.read(MANIFEST)?.is_some() {
            same(&folder, &Manifest::read(&folder)?.0.origin, &origin)?;
        } else if !path.exists() && !folder.is_empty()? {
            return Err(MigrationError::Refused(format!(
                "`{}` has something else in it than an export; name an empty folder, or one to be made",
                folder.name()
            )));
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(&path).map_err(io_error(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(MigrationError::Refused(format!(
                    "another `export` is writing to `{}`; wait until it is done",
                    folder.name()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(io_error(&path)(error)),
        }
        let reached = BTreeMap::new();
        let mut journal = Self { folder, file, origin, parts: Vec::new(), reached };
        journal.resume()?;
        Ok(journal)
    }

    /// Reads what is done; a last line that was cut off does not count.
    fn resume(&mut self) -> Result<(), MigrationError> {
        let path = self.folder.path(PROGRESS);
        let mut text = Vec::new();
        self.file.read_to_end(&mut text).map_err(io_error(&path))?;
        let mut whole = 0;
        for line in text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"))
        {
            if whole == 0 {
                let Ok(origin) = serde_json::from_slice::<Origin>(line) else { break };
                same(&self.folder, &origin, &self.origin)?;
                self.origin = origin;
            } else {
                let Ok(done) = serde_json::from_slice::<Done>(line) else { break };
                self.count(done);
            }
            whole += line.len();
        }
        let cut = self.file.set_len(whole as u64);
        cut.and_then(|()| self.file.seek(SeekFrom::End(0))).map_err(io_error(&path))?;
        if whole == 0 {
            self.folder.clear()?;
            let origin = self.origin.clone();
            self.append(&origin)?;
        }
        Ok(())
    }

    fn count(&mut self, Done { part, last }: Done) {
        let number = part.path.number + 1;
        self.reached.insert(part.path.kind.clone(), (last, number));
        self.parts.push(part);
    }

    fn append<T: Serialize>(&mut self, line: &T) -> Result<(), MigrationError> {
        let path = self.folder.path(PROGRESS);
        let mut bytes = serde_json::to_vec(line)
            .map_err(|error| MigrationError::damaged(PROGRESS, error.to_string()))?;
        bytes.push(b'\n');
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        written.map_err(io_error(&path))
    }

    /// The last key that is done.
    pub(super) fn reached(&self, kind: &Kind) -> Option<String> {
        self.reached.get(kind).map(|(last, _)| last.clone())
    }

    /// Begins the next part of a kind.
    pub(super) fn begin(&self, kind: &Kind) -> Result<PartWriter, MigrationError> {
        let number = self.reached.get(kind).map_or(0, |(_, number)| *number);
        PartWriter::begin(&self.folder, PartName { kind: kind.clone(), number })
    }

    /// Counts a part as done, up to this key.
    pub(super) fn end(&mut self, part: PartWriter, last: &str) -> Result<(), MigrationError> {
        let done = Done { part: part.finish()?, last: last.to_owned() };
        self.append(&done)?;
        self.count(done);
        Ok(())
    }

    /// What is done so far.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for part in &self.parts {
            match part.path.kind {
                Kind::Documents(_) => tally.documents += part.entries,
                Kind::Objects => tally.objects += part.entries,
            }
            tally.bytes += part.content;
        }
        tally
    }

    /// Declares the export finished.
    pub(super) fn finish(self, now: Timestamp) -> Result<Manifest, MigrationError> {
        let Tally { documents, objects, bytes } = self.tally();
        let path = self.folder.path(PROGRESS);
        if documents == 0 && objects == 0 {
            fs::remove_file(&path).map_err(io_error(&path))?;
            let Origin { tenant, from, .. } = &self.origin;
            return Err(MigrationError::Refused(format!(
                "`{tenant}` has neither documents nor objects on `{from}`; check the name of the tenant"
            )));
        }
        let Self { folder, origin, parts, .. } = self;
        let manifest = Manifest { origin, finished_at: now, documents, objects, bytes, parts };
        manifest.write(&folder)?;
        fs::remove_file(&path).map_err(io_error(&path))?;
        Ok(manifest)
    }
}

/// Whether a folder may be used for an export: it holds nothing, or the same.
fn same(folder: &Folder, there: &Origin, wanted: &Origin) -> Result<(), MigrationError> {
    let theirs = Origin { began_at: wanted.began_at, ..there.clone() };
    if theirs == *wanted {
        return Ok(());
    }
    Err(MigrationError::Refused(format!(
        "`{}` holds another export: of `{}`'s `{}` from `{}`, its secrets {:?}; name another folder",
        folder.name(),
        there.app,
        there.tenant,
        there.from,
        there.secrets
    )))
}
