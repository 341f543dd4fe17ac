//! `import`: a folder that `export` wrote, into a tenant.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use twinhost::ports::Keys;
use twinhost::{App, TenantId};
use twinhost_postgres::key_file::KeyFile;
use twinhost_selfhost::Config;
use twinhost_selfhost::migration::{self, Import, Imported, Manifest, Tally};

use super::output::Output;
use super::sides::{self, Place};
use super::tenants;
use super::text::plural;

pub(crate) const EXAMPLES: &str = "\
Every checksum and every line of the folder is checked before anything is stored. If it is
interrupted, the same command goes on where it stopped. A tenant that has something already is
refused, unless with --merge: then documents of the same key are replaced, and all else stays.
Documents that have expired on the way are left out.

Secrets that were not sealed for the way (`export --secrets-key`) open on another host only if it
has the same key, and for the same tenant; those that do not are listed.

Examples:
  twinhost import ./acme-export
  twinhost import ./acme-export --to aws --secrets-key ./way.key
  twinhost import ./acme-export --tenant acme-copy --secrets-key ./way.key";

/// What to import.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The folder that `export` wrote
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Where to put it
    #[arg(long, value_enum, default_value_t = Place::Home)]
    to: Place,
    /// Another name for the tenant [default: the one it had]
    #[arg(long, short, value_name = "TENANT")]
    tenant: Option<TenantId>,
    /// Put it over what the tenant has
    #[arg(long)]
    merge: bool,
    /// The key file that secrets were sealed with for the way
    #[arg(long, value_name = "FILE")]
    secrets_key: Option<PathBuf>,
}

/// Runs the command.
pub(crate) async fn run(
    args: &ImportArgs,
    config: &Config,
    app: &App,
    output: Output,
) -> Result<()> {
    let key_file = args.secrets_key.as_deref().map(KeyFile::load).transpose()?;
    let total = Manifest::open(&args.folder)?.bytes;
    let manifest = app.manifest();
    let import = Import {
        app: &manifest.app,
        collections: &migration::collections(&manifest),
        sealed: &sides::sealed(),
        keys: key_file.as_ref().map(|keys| keys as &dyn Keys),
        tenant: args.tenant.as_ref(),
        merge: args.merge,
        folder: &args.folder,
    };
    let bar = sides::progress_bar(Some(total));
    let check = |tally| {
        bar.set_prefix("checking ");
        sides::show(&bar, tally);
    };
    let put = |tally| {
        bar.set_prefix("importing");
        sides::show(&bar, tally);
    };
    let imported = sides::on(args.to, config, app, async |side| {
        let imported = migration::import(side, &import, &check, &put).await?;
        if !imported.tenant.is_system() {
            tenants::ensure(&side.ports, &imported.tenant).await?;
        }
        Ok(imported)
    });
    let imported = imported.await;
    bar.finish_and_clear();
    let imported = imported?;
    output.value(&imported, || text(&imported))?;
    if !imported.locked.is_empty() {
        output.hint(
            "export again with `--secrets-key`, or set these anew: `twinhost sources rotate`, \
             `twinhost accounts add`, `twinhost settings set`",
        );
    }
    Ok(())
}

/// The report for people.
fn text(imported: &Imported) -> String {
    let Imported { tenant, documents, expired, objects, bytes, locked, .. } = imported;
    let all = sides::text(Tally { documents: *documents, objects: *objects, bytes: *bytes });
    let mut text = format!("{all} belong to `{tenant}` now");
    if *expired > 0 {
        let _ = write!(text, ", but for {} that expired on the way", plural(*expired, "document"));
    }
    if !locked.is_empty() {
        let secrets = plural(locked.len() as u64, "secret");
        let _ = write!(text, "\n{secrets} that cannot be opened here:");
    }
    for secret in locked {
        let _ = write!(text, "\n  {} {}: {}", secret.document, secret.field, secret.why);
    }
    text
}
