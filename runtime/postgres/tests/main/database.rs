//! A fresh database a test, dropped at its end.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use twinhost::conformance::{Backend, Operated, manifest};
use twinhost::ports::{Commit, DeadLetters, Documents, Objects, Queue};
use twinhost_postgres::{PgHost, PgOptions, StartError};

/// The URL of the superuser of a throw-away server.
pub(crate) fn server() -> String {
    std::env::var("TWINHOST_TEST_POSTGRES").expect(
        "TWINHOST_TEST_POSTGRES is not set: run the tests through scripts/with-postgres or make test",
    )
}

/// A database of its own, with a superuser's connection to look behind the scenes.
pub(crate) struct Database {
    name: String,
    pub(crate) folder: TempDir,
}

impl Database {
    pub(crate) async fn create() -> Self {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let mut connection = connect(&server()).await;
        run(&mut connection, &format!("CREATE DATABASE {name}")).await;
        Self { name, folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Its URL for the superuser, or for another role.
    pub(crate) fn url(&self, user: Option<&str>) -> String {
        let server = server();
        let (base, _) = server.rsplit_once('/').expect("a URL with a database");
        let base = match user {
            Some(user) => {
                let (_, host) = base.split_once('@').expect("a URL with a user");
                format!("postgres://{user}@{host}")
            }
            None => base.to_owned(),
        };
        format!("{base}/{}", self.name)
    }

    pub(crate) fn options(&self) -> PgOptions {
        self.options_of(None)
    }

    pub(crate) fn options_of(&self, user: Option<&str>) -> PgOptions {
        let objects = self.folder.path().join("objects");
        PgOptions::new(SecretString::from(self.url(user)), objects)
    }

    pub(crate) async fn host(&self) -> PgHost {
        self.try_host(&self.options()).await.expect("the host starts")
    }

    pub(crate) async fn try_host(&self, options: &PgOptions) -> Result<PgHost, StartError> {
        PgHost::connect(options, &manifest()).await
    }

    /// A role of the test's own that owns the database and may create roles, but is no superuser.
    pub(crate) async fn owner(&self) -> String {
        let owner = self.role("LOGIN CREATEROLE").await;
        let mut admin = self.admin().await;
        run(&mut admin, &format!("ALTER DATABASE {} OWNER TO {owner}", self.name)).await;
        owner
    }

    /// A role of the test's own, which a superuser creates.
    pub(crate) async fn role(&self, attributes: &str) -> String {
        let role = format!("role_{}", uuid::Uuid::new_v4().simple());
        run(&mut self.admin().await, &format!("CREATE ROLE {role} {attributes}")).await;
        role
    }

    /// Gives a role's belongings to the superuser and drops it: roles outlive databases.
    pub(crate) async fn drop_owner(&self, role: &str) {
        let mut admin = self.admin().await;
        run(&mut admin, &format!("REASSIGN OWNED BY {role} TO CURRENT_USER")).await;
        run(&mut admin, &format!("DROP OWNED BY {role}")).await;
        run(&mut admin, &format!("DROP ROLE {role}")).await;
    }

    /// A superuser's connection.
    pub(crate) async fn admin(&self) -> PgConnection {
        connect(&self.url(None)).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (server(), self.name.clone());
        // A drop cannot wait on the test's runtime; one of its own can.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let mut connection = connect(&server).await;
                run(&mut connection, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            });
        });
        dropped.join().expect("the database is dropped");
    }
}

pub(crate) async fn connect(url: &str) -> PgConnection {
    let options: PgConnectOptions = url.parse().expect("a database URL");
    PgConnection::connect_with(&options).await.expect("the test server answers")
}

/// Runs statements of a test's own making.
pub(crate) async fn run(connection: &mut PgConnection, sql: &str) {
    connection.execute(AssertSqlSafe(sql)).await.expect(sql);
}

/// The durable host under the suite of the ports.
pub(crate) struct Pg {
    pub(crate) host: PgHost,
    pub(crate) database: Database,
}

pub(crate) async fn pg() -> Pg {
    let database = Database::create().await;
    Pg { host: database.host().await, database }
}

/// Every time that is stored, by table.
const TIMES: &str = "
    SELECT format('UPDATE %s SET %s', c.oid::regclass,
        string_agg(format('%1$I = %1$I - $1 * interval ''1 microsecond''', a.attname), ', '))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.atttypid = 'timestamptz'::regtype AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND n.nspname IN ('twinhost', 'pgmq') AND c.relname <> '_migrations'
    GROUP BY c.oid";

#[async_trait]
impl Backend for Pg {
    fn documents(&self) -> Arc<dyn Documents> {
        self.host.store()
    }

    fn commit(&self) -> Arc<dyn Commit> {
        self.host.store()
    }

    fn objects(&self) -> Arc<dyn Objects> {
        self.host.store()
    }

    fn queue(&self) -> Arc<dyn Queue> {
        self.host.queue()
    }

    /// The server's clock cannot be moved, so everything that is stored is moved into the past.
    async fn advance(&self, by: Duration) {
        let mut admin = self.database.admin().await;
        let updates: Vec<String> =
            sqlx::query_scalar(TIMES).fetch_all(&mut admin).await.expect("the tables");
        let micros = i64::try_from(by.as_micros()).expect("a short time");
        for update in updates {
            let moved = sqlx::query(AssertSqlSafe(update)).bind(micros).execute(&mut admin).await;
            moved.expect("times move");
        }
    }
}

#[async_trait]
impl Operated for Pg {
    fn letters(&self) -> Arc<dyn DeadLetters> {
        self.host.queue()
    }

    async fn housekeep(&self) {
        self.host.housekeeping().await.expect("housekeeping works");
    }
}
