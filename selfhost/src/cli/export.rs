//! `export`: all that a tenant has, into a folder.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use twinhost::ports::Keys;
use twinhost::{App, TenantId};
use twinhost_postgres::key_file::KeyFile;
use twinhost_selfhost::Config;
use twinhost_selfhost::migration::{self, Export, Tally};

use super::costs::TenantArg;
use super::output::Output;
use super::sides::{self, Place};

pub(crate) const EXAMPLES: &str = "\
The folder holds documents as lines of JSON, objects as files, and the SHA-256 of each, which
`import` checks. If it is interrupted, the same command goes on where it stopped; run once more
after it is done, it writes the documents anew and fetches only new objects. Stop what sends
before the last run: each document is whole, but not all of one moment.

Left out is what a host has for itself: messages in queues, the history of schedules, versions,
accounts of people.

Secrets are sealed with the key of their host, and opened nowhere else. With --secrets-key they
are sealed for the way with a key file, which is made if it is not there: carry it apart from the
folder, and delete it afterwards.

Examples:
  twinhost export --tenant acme ./acme-export --secrets-key ./way.key
  twinhost import ./acme-export --to aws --secrets-key ./way.key
  twinhost export --tenant acme ./acme-export --from aws";

/// What to export.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The folder to write
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    tenant: TenantArg,
    /// Where the tenant is
    #[arg(long, value_enum, default_value_t = Place::Home)]
    from: Place,
    /// A key file to seal secrets with for the way
    #[arg(long, value_name = "FILE")]
    secrets_key: Option<PathBuf>,
}

/// What was exported.
#[derive(Debug, Serialize)]
struct Report {
    tenant: TenantId,
    from: String,
    folder: PathBuf,
    documents: u64,
    objects: u64,
    bytes: u64,
    seconds: f64,
}

/// Runs the command.
pub(crate) async fn run(
    args: &ExportArgs,
    config: &Config,
    app: &App,
    output: Output,
) -> Result<()> {
    let began = Instant::now();
    let key_file = args.secrets_key.as_deref().map(KeyFile::load_or_create).transpose()?;
    let manifest = app.manifest();
    let export = Export {
        app: &manifest.app,
        collections: &migration::collections(&manifest),
        sealed: &sides::sealed(),
        keys: key_file.as_ref().map(|keys| keys as &dyn Keys),
        tenant: &args.tenant.tenant,
        folder: &args.folder,
    };
    let bar = sides::progress_bar(None).with_prefix("exporting");
    let exported = sides::on(args.from, config, app, async |side| {
        Ok(migration::export(side, &export, &|tally| sides::show(&bar, tally)).await?)
    });
    let exported = exported.await;
    bar.finish_and_clear();
    let exported = exported?;

    let (documents, objects, bytes) = (exported.documents, exported.objects, exported.bytes);
    let origin = exported.origin;
    let report = Report {
        tenant: origin.tenant,
        from: origin.from,
        folder: args.folder.clone(),
        documents,
        objects,
        bytes,
        seconds: began.elapsed().as_secs_f64(),
    };
    let folder = report.folder.display();
    output.value(&report, || {
        let all = sides::text(Tally { documents, objects, bytes });
        format!("{all} of `{}` are in {folder}", report.tenant)
    })?;
    let key = args.secrets_key.as_ref();
    let key = key.map(|file| format!(" --secrets-key {}", file.display())).unwrap_or_default();
    let to = if args.from == Place::Home { "aws" } else { "home" };
    output.hint(&format!("put them there: twinhost import {folder} --to {to}{key}"));
    Ok(())
}
