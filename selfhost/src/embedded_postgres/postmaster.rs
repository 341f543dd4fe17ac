//! What the files of a cluster say about the server that uses it.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::Error;
use super::error::Context;

/// The process that has `cluster` open, by its `postmaster.pid`.
///
/// A pid file proves nothing: after a crash it stays, and its number may belong to any process by now. A
/// postmaster's working directory is its cluster, so that is what is compared.
pub(super) fn find(cluster: &Path) -> Option<i32> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let pid = text.lines().next()?.trim().parse().ok()?;
    runs(pid, cluster).then_some(pid)
}

/// Whether `pid` is a live process that works in `cluster`.
pub(super) fn runs(pid: i32, cluster: &Path) -> bool {
    kill(Pid::from_raw(pid), None).is_ok()
        && fs::read_link(PathBuf::from(format!("/proc/{pid}/cwd"))).is_ok_and(|cwd| cwd == cluster)
}

/// Removes what a server that is gone left behind. Left in place, its pid file and socket lock would stop the
/// next start whenever their pid was given to another process. Two servers on one cluster stay impossible:
/// Postgres also checks the shared memory that belongs to the folder.
pub(super) fn clear_stale(cluster: &Path, socket_dir: &Path) -> Result<(), Error> {
    let stale = [
        cluster.join("postmaster.pid"),
        socket_dir.join(".s.PGSQL.5432"),
        socket_dir.join(".s.PGSQL.5432.lock"),
    ];
    for path in stale {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).doing("remove", &path);
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_that_names_another_process_is_not_a_server() {
        let cluster = tempfile::tempdir().unwrap();
        // Us: alive, but not working in that folder.
        fs::write(cluster.path().join("postmaster.pid"), format!("{}\n", std::process::id()))
            .unwrap();
        assert_eq!(find(cluster.path()), None);
    }

    #[test]
    fn a_pid_file_of_garbage_is_not_a_server() {
        let cluster = tempfile::tempdir().unwrap();
        for text in ["", "\n", "-1\n", "0\n", "pid\n", "99999999999999999999\n"] {
            fs::write(cluster.path().join("postmaster.pid"), text).unwrap();
            assert_eq!(find(cluster.path()), None, "{text:?}");
        }
    }

    #[test]
    fn clearing_what_is_not_there_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        clear_stale(folder.path(), folder.path()).unwrap();
    }
}
