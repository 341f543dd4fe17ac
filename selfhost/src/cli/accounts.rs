//! `accounts`: the AWS accounts that the zombie hunter may read.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use events::{CloudAccount, Credentials};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use twinhost::context::seal_context;
use twinhost::ports::Ports;
use twinhost::unit::Condition;

use super::costs::TenantArg;
use super::input;
use super::output::Output;
use super::store::Store;
use super::table::{Table, left, text};
use super::tenants;
use super::text::time;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum Accounts {
    /// Let the zombie hunter read an account
    #[command(after_help = ADD_EXAMPLES)]
    Add(AddArgs),
    /// Show the accounts that are read
    List {
        #[command(flatten)]
        tenant: TenantArg,
    },
    /// Stop reading an account, and forget its keys
    Remove {
        /// The account's twelve digits
        #[arg(value_parser = account_id)]
        account: String,
        #[command(flatten)]
        tenant: TenantArg,
    },
}

const ADD_EXAMPLES: &str = "\
The hunter only asks (Describe*, Get*, List*); a user or role with the AWS policy ReadOnlyAccess is \
enough. The secret of an access key is read from --secret-file, AWS_SECRET_ACCESS_KEY, a pipe or a prompt.

Examples:
  twinhost accounts add 123456789012 --tenant acme --regions us-east-1 --access-key-id AKIA…
  twinhost accounts add 123456789012 --tenant acme --regions us-east-1 \\
      --role-arn arn:aws:iam::123456789012:role/hunter";

/// Which account to read, and how.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The account's twelve digits
    #[arg(value_parser = account_id)]
    account: String,
    #[command(flatten)]
    tenant: TenantArg,
    /// The regions to look in
    #[arg(long, value_name = "REGION,…", required = true, value_delimiter = ',', value_parser = region)]
    regions: Vec<String>,
    /// The id of a read-only user's access key
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "role_arn",
        conflicts_with = "role_arn"
    )]
    access_key_id: Option<String>,
    /// A file with the access key's secret; `-` reads it from standard input
    #[arg(long, value_name = "FILE", requires = "access_key_id")]
    secret_file: Option<PathBuf>,
    /// A read-only role to assume instead
    #[arg(long, value_name = "ARN", value_parser = role_arn)]
    role_arn: Option<String>,
    /// The external id that the role's trust policy asks for [default: a new one, which is printed]
    #[arg(long, value_name = "ID", requires = "role_arn")]
    external_id: Option<String>,
    /// Never report a resource with this tag key
    #[arg(long, value_name = "KEY")]
    exclude_tag: Option<String>,
}

/// An account without its secrets.
#[derive(Debug, Serialize)]
struct Listed {
    account_id: String,
    /// The role's ARN or the access key's id.
    by: String,
    external_id: Option<String>,
    regions: Vec<String>,
    exclude_tag: Option<String>,
    created_at: jiff::Timestamp,
}

impl From<CloudAccount> for Listed {
    fn from(account: CloudAccount) -> Self {
        let (by, external_id) = match account.credentials {
            Credentials::Role { role_arn, external_id } => (role_arn, Some(external_id)),
            Credentials::AccessKey { access_key_id, .. } => (access_key_id, None),
        };
        Self {
            account_id: account.account_id,
            by,
            external_id,
            regions: account.regions,
            exclude_tag: account.exclude_tag,
            created_at: account.created_at,
        }
    }
}

/// Runs a command on accounts.
pub(crate) async fn run(command: &Accounts, ports: &Ports, output: Output) -> Result<()> {
    match command {
        Accounts::Add(args) => add(args, ports, output).await,
        Accounts::List { tenant } => list(&Store::new(ports, &tenant.tenant), output).await,
        Accounts::Remove { account, tenant } => {
            let store = Store::new(ports, &tenant.tenant);
            let found = store.get::<CloudAccount>(account).await?;
            let found = found.with_context(|| {
                let tenant = store.tenant();
                format!(
                    "`{tenant}` has no account `{account}`; `twinhost accounts list --tenant {tenant}` \
                     shows those it has"
                )
            })?;
            if !store.delete::<CloudAccount>(account, found.version).await? {
                bail!("somebody else changed `{account}` at the same time; run the command again");
            }
            output.done(&format!("account `{account}` removed; what was found in it stays listed"))
        }
    }
}

