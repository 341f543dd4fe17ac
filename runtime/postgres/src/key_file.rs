//! Encryption with a key file: the twin of KMS at home.
//!
//! AES-256-GCM with a random 96-bit nonce a value; the context is additional
//! data, so a sealed value moved to another tenant, row or column does not open.
//! The file holds every key that ever sealed something; the last one seals.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use twinhost::ports::{Keys, KeysError, SealContext};

/// The form of an envelope: `v1.<key id>.<nonce, ciphertext and tag in base64url>`.
const VERSION: &str = "v1";
const NONCE_BYTES: usize = 12;

/// Keys from a file that only its owner can read.
pub struct KeyFile {
    path: PathBuf,
    /// Oldest first; the last one seals.
    keys: Vec<(String, Aes256Gcm)>,
}

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error("the key file {path} cannot be used: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Others can read it.
    #[error("the key file {path} has mode {mode:o}, others can read it; run `chmod 600 {path}`")]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is not a key file.
    #[error(
        "{path} is not a key file ({why}); restore it from a backup, sealed values cannot be opened without it"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    keys: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    /// 32 bytes in base64.
    #[serde(serialize_with = "expose")]
    key: SecretString,
}

fn expose<S: serde::Serializer>(key: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(key.expose_secret())
}

impl KeyFile {
    /// Reads a key file.
    ///
    /// # Errors
    ///
    /// When it is missing, readable by others, or not a key file.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let contents = read(path)?;
        let malformed = |why: String| KeyFileError::Malformed { path: path.to_owned(), why };
        let mut keys = Vec::with_capacity(contents.keys.len());
        for entry in &contents.keys {
            let bytes = STANDARD.decode(entry.key.expose_secret()).unwrap_or_default();
            let cipher = Aes256Gcm::new_from_slice(&bytes)
                .map_err(|_| malformed(format!("key `{}` is not 32 bytes in base64", entry.id)))?;
            keys.push((entry.id.clone(), cipher));
        }
        if keys.is_empty() {
            return Err(malformed("it holds no key".to_owned()));
        }
        Ok(Self { path: path.to_owned(), keys })
    }

    /// Reads a key file, or makes one with a random key when there is none.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load); when it cannot be written.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyFileError> {
        if !path.exists() {
            write(path, &Contents { keys: vec![fresh_key()] })?;
        }
        Self::load(path)
    }

    /// Adds a random key to a file: it seals from now on, the older ones still open.
    /// A running process uses it after a restart.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load); when it cannot be written.
    pub fn rotate(path: &Path) -> Result<Self, KeyFileError> {
        let mut contents = read(path)?;
        contents.keys.push(fresh_key());
        write(path, &contents)?;
        Self::load(path)
    }

    /// Whether a value was sealed with an older key than the one that seals now.
    #[must_use]
    pub fn is_outdated(&self, sealed: &str) -> bool {
        let id = sealed.split('.').nth(1);
        self.keys.last().is_some_and(|(newest, _)| id != Some(newest))
    }

    fn encrypt(&self, plain: &[u8], context: &SealContext) -> Result<String, KeysError> {
        let (id, cipher) = self.keys.last().ok_or(KeysError::Invalid)?;
        let mut nonce = [0; NONCE_BYTES];
        rand::fill(&mut nonce);
        let aad = additional_data(id, context);
        let payload = Payload { msg: plain, aad: &aad };
        let sealed = cipher.encrypt(&nonce.into(), payload).map_err(|_| KeysError::Invalid)?;
        let bytes = [&nonce[..], &sealed].concat();
        Ok(format!("{VERSION}.{id}.{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    fn decrypt(&self, sealed: &str, context: &SealContext) -> Result<SecretSlice<u8>, KeysError> {
        let mut parts = sealed.split('.');
        let (Some(VERSION), Some(id), Some(text), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(KeysError::Invalid);
        };
        let known = self.keys.iter().find(|(known, _)| known == id);
        let (_, cipher) = known.ok_or_else(|| {
            KeysError::UnknownKey(id.chars().filter(char::is_ascii_alphanumeric).take(40).collect())
        })?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| KeysError::Invalid)?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(KeysError::Invalid)?;
        let aad = additional_data(id, context);
        let payload = Payload { msg, aad: &aad };
        let plain = cipher.decrypt(&(*nonce).into(), payload).map_err(|_| KeysError::Invalid)?;
        Ok(plain.into())
    }
}

#[async_trait]
impl Keys for KeyFile {
    async fn seal(&self, plain: &[u8], context: &SealContext) -> Result<String, KeysError> {
        self.encrypt(plain, context)
    }

    async fn open(
        &self,
        sealed: &str,
        context: &SealContext,
    ) -> Result<SecretSlice<u8>, KeysError> {
        self.decrypt(sealed, context)
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.keys.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>();
        f.debug_struct("KeyFile").field("path", &self.path).field("keys", &ids).finish()
    }
}

/// What is authenticated beside the secret: every part length-prefixed, so no two contexts look alike.
fn additional_data(id: &str, context: &SealContext) -> Vec<u8> {
    let mut data = Vec::new();
    let pairs = context.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    for part in [VERSION, id].into_iter().chain(pairs) {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}

fn fresh_key() -> Entry {
    let mut key = [0; 32];
    rand::fill(&mut key);
    let id = uuid::Uuid::now_v7().simple().to_string();
    Entry { id, key: STANDARD.encode(key).into() }
}

fn read(path: &Path) -> Result<Contents, KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let mode = fs::metadata(path).map_err(io)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open { path: path.to_owned(), mode });
    }
    let text = fs::read_to_string(path).map_err(io)?;
    // serde_json's message could quote the file's contents; the position is enough.
    serde_json::from_str(&text).map_err(|error| KeyFileError::Malformed {
        path: path.to_owned(),
        why: format!("line {}, column {} is not what was expected", error.line(), error.column()),
    })
}

