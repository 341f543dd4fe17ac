//! The folder that holds the data: where it is, how it is made.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::account::Account;
use super::binaries::Binaries;
use super::error::Context;
use super::process::{Log, Process, end_with_parent};
use super::{Error, OWNER, process};

/// The longest socket folder, in bytes. The kernel allows 107 for the whole path of a socket, and
/// `/.s.PGSQL.5432` is fourteen.
const SOCKET_DIR_LIMIT: usize = 85;

/// How the names of half-made clusters begin.
const DRAFT: &str = "postgres.init-";

/// Put at the end of the generated `postgresql.conf`, where the last word wins and an owner may change it.
const PROFILE: &str = "
# A small profile: an idle server of about 20 MB. Raise these on a bigger machine, then start again.
shared_buffers = 16MB
max_connections = 40
max_wal_size = 256MB
max_worker_processes = 4
max_parallel_workers_per_gather = 0
max_logical_replication_workers = 0
autovacuum_max_workers = 2
huge_pages = off
jit = off
log_checkpoints = off
";

/// Only the socket, whose folder is closed to all but the server's account and root.
const HOST_BASED_AUTHENTICATION: &str = "local all all trust\n";

/// What must hold whatever `postgresql.conf` says: nothing acknowledged is lost, and no one gets in.
const SAFETY: [&str; 5] = [
    "listen_addresses=",
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "unix_socket_permissions=0700",
];

/// Makes the data folder if it is absent, and gives its path as the kernel has it.
pub(super) fn prepare(data_dir: &Path) -> Result<PathBuf, Error> {
    if !data_dir.exists() {
        if let Some(parent) = data_dir.parent() {
            fs::create_dir_all(parent).doing("create", parent)?;
        }
        // Ours alone; where Postgres runs as another user, that one gets the right to pass.
        match DirBuilder::new().mode(0o700).create(data_dir) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            result => result.doing("create", data_dir)?,
        }
    }
    let data_dir = data_dir.canonicalize().doing("resolve", data_dir)?;
    if data_dir.to_str().is_none() {
        return Err(Error::NotUtf8 { path: data_dir });
    }
    // Before the lock file, so that a stranger to the folder hears of this and not of a file that does not open.
    Account::of(&data_dir.join("postgres"))?;
    Ok(data_dir)
}

/// Everything about the place of one cluster.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) data_dir: PathBuf,
    pub(super) socket_dir: PathBuf,
    pub(super) binaries: Binaries,
    pub(super) log: Log,
    account: Account,
}

impl Cluster {
    /// Looks at a [prepared](prepare) data folder and checks all that can be checked before anything runs. The
    /// caller holds the starting lock.
    pub(super) fn open(data_dir: &Path, bin_dir: Option<&Path>) -> Result<Self, Error> {
        let folder = data_dir.join("postgres");
        let account = Account::of(&folder)?;
        account.adopt(&folder)?;
        account.let_through(data_dir)?;
        account.check_reach(&folder)?;

        let version = if folder.exists() { Some(data_version(&folder)?) } else { None };
        let wanted = version.as_deref().map(|version| (folder.as_path(), version));
        let binaries = Binaries::find(bin_dir, wanted)?;
        let program = binaries.postgres();
        account.check_reach(&program.canonicalize().doing("resolve", &program)?)?;

        let socket_dir = socket_dir(data_dir, account.uid);
        account.private_folder(&socket_dir)?;
        let log = Log { path: data_dir.join("postgres.log") };
        Ok(Self { data_dir: data_dir.to_owned(), socket_dir, binaries, log, account })
    }

    /// The folder that Postgres calls its data directory.
    pub(super) fn folder(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }

