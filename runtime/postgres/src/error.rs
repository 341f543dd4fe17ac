//! Database errors, by what the caller can do about them, without secrets.

use sqlx::postgres::PgDatabaseError;
use twinhost::ports::PortError;

/// Why the durable host could not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The connection URL cannot be read. It may hold a password, so it is not repeated.
    #[error(
        "the database URL cannot be read: {0}; write it as postgres://user:password@host:5432/database"
    )]
    Url(String),
    /// The database does not answer, or does not let us in.
    #[error(
        "cannot connect to {server}: {cause}; check that Postgres runs there and that the URL's user may log in"
    )]
    Connect {
        /// Where: host, port and database.
        server: String,
        /// What it said.
        cause: String,
    },
    /// The tables could not be brought up to date.
    #[error("cannot migrate {server}: {cause}")]
    Migrate {
        /// Where: host, port and database.
        server: String,
        /// What went wrong, with the server's hint.
        cause: String,
    },
    /// The server or its tables are not in a state in which promises can be kept.
    #[error("{server} is not safe to use: {}", .problems.join("; "))]
    Unsafe {
        /// Where: host, port and database.
        server: String,
        /// What is wrong, each with its cure.
        problems: Vec<String>,
    },
    /// The folder for large objects cannot be used.
    #[error(
        "the folder for objects `{folder}` cannot be used: {cause}; create it and let this user write to it"
    )]
    Objects {
        /// The folder.
        folder: String,
        /// What went wrong.
        cause: String,
    },
    /// The bucket for large objects cannot be used, whatever its server says.
    #[error("the bucket for objects `{bucket}` cannot be used: {why}")]
    Bucket {
        /// Its name.
        bucket: String,
        /// Which option cannot be, and what is allowed.
        why: String,
    },
}

/// What an error says, without the row or query it is about: those may hold a secret.
pub(crate) fn message(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            format!("{} ({code})", error.message())
        }
        sqlx::Error::Configuration(_) => "the connection is misconfigured".to_owned(),
        error => error.to_string(),
    }
}

/// What a migration's error says, with the server's hint, which tells the cure.
pub(crate) fn with_hint(error: &sqlx::Error) -> String {
    match postgres(error).and_then(PgDatabaseError::hint) {
        Some(hint) => format!("{}; {hint}", message(error)),
        None => message(error),
    }
}

/// What the server answered.
fn postgres(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

/// The SQLSTATE of an error that the server answered.
fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

/// Whether the same statement may succeed at once: a deadlock or a serialization failure.
pub(crate) fn is_transient(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01"))
}

/// Whether the server lets nobody else in until somebody leaves.
pub(crate) fn is_full(error: &sqlx::Error) -> bool {
    code(error).as_deref() == Some("53300")
}

/// Whether the server itself may not write a file, as on a disk that has become read-only. It says that with the SQLSTATE
/// of a right that its user lacks (`errcode_for_file_access`, elog.c), which is told from these two files alone:
/// privileges, and the policies of rows.
fn is_denied_a_file(error: &sqlx::Error) -> bool {
    let rights = ["aclchk.c", "execMain.c"];
    code(error).as_deref() == Some("42501")
        && postgres(error)
            .and_then(PgDatabaseError::file)
            .is_some_and(|file| !rights.contains(&file))
}

/// Whether the statement itself is at fault, so that trying again cannot help: bad data, a missing
/// table, a missing right, a limit.
pub(crate) fn is_invalid(error: &sqlx::Error) -> bool {
    let Some(code) = code(error).filter(|_| !is_denied_a_file(error)) else { return false };
    matches!(code.get(..2), Some("22" | "23" | "42" | "54"))
}

/// A database error as the ports know it. `server` says which database.
pub(crate) fn port(server: &str, error: &sqlx::Error) -> PortError {
    let said = message(error);
    match code(error).as_deref() {
        Some("42P01") => PortError::invalid(
            server,
            format!(
                "{said}; a queue or table is missing: run `twinhost migrate` with this application"
            ),
        ),
        Some("23514") => PortError::invalid(
            server,
            format!(
                "{said}; a collection is missing: run `twinhost migrate` with this application"
            ),
        ),
        Some("42501") if !is_denied_a_file(error) => PortError::invalid(
            server,
            format!("{said}; run `twinhost migrate` to grant what is missing"),
        ),
        _ if is_invalid(error) => PortError::invalid(server, said),
        _ => PortError::unavailable(server, said),
    }
}
