//! A database of its own on the throw-away server of `scripts/with-postgres`.

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// A new, empty database.
    ///
    /// # Errors
    ///
    /// When there is no server, with the cure.
    pub async fn create() -> anyhow::Result<Self> {
        let server = std::env::var("TWINHOST_TEST_POSTGRES").context(
            "TWINHOST_TEST_POSTGRES is not set; run the tests through `make test` or scripts/with-postgres",
        )?;
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&server).await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        Ok(Self { server, name })
    }

    /// Its URL for the superuser.
    #[must_use]
    pub fn url(&self) -> String {
        let base = self.server.rsplit_once('/').map_or(self.server.as_str(), |(base, _)| base);
        format!("{base}/{}", self.name)
    }

    /// Its URL with a password, which the server does not ask for.
    #[must_use]
    pub fn url_with_password(&self, password: &str) -> String {
        self.url().replacen('@', &format!(":{password}@"), 1)
    }

    /// A superuser's connection, to look behind the scenes.
    ///
    /// # Errors
    ///
    /// When the server does not answer.
    pub async fn connect(&self) -> anyhow::Result<PgConnection> {
        Ok(PgConnection::connect(&self.url()).await?)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A drop cannot wait on the test's runtime; one of its own can.
        let dropping = std::thread::spawn(move || -> anyhow::Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await?;
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                connection.execute(AssertSqlSafe(drop)).await?;
                Ok(())
            })
        });
        // The whole server is thrown away a little later.
        let _dropped = dropping.join();
    }
}
