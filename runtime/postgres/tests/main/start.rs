//! Migrating, and refusing to start where promises cannot be kept.

use std::collections::BTreeSet;

use secrecy::SecretString;
use twinhost::conformance::manifest;
use twinhost_postgres::{PgOptions, StartError, migrate};

use crate::database::{Database, run};

async fn problems(database: &Database) -> Vec<String> {
    let mut options = database.options();
    options.migrate = false;
    match database.try_host(&options).await {
        Ok(_) => Vec::new(),
        Err(StartError::Unsafe { problems, .. }) => problems,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn migrating_twice_changes_nothing_and_several_may_at_once() {
    let database = Database::create().await;
    let (options, manifest) = (database.options(), manifest());
    let at_once = (0..4).map(|_| migrate(&options, &manifest));
    for result in futures::future::join_all(at_once).await {
        result.unwrap();
    }
    let mut admin = database.admin().await;
    let tables = "SELECT array_agg(oid::regclass::text ORDER BY 1) FROM pg_class
        WHERE relkind IN ('r', 'p', 'i') AND relnamespace::regnamespace::text IN ('twinhost', 'pgmq')";
    let before: Vec<String> = sqlx::query_scalar(tables).fetch_one(&mut admin).await.unwrap();
    migrate(&options, &manifest).await.unwrap();
    let after: Vec<String> = sqlx::query_scalar(tables).fetch_one(&mut admin).await.unwrap();
    assert_eq!(before, after);
    for wanted in
        ["twinhost.cost_events", "twinhost.things", "pgmq.q_order_taker", "pgmq.q_order_taker_dlq"]
    {
        assert!(after.iter().any(|table| table == wanted), "{wanted}: {after:?}");
    }
}

#[tokio::test]
async fn an_owner_that_is_no_superuser_can_migrate_and_run() {
    let database = Database::create().await;
    let owner = database.owner().await;
    let options = database.options_of(Some(&owner));
    let host = database.try_host(&options).await.unwrap();
    assert_eq!(host.health().await.unwrap(), Vec::<String>::new());
    assert_eq!(host.housekeeping().await.unwrap(), 0);
    drop(host);
    database.try_host(&options).await.unwrap();
    database.drop_owner(&owner).await;
}

#[tokio::test]
async fn a_member_of_the_application_role_can_run_what_another_migrated() {
    let database = Database::create().await;
    migrate(&database.options(), &manifest()).await.unwrap();
    let user = database.role("LOGIN IN ROLE twinhost_app").await;
    let mut options = database.options_of(Some(&user));
    options.migrate = false;
    let host = database.try_host(&options).await.unwrap();
    host.ping().await.unwrap();
    drop(host);
    database.drop_owner(&user).await;
}

#[tokio::test]
async fn a_role_that_row_security_does_not_bind_is_refused() {
    let database = Database::create().await;
    migrate(&database.options(), &manifest()).await.unwrap();
    let user = database.role("LOGIN BYPASSRLS").await;
    let mut admin = database.admin().await;
    for schema in ["twinhost", "pgmq"] {
        run(&mut admin, &format!("GRANT USAGE ON SCHEMA {schema} TO {user}")).await;
        run(&mut admin, &format!("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {user}")).await;
    }
    let mut options = database.options_of(Some(&user));
    options.migrate = false;
    let error = database.try_host(&options).await.unwrap_err().to_string();
    assert!(error.contains("BYPASSRLS") && error.contains("SET ROLE twinhost_app"), "{error}");
    database.drop_owner(&user).await;
}

#[tokio::test]
async fn a_database_that_loses_what_it_acknowledged_is_refused() {
    let database = Database::create().await;
    assert_eq!(migrate(&database.options(), &manifest()).await.ok(), Some(()));
    assert_eq!(problems(&database).await, Vec::<String>::new());
    let mut admin = database.admin().await;
    let name: String =
        sqlx::query_scalar("SELECT current_database()::text").fetch_one(&mut admin).await.unwrap();
    run(&mut admin, &format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    let found = problems(&database).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`synchronous_commit = on`"), "{found:?}");
}

#[tokio::test]
async fn a_table_without_forced_row_security_is_refused() {
    let database = Database::create().await;
    migrate(&database.options(), &manifest()).await.unwrap();
    let mut admin = database.admin().await;
    run(&mut admin, "ALTER TABLE twinhost.baselines NO FORCE ROW LEVEL SECURITY").await;
    run(&mut admin, "CREATE TABLE twinhost.careless (tenant text)").await;
    let found = problems(&database).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].contains("twinhost.baselines") && found[1].contains("twinhost.careless"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_missing_or_other_pgmq_is_refused() {
    let database = Database::create().await;
    migrate(&database.options(), &manifest()).await.unwrap();
    let mut admin = database.admin().await;
    run(&mut admin, "UPDATE pgmq.__pgmq_migrations SET version = '1.20.0'").await;
    let found = problems(&database).await;
    assert!(
        found[0].contains("pgmq is 1.20.0") && found[0].contains("twinhost migrate"),
        "{found:?}"
    );
    run(&mut admin, "DROP SCHEMA pgmq CASCADE").await;
    let found = problems(&database).await;
    assert!(found[0].contains("pgmq is not installed"), "{found:?}");
}

#[tokio::test]
async fn an_empty_database_that_is_not_to_be_migrated_is_refused() {
    let database = Database::create().await;
    let found = problems(&database).await;
    assert!(found.iter().any(|problem| problem.contains("pgmq is not installed")), "{found:?}");
}

#[tokio::test]
async fn a_database_of_an_older_program_that_is_not_to_be_migrated_is_refused() {
    let database = Database::create().await;
    migrate(&database.options(), &manifest()).await.unwrap();
    let older = "DELETE FROM twinhost._migrations
        WHERE version = (SELECT max(version) FROM twinhost._migrations)";
    run(&mut database.admin().await, older).await;
    let problems = problems(&database).await;
    assert!(problems.len() == 1 && problems[0].contains("run `twinhost migrate`"), "{problems:?}");
}

#[tokio::test]
async fn a_collection_cannot_take_the_name_of_another_table() {
    let database = Database::create().await;
    let mut manifest = manifest();
    manifest.collections = BTreeSet::from(["once_keys".to_owned()]);
    let error = migrate(&database.options(), &manifest).await.unwrap_err().to_string();
    assert!(error.contains("once_keys") && error.contains("rename"), "{error}");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://someone:hunter2@127.0.0.1:1/nowhere";
    let options = PgOptions::new(SecretString::from(url), folder.path().to_owned());
    let manifest = manifest();
    let error = twinhost_postgres::PgHost::connect(&options, &manifest).await.unwrap_err();
    let text = format!("{error} {error:?} {options:?}");
    assert!(text.contains("127.0.0.1:1/nowhere"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let options = PgOptions::new(SecretString::from("nonsense:hunter2"), folder.path().to_owned());
    let error = migrate(&options, &manifest).await.unwrap_err().to_string();
    assert!(error.contains("postgres://") && !error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_migration_of_a_newer_program_is_refused() {
    let database = Database::create().await;
    migrate(&database.options(), &manifest()).await.unwrap();
    let mut admin = database.admin().await;
    run(
        &mut admin,
        "INSERT INTO twinhost._migrations (version, description, success, checksum, execution_time)
        VALUES (9999, 'of tomorrow', true, '', 0)",
    )
    .await;
    let error = migrate(&database.options(), &manifest()).await.unwrap_err().to_string();
    assert!(error.contains("9999") && error.contains("newer"), "{error}");
}
