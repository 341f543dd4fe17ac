//! The secrets of a host, made at the first start.
//!
//! They are files in `<data>/secrets` (mode 0700), each of mode 0600. A file
//! that others may read is refused, because it must be taken as known.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::Rng as _;
use secrecy::{ExposeSecret as _, SecretString};

use twinhost_postgres::key_file::{KeyFile, KeyFileError};

use crate::config::Config;

/// The least length of the secret that signs tokens: as long as the digest of HS256 (RFC 7518, 3.2).
const JWT_SECRET_BYTES: usize = 32;

/// The secrets of a host.
#[derive(Debug)]
pub struct Secrets {
    /// Signs bearer tokens.
    pub jwt_secret: SecretString,
    /// Lets an operator in.
    pub admin_token: SecretString,
    /// Where the admin token is kept.
    pub admin_token_file: PathBuf,
    /// Seals what is secret in the database.
    pub keys: Arc<KeyFile>,
    /// The folder of all secrets.
    pub directory: PathBuf,
    /// The files that were made just now.
    pub created: Vec<PathBuf>,
}

/// Why there are no secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretsError {
    /// A file or folder cannot be made or read.
    #[error("cannot {action} `{path}`")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Others may read a secret.
    #[error(
        "`{path}` has mode {mode:o}, so others may read it; run `chmod {wanted:o} {path}` and change the secret"
    )]
    Exposed {
        /// The file or folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
        /// The mode it must have.
        wanted: u32,
    },
    /// The key file is in the way.
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    /// The secret is too short to be one.
    #[error(
        "the secret in {place} has {length} bytes; it needs {JWT_SECRET_BYTES} or more, such as `openssl rand -hex 32`"
    )]
    Short {
        /// Where it comes from.
        place: String,
        /// Its length in bytes.
        length: usize,
    },
}

impl Secrets {
    /// Reads the secrets, and makes those that are not there.
    ///
    /// # Errors
    ///
    /// Says which file is in the way and the cure.
    pub fn load(config: &Config) -> Result<Self, SecretsError> {
        let directory = config.secrets_dir();
        make_directory(&directory)?;
        let mut created = Vec::new();
        let jwt_secret = match &config.auth.jwt_secret {
            Some(secret) => strong(secret.clone(), "`auth.jwt_secret` (`JWT_SECRET`)".to_owned())?,
            None => {
                let path = directory.join("jwt-secret");
                strong(load_or_create(&path, &mut created)?, format!("`{}`", path.display()))?
            }
        };
        let admin_token_file = directory.join("admin-token");
        let admin_token = load_or_create(&admin_token_file, &mut created)?;
        let key_file = directory.join("keys");
        let is_new = !key_file.exists();
        let keys = Arc::new(KeyFile::load_or_create(&key_file)?);
        created.extend(Some(key_file).filter(|_| is_new));
        Ok(Self { jwt_secret, admin_token, admin_token_file, keys, directory, created })
    }
}

fn strong(secret: SecretString, place: String) -> Result<SecretString, SecretsError> {
    let length = secret.expose_secret().len();
    if length < JWT_SECRET_BYTES { Err(SecretsError::Short { place, length }) } else { Ok(secret) }
}

fn make_directory(path: &Path) -> Result<(), SecretsError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io("make", path))?;
    refuse_exposed(path, 0o700)
}

/// The text of a file; random text at the first time.
fn load_or_create(path: &Path, created: &mut Vec<PathBuf>) -> Result<SecretString, SecretsError> {
    if !path.try_exists().map_err(io("look for", path))? && create(path)? {
        created.push(path.to_owned());
    }
    refuse_exposed(path, 0o600)?;
    let text = fs::read_to_string(path).map_err(io("read", path))?;
    Ok(SecretString::from(text.trim_end()))
}

/// Writes 256 random bits under the name at once or not at all; false if another process was first.
fn create(path: &Path) -> Result<bool, SecretsError> {
    let mut random = [0_u8; 32];
    rand::rng().fill_bytes(&mut random);
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .map_err(io("make", &draft))?;
    let written = writeln!(file, "{}", hex::encode(random)).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft).map_err(io("remove", &draft))?;
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(source) => Err(SecretsError::Io { action: "make", path: path.to_owned(), source }),
    }
}

/// Refuses what the group or others may read or write.
fn refuse_exposed(path: &Path, wanted: u32) -> Result<(), SecretsError> {
    let mode = fs::metadata(path).map_err(io("look at", path))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(SecretsError::Exposed { path: path.to_owned(), mode, wanted })
    }
}

fn io<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(std::io::Error) -> SecretsError + 'a {
    move |source| SecretsError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(data: &Path) -> Config {
        Config { data_dir: data.to_owned(), ..Config::default() }
    }

    #[test]
    fn the_first_start_makes_secrets_that_only_the_owner_can_read() {
        let data = tempfile::tempdir().unwrap();
        let first = Secrets::load(&config(data.path())).unwrap();
        assert_eq!(first.created.len(), 3);
        for path in first.created.iter().chain([&first.directory]) {
            let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode & 0o077, 0, "{}", path.display());
        }
        assert_eq!(first.jwt_secret.expose_secret().len(), 64);
        assert_ne!(first.jwt_secret.expose_secret(), first.admin_token.expose_secret());

        let second = Secrets::load(&config(data.path())).unwrap();
        assert!(second.created.is_empty());
        assert_eq!(second.jwt_secret.expose_secret(), first.jwt_secret.expose_secret());
        assert_eq!(fs::read_dir(&first.directory).unwrap().count(), 3, "no draft stays");
    }

    #[test]
    fn a_secret_that_others_may_read_is_refused_with_the_cure() {
        let data = tempfile::tempdir().unwrap();
        let path = Secrets::load(&config(data.path())).unwrap().admin_token_file;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Secrets::load(&config(data.path())).unwrap_err().to_string();
        assert!(error.contains("644") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_secret_of_the_configuration_is_used_if_it_is_long_enough() {
        let data = tempfile::tempdir().unwrap();
        let mut config = config(data.path());
        config.auth.jwt_secret = Some("x".repeat(32).into());
        assert_eq!(Secrets::load(&config).unwrap().jwt_secret.expose_secret(), "x".repeat(32));
        config.auth.jwt_secret = Some("short".into());
        let error = Secrets::load(&config).unwrap_err().to_string();
        assert!(error.contains("JWT_SECRET") && error.contains("32"), "{error}");
    }

    #[test]
    fn two_processes_that_start_at_once_agree_on_the_secret() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("token");
        assert!(create(&path).unwrap());
        let first = fs::read_to_string(&path).unwrap();
        assert!(!create(&path).unwrap(), "the second is told that it was not the first");
        assert_eq!(fs::read_to_string(&path).unwrap(), first);
    }
}
