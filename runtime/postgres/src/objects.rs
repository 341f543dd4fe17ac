//! Objects too large for a row: files of a local folder, or of an S3 bucket.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _};
use twinhost::TenantId;
use twinhost::ports::PortError;
use uuid::Uuid;

use crate::error::StartError;

/// The most that is repeated of what a store said: a gateway may answer with a page.
const SAID_CHARS: usize = 300;

/// Where objects over 128 KiB are kept, under `tenant/key`.
///
/// A row says that an object is large, not where it is: whoever names another place copies the
/// objects there first.
#[derive(Clone)]
pub struct LargeObjects {
    store: Arc<dyn ObjectStore>,
    place: Arc<str>,
    cure: &'static str,
}

impl LargeObjects {
    /// In a local folder, which is created; what was put survives a loss of power.
    ///
    /// # Errors
    ///
    /// When the folder cannot be created or read.
    pub fn local(folder: &FilePath) -> Result<Self, StartError> {
        let failed =
            |cause: String| StartError::Objects { folder: folder.display().to_string(), cause };
        std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        let whole = folder.canonicalize().map_err(|error| failed(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(&whole)
            .map_err(|error| failed(error.to_string()))?
            .with_fsync(true);
        let place = format!("the folder {}", whole.display());
        Ok(Self::new(store, place, "let this user write there, and make room"))
    }

    /// In any object store whose puts are durable.
    ///
    /// `place` is its name for people; `cure` says what to do when it does not do as it is told.
    #[must_use]
    pub fn new(store: impl ObjectStore, place: impl Into<Arc<str>>, cure: &'static str) -> Self {
        Self { store: Arc::new(store), place: place.into(), cure }
    }

    /// Where that is, for people: no keys.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Puts a small object, reads it and deletes it again.
    ///
    /// # Errors
    ///
    /// `Unavailable` when it cannot be put or read, with the cure behind the last semicolon.
    pub async fn check(&self) -> Result<(), PortError> {
        // No tenant's name begins with a dot.
        let path = Path::from(format!(".check-{}", Uuid::new_v4().simple()));
        let put = self.store.put(&path, Bytes::from_static(b"twinhost").into()).await;
        put.map_err(|error| self.failed(&error))?;
        let read = self.read(&path).await.map(drop).map_err(|error| self.failed(&error));
        // Keys that may only put and get are enough: handlers delete nothing.
        if let Err(error) = self.store.delete(&path).await {
            tracing::debug!(path = %path, error = said(&error), "An object of a check stays");
        }
        read
    }

    pub(crate) async fn put(
        &self,
        tenant: &TenantId,
        key: &str,
        bytes: &Bytes,
    ) -> Result<(), PortError> {
        let path = path(tenant, key)?;
        let put = self.store.put(&path, bytes.clone().into()).await;
        put.map(drop).map_err(|error| self.failed(&error))
    }

    /// Reads an object that a row tells of.
    pub(crate) async fn get(&self, tenant: &TenantId, key: &str) -> Result<Bytes, PortError> {
        let path = path(tenant, key)?;
        self.read(&path).await.map_err(|error| match error {
            Error::NotFound { .. } if !said(&error).starts_with("NoSuchBucket") => {
                PortError::invalid(
                    format!("object `{key}` of `{tenant}`"),
                    format!(
                        "it was stored and is not in {}; copy it to `{path}` there, from where objects were kept before or from a backup",
                        self.place
                    ),
                )
            }
            error => self.failed(&error),
        })
    }

    async fn read(&self, path: &Path) -> Result<Bytes, Error> {
        self.store.get(path).await?.bytes().await
    }

    /// All of these may pass: somebody mends the place, and what was refused comes again.
    fn failed(&self, error: &Error) -> PortError {
        let said = said(error);
        let why = match error {
            Error::NotFound { .. } => format!("there is no such place ({said}); create it"),
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => format!(
                "access is refused ({said}); check the keys, and that they may put and get objects there"
            ),
            _ => format!("{said}; {}", self.cure),
        };
        PortError::unavailable(&*self.place, why)
    }
}

impl fmt::Debug for LargeObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LargeObjects").field("place", &self.place).finish_non_exhaustive()
    }
}

fn path(tenant: &TenantId, key: &str) -> Result<Path, PortError> {
    Path::parse(format!("{tenant}/{key}"))
        .map_err(|error| PortError::invalid(format!("object `{key}`"), error.to_string()))
}

/// What a store said, on one line: S3's code and message, else the innermost cause.
///
/// S3's whole answer is not repeated: it names the key that was used.
fn said(error: &Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let text = cause.to_string();
    let said = match (element(&text, "Code"), element(&text, "Message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => text,
    };
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(SAID_CHARS).collect()
}

/// The text of the first element of that name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once("</").map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> Error {
        Error::Generic { store: "S3", source: text.into() }
    }

    #[test]
    fn what_a_store_said_is_one_short_line_without_the_key() {
        let xml = "Server returned non-2xx status code: 403 Forbidden: <?xml version=\"1.0\"?>\n\
                   <Error><Code>SignatureDoesNotMatch</Code><Message>The signature\ndoes not match.</Message>\
                   <AWSAccessKeyId>AKIACANARY</AWSAccessKeyId></Error>";
        assert_eq!(said(&generic(xml)), "SignatureDoesNotMatch: The signature does not match.");
        assert_eq!(said(&generic("connection refused")), "connection refused");
        assert_eq!(said(&generic(&"<html>\n".repeat(1000))).chars().count(), SAID_CHARS);
    }

    #[tokio::test]
    async fn an_object_reads_back_and_is_its_tenants_alone() {
        let large = LargeObjects::new(object_store::memory::InMemory::new(), "memory", "none");
        let (acme, other) = ("acme".parse().unwrap(), "other".parse().unwrap());
        large.put(&acme, "files/a", &Bytes::from_static(b"bytes")).await.unwrap();
        assert_eq!(large.get(&acme, "files/a").await.unwrap(), "bytes");
        let error = large.get(&other, "files/a").await.unwrap_err();
        assert!(matches!(error, PortError::Invalid { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("`files/a` of `other`"), "{text}");
        assert!(text.contains("copy it to `other/files/a`"), "{text}");
    }

    #[tokio::test]
    async fn a_key_cannot_lead_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let large = LargeObjects::local(&folder.path().join("objects")).unwrap();
        let acme = "acme".parse().unwrap();
        for key in ["../../secret", "a/../../b", "/../c"] {
            let put = large.put(&acme, key, &Bytes::from_static(b"bytes")).await;
            assert!(matches!(&put, Err(PortError::Invalid { .. })), "{key}: {put:?}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside it");
    }

    #[tokio::test]
    async fn a_check_finds_a_folder_that_is_gone_and_leaves_nothing_in_one_that_is_there() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("objects");
        let large = LargeObjects::local(&folder).unwrap();
        assert!(large.place().ends_with("/objects"), "{large:?}");
        large.check().await.unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);

        std::fs::remove_dir(&folder).unwrap();
        std::fs::write(&folder, "a file").unwrap();
        let error = large.check().await.unwrap_err();
        let source = error.source().unwrap().to_string();
        assert!(source.ends_with("; let this user write there, and make room"), "{source}");
    }
}
