//! Row-level security binds everyone but a superuser, whatever a statement says (`docs/security.md` 7).

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use twinhost::TenantId;
use twinhost::ports::{Commit as _, Committed, Documents as _, Query};
use twinhost::unit::{Change, Condition, NewObject, Once, Outgoing, Unit, Write};
use twinhost_postgres::PgHost;

use crate::database::{Database, connect, pg, run};

const TABLES: [&str; 5] = ["documents", "things", "once_keys", "deduplication", "objects"];

/// One of everything that has a tenant, for a tenant.
async fn fill(host: &PgHost, tenant: &str) {
    let tenant: TenantId = tenant.parse().unwrap();
    let mut unit = Unit::new(tenant.clone(), "tester");
    unit.writes.push(Write {
        collection: "things",
        key: "a".to_owned(),
        condition: Condition::Any,
        change: Change::Put { body: format!(r#"{{"of":"{tenant}"}}"#), expires_at: None },
    });
    unit.once = Some(Once { key: "k".to_owned(), keep: std::time::Duration::from_secs(3600) });
    unit.objects.push(NewObject { key: "files/a".to_owned(), bytes: (&b"bytes"[..]).into() });
    unit.sends.push(Outgoing {
        id: "1".to_owned(),
        queue: "order-taker".to_owned(),
        group: "g".to_owned(),
        deduplication_id: Some("d".to_owned()),
        body: "{}".to_owned(),
        ..Outgoing::default()
    });
    assert_eq!(host.store().commit(vec![unit]).await.unwrap(), [Committed::Applied]);
}

async fn count(connection: &mut PgConnection, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("SELECT count(*) FROM twinhost.{table}"));
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// A connection that acts as the application does.
async fn app(database: &Database) -> PgConnection {
    let mut connection = database.admin().await;
    run(&mut connection, "SET ROLE twinhost_app").await;
    connection
}

async fn refused(connection: &mut PgConnection, sql: &str) -> String {
    let result = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    result.expect_err(sql).to_string()
}

#[tokio::test]
async fn the_owner_of_the_tables_sees_no_row_either() {
    let database = Database::create().await;
    let owner = database.owner().await;
    let host = database.try_host(&database.options_of(Some(&owner))).await.unwrap();
    fill(&host, "acme").await;
    let mut connection = connect(&database.url(Some(&owner))).await;
    for table in TABLES {
        assert_eq!(count(&mut connection, table).await, 0, "{table}");
    }
    database.drop_owner(&owner).await;
}

#[tokio::test]
async fn a_tenant_that_is_not_set_or_empty_sees_nothing() {
    let pg = pg().await;
    fill(&pg.host, "acme").await;
    let mut app = app(&pg.database).await;
    for table in ["documents", "once_keys", "deduplication", "objects"] {
        assert_eq!(count(&mut app, table).await, 0, "{table}");
    }
    run(&mut app, "SELECT set_config('app.tenant', '', false)").await;
    assert_eq!(count(&mut app, "documents").await, 0);
    run(&mut app, "SELECT set_config('app.tenant', 'acme', false)").await;
    for table in ["documents", "once_keys", "deduplication", "objects"] {
        assert_eq!(count(&mut app, table).await, 1, "{table}");
    }
}

#[tokio::test]
async fn a_tenant_is_forgotten_when_its_transaction_ends() {
    let pg = pg().await;
    fill(&pg.host, "acme").await;
    // One connection serves every read, so that what one leaves behind the next one would see.
    let mut options = pg.database.options();
    options.max_connections = 1;
    let host = pg.database.try_host(&options).await.unwrap();
    let (acme, other): (TenantId, TenantId) = ("acme".parse().unwrap(), "other".parse().unwrap());
    for _ in 0..3 {
        assert!(host.store().get(&acme, "things", "a").await.unwrap().is_some());
        assert!(host.store().get(&other, "things", "a").await.unwrap().is_none());
        let page = host.store().query(&other, "things", &Query::default()).await.unwrap();
        assert!(page.items.is_empty());
    }
    let mut app = app(&pg.database).await;
    sqlx::query("SELECT * FROM twinhost.get_documents('{acme}', '{things}', '{a}')")
        .execute(&mut app)
        .await
        .unwrap();
    let left: Option<String> = sqlx::query_scalar("SELECT current_setting('app.tenant', true)")
        .fetch_one(&mut app)
        .await
        .unwrap();
    assert_eq!(left.unwrap_or_default(), "");
    assert_eq!(count(&mut app, "documents").await, 0);
}

#[tokio::test]
async fn a_row_cannot_be_written_for_another_tenant() {
    let pg = pg().await;
    fill(&pg.host, "acme").await;
    let mut app = app(&pg.database).await;
    run(&mut app, "SELECT set_config('app.tenant', 'other', false)").await;
    let insert = "INSERT INTO twinhost.documents (collection, tenant, key, version, body)
        VALUES ('things', 'acme', 'b', 1, '{}')";
    assert!(refused(&mut app, insert).await.contains("row-level security"));
    for statement in [
        "UPDATE twinhost.documents SET body = '{}'",
        "DELETE FROM twinhost.documents",
        "UPDATE twinhost.once_keys SET expires_at = now()",
    ] {
        let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut app).await.unwrap();
        assert_eq!(done.rows_affected(), 0, "{statement}");
    }
    let steal = "INSERT INTO twinhost.documents (collection, tenant, key, version, body)
        VALUES ('things', 'acme', 'a', 1, '{}')
        ON CONFLICT (collection, tenant, key) DO UPDATE SET body = '{}'";
    assert!(refused(&mut app, steal).await.contains("row-level security"));
    run(&mut app, "SELECT set_config('app.tenant', 'acme', false)").await;
    let give = "UPDATE twinhost.documents SET tenant = 'other'";
    assert!(refused(&mut app, give).await.contains("row-level security"));
}

#[tokio::test]
async fn the_application_may_not_truncate_nor_touch_a_partition_nor_change_a_table() {
    let pg = pg().await;
    let mut app = app(&pg.database).await;
    for statement in [
        "TRUNCATE twinhost.documents",
        "TRUNCATE pgmq.q_order_taker",
        "SELECT * FROM twinhost.things",
        "DELETE FROM twinhost.objects",
        "DELETE FROM twinhost.occurrences",
        "ALTER TABLE twinhost.documents DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON twinhost.documents",
        "SELECT twinhost.ensure_collection('mine')",
        "SELECT twinhost.ensure_queue('mine')",
        "CREATE TABLE twinhost.mine (a int)",
    ] {
        let error = refused(&mut app, statement).await;
        assert!(
            error.contains("permission denied") || error.contains("must be owner"),
            "{statement}: {error}"
        );
    }
}

#[tokio::test]
async fn every_table_with_a_tenant_forces_row_security_and_has_it_in_its_keys() {
    let pg = pg().await;
    let mut admin = pg.database.admin().await;
    let keys: Vec<String> = sqlx::query_scalar(
        "SELECT i.indexrelid::regclass::text FROM pg_index i
            JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant'
        WHERE n.nspname = 'twinhost' AND i.indisunique AND a.attnum <> ALL (i.indkey)",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert_eq!(
        keys,
        Vec::<String>::new(),
        "a unique key without the tenant tells of other tenants"
    );
    let guarded: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant'
        WHERE n.nspname = 'twinhost' AND c.relkind IN ('r', 'p') AND c.relforcerowsecurity",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert!(guarded >= 12, "parent, partitions and three more: {guarded}");
    let definers: Vec<String> = sqlx::query_scalar(
        "SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'twinhost' AND p.prosecdef ORDER BY 1",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert_eq!(
        definers,
        ["forget_deduplication", "housekeep", "oldest_transaction"],
        "the only ones that act as the owner"
    );
    admin.close().await.unwrap();
}

#[tokio::test]
async fn an_error_does_not_repeat_what_was_to_be_stored() {
    let pg = pg().await;
    let mut unit = Unit::new("acme".parse().unwrap(), "tester");
    unit.writes.push(Write {
        collection: "things",
        key: "a".to_owned(),
        condition: Condition::Any,
        change: Change::Put {
            body: r#"{"password":"hunter2","broken""#.to_owned(),
            expires_at: None,
        },
    });
    let error = pg.host.store().commit(vec![unit]).await.unwrap_err();
    let mut text = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    assert!(text.contains("json") && !text.contains("hunter2"), "{text}");
}
