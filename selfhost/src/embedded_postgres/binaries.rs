//! Where the programs of PostgreSQL are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Error;

/// The setting that names the folder of `initdb` and `postgres`.
pub(super) const BINDIR_VARIABLE: &str = "TWINHOST_PG_BINDIR";

/// Where distributions keep one folder per major version: Debian and Ubuntu; the project's own RPMs.
const VERSIONED: [(&str, &str); 2] = [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    /// The folder that holds `initdb` and `postgres`.
    pub(super) dir: PathBuf,
    /// What `postgres --version` says, such as `15.14 (Debian 15.14-0+deb12u1)`.
    pub(super) version: String,
}

impl Binaries {
    /// Finds the installation to use: the one named by `bin_dir`, else the first of the newest versioned folder,
    /// `PATH`, and a `.pg/bin` in the current folder or above it. `wanted` is the major version that existing data
    /// asks for; an installation that matches it goes first.
    pub(super) fn find(
        bin_dir: Option<&Path>,
        wanted: Option<(&Path, &str)>,
    ) -> Result<Self, Error> {
        let places = match bin_dir {
            Some(dir) => vec![dir.to_owned()],
            None => places(),
        };
        let found: Vec<Self> = places.iter().filter_map(|dir| Self::at(dir)).collect();
        let Some(first) = found.first() else {
            return Err(Error::NoBinaries { searched: describe(bin_dir, &places) });
        };
        let Some((cluster, data)) = wanted else {
            return Ok(first.clone());
        };
        found.iter().find(|binaries| binaries.major() == data).cloned().ok_or_else(|| {
            Error::WrongVersion {
                cluster: cluster.to_owned(),
                data: data.to_owned(),
                found: found
                    .iter()
                    .map(|b| format!("{} in `{}`", b.version, b.dir.display()))
                    .collect::<Vec<_>>()
                    .join(", "),
            }
        })
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    /// The major version as `PG_VERSION` spells it, such as `15`.
    pub(super) fn major(&self) -> &str {
        let digits = self.version.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.version.len());
        &self.version[..digits]
    }

    fn at(dir: &Path) -> Option<Self> {
        if !dir.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(dir.join("postgres"))
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let version = text.trim().strip_prefix("postgres (PostgreSQL) ")?.to_owned();
        Some(Self { dir: dir.to_owned(), version })
    }
}

/// Every folder to look in, best first.
fn places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    for (root, prefix) in VERSIONED {
        let Ok(entries) = std::fs::read_dir(root) else { continue };
        let mut versions: Vec<(u32, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| {
                let number = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
                Some((number, entry.path().join("bin")))
            })
            .collect();
        versions.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        places.extend(versions.into_iter().map(|(_, dir)| dir));
    }
    if let Some(path) = env::var_os("PATH") {
        places.extend(env::split_paths(&path).filter(|dir| dir.is_absolute()));
    }
    if let Ok(here) = env::current_dir() {
        places.extend(here.ancestors().map(|dir| dir.join(".pg/bin")));
    }
    places
}

/// The places as a person would name them.
fn describe(bin_dir: Option<&Path>, places: &[PathBuf]) -> String {
    if let Some(dir) = bin_dir {
        return format!("`{}` (named by `{BINDIR_VARIABLE}`)", dir.display());
    }
    let mut names: Vec<String> =
        VERSIONED.iter().map(|(root, prefix)| format!("`{root}/{prefix}<version>/bin`")).collect();
    names.extend(places.iter().map(|dir| format!("`{}`", dir.display())));
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Binaries {
        Binaries { dir: PathBuf::new(), version: text.to_owned() }
    }

    #[test]
    fn the_major_version_is_the_leading_number() {
        assert_eq!(version("15.14 (Debian 15.14-0+deb12u1)").major(), "15");
        assert_eq!(version("19beta1").major(), "19");
        assert_eq!(version("18").major(), "18");
    }

    #[test]
    fn nothing_found_names_the_place_and_the_cure() {
        let empty = tempfile::tempdir().unwrap();
        let error = Binaries::find(Some(empty.path()), None).unwrap_err().to_string();
        assert!(error.contains(empty.path().to_str().unwrap()), "{error}");
        assert!(error.contains("apt-get install postgresql"), "{error}");
    }

    #[test]
    fn the_default_search_names_every_kind_of_place() {
        let text = describe(None, &places());
        for part in
            ["/usr/lib/postgresql/<version>/bin", "/usr/pgsql-<version>/bin", "/usr/bin", ".pg/bin"]
        {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
    }
}
