//! The stores of this machine: what both the runner and the commands work on.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::task::JoinHandle;
use twinhost::Manifest;
use twinhost::ports::{Mailer, PortError, Ports, Queue, SystemClock};
use twinhost_postgres::auth::{AccountError, LocalAuth};
use twinhost_postgres::mail::{NoMailer, SmtpMailer, SmtpOptions};
use twinhost_postgres::{LargeObjects, PgHost, PgOptions, PgSchedules, StartError};

use crate::config::{Config, Smtp};
use crate::embedded_postgres::{self, EmbeddedPostgres};
use crate::scheduler::{ScheduleError, Scheduler};
use crate::secrets::{Secrets, SecretsError};

/// Who issues the tokens of local accounts.
const ISSUER: &str = "twinhost";

/// The stores of this machine, opened.
pub struct Host {
    /// What handlers reach.
    pub ports: Ports,
    /// The queues.
    pub queue: Arc<dyn Queue>,
    /// What the schedules have fired.
    pub schedules: Arc<PgSchedules>,
    /// The local accounts; also the ports' `auth`.
    pub auth: Arc<LocalAuth>,
    /// The database behind all this.
    pub database: Arc<PgHost>,
    /// The secrets of this machine.
    pub secrets: Secrets,
    /// Where the database is, for people; no user, no password.
    pub database_place: String,
    /// Where large objects are.
    pub large_objects: LargeObjects,
    /// Where mail goes, for people; `None` when it goes nowhere.
    pub mail_place: Option<String>,
    embedded: Option<Embedded>,
}

/// The Postgres of our own, and the task that brings it back when it ends.
struct Embedded {
    postgres: Arc<EmbeddedPostgres>,
    watch: JoinHandle<()>,
}

/// Why the stores cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The data folder cannot be made.
    #[error("cannot make the data folder `{path}`; `--data-dir` names another")]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A secret is missing, exposed or too short.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The Postgres of our own does not start.
    #[error("Postgres does not start here (`DATABASE_URL` names one that runs already)")]
    Embedded(#[from] embedded_postgres::Error),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] StartError),
    /// Accounts cannot be used.
    #[error(transparent)]
    Accounts(#[from] AccountError),
    /// The mail relay cannot be used.
    #[error("the configuration of `smtp` cannot be used")]
    Mail(#[source] PortError),
}

impl Host {
    /// Opens the stores: makes what is missing in the data folder, starts a
    /// Postgres there (or attaches to the one that runs) unless the
    /// configuration names another, and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// Says what is missing or in the way, and the cure.
    pub async fn open(config: &Config, manifest: &Manifest) -> Result<Self, HostError> {
        std::fs::create_dir_all(&config.data_dir)
            .map_err(|source| HostError::DataDir { path: config.data_dir.clone(), source })?;
        let secrets = Secrets::load(config)?;
        let (mailer, mail_place) = mailer(&config.smtp)?;
        let large_objects = match config.objects.s3() {
            Some(bucket) => LargeObjects::s3(&bucket)?,
            None => LargeObjects::local(&config.objects_dir())?,
        };
        let (embedded, url) = match &config.database.url {
            Some(url) => (None, url.clone()),
            None => {
                let embedded = Embedded::start(config).await?;
                let url = SecretString::from(embedded.postgres.url());
                (Some(embedded), url)
            }
        };
        let mut options = PgOptions::new(url, config.objects_dir());
        options.max_connections = config.database.max_connections;
        let opened =
            Self::connect(&options, manifest, secrets, large_objects, (mailer, mail_place));
        match (opened.await, embedded) {
            (Ok(host), embedded) => Ok(Self { embedded, ..host }),
            (Err(error), Some(embedded)) => {
                embedded.stop().await;
                Err(error)
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn connect(
        options: &PgOptions,
        manifest: &Manifest,
        secrets: Secrets,
        large_objects: LargeObjects,
        (mailer, mail_place): (Arc<dyn Mailer>, Option<String>),
    ) -> Result<Self, HostError> {
        let database =
            PgHost::connect_with_objects(options, manifest, large_objects.clone()).await?;
        let database = Arc::new(database);
        let store = database.store();
        let auth = Arc::new(LocalAuth::new(
            Arc::clone(&store) as _,
            Arc::clone(&store) as _,
            &secrets.jwt_secret,
            ISSUER,
        )?);
        Ok(Self {
            ports: Ports {
                documents: Arc::clone(&store) as _,
                commit: Arc::clone(&store) as _,
                objects: store as _,
                mail: mailer,
                keys: Arc::clone(&secrets.keys) as _,
                auth: Arc::clone(&auth) as _,
                clock: Arc::new(SystemClock),
            },
            queue: database.queue() as _,
            schedules: database.schedules(),
            auth,
            database_place: database.server().to_owned(),
            database,
            secrets,
            large_objects,
            mail_place,
            embedded: None,
        })
    }

    /// The schedules of an application, to be listed or fired.
    ///
    /// # Errors
    ///
    /// When an expression or a zone cannot be read.
    pub fn scheduler(&self, manifest: &Manifest, node: &str) -> Result<Scheduler, ScheduleError> {
        Scheduler::new(manifest, &self.ports, Arc::clone(&self.schedules) as _, node)
    }

    /// Closes everything, the database last. A Postgres that another process started goes on.
    pub async fn close(self) {
        let Self { embedded, .. } = self;
        if let Some(embedded) = embedded {
            embedded.stop().await;
        }
    }
}

impl Embedded {
    async fn start(config: &Config) -> Result<Self, HostError> {
        let options = embedded_postgres::Options::new(&config.data_dir);
        let postgres = Arc::new(EmbeddedPostgres::start(&options).await?);
        let watched = Arc::clone(&postgres);
        let watch = tokio::spawn(async move { watched.watch().await });
        Ok(Self { postgres, watch })
    }

    async fn stop(self) {
        if let Err(error) = self.postgres.stop().await {
            tracing::warn!(%error, "Cannot stop the embedded Postgres");
        }
        self.watch.abort();
    }
}

/// What sends mail, and where to.
fn mailer(config: &Smtp) -> Result<(Arc<dyn Mailer>, Option<String>), HostError> {
    let (Some(host), Some(from)) = (&config.host, &config.from) else {
        return Ok((Arc::new(NoMailer), None));
    };
    let options = SmtpOptions {
        host: host.clone(),
        port: config.port,
        encryption: config.encryption,
        credentials: config.username.clone().zip(config.password.clone()),
        from: from.clone(),
    };
    let mailer = SmtpMailer::new(&options).map_err(HostError::Mail)?;
    Ok((Arc::new(mailer), Some(format!("{host}:{} from {from}", config.port))))
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { database_place, large_objects, mail_place, .. } = self;
        f.debug_struct("Host")
            .field("database_place", database_place)
            .field("large_objects", large_objects)
            .field("mail_place", mail_place)
            .finish_non_exhaustive()
    }
}
