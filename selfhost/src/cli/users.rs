//! `users`: who may log in. Passwords are read from a prompt or a pipe, never from the command line.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use twinhost::TenantId;
use twinhost::ports::{Principal, Query};
use twinhost_postgres::auth::{LocalAuth, User};

use super::costs::TenantArg;
use super::input;
use super::output::Output;
use super::table::{Table, left, text};
use super::text::{duration, time};

/// What to do with users.
#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    /// Make an account; its password is asked for, or read from standard input
    #[command(after_help = ADD_EXAMPLES)]
    Add(AddArgs),
    /// Show who may log in
    List,
    /// Set a password; it is asked for, or read from standard input
    Passwd {
        /// The mail address
        email: String,
        /// A file with the new password; `-` is standard input
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Remove an account; its tokens stay good until they expire
    Remove {
        /// The mail address
        email: String,
    },
    /// Make a bearer token that speaks for a user, for a script
    Token {
        /// The mail address
        email: String,
        /// For how long it is good
        #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
        lasting: Duration,
    },
}

const ADD_EXAMPLES: &str = "Examples:
  twinhost users add ada@example.com --tenant acme
  twinhost users add ci@example.com --tenant acme --role reader --password-file password.txt";

/// Whose account to make.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The mail address
    email: String,
    #[command(flatten)]
    tenant: TenantArg,
    /// What the user may do; can be given more than once
    #[arg(long = "role", value_name = "ROLE", default_value = "admin")]
    roles: Vec<String>,
    /// A file with the password; `-` is standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// An account without its password.
#[derive(Debug, Serialize)]
struct Listed {
    email: String,
    tenant: TenantId,
    roles: Vec<String>,
    created_at: Timestamp,
}

impl From<User> for Listed {
    fn from(user: User) -> Self {
        let User { email, tenant, roles, created_at, .. } = user;
        Self { email, tenant, roles, created_at }
    }
}

/// Runs a command on users.
pub(crate) async fn run(command: &Users, auth: &LocalAuth, output: Output) -> Result<()> {
    match command {
        Users::Add(args) => {
            let password = input::new_password(args.password_file.as_deref())?;
            let tenant = args.tenant.tenant.clone();
            let user = auth.add(&args.email, &password, tenant, args.roles.clone()).await?;
            output.value(&Listed::from(user), || format!("account `{}` added", args.email))
        }
        Users::List => list(auth, output).await,
        Users::Passwd { email, password_file } => {
            let password = input::new_password(password_file.as_deref())?;
            auth.set_password(email, &password).await?;
            output.done(&format!("the password of `{email}` is changed"))
        }
        Users::Remove { email } => {
            auth.remove(email).await?;
            output
                .done(&format!("account `{email}` removed; its tokens stay good until they expire"))
        }
        Users::Token { email, lasting } => token(email, *lasting, auth, output).await,
    }
}

async fn list(auth: &LocalAuth, output: Output) -> Result<()> {
    let users: Vec<_> = all(auth).await?.into_iter().map(Listed::from).collect();
    let if_empty = "nobody may log in; `twinhost users add ADDRESS --tenant NAME` makes an account";
    let columns = [text("ADDRESS"), left("TENANT"), left("ROLES"), left("ADDED (UTC)")];
    output.list(&users, if_empty, || {
        Table::new(columns, &users, |user| {
            [
                user.email.clone(),
                user.tenant.to_string(),
                user.roles.join(" "),
                time(user.created_at),
            ]
        })
    })
}

async fn all(auth: &LocalAuth) -> Result<Vec<User>> {
    let mut users = Vec::new();
    let mut query = Query { limit: 1000, ..Query::default() };
    loop {
        let page = auth.list(&query).await?;
        users.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return Ok(users);
        }
    }
}

async fn token(email: &str, lasting: Duration, auth: &LocalAuth, output: Output) -> Result<()> {
    let email = email.to_lowercase();
    let Some(user) = all(auth).await?.into_iter().find(|user| user.email == email) else {
        anyhow::bail!("`{email}` has no account; `twinhost users list` shows who has");
    };
    let principal = Principal { subject: user.email, tenant: user.tenant, roles: user.roles };
    let token = auth.issue(&principal, lasting)?;
    #[derive(Serialize)]
    struct Issued<'a> {
        token: &'a str,
        expires_in_seconds: u64,
    }
    let token = token.expose_secret();
    let issued = Issued { token, expires_in_seconds: lasting.as_secs() };
    output.value(&issued, || token.to_owned())
}
