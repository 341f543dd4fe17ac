//! What an export says of itself.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use twinhost::TenantId;

use super::MigrationError;
use super::folder::{Folder, MANIFEST, PROGRESS, PartName};

/// The form of the folder that this program writes and reads.
pub(super) const FORMAT: u32 = 1;

/// How the secrets in documents are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretsAre {
    /// As the host they come from has sealed them.
    AsTheyWere,
    /// With the key file that was given for the way.
    SealedForTheWay,
}

/// Where an export comes from: the same for all of its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The form of the folder.
    pub format: u32,
    /// The application's name.
    pub app: String,
    /// Whose data it is.
    pub tenant: TenantId,
    /// The host it was on.
    pub from: String,
    /// How its secrets are sealed.
    pub secrets: SecretsAre,
    /// When the export began.
    pub began_at: Timestamp,
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// When the export was finished.
    pub finished_at: Timestamp,
    /// How many documents there are.
    pub documents: u64,
    /// How many objects there are.
    pub objects: u64,
    /// Bytes of all documents and objects.
    pub bytes: u64,
    /// The files that hold the documents and the list of objects.
    pub(super) parts: Vec<Part>,
}

/// One file with documents, or with a piece of the list of objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// Its path within the folder.
    pub(super) path: PartName,
    /// How many lines it has.
    pub(super) entries: u64,
    /// Bytes of the documents in it, or of the objects that it lists.
    pub(super) content: u64,
    /// Its own size in bytes.
    pub(super) size: u64,
    /// Its SHA-256 in hex.
    pub(super) sha256: String,
}

impl Manifest {
    /// What the export in a folder says of itself; nothing is checked yet.
    ///
    /// # Errors
    ///
    /// When there is none, it is not finished, or it is of another program's form.
    pub fn open(folder: &Path) -> Result<Self, MigrationError> {
        Self::read(&Folder::at(folder)).map(|(manifest, _)| manifest)
    }

    /// The manifest of a folder, and the SHA-256 of it, which names this very export.
    ///
    /// # Errors
    ///
    /// When there is none, or it is of another program's form.
    pub(super) fn read(folder: &Folder) -> Result<(Self, String), MigrationError> {
        let Some(bytes) = folder.read(MANIFEST)? else {
            let name = folder.name();
            let why = if folder.read(PROGRESS)?.is_some() {
                format!(
                    "the export in `{name}` is not finished; run the same `export` again, it goes on where it stopped"
                )
            } else {
                format!(
                    "`{name}` holds no export: there is no `{MANIFEST}`; name the folder that `export` wrote"
                )
            };
            return Err(MigrationError::Refused(why));
        };
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        let unreadable =
            |error: serde_json::Error| MigrationError::damaged(MANIFEST, error.to_string());
        let Form { format } = serde_json::from_slice(&bytes).map_err(unreadable)?;
        if format != FORMAT {
            return Err(MigrationError::Refused(format!(
                "`{}` is of format {format}, this program reads {FORMAT}; use the program that wrote it, or export again",
                folder.name()
            )));
        }
        let manifest = serde_json::from_slice(&bytes).map_err(unreadable)?;
        Ok((manifest, hex::encode(Sha256::digest(&bytes))))
    }

    /// Writes the manifest, and with it declares the export finished.
    pub(super) fn write(&self, folder: &Folder) -> Result<(), MigrationError> {
        let json = serde_json::to_vec_pretty(self)
            .map_err(|error| MigrationError::damaged(MANIFEST, error.to_string()))?;
        folder.write(MANIFEST, &json, true)
    }
}
