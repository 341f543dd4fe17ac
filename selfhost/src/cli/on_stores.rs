//! The commands that work on the stores of this machine.

use anyhow::Result;
use clap::Subcommand;
use twinhost::App;
use twinhost_selfhost::{Config, Host};

use super::costs::{self, ListArgs, SevereListArgs, TenantArg};
use super::output::Output;
use super::store::Store;
use super::stores::{Stores, Which};
use super::{
    accounts, hunts, invoke, queues, schedules, settings, sources, stores, summary, tenants, users,
};

/// A command that works on the stores.
#[derive(Debug, Subcommand)]
pub(crate) enum OnStores {
    /// What came in: cost events, and what became of every record
    #[command(subcommand)]
    Events(Events),
    /// What is out of the ordinary
    #[command(subcommand)]
    Anomalies(Anomalies),
    /// What is usual
    #[command(subcommand)]
    Baselines(Baselines),
    /// Idle resources that still cost money
    #[command(subcommand)]
    Zombies(Zombies),
    /// What waits, what was given up, and what to do about it
    #[command(subcommand)]
    Queues(queues::Queues),
    /// What runs when
    #[command(subcommand)]
    Schedules(schedules::Schedules),
    /// Give one event to a handler in this process, and commit what it does
    #[command(after_help = invoke::EXAMPLES)]
    Invoke(invoke::InvokeArgs),
    /// Whose data there is
    #[command(subcommand)]
    Tenants(tenants::Tenants),
    /// Who may send webhooks
    #[command(subcommand)]
    Sources(sources::Sources),
    /// Which AWS accounts the zombie hunter may read
    #[command(subcommand)]
    Accounts(accounts::Accounts),
    /// Whom to tell of what
    #[command(subcommand)]
    Settings(settings::SettingsCommand),
    /// Who may log in
    #[command(subcommand)]
    Users(users::Users),
}

/// What to do with cost events.
#[derive(Debug, Subcommand)]
pub(crate) enum Events {
    /// Show cost events, the latest first
    List(SevereListArgs),
    /// Say what became of every record that came in, and whether it adds up
    Summary {
        #[command(flatten)]
        tenant: TenantArg,
    },
}

/// What to do with anomalies.
#[derive(Debug, Subcommand)]
pub(crate) enum Anomalies {
    /// Show anomalies: those that matter most first, then those that cost most
    List(SevereListArgs),
}

/// What to do with baselines.
#[derive(Debug, Subcommand)]
pub(crate) enum Baselines {
    /// Show what each series of calls usually costs, the costliest first
    List(ListArgs),
}

/// What to do with zombies.
#[derive(Debug, Subcommand)]
pub(crate) enum Zombies {
    /// Show idle resources: those still there first, then the costliest
    List(SevereListArgs),
    /// Show the daily hunts for them, the latest first, and what each could not see
    Hunts(ListArgs),
}

impl OnStores {
    /// Runs the command; answers whether it succeeded.
    pub(crate) async fn run(
        &self,
        which: Which,
        config: &Config,
        app: &App,
        output: Output,
    ) -> Result<bool> {
        stores::on(which, config, app, async |stores| self.on(stores, config, app, output).await)
            .await
    }

    async fn on(
        &self,
        stores: &Stores,
        config: &Config,
        app: &App,
        output: Output,
    ) -> Result<bool> {
        let Stores { ports, queue, base, .. } = stores;
        let manifest = app.manifest();
        match self {
            Self::Events(Events::List(args)) => {
                costs::events(&Store::new(ports, &args.list.tenant.tenant), args, output).await?;
            }
            Self::Events(Events::Summary { tenant }) => {
                let store = Store::new(ports, &tenant.tenant);
                let summary = summary::summarize(&store, &**queue).await?;
                summary::show(&summary, &store, output)?;
            }
            Self::Anomalies(Anomalies::List(args)) => {
                costs::anomalies(&Store::new(ports, &args.list.tenant.tenant), args, output)
                    .await?;
            }
            Self::Baselines(Baselines::List(args)) => {
                costs::baselines(&Store::new(ports, &args.tenant.tenant), args, output).await?;
            }
            Self::Zombies(Zombies::List(args)) => {
                costs::zombies(&Store::new(ports, &args.list.tenant.tenant), args, output).await?;
            }
            Self::Zombies(Zombies::Hunts(args)) => {
                hunts::list(&Store::new(ports, &args.tenant.tenant), args, output).await?;
            }
            Self::Queues(command) => {
                let letters = stores.letters();
                queues::run(command, &**queue, letters.as_deref(), &manifest, output).await?;
            }
            Self::Schedules(command) => {
                let home = stores.home()?;
                let scheduler = home.scheduler(&manifest, &config.node)?;
                schedules::run(command, &scheduler, &home.schedules, output).await?;
            }
            Self::Invoke(args) => return invoke::run(args, app, ports, output).await,
            Self::Tenants(command) => tenants::run(command, ports, output).await?,
            Self::Sources(command) => sources::run(command, ports, base, output).await?,
            Self::Accounts(command) => accounts::run(command, ports, output).await?,
            Self::Settings(command) => settings::run(command, ports, output).await?,
            Self::Users(command) => users::run(command, &stores.home()?.auth, output).await?,
        }
        Ok(true)
    }
}

/// Opens the stores of this machine, does the work, and closes them again, whatever came of it.
///
/// # Errors
///
/// When the stores cannot be opened, or the work fails.
pub(crate) async fn open<T>(
    config: &Config,
    app: &App,
    work: impl AsyncFnOnce(&Host) -> Result<T>,
) -> Result<T> {
    let host = Host::open(config, &app.manifest()).await?;
    let result = work(&host).await;
    host.close().await;
    result
}
