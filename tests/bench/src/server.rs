//! The one Postgres server, and a fresh database on it for every measurement.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, ensure};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};

/// A server on which databases can be created.
#[derive(Debug)]
pub(crate) struct Server {
    admin: PgPool,
    url: String,
    databases: AtomicU32,
}

/// A database that exists until it is dropped by name.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) url: String,
}

impl Server {
    pub(crate) async fn connect(url: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse().context("read TWINHOST_TEST_POSTGRES")?;
        let admin = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
        Ok(Self { admin, url: url.to_owned(), databases: AtomicU32::new(0) })
    }

    /// Version and durability, which every contestant shares.
    pub(crate) async fn describe(&self) -> anyhow::Result<String> {
        let setting = async |name: &str| -> anyhow::Result<String> {
            let value = sqlx::query_scalar("SELECT current_setting($1)").bind(name);
            Ok(value.fetch_one(&self.admin).await?)
        };
        let (version, fsync) = (setting("server_version").await?, setting("fsync").await?);
        let synchronous = setting("synchronous_commit").await?;
        ensure!(fsync == "on" && synchronous == "on", "the server is not durable");
        let version = version.split(' ').next().unwrap_or_default().to_owned();
        Ok(format!("PostgreSQL {version}, `fsync=on`, `synchronous_commit=on`"))
    }

    /// Creates an empty database.
    pub(crate) async fn create(&self) -> anyhow::Result<Database> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("bench_{}_{number}", std::process::id());
        self.admin_do(format!("CREATE DATABASE {name}")).await?;
        let (before, _) = self.url.rsplit_once('/').context("the URL names no database")?;
        Ok(Database { url: format!("{before}/{name}"), name })
    }

    /// Drops a database, whoever is still connected, and leaves nothing of it to be written later.
    pub(crate) async fn drop(&self, database: Database) -> anyhow::Result<()> {
        self.admin_do(format!("DROP DATABASE {} WITH (FORCE)", database.name)).await?;
        self.admin_do("CHECKPOINT".to_owned()).await
    }

    /// Transactions that were committed in a database so far.
    pub(crate) async fn commits(&self, database: &Database) -> anyhow::Result<i64> {
        let commits =
            sqlx::query_scalar("SELECT xact_commit FROM pg_stat_database WHERE datname = $1");
        Ok(commits.bind(&database.name).fetch_one(&self.admin).await?)
    }

    async fn admin_do(&self, statement: String) -> anyhow::Result<()> {
        sqlx::query(AssertSqlSafe(statement)).execute(&self.admin).await?;
        Ok(())
    }
}

impl Database {
    /// Connections to it, all opened beforehand.
    pub(crate) async fn pool(&self, connections: u32) -> anyhow::Result<PgPool> {
        let options =
            PgPoolOptions::new().max_connections(connections).min_connections(connections);
        Ok(options.connect(&self.url).await?)
    }
}
