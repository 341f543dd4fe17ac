//! An application over the embedded Postgres: from a request to its effects, through a stop and a crash.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use twinhost::{
    App, Consume, Context, Document, Grant, Handler, HandlerResult, Message, Payload, Request,
    Response, Route, Schedule, TenantId, Tick,
};
use twinhost_selfhost::{Config, Host, Runner, RunnerError};

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Serialize, Deserialize)]
struct Word {
    word: String,
}

impl Payload for Word {
    const TOPIC: &'static str = "words";
    fn group(&self) -> String {
        self.word.clone()
    }
}

/// How often a word came.
#[derive(Default, Serialize, Deserialize)]
struct Count {
    word: String,
    times: u32,
}

impl Document for Count {
    const COLLECTION: &'static str = "counts";
    fn key(&self) -> String {
        self.word.clone()
    }
}

struct Intake;

impl Handler for Intake {
    type Event = Request;
    const NAME: &'static str = "intake";
    const TRIGGER: Route = Route::public_post("/words/{tenant}");
    const GRANTS: &'static [Grant] = &[Grant::Publish(Word::TOPIC)];

    async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
        let word = String::from_utf8_lossy(&request.body).into_owned();
        ctx.publish(&Word { word })?;
        Ok(Response::new(http::StatusCode::ACCEPTED))
    }
}

struct Counter;

impl Handler for Counter {
    type Event = Message<Word>;
    const NAME: &'static str = "counter";
    const TRIGGER: Consume = Consume::DEFAULT;
    const GRANTS: &'static [Grant] = &[Grant::ReadWrite(Count::COLLECTION)];

    async fn handle(&self, ctx: &Context, Message(Word { word }): Message<Word>) -> HandlerResult {
        let mut count: Count = ctx.get(&word).await?.unwrap_or_default();
        count.word = word;
        count.times += 1;
        ctx.put(&count)
    }
}

struct Clockwork;

impl Handler for Clockwork {
    type Event = Tick;
    const NAME: &'static str = "clockwork";
    const TRIGGER: Schedule = Schedule::once("rate(1 hour)");
    const GRANTS: &'static [Grant] = &[Grant::ReadWrite(Count::COLLECTION)];

    async fn handle(&self, ctx: &Context, tick: Tick) -> HandlerResult {
        ctx.put(&Count { word: format!("tick of {}", tick.scheduled_at), times: 1 })
    }
}

fn app() -> App {
    App::new("counting").handler(Intake).handler(Counter).handler(Clockwork)
}

fn config(data: &Path) -> Config {
    let mut config = Config { data_dir: data.to_owned(), ..Config::default() };
    config.http.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.admin.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config
}

fn data() -> TempDir {
    tempfile::Builder::new().prefix("twinhost-test-").tempdir().unwrap()
}

/// A running application.
struct Site {
    host: Host,
    stop: CancellationToken,
    task: JoinHandle<Result<(), RunnerError>>,
    http: String,
    admin: String,
    client: reqwest::Client,
}

impl Site {
    async fn start(data: &Path) -> Self {
        let config = config(data);
        let host = Host::open(&config, &app().manifest()).await.unwrap();
        let runner = Runner {
            app: app(),
            ports: host.ports.clone(),
            queue: Arc::clone(&host.queue),
            occurrences: Arc::clone(&host.schedules) as _,
            backend: Arc::clone(&host.database) as _,
            admin_token: host.secrets.admin_token.clone(),
        };
        let bound = runner.bind(&config).await.unwrap();
        let (http, admin) = (bound.http_address, bound.admin_address);
        let stop = CancellationToken::new();
        let task = tokio::spawn(bound.run(stop.clone()));
        Self {
            host,
            stop,
            task,
            http: format!("http://{http}"),
            admin: format!("http://{admin}"),
            client: reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap(),
        }
    }

    async fn post(&self, word: &str) -> u16 {
        let url = format!("{}/words/acme", self.http);
        self.client.post(url).body(word.to_owned()).send().await.unwrap().status().as_u16()
    }

