//! `tenants`: whose data there is. Schedules tick for each of them.

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use events::Source;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twinhost::ports::Ports;
use twinhost::unit::Condition;
use twinhost::{Document, TenantId};

use super::output::Output;
use super::store::Store;
use super::table::{Table, left};
use super::text::{plural, time};

/// What to do with tenants.
#[derive(Debug, Subcommand)]
pub(crate) enum Tenants {
    /// Begin to work for a tenant; adding its first source or account does so, too
    Add {
        /// Its name: 1 to 63 of a-z, 0-9 and `-`
        name: TenantId,
    },
    /// Show whose data there is
    List,
    /// Let schedules tick for a tenant no more; its data stays
    Remove {
        /// Its name
        name: TenantId,
    },
}

/// A tenant for whom schedules tick: a document of the system tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tenant {
    /// Its name.
    pub(crate) name: TenantId,
    /// When it was added.
    pub(crate) created_at: Timestamp,
}

impl Document for Tenant {
    const COLLECTION: &'static str = "tenants";

    fn key(&self) -> String {
        self.name.to_string()
    }
}

/// Runs a command on tenants.
pub(crate) async fn run(command: &Tenants, ports: &Ports, output: Output) -> Result<()> {
    match command {
        Tenants::Add { name } => {
            if name.is_system() {
                bail!("`{name}` owns what belongs to no tenant; choose another name");
            }
            if !ensure(ports, name).await? {
                bail!("there is a tenant `{name}` already");
            }
            output.done(&format!("tenant `{name}` added"))?;
            output.hint(&format!("let a sender in: twinhost sources add NAME --tenant {name}"));
            Ok(())
        }
        Tenants::List => list(ports, output).await,
        Tenants::Remove { name } => remove(name, ports, output).await,
    }
}

/// Makes sure that schedules tick for a tenant; answers whether it was new.
pub(crate) async fn ensure(ports: &Ports, name: &TenantId) -> Result<bool> {
    let tenant = Tenant { name: name.clone(), created_at: ports.clock.now() };
    Store::new(ports, &TenantId::system()).put(&tenant, Condition::Absent).await
}

/// All tenants, by name.
pub(crate) async fn all(ports: &Ports) -> Result<Vec<TenantId>> {
    let tenants = Store::new(ports, &TenantId::system()).all::<Tenant>().await?;
    Ok(tenants.into_iter().map(|tenant| tenant.name).collect())
}

async fn list(ports: &Ports, output: Output) -> Result<()> {
    let tenants = Store::new(ports, &TenantId::system()).all::<Tenant>().await?;
    let if_empty = "there is no tenant yet; `twinhost tenants add NAME` makes one";
    output.list(&tenants, if_empty, || {
        Table::new([left("NAME"), left("ADDED (UTC)")], &tenants, |tenant| {
            [tenant.name.to_string(), time(tenant.created_at)]
        })
    })
}

/// A tenant who still has senders is kept: what they send would be worked on for nobody.
async fn remove(name: &TenantId, ports: &Ports, output: Output) -> Result<()> {
    let system = TenantId::system();
    let store = Store::new(ports, &system);
    let found = store.get::<Tenant>(name.as_str()).await?.with_context(|| {
        format!("there is no tenant `{name}`; `twinhost tenants list` shows those there are")
    })?;
    let sources = Store::new(ports, name).all::<Source>().await?;
    if let Some(source) = sources.first() {
        bail!(
            "`{name}` still has {}; remove them first: `twinhost sources remove {} --tenant {name}`",
            plural(sources.len() as u64, "source"),
            source.name
        );
    }
    if !store.delete::<Tenant>(name.as_str(), found.version).await? {
        bail!("somebody else changed `{name}` at the same time; run the command again");
    }
    output.done(&format!("tenant `{name}` removed; its data stays in the database"))
}

#[cfg(test)]
mod tests {
    use twinhost::memory::Memory;

    use super::*;

    #[tokio::test]
    async fn a_tenant_is_added_once_and_removed_only_without_sources() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let acme: TenantId = "acme".parse().unwrap();
        let output = Output::new(true);
        let add = Tenants::Add { name: acme.clone() };
        run(&add, &ports, output).await.unwrap();
        assert!(run(&add, &ports, output).await.is_err());
        assert_eq!(all(&ports).await.unwrap(), ["acme".parse().unwrap()]);

        let source = Source {
            name: "ci".to_owned(),
            scheme: events::Scheme::Github,
            secret: String::new(),
            previous_secret: None,
            created_at: Timestamp::UNIX_EPOCH,
            rotated_at: None,
        };
        let store = Store::new(&ports, &acme);
        store.put(&source, Condition::Absent).await.unwrap();
        let remove = Tenants::Remove { name: acme.clone() };
        let error = run(&remove, &ports, output).await.unwrap_err().to_string();
        assert!(error.contains("sources remove ci --tenant acme"), "{error}");
        store.delete::<Source>("ci", Condition::Any).await.unwrap();
        run(&remove, &ports, output).await.unwrap();
        assert!(all(&ports).await.unwrap().is_empty());
    }
}