    /// A file of ours beside it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.data_dir.join(name)
    }

    pub(super) fn exists(&self) -> bool {
        self.folder().exists()
    }

    /// Begins to make the cluster in another folder: what [`Draft::finish`] renames is always whole.
    pub(super) fn begin(&self) -> Result<Draft, Error> {
        // A name of its own: an `initdb` whose runner was killed a moment ago still writes and cleans by name.
        let folder = self.data_dir.join(format!("{DRAFT}{}", Uuid::new_v4().simple()));
        self.account.private_folder(&folder)?;
        let mut command = self.command(&self.binaries.initdb(), &folder);
        // No locale: an index must not break when the system's sort order changes with an update.
        command.args([
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--data-checksums",
            "--no-instructions",
        ]);
        command.args(["--username", OWNER, "--pgdata"]).arg(&folder);
        let initdb = Process::spawn("initdb", command, &self.log)?;
        Ok(Draft { initdb, folder, target: self.folder() })
    }

    /// Starts the server.
    pub(super) fn start(&self) -> Result<Process, Error> {
        let folder = self.folder();
        let mut command = self.command(&self.binaries.postgres(), &folder);
        command.arg("-D").arg(&folder).args(["-p", "5432"]);
        for setting in SAFETY {
            command.args(["-c", setting]);
        }
        // The value is a list: quoted, a comma in the path is part of it.
        let quoted = self.socket_dir.display().to_string().replace('"', "\"\"");
        command.args(["-c", &format!("unix_socket_directories=\"{quoted}\"")]);
        Process::spawn("postgres", command, &self.log)
    }

    /// The connection string of `database` for the owner's role, for sqlx and libpq alike. Each part is said, so
    /// that no `PG…` variable fills a gap.
    pub(super) fn url(&self, database: &str) -> String {
        let host = percent_encode(&self.socket_dir);
        format!("postgres://{OWNER}@localhost:5432/{database}?host={host}&sslmode=disable")
    }

    /// Removes half-made clusters. The caller holds the starting lock, so nobody is making one.
    pub(super) fn discard_drafts(&self) -> Result<(), Error> {
        for entry in fs::read_dir(&self.data_dir).doing("list", &self.data_dir)? {
            let entry = entry.doing("list", &self.data_dir)?;
            if entry.file_name().to_string_lossy().starts_with(DRAFT) {
                let path = entry.path();
                tracing::info!(path = %path.display(), "Removing a half-made database");
                match fs::remove_dir_all(&path) {
                    // An `initdb` that is ending writes into it, or removes it itself. The next start tries again.
                    Err(error)
                        if matches!(
                            error.kind(),
                            ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty
                        ) => {}
                    result => result.doing("remove", &path)?,
                }
            }
        }
        Ok(())
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = match end_with_parent() {
            Some((wrapper, words)) => {
                let mut command = self.account.command(wrapper);
                command.args(words).arg(program);
                command
            }
            None => self.account.command(program),
        };
        command.current_dir(folder);
        command
    }
}

/// A cluster that is being made.
#[derive(Debug)]
pub(super) struct Draft {
    initdb: Process,
    folder: PathBuf,
    target: PathBuf,
}

impl Draft {
    /// Waits for `initdb`, adds our settings, and makes the draft the cluster.
    pub(super) async fn finish(self) -> Result<(), Error> {
        let status = self.initdb.ended().await;
        if status != process::SUCCESS {
            return Err(self.initdb.failure(status));
        }
        let configuration = self.folder.join("postgresql.conf");
        let mut file =
            File::options().append(true).open(&configuration).doing("open", &configuration)?;
        file.write_all(PROFILE.as_bytes())
            .and_then(|()| file.sync_all())
            .doing("write", &configuration)?;
        let access = self.folder.join("pg_hba.conf");
        let mut file =
            File::options().write(true).truncate(true).open(&access).doing("open", &access)?;
        file.write_all(HOST_BASED_AUTHENTICATION.as_bytes())
            .and_then(|()| file.sync_all())
            .doing("write", &access)?;
        fs::rename(&self.folder, &self.target).doing("rename", &self.folder)?;
        // The new name itself must be on the disk.
        let parent = self.target.parent().unwrap_or(Path::new("/"));
        File::open(parent).and_then(|folder| folder.sync_all()).doing("sync", parent)
    }
}

/// The major version that wrote `folder`.
fn data_version(folder: &Path) -> Result<String, Error> {
    fs::read_to_string(folder.join("PG_VERSION"))
        .map(|text| text.trim().to_owned())
        .map_err(|_| Error::NotACluster { cluster: folder.to_owned() })
}

/// Where the socket goes: beside the data, or where that path is too long for a socket, a folder with a short name
/// that follows from it. It depends on nothing else, so that every command finds the same one.
fn socket_dir(data_dir: &Path, uid: u32) -> PathBuf {
    let beside = data_dir.join("run");
    if beside.as_os_str().len() <= SOCKET_DIR_LIMIT {
        return beside;
    }
    let digest = hex::encode(&Sha256::digest(data_dir.as_os_str().as_encoded_bytes())[..8]);
    PathBuf::from(format!("/tmp/twinhost-{uid}-{digest}"))
}

fn percent_encode(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    AsRef::<OsStr>::as_ref(path)
        .as_encoded_bytes()
        .iter()
        .map(
            |&byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_data_folder_keeps_its_socket_beside_the_data() {
        assert_eq!(
            socket_dir(Path::new("/var/lib/twinhost"), 7),
            Path::new("/var/lib/twinhost/run")
        );
    }

    #[test]
    fn a_long_data_folder_gets_a_short_socket_folder_of_its_own() {
        let long = |end: &str| PathBuf::from(format!("/{}/{end}", "long".repeat(40)));
        let dir = socket_dir(&long("a"), 7);
        assert!(dir.as_os_str().len() <= SOCKET_DIR_LIMIT, "{}", dir.display());
        assert_eq!(dir, socket_dir(&long("a"), 7));
        assert_ne!(dir, socket_dir(&long("b"), 7));
        assert_ne!(dir, socket_dir(&long("a"), 8));
    }

    #[test]
    fn a_path_survives_the_connection_string() {
        assert_eq!(percent_encode(Path::new("/a b/100%&c=é")), "/a%20b/100%25%26c%3D%C3%A9");
    }
}
