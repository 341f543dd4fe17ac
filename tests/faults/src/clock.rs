//! A wall clock that the test sets, for the processes that it starts.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use jiff::Timestamp;

use crate::server::postgres_folder;

const LIBRARY: &str = "clock.so";
const OFFSET: &str = "clock-offset";
const POSTGRES: &str = "postgres-bin";

/// A wall clock for processes that are started with its [variables](Self::variables). It goes at the usual pace.
#[derive(Debug)]
pub struct Clock {
    folder: PathBuf,
    offset: File,
}

impl Clock {
    /// A clock that is right; what it needs is put into `folder`.
    ///
    /// # Errors
    ///
    /// When there is no C compiler or no PostgreSQL, with the cure.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.to_owned();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/clock.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([folder.join(LIBRARY), source])
            .output()
            .context("there is no C compiler `cc`; run `make setup`")?;
        let errors = String::from_utf8_lossy(&built.stderr);
        ensure!(built.status.success(), "clock.c does not compile: {errors}");
        let offset = File::create(folder.join(OFFSET))?;
        // Run by root, Postgres is another user.
        offset.set_permissions(Permissions::from_mode(0o644))?;
        fs::set_permissions(folder.join(LIBRARY), Permissions::from_mode(0o755))?;
        let clock = Self { folder, offset };
        clock.set_offset(0)?;
        clock.put_postgres_under_it()?;
        Ok(clock)
    }

    /// What puts a process under this clock, and the embedded Postgres of one that runs `twinhost`.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, String); 3] {
        let path = |name| self.folder.join(name).display().to_string();
        [
            ("LD_PRELOAD", path(LIBRARY)),
            ("CLOCK_OFFSET", path(OFFSET)),
            ("TWINHOST_PG_BINDIR", path(POSTGRES)),
        ]
    }

    /// Sets it, for all at once.
    ///
    /// # Errors
    ///
    /// When its file cannot be written.
    pub fn set(&self, time: Timestamp) -> anyhow::Result<()> {
        self.set_offset(time.as_second() - Timestamp::now().as_second())
    }

    /// Sets it so many seconds before or behind the real one, for all at once.
    ///
    /// # Errors
    ///
    /// When its file cannot be written.
    pub fn set_offset(&self, seconds: i64) -> anyhow::Result<()> {
        Ok(self.offset.write_all_at(&seconds.to_ne_bytes(), 0)?)
    }

    /// The runner starts its Postgres with an empty environment: programs of that name pass on what is missing there.
    fn put_postgres_under_it(&self) -> anyhow::Result<()> {
        let folder = self.folder.join(POSTGRES);
        fs::create_dir(&folder)?;
        let real = postgres_folder()?;
        symlink(real.join("initdb"), folder.join("initdb"))?;
        let exports: Vec<String> = self.variables()[..2]
            .iter()
            .map(|(name, value)| format!("export {name}='{value}'"))
            .collect();
        let program = folder.join("postgres");
        let real = real.join("postgres");
        let script =
            format!("#!/bin/sh\n{}\nexec '{}' \"$@\"\n", exports.join("\n"), real.display());
        fs::write(&program, script)?;
        Ok(fs::set_permissions(&program, Permissions::from_mode(0o755))?)
    }
}
