//! How an export lies on the disk.
//!
//! | path | holds |
//! |---|---|
//! | `manifest.json` | what was exported, and the checksum of each part; written last |
//! | `documents/<collection>/00000.ndjson` | documents, one a line, in the order of keys |
//! | `objects/00000.ndjson` | keys, sizes and checksums of objects, one a line, in the order of keys |
//! | `objects/ab/ab…` | the bytes of an object; the file is named by the SHA-256 of its key |
//! | `export.progress` | the parts that are done, while an export is under way |
//!
//! No name on the disk comes out of a file: those of objects are hashes, and those of parts are
//! [checked](PartName). So no folder, whoever made it, leads out of itself.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::MigrationError;

/// What was exported.
pub(super) const MANIFEST: &str = "manifest.json";
/// How far an export has come.
pub(super) const PROGRESS: &str = "export.progress";

/// What a part is a part of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// The documents of a collection.
    Documents(String),
    /// The list of objects.
    Objects,
}

/// A part's path within the folder: `documents/sources/00000.ndjson`, `objects/00000.ndjson`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct PartName {
    pub(super) kind: Kind,
    /// Counts the parts of a kind from 0.
    pub(super) number: u32,
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Documents(collection) => write!(f, "documents/{collection}")?,
            Kind::Objects => f.write_str("objects")?,
        }
        write!(f, "/{:05}.ndjson", self.number)
    }
}

impl FromStr for PartName {
    type Err = String;

    fn from_str(path: &str) -> Result<Self, String> {
        let read = || {
            let (folder, file) = path.rsplit_once('/')?;
            let number = file.strip_suffix(".ndjson")?.parse().ok()?;
            let kind = match folder.strip_prefix("documents/") {
                Some(collection) if is_collection(collection) => {
                    Kind::Documents(collection.to_owned())
                }
                None if folder == "objects" => Kind::Objects,
                _ => return None,
            };
            Some(Self { kind, number })
        };
        // Written in one way only: `00000`, not `+0`.
        read().filter(|name| name.to_string() == path).ok_or_else(|| {
            let path: String = path.chars().take(80).collect();
            format!("`{path}` is no part of an export")
        })
    }
}

impl TryFrom<String> for PartName {
    type Error = String;

    fn try_from(path: String) -> Result<Self, String> {
        path.parse()
    }
}

impl From<PartName> for String {
    fn from(name: PartName) -> Self {
        name.to_string()
    }
}

/// Whether a collection may be called that; the rule is that of `Document::COLLECTION`.
fn is_collection(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.len() <= 48
        && name.bytes().all(allowed)
        && name.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
}

/// The folder of an export.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A folder that may not be there yet.
    pub(super) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn path(&self, name: impl fmt::Display) -> PathBuf {
        self.0.join(name.to_string())
    }

    /// Its name for people.
    pub(super) fn name(&self) -> String {
        self.0.display().to_string()
    }

    /// Makes the folder, for its owner only: it is all that a tenant has.
    pub(super) fn create(&self) -> Result<(), MigrationError> {
        folder(&self.0)
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> Result<bool, MigrationError> {
        let mut entries = fs::read_dir(&self.0).map_err(io_error(&self.0))?;
        Ok(entries.next().is_none())
    }

    /// Reads a small file, if it is there.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, MigrationError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error(&path)(error)),
        }
    }

    /// Writes a file whole or not at all, and durably if it is asked for.
    pub(super) fn write(
        &self,
        name: &str,
        bytes: &[u8],
        durable: bool,
    ) -> Result<(), MigrationError> {
        let path = self.path(name);
        let (mut file, beside) = begin(&path)?;
        let written = file.write_all(bytes);
        let synced = written.and_then(|()| if durable { file.sync_all() } else { Ok(()) });
        synced.and_then(|()| fs::rename(&beside, &path)).map_err(io_error(&path))
    }

    /// Removes the parts of an export that is to be written anew. The bytes of objects stay.
    pub(super) fn clear(&self) -> Result<(), MigrationError> {
        // First the manifest: without it nobody takes the rest for an export.
        let manifest = self.path(MANIFEST);
        fs::remove_file(&manifest).or_else(missing_is_fine).map_err(io_error(&manifest))?;
        let documents = self.path("documents");
        fs::remove_dir_all(&documents).or_else(missing_is_fine).map_err(io_error(&documents))?;
        for number in 0.. {
            let part = self.path(PartName { kind: Kind::Objects, number });
            match fs::remove_file(&part) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(error) => return Err(io_error(&part)(error)),
            }
        }
        Ok(())
    }
}

/// The name of the file that holds an object: two digits of the hash, for folders of a fair size, and the hash.
pub(super) fn object_file(key: &str) -> String {
    let hash = hex::encode(Sha256::digest(key));
    format!("objects/{}/{hash}", &hash[..2])
}

/// The size and the SHA-256 of a file, read in pieces.
pub(super) fn checksum(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut hash, mut size, mut piece) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok((size, hex::encode(hash.finalize()))),
            read => {
                hash.update(&piece[..read]);
                size += read as u64;
            }
        }
    }
}

/// Begins a file beside the one it is to replace, with the folders it is in.
pub(super) fn begin(path: &Path) -> Result<(File, PathBuf), MigrationError> {
    if let Some(parent) = path.parent() {
        folder(parent)?;
    }
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let file = options.open(&beside).map_err(io_error(&beside))?;
    Ok((file, beside))
}

fn folder(path: &Path) -> Result<(), MigrationError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io_error(path))
}

fn missing_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

pub(super) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> MigrationError + use<> {
    let path = path.to_owned();
    move |source| MigrationError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use std::path::Component;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_key_of_an_object_leads_out_of_its_folder_or_into_another_ones_file(
            a in "\\PC*|(\\.\\./)*[a-z/.\0]*", b in "\\PC*|(\\.\\./)*[a-z/.\0]*",
        ) {
            let (one, other) = (object_file(&a), object_file(&b));
            let parts: Vec<_> = Path::new(&one).components().collect();
            prop_assert_eq!(parts.len(), 3);
            prop_assert!(parts.iter().all(|part| matches!(part, Component::Normal(_))));
            prop_assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/'));
            prop_assert_eq!(one == other, a == b);
        }

        #[test]
        fn a_part_is_named_in_one_way_only(path in "\\PC*|(documents|objects|\\.\\.|/|[a-z_0-9]|\\.ndjson){0,6}") {
            if let Ok(name) = path.parse::<PartName>() {
                prop_assert_eq!(name.to_string(), path);
            }
        }
    }

    #[test]
    fn the_names_of_parts_are_those_and_no_others() {
        for good in ["documents/cost_events/00000.ndjson", "objects/99999.ndjson"] {
            assert_eq!(good.parse::<PartName>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "../objects/00000.ndjson",
            "documents/../00000.ndjson",
            "documents/a/b/00000.ndjson",
            "documents/A/00000.ndjson",
            "documents//00000.ndjson",
            "documents/00000.ndjson",
            "objects/0.ndjson",
            "objects/+0000.ndjson",
            "objects/00000.ndjson/",
            "/objects/00000.ndjson",
            "objects/ab/00000.ndjson",
        ] {
            assert!(bad.parse::<PartName>().is_err(), "{bad}");
        }
    }
}
