//! The cost watcher on each host, one handler of it running, with what it reaches outside.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use functions::app::Outside;
use functions_adapters::cloud::{self, CloudOptions, HomeKey};
use functions_adapters::slack::{SlackOptions, SlackPoster};
use lambda_emulator::Executables;
use tests::built;
use tests::hosts::{HomeHost, Host, LambdaHost, MemoryHost};
use tests::python::Server;
use twinhost::{App, Mail, Manifest};

use crate::mails::Mails;

/// The services of customers' accounts, as the SDK names them in variables.
const SERVICES: [&str; 5] = ["CLOUDWATCH", "EC2", "ELASTIC_LOAD_BALANCING_V2", "RDS", "STS"];

/// A host on which one handler runs.
pub(crate) struct Stage {
    host: Arc<dyn Host>,
    /// All handlers, those that do not run too.
    pub(crate) manifest: Manifest,
    mails: Mails,
    /// The AWS that customers' accounts are in; it ends with this value.
    _aws: Option<Server>,
}

impl Stage {
    /// The handler in memory.
    pub(crate) async fn memory(handler: &str) -> anyhow::Result<Self> {
        let aws = accounts(handler).await?;
        let app = app(aws.as_ref()).await?;
        let manifest = app.manifest();
        let host = MemoryHost::start(app, &[handler]);
        let mails = Mails::Memory(host.memory().clone());
        Ok(Self { host: Arc::new(host), manifest, mails, _aws: aws })
    }

    /// The handler at home.
    pub(crate) async fn home(handler: &str) -> anyhow::Result<Self> {
        let aws = accounts(handler).await?;
        let app = app(aws.as_ref()).await?;
        let manifest = app.manifest();
        let (mails, smtp) = Mails::maildir().await?;
        let host = HomeHost::start_with(app, &[handler], |config| config.smtp = smtp).await?;
        Ok(Self { host: Arc::new(host), manifest, mails, _aws: aws })
    }

    /// The handler's real executable on Lambda.
    pub(crate) async fn lambda(handler: &str) -> anyhow::Result<Self> {
        let aws = accounts(handler).await?;
        let manifest = app(None).await?.manifest();
        let executable = built(handler)?;
        let folder = executable.parent().context("an executable is in a folder")?.to_owned();
        let executables = Executables::Folder(folder);
        let only = [handler];
        let host = LambdaHost::start_with(&manifest, &only, executables, |options| {
            // The accounts are not where the function's own resources are.
            let accounts = aws.iter().flat_map(|aws| {
                let url = format!("http://127.0.0.1:{}", aws.port);
                SERVICES.map(|service| (format!("AWS_ENDPOINT_URL_{service}"), url.clone()))
            });
            options.variables.extend(accounts);
        });
        let host = Arc::new(host.await?);
        let mails = Mails::Ses(Arc::clone(&host));
        Ok(Self { host, manifest, mails, _aws: aws })
    }

    /// The mails sent since the host started, in the order in which they arrived.
    pub(crate) async fn mails(&self) -> anyhow::Result<Vec<Mail>> {
        self.mails.all().await
    }
}

impl Deref for Stage {
    type Target = dyn Host;

    fn deref(&self) -> &Self::Target {
        self.host.as_ref()
    }
}

/// An emulated AWS for the one handler that reads customers' accounts. It holds account 123456789012,
/// into which any key leads, with nothing in it.
async fn accounts(handler: &str) -> anyhow::Result<Option<Server>> {
    match handler {
        "zombie-scanner" => Ok(Some(Server::aws(&[]).await?)),
        _ => Ok(None),
    }
}

/// The cost watcher as it is deployed, but for where its customers' AWS accounts are.
async fn app(aws: Option<&Server>) -> anyhow::Result<App> {
    let options = CloudOptions {
        endpoint_url: aws.map(|aws| format!("http://127.0.0.1:{}", aws.port)),
        home_key: Some(HomeKey { id: "AKIAHOME".to_owned(), secret: "home".into() }),
        first_backoff: Duration::from_millis(10),
        ..CloudOptions::default()
    };
    let chat = Arc::new(SlackPoster::new(SlackOptions::default())?);
    Ok(functions::app::app(Outside { cloud: cloud::reader(options).await, chat }))
}
