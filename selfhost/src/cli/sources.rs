//! `sources`: who may send webhooks.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use events::Source;
use functions::signatures::Scheme;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use twinhost::TenantId;
use twinhost::context::seal_context;
use twinhost::ports::Ports;
use twinhost::unit::Condition;

use super::costs::TenantArg;
use super::input;
use super::output::Output;
use super::store::Store;
use super::table::{Table, left};
use super::tenants;
use super::text::time;
use super::webhook::webhook_url;

/// What to do with sources.
#[derive(Debug, Subcommand)]
pub(crate) enum Sources {
    /// Let a sender in: make its secret and print it once
    #[command(after_help = ADD_EXAMPLES)]
    Add(AddArgs),
    /// Show who may send
    List {
        #[command(flatten)]
        tenant: TenantArg,
    },
    /// Make a new secret; the one before stays good until the next rotation
    Rotate(RotateArgs),
    /// Refuse a sender from now on
    Remove {
        /// The source's name
        name: String,
        #[command(flatten)]
        tenant: TenantArg,
    },
}

const ADD_EXAMPLES: &str = "Examples:
  twinhost sources add cloudtrail --tenant acme
  twinhost sources add github --tenant acme --scheme github
  twinhost sources add svix --tenant acme --secret-file their-secret.txt";

/// Which sender to let in.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// A name for it, which stands in the webhook's path: a-z, 0-9 and `-`
    name: String,
    #[command(flatten)]
    tenant: TenantArg,
    /// How it signs: `standard-webhooks` or `github`
    #[arg(long, value_name = "SCHEME", default_value = "standard-webhooks")]
    scheme: Scheme,
    /// Use the sender's own secret instead of a new one; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// Whose secret to change.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// The source's name
    name: String,
    #[command(flatten)]
    tenant: TenantArg,
    /// Use the sender's own secret instead of a new one; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// A source as its sender must be set up. Printed once: the secret is only kept sealed.
#[derive(Debug, Serialize)]
struct Given {
    tenant: TenantId,
    source: String,
    scheme: String,
    url: String,
    secret: String,
}

/// A source without its secrets.
#[derive(Debug, Serialize)]
struct Listed {
    name: String,
    scheme: String,
    url: String,
    created_at: Timestamp,
    rotated_at: Option<Timestamp>,
}

/// Runs a command on sources; `base` is where the webhooks are reached.
pub(crate) async fn run(
    command: &Sources,
    ports: &Ports,
    base: &str,
    output: Output,
) -> Result<()> {
    match command {
        Sources::Add(args) => add(args, ports, base, output).await,
        Sources::List { tenant } => list(&Store::new(ports, &tenant.tenant), base, output).await,
        Sources::Rotate(args) => rotate(args, ports, base, output).await,
        Sources::Remove { name, tenant } => {
            let store = Store::new(ports, &tenant.tenant);
            let found = find(&store, name).await?;
            if !store.delete::<Source>(name, found.version).await? {
                bail!("somebody else changed `{name}` at the same time; run the command again");
            }
            output.done(&format!("source `{name}` removed; what it sends is refused from now on"))
        }
    }
}

async fn add(args: &AddArgs, ports: &Ports, base: &str, output: Output) -> Result<()> {
    let AddArgs { name, scheme, .. } = args;
    if !Source::is_name(name) {
        bail!("`{name}` cannot be a source's name; use 1 to 63 of a-z, 0-9 and `-`");
    }
    let store = Store::new(ports, &args.tenant.tenant);
    let secret = secret(*scheme, args.secret_file.as_deref())?;
    let source = Source {
        name: name.clone(),
        scheme: stored_scheme(*scheme),
        secret: seal(ports, &store, name, &secret).await?,
        previous_secret: None,
        created_at: ports.clock.now(),
        rotated_at: None,
    };
    if !store.put(&source, Condition::Absent).await? {
        bail!(
            "there is a source `{name}` already; `twinhost sources rotate {name} --tenant {}` gives \
             it a new secret",
            store.tenant()
        );
    }
    tenants::ensure(ports, store.tenant()).await?;
    give(&store, &source, &secret, base, output)
}

async fn rotate(args: &RotateArgs, ports: &Ports, base: &str, output: Output) -> Result<()> {
    let store = Store::new(ports, &args.tenant.tenant);
    let mut found = find(&store, &args.name).await?;
    let source = &mut found.document;
    let secret = secret(source.scheme.into(), args.secret_file.as_deref())?;
    let sealed = seal(ports, &store, &args.name, &secret).await?;
    source.previous_secret = Some(std::mem::replace(&mut source.secret, sealed));
    source.rotated_at = Some(ports.clock.now());
    found.replace(&store).await?;
    give(&store, &found.document, &secret, base, output)
}

async fn list(store: &Store<'_>, base: &str, output: Output) -> Result<()> {
    let sources = store.all::<Source>().await?;
    let listed = sources.into_iter().map(|source| Listed {
        scheme: Scheme::from(source.scheme).to_string(),
        url: webhook_url(base, store.tenant(), &source.name),
        name: source.name,
        created_at: source.created_at,
        rotated_at: source.rotated_at,
    });
    let listed: Vec<_> = listed.collect();
    let if_empty = format!(
        "`{0}` lets nobody send yet; `twinhost sources add NAME --tenant {0}` lets a sender in",
        store.tenant()
    );
    let columns = [left("NAME"), left("SCHEME"), left("URL"), left("ADDED (UTC)"), left("ROTATED")];
    output.list(&listed, &if_empty, || {
        Table::new(columns, &listed, |source| {
            [
                source.name.clone(),
                source.scheme.clone(),
                source.url.clone(),
                time(source.created_at),
                source.rotated_at.map_or_else(|| "never".to_owned(), time),
            ]
        })
    })
}

