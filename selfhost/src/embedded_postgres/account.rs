//! Who Postgres runs as, and what that account can reach.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Uid, User, geteuid};

use super::error::Context;
use super::{Error, ROOT};

/// Accounts to run Postgres as when we are root, best first.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The account that Postgres runs under. Postgres refuses to run as root.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) uid: u32,
    gid: u32,
    name: String,
    /// We are root and become this account.
    switch: bool,
}

impl Account {
    /// Our own account, or as root the one that owns the existing `cluster`, else `postgres`, else `nobody`.
    pub(super) fn of(cluster: &Path) -> Result<Self, Error> {
        let owner = fs::metadata(cluster).ok().map(|metadata| metadata.uid());
        let ours = geteuid().as_raw();
        let user = match owner {
            _ if ours != ROOT => by_uid(ours)?,
            Some(owner) if owner != ROOT => by_uid(owner)?,
            _ => UNPRIVILEGED
                .iter()
                .find_map(|name| User::from_name(name).ok().flatten())
                .ok_or(Error::NoAccount)?,
        };
        let account = Self {
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
            name: user.name,
            switch: ours == ROOT,
        };
        match owner {
            Some(owner) if !account.switch && owner != account.uid => {
                Err(Error::WrongOwner { cluster: cluster.to_owned(), owner, uid: ours })
            }
            _ => Ok(account),
        }
    }

    /// Takes over a `cluster` that belongs to root, as a backup does that root unpacked.
    pub(super) fn adopt(&self, cluster: &Path) -> Result<(), Error> {
        match fs::metadata(cluster) {
            Ok(metadata) if metadata.uid() == ROOT => self.own_tree(cluster),
            _ => Ok(()),
        }
    }

    /// A command that will run as this account with an empty environment but for `PATH`: no `PG…` variable of
    /// ours may change what the programs do.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if self.switch {
            // Also drops root's supplementary groups.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Makes `path` a folder with mode 0700 that belongs to this account.
    pub(super) fn private_folder(&self, path: &Path) -> Result<(), Error> {
        match fs::create_dir(path) {
            Ok(()) => self.own(path)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(source) => {
                return Err(Error::Io { action: "create", path: path.to_owned(), source });
            }
        }
        let metadata = fs::symlink_metadata(path).doing("inspect", path)?;
        if !metadata.is_dir() || metadata.uid() != self.uid {
            return Err(Error::UntrustedFolder { path: path.to_owned(), uid: self.uid });
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).doing("make private", path)
    }

    /// Lets the account pass through our own data folder, which may have been made for root alone. What is in it
    /// stays closed: this gives the right to pass, not to list.
    pub(super) fn let_through(&self, data_dir: &Path) -> Result<(), Error> {
        let metadata = fs::metadata(data_dir).doing("inspect", data_dir)?;
        if self.switch && !self.may_enter(&metadata) {
            let mode = metadata.permissions().mode() | 0o001;
            fs::set_permissions(data_dir, fs::Permissions::from_mode(mode))
                .doing("open", data_dir)?;
        }
        Ok(())
    }

    /// Checks that the account can get to `path`, which is absolute, by the mode of each folder above it.
    pub(super) fn check_reach(&self, path: &Path) -> Result<(), Error> {
        let blocked: Option<PathBuf> = path
            .ancestors()
            .skip(1)
            .filter(|folder| fs::metadata(folder).is_ok_and(|metadata| !self.may_enter(&metadata)))
            .last()
            .map(Path::to_owned);
        match blocked {
            None => Ok(()),
            Some(blocked) => {
                Err(Error::Unreachable { user: self.name.clone(), blocked, path: path.to_owned() })
            }
        }
    }

    fn may_enter(&self, metadata: &fs::Metadata) -> bool {
        let shift = match metadata {
            m if m.uid() == self.uid => 6,
            m if m.gid() == self.gid => 3,
            _ => 0,
        };
        metadata.mode() >> shift & 1 == 1
    }

    fn own(&self, path: &Path) -> Result<(), Error> {
        if self.switch {
            lchown(path, Some(self.uid), Some(self.gid)).doing("change the owner of", path)
        } else {
            Ok(())
        }
    }

    fn own_tree(&self, path: &Path) -> Result<(), Error> {
        self.own(path)?;
        if fs::symlink_metadata(path).doing("inspect", path)?.is_dir() {
            for entry in fs::read_dir(path).doing("list", path)? {
                self.own_tree(&entry.doing("list", path)?.path())?;
            }
        }
        Ok(())
    }
}

fn by_uid(uid: u32) -> Result<User, Error> {
    User::from_uid(Uid::from_raw(uid)).ok().flatten().ok_or(Error::NoUserName { uid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_without_a_passwd_line_is_named() {
        let error = by_uid(3_999_999_999).unwrap_err().to_string();
        assert!(error.contains("uid 3999999999") && error.contains("/etc/passwd"), "{error}");
    }

    #[test]
    fn the_outermost_closed_folder_is_named() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().join("home");
        let data = home.join("data/postgres");
        fs::create_dir_all(&data).unwrap();
        // The temporary folder itself is 0700.
        for (path, mode) in [(root.path(), 0o755), (home.as_path(), 0o700)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let account = Account {
            uid: 3_999_999_999,
            gid: 3_999_999_999,
            name: "stranger".into(),
            switch: true,
        };
        let error = account.check_reach(&data).unwrap_err().to_string();
        assert!(
            error.contains(&format!("cannot enter `{}` on the way", home.display())),
            "{error}"
        );

        fs::set_permissions(&home, fs::Permissions::from_mode(0o711)).unwrap();
        account.check_reach(&data).unwrap();
    }
}
