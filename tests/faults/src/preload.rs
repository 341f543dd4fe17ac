//! Libraries of ours that are loaded before the C library, into processes that the test starts.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::server::postgres_folder;

/// A library, built from a C file beside this one; a file that it maps, by which it is told what to do; and a folder of
/// Postgres's programs that are under it, too.
#[derive(Debug)]
pub struct Preload {
    variables: Vec<(&'static str, String)>,
    state: File,
}

impl Preload {
    /// Builds a library; what it needs is put into `folder`. It finds its file in the variable `names_state`, which
    /// holds `state` at first, and whatever else it wants to know in `variables`.
    ///
    /// # Errors
    ///
    /// When there is no C compiler or no PostgreSQL, with the cure.
    pub fn new(
        folder: &Path,
        library: &str,
        names_state: &'static str,
        state: &[u8],
        variables: &[(&'static str, String)],
    ) -> anyhow::Result<Self> {
        let file = folder.join(format!("{library}-state"));
        let postgres = folder.join(format!("{library}-postgres"));
        let built = build(folder, library)?;
        let text = |path: &Path| path.display().to_string();
        let mut all = vec![("LD_PRELOAD", text(&built)), (names_state, text(&file))];
        all.extend_from_slice(variables);
        put_postgres_under_it(&postgres, &all)?;
        all.push(("TWINHOST_PG_BINDIR", text(&postgres)));
        let preload = Self { variables: all, state: File::create(&file)? };
        // Run by root, Postgres is another user.
        preload.state.set_permissions(Permissions::from_mode(0o644))?;
        preload.tell(state)?;
        Ok(preload)
    }

    /// What puts a process under it, and the embedded Postgres of one that runs `twinhost`.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        self.variables.clone()
    }

    /// Changes what the library is told, for all processes at once.
    ///
    /// # Errors
    ///
    /// When its file cannot be written.
    pub fn tell(&self, state: &[u8]) -> anyhow::Result<()> {
        Ok(self.state.write_all_at(state, 0)?)
    }
}

fn build(folder: &Path, library: &str) -> anyhow::Result<PathBuf> {
    let built = folder.join(format!("{library}.so"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{library}.c"));
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([&built, &source])
        .output()
        .context("there is no C compiler `cc`; run `make setup`")?;
    let errors = String::from_utf8_lossy(&compiled.stderr);
    ensure!(compiled.status.success(), "{} does not compile: {errors}", source.display());
    fs::set_permissions(&built, Permissions::from_mode(0o755))?;
    Ok(built)
}

/// The runner starts its Postgres with an empty environment: a program of that name passes on what is missing there.
fn put_postgres_under_it(
    folder: &Path,
    variables: &[(&'static str, String)],
) -> anyhow::Result<()> {
    fs::create_dir(folder)?;
    let real = postgres_folder()?;
    symlink(real.join("initdb"), folder.join("initdb"))?;
    let exports: Vec<String> =
        variables.iter().map(|(name, value)| format!("export {name}='{value}'")).collect();
    let program = folder.join("postgres");
    let real = real.join("postgres");
    let script = format!("#!/bin/sh\n{}\nexec '{}' \"$@\"\n", exports.join("\n"), real.display());
    fs::write(&program, script)?;
    Ok(fs::set_permissions(&program, Permissions::from_mode(0o755))?)
}
