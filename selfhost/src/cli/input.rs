//! Secrets that people give: from a file, a pipe or a prompt, never on the command line, where
//! other users of the machine and the shell's history could see them.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use secrecy::{ExposeSecret as _, SecretString};

/// The most that a secret may have, so that a wrong file is noticed.
const MOST_BYTES: u64 = 16 * 1024;

/// Reads a secret from a file, or, for `-` or no file, from standard input; a terminal is prompted.
///
/// # Errors
///
/// When it cannot be read, is empty, or is too long to be a secret.
pub(crate) fn secret(file: Option<&Path>, what: &str) -> Result<SecretString> {
    let text = match file.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            let file = std::fs::File::open(path);
            let file = file.with_context(|| format!("`{}` cannot be read", path.display()))?;
            read(file).with_context(|| format!("`{}`", path.display()))?
        }
        None if std::io::stdin().is_terminal() => prompt(what)?,
        None => read(std::io::stdin().lock()).context("standard input")?,
    };
    if text.is_empty() {
        bail!("the {what} is empty; give it in a file, on standard input or at the prompt");
    }
    Ok(text.into())
}

/// Reads a new password as [`secret`] does; a terminal is asked twice, since nobody sees what they type.
///
/// # Errors
///
/// As [`secret`], and when the two are not the same.
pub(crate) fn new_password(file: Option<&Path>) -> Result<SecretString> {
    let password = secret(file, "password")?;
    let is_prompted = file.is_none() && std::io::stdin().is_terminal();
    if is_prompted && prompt("password again")? != password.expose_secret() {
        bail!("the two passwords are not the same; nothing was changed");
    }
    Ok(password)
}

fn prompt(what: &str) -> Result<String> {
    let terminal = console::Term::stderr();
    terminal.write_str(&format!("{what}: "))?;
    Ok(terminal.read_secure_line()?)
}

/// Reads text and drops the line end that an editor or `echo` puts behind it.
fn read(from: impl std::io::Read) -> Result<String> {
    let mut text = String::new();
    from.take(MOST_BYTES + 1).read_to_string(&mut text).context("cannot be read as text")?;
    if text.len() as u64 > MOST_BYTES {
        bail!("is longer than {MOST_BYTES} bytes; that is no secret");
    }
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_file_ends_before_the_line_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), " pass word \r\n").unwrap();
        assert_eq!(secret(Some(file.path()), "secret").unwrap().expose_secret(), " pass word ");
    }

    #[test]
    fn what_cannot_be_a_secret_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(
            secret(Some(file.path()), "secret").is_err_and(|e| e.to_string().contains("empty"))
        );
        std::fs::write(file.path(), "x".repeat(20_000)).unwrap();
        assert!(secret(Some(file.path()), "secret").is_err());
        assert!(secret(Some(Path::new("/nowhere/at/all")), "secret").is_err());
    }
}
