//! A home of its own: a database on the throw-away server, and a folder for large objects.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use twinhost::memory::Memory;
use twinhost::ports::Ports;
use twinhost::{Manifest, TenantId};
use twinhost_postgres::{PgHost, PgOptions};
use twinhost_selfhost::migration::Side;

use crate::world::{OTHERS, THINGS};

pub(crate) struct Home {
    name: String,
    server: String,
    _objects: TempDir,
    pub(crate) side: Side,
}

/// A document's row: collection, key, version, body, and when it expires.
pub(crate) type Row = (String, String, i64, String, Option<String>);

impl Home {
    pub(crate) async fn start() -> Self {
        let server = std::env::var("TWINHOST_TEST_POSTGRES")
            .expect("TWINHOST_TEST_POSTGRES is not set; run the tests through `make test` or scripts/with-postgres");
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        run(&server, format!("CREATE DATABASE {name}")).await;
        let objects = tempfile::tempdir().unwrap();
        let manifest = Manifest {
            app: "tests".to_owned(),
            handlers: Vec::new(),
            collections: BTreeSet::from([THINGS.to_owned(), OTHERS.to_owned()]),
        };
        let options = PgOptions::new(url(&server, &name).into(), objects.path().to_owned());
        let host = PgHost::connect(&options, &manifest).await.unwrap();
        let store = host.store();
        let ports = Ports {
            documents: store.clone(),
            commit: store.clone(),
            objects: store.clone(),
            ..Memory::new(jiff::Timestamp::now()).ports()
        };
        let side = Side { name: "home".to_owned(), ports, transfer: store };
        Self { name, server, _objects: objects, side }
    }

    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&url(&self.server, &self.name)).await.unwrap()
    }

    /// A tenant's rows as they are, whatever the ports say of them.
    pub(crate) async fn rows(&self, tenant: &TenantId) -> Vec<Row> {
        let rows =
            "SELECT collection, key, version, body::text, expires_at::text FROM twinhost.documents
            WHERE tenant = $1 ORDER BY 1, 2";
        let rows = sqlx::query_as(rows).bind(tenant.as_str());
        rows.fetch_all(&mut self.connect().await).await.unwrap()
    }
}

fn url(server: &str, name: &str) -> String {
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

async fn run(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}

impl Drop for Home {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A drop cannot wait on the test's runtime; one of its own can.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            runtime.unwrap().block_on(run(&server, drop));
        });
        dropped.join().unwrap();
    }
}
