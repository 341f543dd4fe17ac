//! Connects to a database and gives out the ports.

use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use twinhost::Manifest;
use twinhost::ports::PortError;

use crate::connections::{Connections, in_time};
use crate::error::{StartError, message, port, with_hint};
use crate::health;
use crate::migrate::migrate;
use crate::objects::LargeObjects;
use crate::options::{PgOptions, as_app, bounded, describe};
use crate::queue::{PgQueue, Wakes, announce, listen};
use crate::schedules::PgSchedules;
use crate::store::PgStore;
use crate::vitals::Vitals;

/// Rows of each kind that one statement of [`PgHost::housekeeping`] deletes.
const HOUSEKEEPING_BATCH: i32 = 1000;

/// Whether the URL's user may act as the application's role.
const MAY_BE_APP: &str = "SELECT CASE WHEN to_regrole('twinhost_app') IS NULL THEN false
    ELSE pg_has_role(current_user, 'twinhost_app', 'MEMBER') END";

/// The durable host: its ports, all on one database.
#[derive(Debug)]
pub struct PgHost {
    server: Arc<str>,
    connections: Arc<Connections>,
    store: Arc<PgStore>,
    queue: Arc<PgQueue>,
    schedules: Arc<PgSchedules>,
}

impl PgHost {
    /// Connects, migrates if asked to, and checks that promises can be kept there.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached or migrated, or is [not safe](StartError::Unsafe) to use.
    pub async fn connect(options: &PgOptions, manifest: &Manifest) -> Result<Self, StartError> {
        let large = LargeObjects::local(&options.object_dir)?;
        Self::connect_with_objects(options, manifest, large).await
    }

    /// Like [`connect`](Self::connect), with large objects somewhere else than in a local folder.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn connect_with_objects(
        options: &PgOptions,
        manifest: &Manifest,
        large: LargeObjects,
    ) -> Result<Self, StartError> {
        if options.migrate {
            migrate(options, manifest).await?;
        }
        let connect = options.connect_options()?;
        let server: Arc<str> = describe(&connect).into();
        let may_be_app = may_be_app(&connect).await.map_err(|error| StartError::Connect {
            server: server.to_string(),
            cause: with_hint(&error),
        })?;
        let host = Self::start(options, connect, may_be_app, &server, large, manifest);
        match host.health().await {
            Ok(problems) if problems.is_empty() => Ok(host),
            Ok(problems) => Err(StartError::Unsafe { server: server.to_string(), problems }),
            Err(error) => {
                let cause = std::error::Error::source(&error)
                    .map_or_else(|| error.to_string(), ToString::to_string);
                Err(StartError::Connect { server: server.to_string(), cause })
            }
        }
    }

    fn start(
        options: &PgOptions,
        connect: PgConnectOptions,
        may_be_app: bool,
        server: &Arc<str>,
        large: LargeObjects,
        manifest: &Manifest,
    ) -> Self {
        let listening = connect.clone();
        let connect = bounded(connect);
        let connect = if may_be_app { as_app(connect) } else { connect };
        let connections = Connections::new(connect, options.max_connections);
        let commits = connections.beside(options.lanes);
        let wakes = Wakes::new();
        wakes.keep(tokio::spawn(listen(listening, Arc::downgrade(&wakes))));
        wakes.keep(tokio::spawn(announce(Arc::clone(&connections), Arc::downgrade(&wakes))));
        let store =
            PgStore::start(server, &connections, commits, options.lanes, large, Arc::clone(&wakes));
        Self {
            server: Arc::clone(server),
            store: Arc::new(store),
            queue: Arc::new(PgQueue::new(server, &connections, Arc::clone(&wakes), manifest)),
            schedules: Arc::new(PgSchedules::new(server, &connections, wakes)),
            connections,
        }
    }

    /// Documents, objects and the commit.
    #[must_use]
    pub fn store(&self) -> Arc<PgStore> {
        Arc::clone(&self.store)
    }

    /// The queues.
    #[must_use]
    pub fn queue(&self) -> Arc<PgQueue> {
        Arc::clone(&self.queue)
    }

    /// The schedules' occurrences.
    #[must_use]
    pub fn schedules(&self) -> Arc<PgSchedules> {
        Arc::clone(&self.schedules)
    }

    /// The database's name for messages: where it is, without user and password.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// What is wrong with the database, each with its cure; empty when all is well.
    ///
    /// # Errors
    ///
    /// `Unavailable` when it does not answer.
    pub async fn health(&self) -> Result<Vec<String>, PortError> {
        let failed = |error: sqlx::Error| port(&self.server, &error);
        let mut connection = self.connections.take().await.map_err(failed)?;
        let problems = in_time(health::problems(&mut connection)).await;
        connection.settle(problems).map_err(failed)
    }

    /// Whether the database clears away after itself.
    ///
    /// # Errors
    ///
    /// `Unavailable` when it does not answer.
    pub async fn vitals(&self) -> Result<Vitals, PortError> {
        let failed = |error: sqlx::Error| port(&self.server, &error);
        let mut connection = self.connections.take().await.map_err(failed)?;
        let vitals = in_time(Vitals::read(&mut connection)).await;
        connection.settle(vitals).map_err(failed)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    ///
    /// `Unavailable` when it does not.
    pub async fn ping(&self) -> Result<(), PortError> {
        let failed = |error: sqlx::Error| port(&self.server, &error);
        let mut connection = self.connections.take().await.map_err(failed)?;
        let ping = in_time(connection.ping()).await;
        connection.settle(ping).map_err(failed)
    }

    /// Deletes what has expired, in small transactions: messages, documents, once keys, de-duplication ids, and
    /// occurrences older than 90 days. Answers how many rows. Once a minute is often enough.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database does not answer; what was deleted by then is.
    pub async fn housekeeping(&self) -> Result<u64, PortError> {
        let failed = |error: sqlx::Error| port(&self.server, &error);
        let mut total = self.queue.expire().await?;
        loop {
            let statement =
                || sqlx::query_as("SELECT twinhost.housekeep($1)").bind(HOUSEKEEPING_BATCH);
            let (gone,): (i64,) = self.connections.fetch_one(statement).await.map_err(failed)?;
            total += u64::try_from(gone).unwrap_or(0);
            if gone < i64::from(HOUSEKEEPING_BATCH) {
                return Ok(total);
            }
        }
    }
}

async fn may_be_app(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    let may = sqlx::query_scalar(MAY_BE_APP).fetch_one(&mut connection).await?;
    if let Err(error) = connection.close().await {
        tracing::debug!(error = message(&error), "a connection did not close well");
    }
    Ok(may)
}