/// Writes beside the file and renames, so that a crash leaves the old file or the new one.
fn write(path: &Path, contents: &Contents) -> Result<(), KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let json =
        serde_json::to_string_pretty(contents).map_err(|error| io(std::io::Error::other(error)))?;
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&beside).map_err(io)?;
    file.write_all(json.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
    fs::rename(&beside, path).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(tenant: &str) -> SealContext {
        [("tenant", tenant), ("source", "trail")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    fn fresh() -> (tempfile::TempDir, PathBuf, KeyFile) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let keys = KeyFile::load_or_create(&path).unwrap();
        (folder, path, keys)
    }

    #[test]
    fn a_secret_opens_only_in_the_context_it_was_sealed_in() {
        let (_folder, _, keys) = fresh();
        let sealed = keys.encrypt(b"hunter2", &context("acme")).unwrap();
        assert_eq!(keys.decrypt(&sealed, &context("acme")).unwrap().expose_secret(), b"hunter2");
        let empty = SealContext::new();
        let mut upper = context("acme");
        upper.insert("tenant".into(), "Acme".into());
        for other in [context("globex"), empty, upper] {
            assert!(matches!(keys.decrypt(&sealed, &other), Err(KeysError::Invalid)));
        }
    }

    #[test]
    fn a_changed_or_shortened_envelope_does_not_open() {
        let (_folder, _, keys) = fresh();
        let sealed = keys.encrypt(b"hunter2", &context("acme")).unwrap();
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(keys.decrypt(&changed, &context("acme")).is_err(), "byte {at}");
            assert!(keys.decrypt(&sealed[..at], &context("acme")).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn after_a_rotation_old_secrets_open_and_new_ones_use_the_new_key() {
        let (_folder, path, old) = fresh();
        let before = old.encrypt(b"a", &context("acme")).unwrap();
        let new = KeyFile::rotate(&path).unwrap();
        let after = new.encrypt(b"b", &context("acme")).unwrap();
        assert_eq!(new.decrypt(&before, &context("acme")).unwrap().expose_secret(), b"a");
        assert!(new.is_outdated(&before) && !new.is_outdated(&after));
        assert!(matches!(old.decrypt(&after, &context("acme")), Err(KeysError::UnknownKey(_))));
    }

    #[test]
    fn no_two_seals_are_alike() {
        let (_folder, _, keys) = fresh();
        let seal = || keys.encrypt(b"a", &context("acme")).unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_cure() {
        let (_folder, path, _) = fresh();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = KeyFile::load(&path).unwrap_err().to_string();
        assert!(error.contains("640") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_file_that_is_none_is_refused_and_not_quoted() {
        let (_folder, path, _) = fresh();
        fs::write(&path, r#"{"keys":[{"id":"a","key":"hunter2"}]}"#).unwrap();
        assert!(!KeyFile::load(&path).unwrap_err().to_string().contains("hunter2"));
        fs::write(&path, r#"{"keys":"hunter2"}"#).unwrap();
        assert!(!KeyFile::load(&path).unwrap_err().to_string().contains("hunter2"));
    }

    #[test]
    fn neither_debug_nor_the_error_shows_a_key() {
        let (_folder, path, keys) = fresh();
        let text = fs::read_to_string(&path).unwrap();
        let key = text.split('"').nth(9).unwrap();
        assert_eq!(STANDARD.decode(key).unwrap().len(), 32);
        assert!(!format!("{keys:?}").contains(key));
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Vectors {
        test_groups: Vec<Group>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Group {
        iv_size: u32,
        key_size: u32,
        tag_size: u32,
        tests: Vec<Vector>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Vector {
        tc_id: u32,
        key: String,
        iv: String,
        aad: String,
        msg: String,
        ct: String,
        tag: String,
        result: String,
    }

    #[test]
    fn the_cipher_agrees_with_every_public_vector() {
        let text = include_str!("../tests/vectors/wycheproof_aes_gcm_test.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        let ours =
            |group: &&Group| (group.key_size, group.iv_size, group.tag_size) == (256, 96, 128);
        let mut checked = 0;
        for vector in vectors.test_groups.iter().filter(ours).flat_map(|group| &group.tests) {
            let bytes = |text: &str| hex::decode(text).unwrap();
            let cipher = Aes256Gcm::new_from_slice(&bytes(&vector.key)).unwrap();
            let nonce: [u8; NONCE_BYTES] = bytes(&vector.iv).try_into().unwrap();
            let (msg, aad) = ([bytes(&vector.ct), bytes(&vector.tag)].concat(), bytes(&vector.aad));
            let opened = cipher.decrypt(&nonce.into(), Payload { msg: &msg, aad: &aad });
            match vector.result.as_str() {
                "valid" => assert_eq!(opened.unwrap(), bytes(&vector.msg), "case {}", vector.tc_id),
                _ => assert!(opened.is_err(), "case {}", vector.tc_id),
            }
            checked += 1;
        }
        assert!(checked > 30, "only {checked} vectors were checked");
    }
}
