//! Puts the ports together for the functions of an application.

use std::sync::Arc;

use twinhost::Manifest;
use twinhost::ports::{Auth, Clock, Keys, Mailer, Objects, Ports, SystemClock, Transfer};

use crate::absent::Absent;
use crate::auth::CognitoAuth;
use crate::clients::Clients;
use crate::commit::DynamoCommit;
use crate::documents::DynamoDocuments;
use crate::error::StartError;
use crate::keys::KmsKeys;
use crate::mail::SesMailer;
use crate::objects::S3Objects;
use crate::options::{AwsOptions, TABLE};
use crate::table::Table;
use crate::transfer::DynamoTransfer;

/// The host on AWS: its ports, each over the client of one service.
#[derive(Clone, Debug)]
pub struct AwsHost {
    clients: Arc<Clients>,
    documents: Arc<DynamoDocuments>,
    commit: Arc<DynamoCommit>,
    objects: Arc<dyn Objects>,
    transfer: Arc<DynamoTransfer>,
    mail: Arc<dyn Mailer>,
    keys: Arc<dyn Keys>,
    auth: Arc<dyn Auth>,
    clock: Arc<dyn Clock>,
}

impl AwsHost {
    /// The ports of one handler, as the environment's configuration and credentials reach them.
    ///
    /// Nothing is sent: clients are built, and connect, when they are first used.
    ///
    /// # Errors
    ///
    /// When the application has no such handler, or a variable is missing that its trigger or grants call for.
    pub async fn connect(
        options: &AwsOptions,
        manifest: &Manifest,
        handler: &str,
    ) -> Result<Self, StartError> {
        options.check(manifest, handler)?;
        let clients = Arc::new(Clients::from_environment().await);
        Self::new(clients, options, Arc::new(SystemClock))
    }

    /// The ports over given clients and a given clock.
    ///
    /// # Errors
    ///
    /// When the options name no table.
    pub fn new(
        clients: Arc<Clients>,
        options: &AwsOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let table = options.table.as_ref().ok_or_else(|| StartError::Missing {
            variable: TABLE.to_owned(),
            why: "every host commits its units of work there".to_owned(),
            what: "the name of the DynamoDB table",
        })?;
        let table = Table::new(Arc::clone(&clients), table);
        let bucket = options.bucket.as_ref().map(|name| S3Objects::new(Arc::clone(&clients), name));
        let commit = DynamoCommit::new(
            table.clone(),
            Arc::clone(&clients),
            options,
            bucket.clone(),
            Arc::clone(&clock),
        );
        let commit = Arc::new(commit);
        let transfer = DynamoTransfer::new(
            table.clone(),
            Arc::clone(&commit),
            bucket.clone(),
            Arc::clone(&clock),
        );
        Ok(Self {
            documents: Arc::new(DynamoDocuments::new(table, Arc::clone(&clock))),
            commit,
            transfer: Arc::new(transfer),
            objects: match bucket {
                Some(bucket) => Arc::new(bucket),
                None => Arc::new(Absent),
            },
            mail: match &options.mail_from {
                Some(from) => Arc::new(SesMailer::new(Arc::clone(&clients), from.clone())),
                None => Arc::new(Absent),
            },
            keys: match &options.kms_key {
                Some(key) => Arc::new(KmsKeys::new(Arc::clone(&clients), key.clone())),
                None => Arc::new(Absent),
            },
            auth: match &options.cognito {
                Some(cognito) => Arc::new(CognitoAuth::new(cognito)),
                None => Arc::new(Absent),
            },
            clock,
            clients,
        })
    }

    /// Every port, as [`dispatch`](twinhost::dispatch::dispatch) takes them.
    #[must_use]
    pub fn ports(&self) -> Ports {
        Ports {
            documents: Arc::<DynamoDocuments>::clone(&self.documents),
            commit: Arc::<DynamoCommit>::clone(&self.commit),
            objects: Arc::clone(&self.objects),
            mail: Arc::clone(&self.mail),
            keys: Arc::clone(&self.keys),
            auth: Arc::clone(&self.auth),
            clock: Arc::clone(&self.clock),
        }
    }

    /// The commit, which also finishes what an earlier delivery began.
    #[must_use]
    pub fn commit(&self) -> Arc<DynamoCommit> {
        Arc::clone(&self.commit)
    }

    /// Everything that a tenant has, to be moved to another host or from one.
    #[must_use]
    pub fn transfer(&self) -> Arc<dyn Transfer> {
        Arc::<DynamoTransfer>::clone(&self.transfer)
    }

    /// The clients of the services.
    #[must_use]
    pub fn clients(&self) -> Arc<Clients> {
        Arc::clone(&self.clients)
    }
}
