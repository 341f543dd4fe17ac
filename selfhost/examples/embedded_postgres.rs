//! Runs an embedded PostgreSQL until Ctrl-C, and prints its process id and connection string:
//! `cargo run -p twinhost-selfhost --example embedded_postgres -- ./data`.

use anyhow::Context;
use twinhost_selfhost::embedded_postgres::{EmbeddedPostgres, Options};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let data_dir =
        std::env::args_os().nth(1).context("name a data folder: `embedded_postgres DIR`")?;
    let postgres = EmbeddedPostgres::start(&Options::new(data_dir)).await?;
    println!("{} {}", postgres.pid(), postgres.url());
    tokio::select! {
        () = postgres.watch() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(postgres.stop().await?)
}
