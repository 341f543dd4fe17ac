//! What the runner costs when it has nothing to do, its size, and how fast it starts.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, SysconfVar, sysconf};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::load;
use crate::report::{Aim, Section, ms};
use crate::server::Server;

/// How long the idle runner is watched.
const WATCHED: Duration = Duration::from_secs(60);

/// How long it may take to settle after its start.
const SETTLE: Duration = Duration::from_secs(10);

/// Resident memory that an idle runner may have.
const AIM_MB: f64 = 15.0;

const MB: f64 = 1024.0 * 1024.0;

/// Starts the runner twice on a Postgres of its own, then watches it idle on the server.
pub(crate) async fn measure(server: &Server) -> anyhow::Result<Section> {
    let binary = std::env::current_exe()?.with_file_name("twinhost");
    let size = fs::metadata(&binary).with_context(|| {
        format!(
            "{} is not there; run `cargo build --release -p twinhost-selfhost`",
            binary.display()
        )
    })?;
    let home = home()?;
    let mut starts = Vec::new();
    for _ in 0..2 {
        let (runner, took) = Runner::start(&binary, home.path(), None).await?;
        starts.push(took);
        runner.stop().await?;
    }

    let database = server.create().await?;
    let home = self::home()?;
    let (runner, attached) = Runner::start(&binary, home.path(), Some(&database.url)).await?;
    tokio::time::sleep(SETTLE).await;
    let (commits, ticks) = (server.commits(&database).await?, runner.ticks()?);
    tokio::time::sleep(WATCHED).await;
    let (commits, ticks) = (server.commits(&database).await? - commits, runner.ticks()? - ticks);
    let resident = runner.kilobytes("status", "VmRSS:")? * 1024.0 / MB;
    let proportional = runner.kilobytes("smaps_rollup", "Pss:")? * 1024.0 / MB;
    runner.stop().await?;
    server.drop(database).await?;

    let minutes = WATCHED.as_secs_f64() / 60.0;
    let per_second = sysconf(SysconfVar::CLK_TCK)?.context("the clock has no tick")? as f64;
    let cpu_ms = ticks as f64 / per_second / WATCHED.as_secs_f64() * 1000.0;
    let row = |what: &str, value: String| vec![what.to_owned(), value];
    Ok(Section {
        title: "An idle runner",
        how: format!(
            "`twinhost up` with the whole cost watcher, watched for {} s, {} s after its start. Its Postgres \
             is a process of its own and not counted; starts include it.",
            WATCHED.as_secs(),
            SETTLE.as_secs()
        ),
        columns: vec![String::new(), String::new()],
        rows: vec![
            row("resident memory (RSS)", format!("{resident:.1} MB")),
            row("its proportional share (PSS)", format!("{proportional:.1} MB")),
            row("processor time a second", format!("{cpu_ms:.2} ms")),
            row("transactions a minute", format!("{:.0}", commits as f64 / minutes)),
            row("binary", format!("{:.1} MB", size.len() as f64 / MB)),
            row("start to ready, empty folder, own Postgres", ms(starts[0])),
            row("start to ready, second time", ms(starts[1])),
            row("start to ready, empty database of a running server", ms(attached)),
        ],
        aims: vec![Aim {
            wanted: format!("at most {AIM_MB} MB resident"),
            got: format!("{resident:.1} MB"),
            met: resident <= AIM_MB,
        }],
    })
}

/// A folder that Postgres, who is another user if we are root, can get through.
fn home() -> anyhow::Result<TempDir> {
    let home = tempfile::tempdir()?;
    fs::set_permissions(home.path(), Permissions::from_mode(0o755))?;
    Ok(home)
}

/// A runner in a process of its own; killed when dropped.
struct Runner {
    child: Child,
    pid: Pid,
}

impl Runner {
    /// Starts it and answers how long that took until it was ready.
    async fn start(
        binary: &Path,
        home: &Path,
        database: Option<&str>,
    ) -> anyhow::Result<(Self, Duration)> {
        let (http, admin) = (free_address()?, free_address()?);
        let log = fs::File::create(home.join("log"))?;
        let began = Instant::now();
        let mut command = Command::new(binary);
        command
            .env_remove("DATABASE_URL")
            .envs(database.map(|url| ("DATABASE_URL", url)))
            .args(["up", "--listen", &http.to_string(), "--admin-listen", &admin.to_string()])
            .arg("--data-dir")
            .arg(home.join("data"))
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true);
        let mut child = command.spawn().context("start twinhost")?;
        let pid = child.id().context("it has ended")?;
        let ask = b"GET /readyz HTTP/1.1\r\nhost: bench\r\n\r\n";
        while load::once(http, ask).await.is_err() {
            let late = began.elapsed() > Duration::from_secs(60);
            if late || child.try_wait()?.is_some() {
                bail!("twinhost is not ready: {}", fs::read_to_string(home.join("log"))?);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok((Self { child, pid: Pid::from_raw(i32::try_from(pid)?) }, began.elapsed()))
    }

    /// Processor time so far, in ticks of the clock.
    fn ticks(&self) -> anyhow::Result<u64> {
        let stat = fs::read_to_string(self.proc("stat"))?;
        // The name before it may hold anything, a parenthesis included.
        let (_, rest) = stat.rsplit_once(')').context("read /proc")?;
        let mut times = rest.split_whitespace().skip(11);
        let mut next = || anyhow::Ok(times.next().context("read /proc")?.parse::<u64>()?);
        Ok(next()? + next()?)
    }

    /// A figure of a file in /proc.
    fn kilobytes(&self, file: &str, name: &str) -> anyhow::Result<f64> {
        let text = fs::read_to_string(self.proc(file))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).context("read /proc")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.pid))
    }

    async fn stop(mut self) -> anyhow::Result<()> {
        kill(self.pid, Signal::SIGTERM)?;
        let status = tokio::time::timeout(Duration::from_secs(40), self.child.wait()).await??;
        ensure!(status.success(), "twinhost ended with {status}");
        Ok(())
    }
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
