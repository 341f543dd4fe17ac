//! Which files to send.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// What a folder is searched for; a file that is named is sent whatever it is called.
const SUFFIXES: [&str; 2] = [".json", ".json.gz"];

/// The files named, and those in the folders named and below, in order of their paths.
///
/// # Errors
///
/// Names a path that cannot be read, and a folder with nothing to send.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path)
            .with_context(|| format!("`{}` cannot be read; check the path", path.display()))?;
        if metadata.is_dir() {
            let before = files.len();
            search(path, &mut files)?;
            if files.len() == before {
                bail!("`{}` holds no {} file", path.display(), SUFFIXES.join(" or "));
            }
            files[before..].sort();
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Adds the files to send in a folder and below. A link to a folder is not followed: it could lead back.
fn search(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let unreadable = || format!("the folder `{}` cannot be read", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let path = entry.path();
        let is_wanted = |name: &str| SUFFIXES.iter().any(|suffix| name.ends_with(suffix));
        if entry.file_type().with_context(unreadable)?.is_dir() {
            search(&path, files)?;
        } else if entry.file_name().to_str().is_some_and(is_wanted) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_searched_to_the_bottom_for_logs_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("b/c")).unwrap();
        for name in ["z.json", "b/c/a.json.gz", "LICENSE", "b/notes.txt"] {
            fs::write(path(name), "x").unwrap();
        }
        std::os::unix::fs::symlink(folder.path(), path("b/loop")).unwrap();
        let found = find(&[folder.path().to_owned(), path("LICENSE")]).unwrap();
        assert_eq!(found, [path("b/c/a.json.gz"), path("z.json"), path("LICENSE")]);
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.json");
        assert!(find(&[missing]).unwrap_err().to_string().contains("missing.json"));
        let empty = find(&[folder.path().to_owned()]).unwrap_err().to_string();
        assert!(empty.contains("holds no .json or .json.gz file"), "{empty}");
    }
}
