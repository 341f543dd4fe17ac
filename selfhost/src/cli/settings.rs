//! `settings`: whom to tell of what.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use events::{Settings, Severity};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use twinhost::context::seal_context;
use twinhost::ports::Ports;
use twinhost::unit::Condition;

use super::costs::{TenantArg, severity};
use super::input;
use super::output::Output;
use super::store::{Store, Versioned};

/// What to do with settings.
#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Show whom is told of what
    Show {
        #[command(flatten)]
        tenant: TenantArg,
    },
    /// Change whom is told of what; what is not given stays as it is
    #[command(after_help = SET_EXAMPLES)]
    Set(Box<SetArgs>),
}

const SET_EXAMPLES: &str = "Examples:
  twinhost settings set --tenant acme --alert-threshold high --alert-to ops@example.com
  twinhost settings set --tenant acme --digest-to team@example.com --time-zone Europe/Berlin
  twinhost settings set --tenant acme --slack-webhook-file url.txt
  twinhost settings set --tenant acme --alert-to ''        # nobody any more";

/// What to change.
#[derive(Debug, Args)]
#[group(id = "change", required = true, multiple = true, args = [
    "alert_threshold", "alert_to", "digest_to", "slack_webhook_file", "no_slack_webhook", "time_zone",
])]
pub(crate) struct SetArgs {
    #[command(flatten)]
    tenant: TenantArg,
    /// The least severity that is told at once: info, low, medium, high or critical
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    alert_threshold: Option<Severity>,
    /// Who gets anomalies at once, by mail; an empty list tells nobody
    #[arg(long, value_name = "ADDRESS,…", value_parser = addresses)]
    alert_to: Option<Addresses>,
    /// Who gets the daily digest, by mail; an empty list tells nobody
    #[arg(long, value_name = "ADDRESS,…", value_parser = addresses)]
    digest_to: Option<Addresses>,
    /// A file with the URL of a Slack-compatible incoming webhook; `-` reads it from standard input
    #[arg(long, value_name = "FILE", conflicts_with = "no_slack_webhook")]
    slack_webhook_file: Option<PathBuf>,
    /// Post to no chat any more
    #[arg(long)]
    no_slack_webhook: bool,
    /// The time zone of dates in mails: `Europe/Berlin`
    #[arg(long, value_name = "ZONE", value_parser = time_zone)]
    time_zone: Option<String>,
}

/// A list of mail addresses.
#[derive(Clone, Debug)]
struct Addresses(Vec<String>);

/// The settings without the secret in them.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    alert_threshold: Severity,
    alert_to: &'a [String],
    digest_to: &'a [String],
    has_slack_webhook: bool,
    time_zone: &'a str,
}

/// Runs a command on settings.
pub(crate) async fn run(command: &SettingsCommand, ports: &Ports, output: Output) -> Result<()> {
    match command {
        SettingsCommand::Show { tenant } => {
            let store = Store::new(ports, &tenant.tenant);
            show(&current(&store).await?.document, output)
        }
        SettingsCommand::Set(args) => {
            let store = Store::new(ports, &args.tenant.tenant);
            let mut settings = current(&store).await?;
            change(&mut settings.document, args, ports, &store).await?;
            settings.replace(&store).await?;
            show(&settings.document, output)
        }
    }
}

/// The settings as stored, or the defaults to be stored for the first time.
async fn current(store: &Store<'_>) -> Result<Versioned<Settings>> {
    let stored = store.get::<Settings>(Settings::KEY).await?;
    let defaults = Versioned { document: Settings::default(), version: Condition::Absent };
    Ok(stored.unwrap_or(defaults))
}

async fn change(
    settings: &mut Settings,
    args: &SetArgs,
    ports: &Ports,
    store: &Store<'_>,
) -> Result<()> {
    if let Some(threshold) = args.alert_threshold {
        settings.alert_threshold = threshold;
    }
    if let Some(Addresses(to)) = &args.alert_to {
        settings.alert_to.clone_from(to);
    }
    if let Some(Addresses(to)) = &args.digest_to {
        settings.digest_to.clone_from(to);
    }
    if let Some(zone) = &args.time_zone {
        settings.time_zone.clone_from(zone);
    }
    if args.no_slack_webhook {
        settings.slack_webhook = None;
    }
    if let Some(file) = &args.slack_webhook_file {
        let url = input::secret(Some(file), "URL")?;
        let is_https =
            reqwest::Url::parse(url.expose_secret()).is_ok_and(|url| url.scheme() == "https");
        if !is_https {
            bail!("a chat's webhook is a URL that begins with `https://`; this one is not");
        }
        let context = seal_context(store.tenant(), &Settings::SEAL_CONTEXT);
        let sealed = ports.keys.seal(url.expose_secret().as_bytes(), &context).await;
        settings.slack_webhook = Some(sealed.context("the URL cannot be sealed")?);
    }
    Ok(())
}

fn show(settings: &Settings, output: Output) -> Result<()> {
    let shown = Shown {
        alert_threshold: settings.alert_threshold,
        alert_to: &settings.alert_to,
        digest_to: &settings.digest_to,
        has_slack_webhook: settings.slack_webhook.is_some(),
        time_zone: &settings.time_zone,
    };
    let people = |to: &[String]| if to.is_empty() { "nobody".to_owned() } else { to.join(", ") };
    output.value(&shown, || {
        format!(
            "  told at once from  {}\n  at once to         {}\n  daily digest to    {}\n  \
             chat               {}\n  time zone          {}",
            shown.alert_threshold,
            people(shown.alert_to),
            people(shown.digest_to),
            if shown.has_slack_webhook { "yes" } else { "no" },
            shown.time_zone
        )
    })
}

/// Reads addresses with commas between them. Whether a mailbox exists only its server knows.
fn addresses(text: &str) -> Result<Addresses, String> {
    let all = text.split(',').map(str::trim).filter(|address| !address.is_empty());
    let checked = all.map(|address| {
        let is_plain = address.chars().all(|c| c.is_ascii_graphic());
        match address.rsplit_once('@') {
            Some((user, host)) if is_plain && !user.is_empty() && host.contains('.') => {
                Ok(address.to_owned())
            }
            Some((user, "localhost")) if is_plain && !user.is_empty() => Ok(address.to_owned()),
            _ => Err(format!("`{address}` is not a mail address such as `ops@example.com`")),
        }
    });
    checked.collect::<Result<_, _>>().map(Addresses)
}

fn time_zone(name: &str) -> Result<String, String> {
    match jiff::tz::TimeZone::get(name) {
        Ok(_) => Ok(name.to_owned()),
        Err(_) => Err(format!("`{name}` is not an IANA time zone, such as `Europe/Berlin`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_from_a_list_and_an_empty_one_is_nobody() {
        let Addresses(two) = addresses("a@example.com, b@localhost").unwrap();
        assert_eq!(two, ["a@example.com", "b@localhost"]);
        assert!(addresses("").unwrap().0.is_empty());
        for bad in ["ops", "@example.com", "a@b", "a b@example.com", "a@example.com\nBcc: x@y.z"] {
            assert!(addresses(bad).unwrap_err().contains("is not a mail address"), "{bad}");
        }
    }

    #[test]
    fn a_time_zone_is_one_that_exists() {
        assert!(time_zone("Europe/Berlin").is_ok() && time_zone("UTC").is_ok());
        assert!(time_zone("Mars/Olympus").unwrap_err().contains("`Mars/Olympus`"));
    }
}
