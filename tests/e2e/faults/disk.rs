//! The disk is full.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use sqlx::{Connection as _, PgConnection};
use tests::eventually;
use tests::home::Home;
use tests::ledger::Load;
use tests::sender::Sender;

use super::{all_is_there, ready_is};

/// A small disk of its own for a folder.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Puts one of so many megabytes in the place of a folder.
    fn mount(folder: &Path, megabytes: u32) -> anyhow::Result<Self> {
        fs::create_dir(folder)?;
        let size = format!("size={megabytes}m,mode=755");
        let mut mount = Command::new("mount");
        let output = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "cannot mount a small disk: {errors}; run this test as root, in a container that may mount"
        );
        Ok(Self { folder: folder.to_owned() })
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    /// Takes all the space that is left.
    fn fill(&self) -> anyhow::Result<()> {
        let mut ballast = File::options().create(true).append(true).open(self.ballast())?;
        for size in [1 << 20, 4096] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
        Ok(())
    }

    /// Gives that space back.
    fn make_room(&self) -> anyhow::Result<()> {
        Ok(fs::remove_file(self.ballast())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever still works on it keeps it until it ends.
        let _left = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}

#[tokio::test]
async fn while_the_disk_is_full_webhooks_are_503_and_with_room_again_all_goes_on_by_itself()
-> anyhow::Result<()> {
    let mut home = Home::empty()?;
    let disk = Disk::mount(&home.data(), 256)?;
    // The account of Postgres must get through.
    fs::set_permissions(home.data(), Permissions::from_mode(0o755))?;
    home.start().await?;
    let sender = Sender::add(&home, "acme", "trail").await?;
    let load = Load::start("load", &vec![sender.clone(); 8]);
    load.more(50).await?;

    // Tables cannot grow; the server lives and says so.
    disk.fill()?;
    load.more_refused(40).await?;
    disk.make_room()?;
    load.more(50).await?;

    // The write-ahead log cannot grow either: the server gives up.
    disk.fill()?;
    // What is sent meanwhile may have made it give up before.
    if let Ok(mut connection) = PgConnection::connect(&home.postgres_url()).await {
        let mut segments = 0;
        while sqlx::query("SELECT pg_switch_wal(), txid_current()")
            .execute(&mut connection)
            .await
            .is_ok()
        {
            segments += 1;
            ensure!(segments < 1000, "the write-ahead log still grows");
        }
    }
    ready_is(&home, 503).await?;
    load.more_refused(40).await?;
    disk.make_room()?;
    eventually("it works again", async || {
        load.more(1).await?;
        Ok(Some(()))
    })
    .await
    .with_context(|| home.log_tail())?;
    load.more(50).await?;

    let mut ledger = load.stop().await?;
    all_is_there(&mut ledger, &sender, &home).await?;
    home.stop().await
}