/// Tells the operator how to set the sender up.
fn give(
    store: &Store<'_>,
    source: &Source,
    secret: &SecretString,
    base: &str,
    output: Output,
) -> Result<()> {
    let given = Given {
        tenant: store.tenant().clone(),
        source: source.name.clone(),
        scheme: Scheme::from(source.scheme).to_string(),
        url: webhook_url(base, store.tenant(), &source.name),
        secret: secret.expose_secret().to_owned(),
    };
    output.value(&given, || {
        format!("  URL     {}\n  scheme  {}\n  secret  {}", given.url, given.scheme, given.secret)
    })?;
    let before = if source.rotated_at.is_some() {
        "\nThe secret before stays good until the next rotation, so that nothing is lost."
    } else {
        ""
    };
    output.hint(&format!(
        "\nGive URL and secret to the sender. The secret is not shown again.{before}\n\
         To try it: twinhost send FILE --tenant {} --source {}",
        given.tenant, given.source
    ));
    Ok(())
}

/// The source of this name.
///
/// # Errors
///
/// When there is none, with the command that makes one.
pub(crate) async fn find(store: &Store<'_>, name: &str) -> Result<super::store::Versioned<Source>> {
    let tenant = store.tenant();
    store.get(name).await?.with_context(|| {
        format!(
            "`{tenant}` has no source `{name}`; `twinhost sources list --tenant {tenant}` shows those \
             it has, `twinhost sources add {name} --tenant {tenant}` makes it"
        )
    })
}

const fn stored_scheme(scheme: Scheme) -> events::Scheme {
    match scheme {
        Scheme::StandardWebhooks => events::Scheme::StandardWebhooks,
        Scheme::GitHub => events::Scheme::Github,
    }
}

/// Opens the secret of a source.
///
/// # Errors
///
/// When the key file that sealed it is not here any more.
pub(crate) async fn open(
    ports: &Ports,
    store: &Store<'_>,
    source: &Source,
) -> Result<SecretString> {
    let context = seal_context(store.tenant(), &Source::seal_context(&source.name));
    let secret = ports.keys.open(&source.secret, &context).await;
    let secret = secret.with_context(|| format!("the secret of source `{}`", source.name))?;
    let text = std::str::from_utf8(secret.expose_secret()).context("the secret is not text")?;
    Ok(text.into())
}

fn secret(scheme: Scheme, file: Option<&std::path::Path>) -> Result<SecretString> {
    let secret = match file {
        Some(file) => input::secret(Some(file), "secret")?,
        None => scheme.secret_from(rand::random()),
    };
    scheme.check_secret(&secret)?;
    Ok(secret)
}

async fn seal(
    ports: &Ports,
    store: &Store<'_>,
    name: &str,
    secret: &SecretString,
) -> Result<String> {
    let context = seal_context(store.tenant(), &Source::seal_context(name));
    let sealed = ports.keys.seal(secret.expose_secret().as_bytes(), &context).await;
    sealed.context("the secret cannot be sealed")
}

#[cfg(test)]
mod tests {
    use twinhost::memory::Memory;

    use super::*;

    fn add_args(name: &str) -> AddArgs {
        AddArgs {
            name: name.to_owned(),
            tenant: TenantArg { tenant: "acme".parse().unwrap() },
            scheme: Scheme::StandardWebhooks,
            secret_file: None,
        }
    }

    #[tokio::test]
    async fn a_secret_is_kept_sealed_and_the_one_before_survives_a_rotation() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let tenant: TenantId = "acme".parse().unwrap();
        let store = Store::new(&ports, &tenant);
        let output = Output::new(true);
        let base = "http://127.0.0.1:1";
        add(&add_args("cloudtrail"), &ports, base, output).await.unwrap();
        let first = find(&store, "cloudtrail").await.unwrap().document;
        assert!(!first.secret.contains("whsec_"));
        let secret = open(&ports, &store, &first).await.unwrap();
        assert!(Scheme::StandardWebhooks.check_secret(&secret).is_ok());

        let args = RotateArgs {
            name: "cloudtrail".to_owned(),
            tenant: TenantArg { tenant: tenant.clone() },
            secret_file: None,
        };
        rotate(&args, &ports, base, output).await.unwrap();
        let second = find(&store, "cloudtrail").await.unwrap().document;
        assert_eq!(second.previous_secret.as_ref(), Some(&first.secret));
        let new = open(&ports, &store, &second).await.unwrap();
        assert_ne!(new.expose_secret(), secret.expose_secret());
    }

    #[tokio::test]
    async fn a_source_is_never_overwritten_and_a_bad_name_is_refused() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let output = Output::new(true);
        add(&add_args("ci"), &ports, "http://h", output).await.unwrap();
        let again = add(&add_args("ci"), &ports, "http://h", output).await.unwrap_err().to_string();
        assert!(again.contains("sources rotate ci --tenant acme"), "{again}");
        let bad = add(&add_args("a/b"), &ports, "http://h", output).await.unwrap_err().to_string();
        assert!(bad.contains("`a/b`"), "{bad}");
    }
}
