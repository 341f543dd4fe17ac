//! A template can be read before anything is built.

use std::path::Path;
use std::{fs, io};

use twinhost::Manifest;

use crate::settings::built;

/// What stands where a function's zip will be. It is no zip, so that Lambda refuses it.
const NOT_BUILT: &str = "not built: run `make lambda`";

/// Puts something in the place of the functions' zips when nothing was built and nobody said where they are, and says so: the
/// templates are as they will be, but for the names of the zips.
pub(crate) fn stand_in<'a>(
    given: &'a Path,
    folder: &'a Path,
    manifest: &Manifest,
) -> io::Result<&'a Path> {
    if given.exists() || given != built() {
        return Ok(given);
    }
    fs::create_dir_all(folder)?;
    for handler in &manifest.handlers {
        fs::write(folder.join(format!("{}.zip", handler.name)), NOT_BUILT)?;
    }
    eprintln!(
        "warning: no function is built, so this can be read and not deployed; run `make lambda` first"
    );
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_named_is_not_replaced() {
        let manifest = twinhost::App::new("empty").manifest();
        let (named, folder) = (Path::new("nowhere"), Path::new("never-made"));
        assert_eq!(stand_in(named, folder, &manifest).unwrap(), named);
        assert!(!folder.exists());
    }
}
