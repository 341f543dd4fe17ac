//! Whether the database is in a state in which promises can be kept.

use sqlx::PgConnection;

use crate::migrate::{PGMQ_VERSION, newest};

/// Settings without which something that was acknowledged can be lost.
const SETTINGS: &str = "SELECT name, setting FROM pg_settings
    WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name";

/// What the current role is, and whether it owns any of our tables.
const ROLE: &str = "SELECT r.rolname::text, r.rolsuper, r.rolbypassrls, EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('twinhost', 'pgmq') AND c.relkind IN ('r', 'p')
            AND pg_has_role(r.oid, c.relowner, 'USAGE'))
    FROM pg_roles r WHERE r.rolname = current_user";

/// Tables with a tenant column that row-level security does not bind for everyone.
const UNGUARDED: &str = "SELECT c.relname::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant' AND NOT a.attisdropped
    WHERE n.nspname = 'twinhost' AND c.relkind IN ('r', 'p')
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    ORDER BY 1";

/// The migrations that have been applied; no row before any was.
const MIGRATED: &str = "SELECT coalesce(max(version), 0) FROM twinhost._migrations WHERE success";

const PGMQ: &str = "SELECT version FROM pgmq.__pgmq_migrations ORDER BY string_to_array(version, '.')::int[] DESC LIMIT 1";

/// What is wrong with the database, each with its cure; empty when all is well.
///
/// The role that is looked at is the one the connection acts as.
pub(crate) async fn problems(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut problems = Vec::new();

    let settings: Vec<(String, String)> =
        sqlx::query_as(SETTINGS).fetch_all(&mut *connection).await?;
    for (name, setting) in settings {
        problems.push(format!(
            "`{name}` is `{setting}`, so a loss of power loses what was acknowledged; set `{name} = on` in postgresql.conf (or for the role or database) and reload"
        ));
    }

    let (role, superuser, bypasses, owns): (String, bool, bool, bool) =
        sqlx::query_as(ROLE).fetch_one(&mut *connection).await?;
    let cure = "connect as a user that may `SET ROLE twinhost_app`, or as a member of it that is nothing else";
    for (is, what) in [
        (superuser, "is a superuser"),
        (bypasses, "has BYPASSRLS"),
        (owns, "owns tables of twinhost or pgmq"),
    ] {
        if is {
            problems.push(format!(
                "the application's role `{role}` {what}, so row-level security does not bind it; {cure}"
            ));
        }
    }

    let unguarded: Vec<String> = sqlx::query_scalar(UNGUARDED).fetch_all(&mut *connection).await?;
    for table in unguarded {
        problems.push(format!(
            "row-level security is not forced on `twinhost.{table}`; run ALTER TABLE twinhost.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        ));
    }

    problems.extend(pending(connection).await?);
    let cure = format!("run `twinhost migrate`, which installs {PGMQ_VERSION}");
    match sqlx::query_scalar::<_, String>(PGMQ).fetch_optional(&mut *connection).await {
        Ok(Some(version)) if version == PGMQ_VERSION => {}
        Ok(Some(version)) => {
            problems.push(format!("pgmq is {version}, but {PGMQ_VERSION} is needed; {cure}"));
        }
        Ok(None) => problems.push(format!("pgmq is not installed; {cure}")),
        Err(error) if matches!(&error, sqlx::Error::Database(e) if matches!(e.code().as_deref(), Some("42P01" | "3F000" | "42501"))) =>
        {
            problems.push(format!("pgmq is not installed, or not for `{role}`; {cure}"));
        }
        Err(error) => return Err(error),
    }
    Ok(problems)
}

/// Whether the tables are older than this program. What they are newer by does no harm: two versions may run at once.
async fn pending(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let newest = newest();
    let applied = match sqlx::query_scalar::<_, i64>(MIGRATED).fetch_one(connection).await {
        Ok(applied) => applied,
        // Older than the one that lets us look.
        Err(sqlx::Error::Database(error))
            if matches!(error.code().as_deref(), Some("42P01" | "3F000" | "42501")) =>
        {
            0
        }
        Err(error) => return Err(error),
    };
    Ok((applied < newest).then(|| {
        format!("its tables are of migration {applied}, and this program needs {newest}; run `twinhost migrate`")
    }))
}