async fn add(args: &AddArgs, ports: &Ports, output: Output) -> Result<()> {
    let store = Store::new(ports, &args.tenant.tenant);
    let account = CloudAccount {
        account_id: args.account.clone(),
        credentials: credentials(args, ports, &store).await?,
        regions: args.regions.clone(),
        exclude_tag: args.exclude_tag.clone(),
        created_at: ports.clock.now(),
    };
    if !store.put(&account, Condition::Absent).await? {
        bail!(
            "there is an account `{0}` already; `twinhost accounts remove {0} --tenant {1}` removes it first",
            args.account,
            store.tenant()
        );
    }
    tenants::ensure(ports, store.tenant()).await?;
    let listed = Listed::from(account);
    output.value(&listed, || {
        let added = format!("account `{}` of `{}` added", args.account, store.tenant());
        match &listed.external_id {
            Some(id) => {
                format!("{added}\n  external id  {id}\n  (the role's trust policy must ask for it)")
            }
            None => added,
        }
    })?;
    output.hint("It is read at the next hunt; at once with: twinhost schedules run zombie-hunter");
    Ok(())
}

async fn credentials(args: &AddArgs, ports: &Ports, store: &Store<'_>) -> Result<Credentials> {
    match (&args.role_arn, &args.access_key_id) {
        (Some(role_arn), _) => Ok(Credentials::Role {
            role_arn: role_arn.clone(),
            // One that nobody can guess: who knows the role's name must not be able to read it through us.
            external_id: args
                .external_id
                .clone()
                .unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        }),
        (None, Some(access_key_id)) => {
            let context = seal_context(store.tenant(), &CloudAccount::seal_context(&args.account));
            let secret = key_secret(args)?;
            let sealed = ports.keys.seal(secret.expose_secret().as_bytes(), &context).await;
            Ok(Credentials::AccessKey {
                access_key_id: access_key_id.clone(),
                secret_access_key: sealed.context("the secret cannot be sealed")?,
            })
        }
        (None, None) => bail!("give `--access-key-id` or `--role-arn`"),
    }
}

fn key_secret(args: &AddArgs) -> Result<SecretString> {
    let from_environment = std::env::var("AWS_SECRET_ACCESS_KEY").ok().filter(|s| !s.is_empty());
    match from_environment.filter(|_| args.secret_file.is_none()) {
        Some(secret) => Ok(secret.into()),
        None => input::secret(args.secret_file.as_deref(), "secret access key"),
    }
}

async fn list(store: &Store<'_>, output: Output) -> Result<()> {
    let accounts = store.all::<CloudAccount>().await?.into_iter().map(Listed::from);
    let accounts: Vec<_> = accounts.collect();
    let if_empty = format!(
        "no account of `{0}` is read; `twinhost accounts add --help` says how to add one",
        store.tenant()
    );
    let columns = [left("ACCOUNT"), text("READ BY"), text("REGIONS"), left("ADDED (UTC)")];
    output.list(&accounts, &if_empty, || {
        Table::new(columns, &accounts, |account| {
            [
                account.account_id.clone(),
                account.by.clone(),
                account.regions.join(" "),
                time(account.created_at),
            ]
        })
    })
}

fn account_id(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err("an AWS account is twelve digits, such as `123456789012`".to_owned())
}

fn region(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (5..=32).contains(&text.len()) && text.bytes().all(fits) && text.contains('-') {
        return Ok(text.to_owned());
    }
    Err("a region is written as `us-east-1`".to_owned())
}

fn role_arn(text: &str) -> Result<String, String> {
    if text.starts_with("arn:aws") && text.contains(":role/") {
        return Ok(text.to_owned());
    }
    Err("a role is written as `arn:aws:iam::123456789012:role/name`".to_owned())
}
