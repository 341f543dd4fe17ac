//! Brings a database up to date: pgmq, our tables, and what an application needs.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection, PgPool};
use twinhost::Manifest;

use crate::connections::MAX_TRIES;
use crate::error::{StartError, is_transient, with_hint};
use crate::options::{PgOptions, describe};
use crate::queue::queue_name;

/// The version of pgmq that crate `pgmq` installs and our statements are written for.
pub(crate) const PGMQ_VERSION: &str = "1.13.0";

/// Names the advisory lock under which one process at a time migrates.
const LOCK: &str = "SELECT pg_advisory_lock(hashtext('twinhost.migrate'))";

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// The version of the newest migration.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Brings the database of these options up to date, as the URL's user, who becomes the owner of the tables.
///
/// Idempotent, and safe when several processes start at once. Needs no superuser, but then the role
/// `twinhost_app` must exist or the user must be allowed to create roles.
///
/// # Errors
///
/// When the database cannot be reached or a statement fails; the message tells the cure.
pub async fn migrate(options: &PgOptions, manifest: &Manifest) -> Result<(), StartError> {
    let connect = options.connect_options()?;
    let server = describe(&connect);
    let failed = |cause: String| StartError::Migrate { server: server.clone(), cause };
    let mut guard = PgConnection::connect_with(&connect).await.map_err(|error| {
        StartError::Connect { server: server.clone(), cause: with_hint(&error) }
    })?;
    // Held by the connection: gone with it, however this ends.
    sqlx::query(LOCK).execute(&mut guard).await.map_err(|error| failed(with_hint(&error)))?;
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(connect);
    let mut tries = 1;
    let done = loop {
        match install(&pool, manifest).await {
            Err(failure) if failure.is_passing && tries < MAX_TRIES => tries += 1,
            done => break done,
        }
    };
    pool.close().await;
    // The work is done; a connection that does not close well is closed by the server.
    let _closed = guard.close().await;
    done.map_err(|failure| failed(failure.cause))
}

/// Why a database could not be brought up to date.
struct Failure {
    cause: String,
    /// Whether another try may do: other runners are at work, and a change of a table is easily deadlocked with them.
    is_passing: bool,
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self { cause: with_hint(&error), is_passing: is_transient(&error) }
    }
}

impl From<String> for Failure {
    fn from(cause: String) -> Self {
        Self { cause, is_passing: false }
    }
}

async fn install(pool: &PgPool, manifest: &Manifest) -> Result<(), Failure> {
    pgmq::install::install_sql_from_embedded(pool)
        .await
        .map_err(|error| format!("pgmq cannot be installed: {error}"))?;
    let mut migrator = Migrator::with_migrations(MIGRATIONS.iter().cloned().collect());
    migrator.create_schema("twinhost");
    migrator.dangerous_set_table_name("twinhost._migrations");
    // Ours is the lock, and holds for what comes before and after, too.
    migrator.set_locking(false);
    migrator.run(pool).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        MigrateError::VersionMissing(version) => Failure::from(format!(
            "it has migration {version}, which this program does not know: it was used by a newer one; use that"
        )),
        error => error.to_string().into(),
    })?;
    let collections: Vec<&str> = manifest.collections.iter().map(String::as_str).collect();
    sqlx::query("SELECT twinhost.ensure_collection(name) FROM unnest($1) AS name")
        .bind(collections)
        .execute(pool)
        .await?;
    for handler in manifest.queues() {
        let name = queue_name(handler.name).map_err(|error| error.to_string())?;
        let ordered = handler.trigger.queue().unwrap_or_default().ordered;
        sqlx::query("SELECT twinhost.ensure_queue($1, $2)")
            .bind(name)
            .bind(ordered)
            .execute(pool)
            .await?;
    }
    Ok(())
}
