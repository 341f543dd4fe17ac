//! What can be seen without the database: the disk, the secrets' files, the ports.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::statvfs::statvfs;
use twinhost_selfhost::Config;

use super::Problem;
use crate::cli::client::client;
use crate::cli::text::bytes;
use crate::cli::webhook::base_url;

/// The check of the secrets' files.
pub(super) const SECRETS: &str = "secrets";
/// Less free space than this is a problem: Postgres stops when there is none.
const LEAST_FREE_BYTES: u64 = 1_000_000_000;
/// How long a neighbour on a port may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn check(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(disk(&config.data_dir));
    problems.extend(exposed(&config.secrets_dir()));
    // When it does not run, one line says so.
    let http = port("http.listen", config.http.listen).await;
    match http {
        Some(problem) => problems.push(problem),
        None => problems.extend(port("admin.listen", config.admin.listen).await),
    }
    problems
}

fn disk(folder: &Path) -> Option<Problem> {
    let disk = statvfs(folder).ok()?;
    let free = disk.blocks_available().saturating_mul(disk.fragment_size());
    (free < LEAST_FREE_BYTES).then(|| {
        Problem::new(
            "disk",
            format!("{} are free in `{}`", bytes(free), folder.display()),
            format!(
                "make room for {} at least: Postgres stops when there is none",
                bytes(LEAST_FREE_BYTES)
            ),
        )
    })
}

/// The folder of secrets and the files in it, as far as others may read or write them.
fn exposed(folder: &Path) -> Vec<Problem> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let all = std::iter::once(folder.to_owned()).chain(files);
    let problem = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok()?;
        let mode = metadata.permissions().mode() & 0o777;
        let wanted = if metadata.is_dir() { 0o700 } else { 0o600 };
        (mode & 0o077 != 0).then(|| {
            let path = path.display();
            Problem::new(
                SECRETS,
                format!("`{path}` has mode {mode:o}, so others may read it"),
                format!("run `chmod {wanted:o} {path}` and take the secret as known"),
            )
        })
    };
    all.filter_map(problem).collect()
}

/// Whether Twinhost answers on its port.
async fn port(name: &str, listen: SocketAddr) -> Option<Problem> {
    let url: reqwest::Url = format!("{}/healthz", base_url(listen)).parse().ok()?;
    let client = client(&url).timeout(PATIENCE).build().ok()?;
    match client.get(url).send().await {
        // The admin port answers 401 where it asks for a token.
        Ok(answer) if answer.status().is_success() || answer.status() == 401 => None,
        Err(error) if error.is_connect() => Some(Problem::new(
            "runner",
            format!("nothing listens on `{name}` {listen}, so nothing is taken or worked on"),
            "`twinhost up` starts Twinhost",
        )),
        Ok(_) | Err(_) => Some(Problem::new(
            "runner",
            format!("something else than Twinhost listens on `{name}` {listen}"),
            format!("stop it, or set `{name}` to a free port"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_others_may_read_is_named_with_the_cure() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("secrets");
        fs::create_dir(&folder).unwrap();
        let secret = folder.join("key");
        fs::write(&secret, "x").unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o640)).unwrap();
        let problems = exposed(&folder);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].cure.contains("chmod 600"), "{problems:?}");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(exposed(&folder).is_empty());
    }

    #[tokio::test]
    async fn a_port_without_twinhost_is_named() {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let problem = port("http.listen", address).await.unwrap();
        assert!(problem.problem.contains("nothing listens"), "{problem:?}");

        let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = other.local_addr().unwrap();
        let app = axum::Router::new();
        let serving = tokio::spawn(async move { axum::serve(other, app).await });
        let problem = port("http.listen", address).await.unwrap();
        assert!(problem.problem.contains("something else"), "{problem:?}");
        serving.abort();
    }
}