    async fn get(&self, url: String) -> (u16, String) {
        let answer = self.client.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn times(&self, tenant: &TenantId, word: &str) -> u32 {
        let found = self.host.ports.documents.get(tenant, Count::COLLECTION, word).await;
        let Ok(Some(stored)) = found else { return 0 };
        serde_json::from_str::<Count>(&stored.body).unwrap().times
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
        self.host.close().await;
    }
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < deadline, "waited a minute for {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

fn acme() -> TenantId {
    "acme".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_its_effect_and_the_metrics_and_probes_say_so() {
    let data = data();
    let site = Site::start(data.path()).await;
    assert_eq!(site.post("hello").await, 202);
    until("the effect", async || site.times(&acme(), "hello").await == 1).await;
    assert_eq!(site.get(format!("{}/readyz", site.http)).await, (200, "ready".to_owned()));
    let (status, health) = site.get(format!("{}/health", site.http)).await;
    assert_eq!(status, 200);
    assert!(health.contains(r#""queue":"counter""#), "{health}");

    until("the metrics", async || {
        let (_, metrics) = site.get(format!("{}/metrics", site.admin)).await;
        [
            r#"twinhost_handler_events_total{handler="counter",outcome="done"}"#,
            r#"twinhost_handler_duration_seconds_bucket{handler="intake""#,
            r#"twinhost_queue_backlog{queue="counter"} 0"#,
            r#"twinhost_queue_oldest_age_seconds{queue="clockwork"}"#,
            r#"twinhost_queue_dead_letters{queue="counter"} 0"#,
            r#"twinhost_queue_in_flight{queue="counter"} 0"#,
            "twinhost_commit_batch_size_bucket",
        ]
        .iter()
        .all(|part| metrics.contains(part))
    })
    .await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_is_new_ticks_and_not_again_after_a_restart() {
    let data = data();
    let site = Site::start(data.path()).await;
    let system = TenantId::system();
    let scheduler = site.host.scheduler(&app().manifest(), "here").unwrap();
    until("the first tick", async || scheduler.list().await.unwrap()[0].last.is_some()).await;
    let first = scheduler.list().await.unwrap()[0].last.unwrap();
    let word = format!("tick of {first}");
    until("its effect", async || site.times(&system, &word).await == 1).await;
    site.stop().await;

    let site = Site::start(data.path()).await;
    let scheduler = site.host.scheduler(&app().manifest(), "here").unwrap();
    assert_eq!(site.post("after").await, 202);
    until("the effect", async || site.times(&acme(), "after").await == 1).await;
    assert_eq!(scheduler.list().await.unwrap()[0].last, Some(first));
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_loses_nothing_that_was_accepted() {
    let data = data();
    let site = Site::start(data.path()).await;
    for n in 0..200 {
        assert_eq!(site.post(&format!("w{}", n % 20)).await, 202);
    }
    site.stop().await;

    let site = Site::start(data.path()).await;
    for n in 0..20 {
        let word = format!("w{n}");
        until("the rest", async || site.times(&acme(), &word).await == 10).await;
    }
    let stats = site.host.queue.stats("counter").await.unwrap();
    assert_eq!((stats.backlog, stats.dead_letters), (0, 0));
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_killed_means_503_until_it_is_back_by_itself() {
    let data = data();
    let site = Site::start(data.path()).await;
    assert_eq!(site.post("before").await, 202);
    until("the effect", async || site.times(&acme(), "before").await == 1).await;

    let pid_file = std::fs::read_to_string(data.path().join("postgres/postmaster.pid")).unwrap();
    let pid: i32 = pid_file.lines().next().unwrap().parse().unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    until("an unready answer", async || site.get(format!("{}/readyz", site.http)).await.0 == 503)
        .await;

    let accepted = async || {
        let status = site.post("after").await;
        assert!([202, 503].contains(&status), "{status}");
        status == 202
    };
    until("the database to be back", accepted).await;
    until("the effect", async || site.times(&acme(), "after").await == 1).await;
    assert_eq!(site.times(&acme(), "before").await, 1);
    until("a ready answer", async || site.get(format!("{}/readyz", site.http)).await.0 == 200)
        .await;
    site.stop().await;
}
