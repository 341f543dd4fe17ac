//! Moves a tenant between hosts by way of a folder: `export` writes it, `import` reads it.
//!
//! It works over any two hosts: a [`Side`] is the ports of one. What moves is documents of the collections that the
//! application names, byte for byte with their expiry, and objects. What does not is what a host has for itself:
//! messages on their way, the keys of what was done once, schedules, versions (a document begins anew; nobody
//! on the other host holds an old one), and the accounts of people.
//!
//! # Promises
//!
//! - Memory does not grow with the tenant: a page of documents and a few objects at a time.
//! - Killed at any moment, the same call goes on where it stopped.
//! - Nothing is written to a host before every checksum and every line of the folder is found good.
//! - A document is read whole, but the tenant is not read at one instant: who exports while handlers write gets each
//!   document as it was at some time in between. Stop what sends first, or export again.
//!
//! # Secrets
//!
//! A sealed value opens only with the key of its host, and only for its tenant. The application says [where](Sealed)
//! its documents hold such values. They leave a host as they are, or, given a key file for the way, sealed with that;
//! on the way in they are sealed with the key of the new host. None is ever on the disk in the open.

mod export;
mod folder;
mod import;
mod journal;
mod manifest;
mod part;
mod secrets;
mod verify;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use twinhost::ports::{PortError, Ports, Transfer};
use twinhost::{Grant, Manifest as App};

pub use export::{Export, export};
pub use import::{Import, Imported, import};
pub use manifest::{Manifest, Origin, SecretsAre};
pub use secrets::{Locked, Sealed};

/// A host to move from or to.
#[derive(Clone)]
pub struct Side {
    /// Its name for people: `home`.
    pub name: String,
    /// What handlers reach there.
    pub ports: Ports,
    /// The lists of what is there.
    pub transfer: Arc<dyn Transfer>,
}

impl fmt::Debug for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Side").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How far a move has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Documents so far.
    pub documents: u64,
    /// Objects so far.
    pub objects: u64,
    /// Bytes of both so far.
    pub bytes: u64,
}

/// Who is told how far it has come.
pub type Tell<'a> = &'a (dyn Fn(Tally) + Send + Sync);

/// Why a tenant cannot be moved. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The folder cannot be read or written.
    #[error("`{path}` cannot be used")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The folder does not hold what was exported.
    #[error("`{file}` is damaged: {why}; copy the folder again, or export again")]
    Damaged {
        /// The file, within the folder.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// It is possible, but not what was asked for.
    #[error("{0}")]
    Refused(String),
    /// A sealed value does not open.
    #[error("{locked}; {cure}")]
    Sealed {
        /// Which.
        locked: Locked,
        /// What to do.
        cure: &'static str,
    },
    /// A host failed.
    #[error("{what}")]
    Port {
        /// What was being done.
        what: String,
        /// Its error.
        source: PortError,
    },
}

impl MigrationError {
    fn port(what: impl Into<String>) -> impl FnOnce(PortError) -> Self {
        let what = what.into();
        move |source| Self::Port { what, source }
    }

    fn damaged(file: impl fmt::Display, why: impl Into<String>) -> Self {
        Self::Damaged { file: file.to_string(), why: why.into() }
    }
}

/// The collections that an application's handlers may touch: what moves.
#[must_use]
pub fn collections(app: &App) -> BTreeSet<&'static str> {
    let grants = app.handlers.iter().flat_map(|handler| &handler.grants);
    grants
        .filter_map(|grant| match grant {
            Grant::Read(name) | Grant::Write(name) | Grant::ReadWrite(name) => Some(*name),
            _ => None,
        })
        .collect()
}
