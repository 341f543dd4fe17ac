//! The embedded Postgres against a real `initdb`, whatever happens to it. As root these also show the change of user.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use twinhost_selfhost::embedded_postgres::{EmbeddedPostgres, OWNER, Options};

const PATIENCE: Duration = Duration::from_secs(60);

fn data() -> TempDir {
    tempfile::Builder::new().prefix("twinhost-test-").tempdir().unwrap()
}

async fn start(data: &Path) -> EmbeddedPostgres {
    EmbeddedPostgres::start(&Options::new(data)).await.unwrap()
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn text(url: &str, sql: &'static str) -> String {
    let mut connection = connect(url).await;
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
}

/// Commits one row, which no crash may lose.
async fn keep_a_row(url: &str) {
    let mut connection = connect(url).await;
    connection.execute("CREATE TABLE kept (word text)").await.unwrap();
    connection.execute("INSERT INTO kept VALUES ('acknowledged')").await.unwrap();
}

async fn assert_row_is_kept(url: &str) {
    assert_eq!(text(url, "SELECT string_agg(word, ',') FROM kept").await, "acknowledged");
}

fn runs(pid: i32) -> bool {
    // A child that nobody has waited for yet runs no more.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < deadline, "waited a minute for {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

async fn kill_and_wait(pid: i32) {
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    until("the process to end", async || !runs(pid)).await;
}

/// A process of its own that runs the embedded Postgres: the example beside this crate.
struct Runner {
    process: Child,
}

impl Runner {
    fn command(data: &Path) -> Command {
        let here = std::env::current_exe().unwrap();
        let example = here.parent().unwrap().with_file_name("examples").join("embedded_postgres");
        assert!(
            example.exists(),
            "`{}` is missing: run `cargo build -p twinhost-selfhost --examples`",
            example.display()
        );
        let mut command = Command::new(example);
        command.arg(data).stdout(Stdio::piped());
        command
    }

    /// Starts it; gives the server's process id and URL once it answers.
    fn start(command: &mut Command) -> (Self, i32, String) {
        let mut process = command.spawn().unwrap();
        let output = process.stdout.take().unwrap();
        let runner = Self { process };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).unwrap();
        let (pid, url) =
            line.trim().split_once(' ').expect("the example failed; its error is above");
        (runner, pid.parse().unwrap(), url.to_owned())
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_first_start_makes_a_durable_server_that_only_its_own_user_can_reach() {
    let data = data();
    let postgres = start(data.path()).await;
    let url = postgres.url();
    for (setting, value) in [
        ("SHOW listen_addresses", ""),
        ("SHOW fsync", "on"),
        ("SHOW full_page_writes", "on"),
        ("SHOW synchronous_commit", "on"),
        ("SHOW data_checksums", "on"),
        ("SHOW jit", "off"),
        ("SHOW shared_buffers", "16MB"),
        ("SHOW max_connections", "40"),
        ("SHOW server_encoding", "UTF8"),
        ("SELECT current_database()::text", "twinhost"),
        ("SELECT current_user::text", OWNER),
        ("SELECT count(*)::text FROM pg_stat_activity WHERE client_addr IS NOT NULL", "0"),
    ] {
        assert_eq!(text(&url, setting).await, value, "{setting}");
    }
    let version = text(&url, "SHOW server_version").await;
    assert_eq!(postgres.version(), version);

    let socket_dir = fs::metadata(postgres.socket_dir()).unwrap();
    assert_eq!(socket_dir.permissions().mode() & 0o777, 0o700);
    let server = fs::metadata(format!("/proc/{}", postgres.pid())).unwrap();
    assert_ne!(server.uid(), 0, "Postgres never runs as root");
    assert_eq!(socket_dir.uid(), server.uid());
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_start_attaches_and_only_the_owner_stops_the_server() {
    let data = data();
    let owner = start(data.path()).await;
    let guest = start(data.path()).await;
    assert_eq!((owner.pid(), owner.url()), (guest.pid(), guest.url()));
    assert!(owner.is_owner() && !guest.is_owner());

    guest.stop().await.unwrap();
    assert_eq!(text(&owner.url(), "SELECT 'here'").await, "here");
    owner.stop().await.unwrap();
    assert!(!runs(owner.pid()));
}

#[tokio::test]
async fn many_starts_at_once_on_an_empty_folder_make_one_server() {
    let data = data();
    let options = Options::new(data.path());
    let starts = (0..6).map(|_| EmbeddedPostgres::start(&options));
    let all = futures::future::try_join_all(starts).await.unwrap();
    assert!(all.iter().all(|postgres| postgres.pid() == all[0].pid()));
    assert_eq!(all.iter().filter(|postgres| postgres.is_owner()).count(), 1);
    for postgres in all {
        postgres.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_stop_and_a_start_keep_the_data() {
    let data = data();
    let postgres = start(data.path()).await;
    keep_a_row(&postgres.url()).await;
    postgres.stop().await.unwrap();

    let postgres = start(data.path()).await;
    assert_row_is_kept(&postgres.url()).await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_stands_still_is_stopped_all_the_same() {
    let data = data();
    let impatient = Options { stop_timeout: Duration::from_secs(2), ..Options::new(data.path()) };
    let postgres = EmbeddedPostgres::start(&impatient).await.unwrap();
    keep_a_row(&postgres.url()).await;
    let pid = postgres.pid();
    kill(Pid::from_raw(pid), Signal::SIGSTOP).unwrap();
    postgres.stop().await.unwrap();
    assert!(!runs(pid));

    let again = start(data.path()).await;
    assert_row_is_kept(&again.url()).await;
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_is_brought_back_and_a_pool_finds_it_again() {
    let data = data();
    let postgres = std::sync::Arc::new(start(data.path()).await);
    let watching = tokio::spawn({
        let postgres = std::sync::Arc::clone(&postgres);
        async move { postgres.watch().await }
    });
    let pool = PgPoolOptions::new().max_connections(2).connect(&postgres.url()).await.unwrap();
    keep_a_row(&postgres.url()).await;

    let first = postgres.pid();
    kill_and_wait(first).await;
    until("the pool to answer", async || pool.execute("SELECT 1").await.is_ok()).await;
    until("the watch to be done", async || postgres.pid() != first).await;
    assert_row_is_kept(&postgres.url()).await;
    assert!(postgres.is_owner());
    assert!(
        !start(data.path()).await.is_owner(),
        "a guest does not take the new server for an orphan"
    );

    pool.close().await;
    postgres.stop().await.unwrap();
    watching.await.unwrap();
    assert!(!runs(postgres.pid()), "the watch ends with the stop and starts nothing again");
}

#[tokio::test]
async fn a_guest_brings_the_server_back_when_its_owner_has_left() {
    let data = data();
    let owner = start(data.path()).await;
    let guest = start(data.path()).await;
    tokio::select! {
        () = guest.watch() => unreachable!("nobody stopped the guest"),
        () = async {
            owner.stop().await.unwrap();
            until("the guest to own a server", async || guest.is_owner()).await;
        } => {}
    }
    assert_ne!(guest.pid(), owner.pid());
    assert_eq!(text(&guest.url(), "SELECT 'here'").await, "here");
    guest.stop().await.unwrap();
}

#[tokio::test]
async fn a_pid_file_whose_number_belongs_to_another_process_does_not_stop_a_start() {
    let data = data();
    let postgres = start(data.path()).await;
    keep_a_row(&postgres.url()).await;
    kill_and_wait(postgres.pid()).await;
    // Alive, of the server's own user, and not a postmaster: the worst case.
    let cluster = data.path().join("postgres");
    let mut stranger = {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new("sleep");
        command.arg("1000");
        if nix::unistd::geteuid().is_root() {
            let owner = fs::metadata(&cluster).unwrap();
            command.uid(owner.uid()).gid(owner.gid());
        }
        command.spawn().unwrap()
    };
    let locks = [cluster.join("postmaster.pid"), postgres.socket_dir().join(".s.PGSQL.5432.lock")];
    for lock in locks {
        let text = fs::read_to_string(&lock).unwrap();
        let (_, rest) = text.split_once('\n').unwrap();
        fs::write(&lock, format!("{}\n{rest}", stranger.id())).unwrap();
    }

    let postgres = start(data.path()).await;
    assert_row_is_kept(&postgres.url()).await;
    assert!(stranger.try_wait().unwrap().is_none(), "the other process is left alone");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn data_of_another_major_version_is_refused_and_left_alone() {
    let data = data();
    let postgres = start(data.path()).await;
    postgres.stop().await.unwrap();
    let file = data.path().join("postgres/PG_VERSION");
    let version = fs::read_to_string(&file).unwrap();
    fs::write(&file, "9.6\n").unwrap();

    let error = EmbeddedPostgres::start(&Options::new(data.path())).await.unwrap_err().to_string();
    assert!(error.contains("was written by PostgreSQL 9.6"), "{error}");
    assert!(error.contains("install PostgreSQL 9.6"), "{error}");

    fs::write(&file, version).unwrap();
    start(data.path()).await.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_that_is_not_a_cluster_is_refused_and_left_alone() {
    let data = data();
    let file = data.path().join("postgres/notes.txt");
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, "mine").unwrap();
    let error = EmbeddedPostgres::start(&Options::new(data.path())).await.unwrap_err().to_string();
    assert!(error.contains("is not a PostgreSQL data folder"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[tokio::test]
async fn a_half_made_cluster_is_thrown_away() {
    let data = data();
    let draft = data.path().join("postgres.init-0");
    fs::create_dir_all(draft.join("base/1")).unwrap();
    fs::write(draft.join("PG_VERSION"), "15\n").unwrap();
    let postgres = start(data.path()).await;
    assert!(!draft.exists());
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_start_says_what_postgres_said() {
    let data = data();
    start(data.path()).await.stop().await.unwrap();
    let configuration = data.path().join("postgres/postgresql.conf");
    let good = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, format!("{good}\nshared_buffers = 'many'\n")).unwrap();
    let error = EmbeddedPostgres::start(&Options::new(data.path())).await.unwrap_err().to_string();
    assert!(error.contains("invalid value for parameter \"shared_buffers\": \"many\""), "{error}");
}

#[tokio::test]
async fn the_owners_configuration_cannot_make_the_server_unsafe() {
    let data = data();
    start(data.path()).await.stop().await.unwrap();
    let configuration = data.path().join("postgres/postgresql.conf");
    let good = fs::read_to_string(&configuration).unwrap();
    let unsafe_settings =
        "fsync = off\nsynchronous_commit = off\nlisten_addresses = '*'\nwork_mem = 5MB\n";
    fs::write(&configuration, good + unsafe_settings).unwrap();
    let postgres = start(data.path()).await;
    for (setting, value) in [
        ("SHOW fsync", "on"),
        ("SHOW synchronous_commit", "on"),
        ("SHOW listen_addresses", ""),
        ("SHOW work_mem", "5MB"),
    ] {
        assert_eq!(text(&postgres.url(), setting).await, value, "{setting}");
    }
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_data_folder_with_a_long_or_odd_path_works() {
    let data = data();
    let odd = data.path().join("a, b & 100% \"é\" +c").join("long".repeat(30));
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o711)).unwrap();
    let postgres = start(&odd).await;
    assert!(postgres.socket_dir().as_os_str().len() < 100);
    assert_eq!(text(&postgres.url(), "SELECT 'here'").await, "here");
    postgres.stop().await.unwrap();
    fs::remove_dir(postgres.socket_dir()).unwrap();

    let short = data.path().join("a, b & 100% \"é\" +c");
    let postgres = start(&short).await;
    assert_eq!(postgres.socket_dir(), short.join("run"));
    assert_eq!(text(&postgres.url(), "SELECT 'here'").await, "here");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_dropped_server_ends_by_itself() {
    let data = data();
    let postgres = start(data.path()).await;
    let pid = postgres.pid();
    drop(postgres);
    until("the server to end", async || !runs(pid)).await;
}

#[tokio::test]
async fn a_killed_runner_takes_its_server_with_it() {
    let data = data();
    let (mut runner, pid, url) = Runner::start(&mut Runner::command(data.path()));
    keep_a_row(&url).await;
    runner.kill();
    until("the server to end", async || !runs(pid)).await;

    let postgres = start(data.path()).await;
    assert_row_is_kept(&postgres.url()).await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_start_right_after_a_killed_runner_does_not_trip_over_the_ending_server() {
    let data = data();
    let (mut runner, old, url) = Runner::start(&mut Runner::command(data.path()));
    keep_a_row(&url).await;
    runner.kill();
    let postgres = start(data.path()).await;
    // It may have met the old server just before that heard of the death.
    tokio::select! {
        () = postgres.watch() => unreachable!("nobody stopped it"),
        () = until("a server of ours", async || postgres.is_owner() && postgres.pid() != old) => {}
    }
    assert_row_is_kept(&postgres.url()).await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_runner_and_a_killed_server_lose_nothing_acknowledged() {
    let data = data();
    let (mut runner, pid, url) = Runner::start(&mut Runner::command(data.path()));
    keep_a_row(&url).await;
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    runner.kill();

    let postgres = start(data.path()).await;
    assert_row_is_kept(&postgres.url()).await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_runner_killed_while_it_makes_the_cluster_leaves_nothing_in_the_way() {
    let data = data();
    let drafts =
        || {
            fs::read_dir(data.path()).unwrap().flatten().map(|entry| entry.path()).filter(|path| {
                path.file_name().unwrap().to_str().unwrap().starts_with("postgres.init")
            })
        };
    let mut runner = Runner { process: Runner::command(data.path()).spawn().unwrap() };
    until("initdb to be at work", async || drafts().any(|draft| draft.join("pg_wal").exists()))
        .await;
    assert!(!data.path().join("postgres").exists());
    runner.kill();

    let postgres = start(data.path()).await;
    keep_a_row(&postgres.url()).await;
    postgres.stop().await.unwrap();

    // The killed runner's `initdb` may have been writing still when the first start cleaned up.
    let postgres = start(data.path()).await;
    assert_eq!(drafts().count(), 0);
    assert_row_is_kept(&postgres.url()).await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_outlived_its_runner_is_adopted_and_stopped() {
    let data = data();
    // Without `setpriv` on the `PATH` nothing ends the server.
    let mut command = Runner::command(data.path());
    command.env("PATH", "").env("TWINHOST_PG_BINDIR", postgres_folder().await);
    let (mut runner, pid, _) = Runner::start(&mut command);
    runner.kill();
    assert!(runs(pid));

    let postgres = start(data.path()).await;
    assert_eq!(postgres.pid(), pid);
    assert!(postgres.is_owner());
    postgres.stop().await.unwrap();
    until("the server to end", async || !runs(pid)).await;
}

/// Where a running server has its programs.
async fn postgres_folder() -> PathBuf {
    let data = data();
    let postgres = start(data.path()).await;
    let program = fs::read_link(format!("/proc/{}/exe", postgres.pid())).unwrap();
    postgres.stop().await.unwrap();
    program.parent().unwrap().to_owned()
}
