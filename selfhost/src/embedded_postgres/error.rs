use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why the embedded Postgres could not be used; each message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No `initdb` and `postgres` were found.
    #[error(
        "found no PostgreSQL programs (`initdb`, `postgres`) in {searched}; install them (Debian, Ubuntu: `apt-get \
         install postgresql`; Fedora: `dnf install postgresql-server`; without root: `make setup` puts them into \
         `.pg/`), or set `TWINHOST_PG_BINDIR` to their folder, or set `DATABASE_URL` to use a server of your own"
    )]
    NoBinaries {
        /// Every place that was looked at, separated by commas.
        searched: String,
    },

    /// The data was written by another major version than the programs found.
    #[error(
        "`{cluster}` was written by PostgreSQL {data}, but the programs found are {found}; install PostgreSQL {data} \
         (Debian, Ubuntu: `apt-get install postgresql-{data}`) or set `TWINHOST_PG_BINDIR` to its folder; to move to \
         a newer version, dump with the old one and restore into an empty data folder"
    )]
    WrongVersion {
        /// The cluster's folder.
        cluster: PathBuf,
        /// The major version in its `PG_VERSION`.
        data: String,
        /// The versions found and where.
        found: String,
    },

    /// `PG_VERSION` is absent: the folder is not a database cluster.
    #[error(
        "`{cluster}` is not a PostgreSQL data folder (it has no readable `PG_VERSION`); move it away, or choose \
         another data folder"
    )]
    NotACluster {
        /// The folder.
        cluster: PathBuf,
    },

    /// The account has no line in the passwd file, which Postgres needs.
    #[error(
        "uid {uid} has no user name, and PostgreSQL does not run without one; add a line for it to `/etc/passwd`, \
         run as another user, or set `DATABASE_URL` to use a server of your own"
    )]
    NoUserName {
        /// The numeric user.
        uid: u32,
    },

    /// Started as root, and neither `postgres` nor `nobody` exists.
    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as; add one \
         (`useradd --system postgres`), or run as an ordinary user"
    )]
    NoAccount,

    /// The cluster belongs to somebody else.
    #[error(
        "`{cluster}` belongs to uid {owner}, but this process is uid {uid}; run as uid {owner} or as root"
    )]
    WrongOwner {
        /// The cluster's folder.
        cluster: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who we are.
        uid: u32,
    },

    /// The account Postgres runs under cannot get to a path.
    #[error(
        "PostgreSQL runs as user `{user}`, who cannot enter `{blocked}` on the way to `{path}`; choose a place that \
         is not under a private home (such as `/var/lib/twinhost`), or `chmod o+x {blocked}`"
    )]
    Unreachable {
        /// The account.
        user: String,
        /// The folder that is closed to it.
        blocked: PathBuf,
        /// What was to be reached.
        path: PathBuf,
    },

    /// A runtime folder exists and is not ours alone.
    #[error(
        "`{path}` is not a folder that belongs to uid {uid}; remove it, or choose a data folder with a shorter path"
    )]
    UntrustedFolder {
        /// The folder.
        path: PathBuf,
        /// Who should own it.
        uid: u32,
    },

    /// A path is not UTF-8.
    #[error(
        "`{path}` is not valid UTF-8, which a connection string needs; choose another data folder"
    )]
    NotUtf8 {
        /// The path, as far as it can be shown.
        path: PathBuf,
    },

    /// Something on the file system failed.
    #[error("could not {action} `{path}`")]
    Io {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },

    /// A program ended when it should not have.
    #[error("`{program}` ended with {status}; its last words, from `{log}`:\n{output}")]
    Ended {
        /// The program.
        program: &'static str,
        /// Its exit status or signal.
        status: String,
        /// The log file.
        log: PathBuf,
        /// The end of what it wrote.
        output: String,
    },

    /// Something took longer than is allowed.
    #[error("waited {} s for {what}; see `{look}`", limit.as_secs())]
    Timeout {
        /// What was waited for.
        what: &'static str,
        /// How long.
        limit: Duration,
        /// Where to look for the reason.
        look: PathBuf,
    },

    /// The server answered, but refused.
    #[error("the embedded PostgreSQL refused to {action}")]
    Server {
        /// What was asked of it.
        action: &'static str,
        /// Its answer.
        source: sqlx::Error,
    },
}

/// Names the action and the path of a failed file operation.
pub(super) trait Context<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, Error>;
}

impl<T> Context<T> for io::Result<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::Io { action, path: path.to_owned(), source })
    }
}
