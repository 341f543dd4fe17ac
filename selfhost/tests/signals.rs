//! SIGTERM to a process of its own: the example `slow` beside this crate.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use twinhost::ports::Peeked;
use twinhost::{App, Manifest};
use twinhost_selfhost::{Config, Host};

const PATIENCE: Duration = Duration::from_secs(60);

/// A running process.
struct Slow {
    process: Child,
    http: String,
    client: reqwest::Client,
}

fn data() -> TempDir {
    tempfile::Builder::new().prefix("twinhost-test-").tempdir().unwrap()
}

async fn until(what: &str, condition: impl AsyncFnMut() -> bool) {
    let mut condition = condition;
    let deadline = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < deadline, "waited a minute for {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

impl Slow {
    async fn start(data: &Path, grace_seconds: u32) -> Self {
        let here = std::env::current_exe().unwrap();
        let example = here.parent().unwrap().with_file_name("examples").join("slow");
        assert!(
            example.exists(),
            "`{}` is missing: run `cargo build -p twinhost-selfhost --examples`",
            example.display()
        );
        let said = data.join("said");
        let process = Command::new(example)
            .env("TWINHOST__DATA_DIR", data)
            .env("TWINHOST__HTTP__LISTEN", "127.0.0.1:0")
            .env("TWINHOST__ADMIN__LISTEN", "127.0.0.1:0")
            .env("TWINHOST__SHUTDOWN_GRACE_SECONDS", grace_seconds.to_string())
            .stdout(File::create(&said).unwrap())
            .stderr(File::create(data.join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut http = String::new();
        until("the process to say where it is", async || {
            let said = fs::read_to_string(&said).unwrap();
            let url = said.lines().find_map(|line| line.trim().strip_prefix("http "));
            http = url.unwrap_or_default().trim().to_owned();
            said.contains("Ctrl-C")
        })
        .await;
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let slow = Self { process, http, client };
        until("it to be ready", async || slow.ready().await == Some((200, "ready".into()))).await;
        slow
    }

    /// What `/readyz` answers, if anybody listens.
    async fn ready(&self) -> Option<(u16, String)> {
        let answer = self.client.get(format!("{}/readyz", self.http)).send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// Gives it work for so long, and waits until it has begun.
    async fn work(&self, seconds: u32) {
        let url = format!("{}/jobs/acme/{seconds}", self.http);
        assert_eq!(self.client.post(url).send().await.unwrap().status().as_u16(), 202);
        until("the work to begin", async || {
            let health = self.client.get(format!("{}/health", self.http)).send().await.unwrap();
            health.text().await.unwrap().contains(r#""in_flight":1"#)
        })
        .await;
    }

    fn signal(&self) {
        kill(Pid::from_raw(self.process.id().cast_signed()), Signal::SIGTERM).unwrap();
    }

    async fn end(mut self) -> ExitStatus {
        let mut status = None;
        until("the process to end", async || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        })
        .await;
        status.unwrap()
    }
}

impl Drop for Slow {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        let _ended_before = self.process.kill();
        let _reaped_before = self.process.wait();
    }
}

/// What is left in the queue when nothing runs.
async fn left(data: &Path) -> Vec<Peeked> {
    let config = Config { data_dir: data.to_owned(), ..Config::default() };
    let manifest: Manifest = App::new("slow").manifest();
    let host = Host::open(&config, &manifest).await.unwrap();
    let left = host.queue.peek("sleeper", false, 10).await.unwrap();
    host.close().await;
    left
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_makes_it_unready_and_lets_work_in_hand_end() {
    let data = data();
    let slow = Slow::start(data.path(), 25).await;
    // Long enough that it is still at work when the answers have been seen.
    slow.work(6).await;
    slow.signal();
    until("the unready answer", async || slow.ready().await == Some((503, "draining".into())))
        .await;
    assert_eq!(slow.end().await.code(), Some(0));
    assert_eq!(left(data.path()).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_does_not_end_within_the_grace_period_is_given_back() {
    let data = data();
    let slow = Slow::start(data.path(), 1).await;
    slow.work(600).await;
    slow.signal();
    assert_eq!(slow.end().await.code(), Some(0));
    let left = left(data.path()).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].receive_count, 0, "it does not count as a delivery");
    assert!(left[0].visible_at <= jiff::Timestamp::now(), "the next host need not wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let data = data();
    let slow = Slow::start(data.path(), 25).await;
    slow.work(600).await;
    slow.signal();
    until("the unready answer", async || slow.ready().await == Some((503, "draining".into())))
        .await;
    let began = Instant::now();
    slow.signal();
    assert_eq!(slow.end().await.code(), Some(143));
    assert!(began.elapsed() < Duration::from_secs(20), "long before the grace period is over");
}
