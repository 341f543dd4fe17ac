//! Over a real socket, byte by byte.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use twinhost::memory::Memory;
use twinhost::ports::PortError;
use twinhost::{Context, Handler, HandlerResult, Request, Route};
use twinhost_postgres::Vitals;

use super::*;
use crate::backend::Backend;
use crate::config::BODY_LIMIT_BYTES;
use crate::health::Phase;

/// Says what it was sent.
struct Echo;

impl Handler for Echo {
    type Event = Request;
    const NAME: &'static str = "echo";
    const TRIGGER: Route = Route::public_post("/echo/{tenant}/{word}");

    async fn handle(&self, _: &Context, request: Request) -> HandlerResult<Response> {
        let seen = BTreeMap::from([
            ("word", request.param("word").to_owned()),
            ("path", request.path.clone()),
            ("query", request.query.clone()),
            ("bytes", request.body.len().to_string()),
            (
                "many",
                String::from_utf8_lossy(
                    request.headers.get("x-many").map_or(b"", |v| v.as_bytes()),
                )
                .into_owned(),
            ),
            ("from", request.source_ip.map_or_else(String::new, |ip| ip.to_string())),
        ]);
        Ok(Response::json(StatusCode::OK, &seen))
    }
}

/// The same place with another method and another name for the segment.
struct Other;

impl Handler for Other {
    type Event = Request;
    const NAME: &'static str = "other";
    const TRIGGER: Route = Route {
        method: Method::Put,
        path: "/echo/{tenant}/{other}",
        access: twinhost::Access::Public,
    };

    async fn handle(&self, _: &Context, request: Request) -> HandlerResult<Response> {
        Ok(Response::message(StatusCode::ACCEPTED, request.param("other")))
    }
}

#[derive(Debug)]
struct Database(AtomicU16);

#[async_trait::async_trait]
impl Backend for Database {
    async fn check(&self) -> Result<(), PortError> {
        match self.0.load(Ordering::SeqCst) {
            0 => Ok(()),
            _ => Err(PortError::unavailable("a database", "it is down")),
        }
    }

    async fn housekeep(&self) -> Result<(), PortError> {
        Ok(())
    }

    async fn vitals(&self) -> Result<Vitals, PortError> {
        Ok(Vitals::default())
    }
}

struct Site {
    port: u16,
    health: Health,
    database: Arc<Database>,
    stop: CancellationToken,
    cut: CancellationToken,
    task: JoinHandle<()>,
}

impl Site {
    async fn start(change: impl FnOnce(&mut config::Http)) -> Self {
        Self::of(App::new("test").handler(Echo).handler(Other), change).await
    }

    async fn of(app: App, change: impl FnOnce(&mut config::Http)) -> Self {
        let memory = Memory::new("2026-01-01T00:00:00Z".parse().unwrap());
        let database = Arc::new(Database(AtomicU16::new(0)));
        let probe = Arc::clone(&database) as Arc<dyn Backend>;
        let health = Health::new(&app, "here", Arc::new(memory.clone()), probe);
        health.set(Phase::Ready);
        let mut config = config::Http::default();
        change(&mut config);
        let routes = router(&app, &app.manifest(), memory.ports(), &health, &config).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let task =
            tokio::spawn(Server::new(listener, &config).serve(routes, stop.clone(), cut.clone()));
        Self { port, health, database, stop, cut, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// Sends bytes and answers all that comes until the other end closes.
    async fn talk(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // Who is refused in the middle cannot be sent the rest.
        let _refused = stream.write_all(bytes).await;
        rest(stream).await
    }

    async fn get(&self, path: &str) -> String {
        self.talk(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
            .await
    }
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    // A reset after the answer is as good as an end.
    let _end =
        tokio::time::timeout(Duration::from_secs(20), read).await.expect("the server closes");
    String::from_utf8(answer).unwrap()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or(answer)
}

#[tokio::test]
async fn a_request_comes_to_its_handler_as_it_was_sent() {
    let site = Site::start(|_| {}).await;
    let answer = site
        .talk(
            b"POST /echo/acme/a%20b%2Fc?x=1&x=%20 HTTP/1.1\r\nhost: x\r\nX-Many: 1\r\nx-many: 2\r\n\
              x-forwarded-for: 6.6.6.6\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc",
        )
        .await;
    assert_eq!(status(&answer), "200", "{answer}");
    for part in [
        r#""word":"a b/c""#,
        r#""path":"/echo/acme/a%20b%2Fc""#,
        r#""query":"x=1&x=%20""#,
        r#""bytes":"3""#,
        r#""many":"1,2""#,
        r#""from":"127.0.0.1""#,
    ] {
        assert!(answer.contains(part), "{part} in {answer}");
    }
}

#[tokio::test]
async fn two_handlers_share_a_path_with_different_methods() {
    let site = Site::start(|_| {}).await;
    let put = b"PUT /echo/acme/hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = site.talk(put).await;
    assert_eq!(status(&answer), "202");
    assert!(answer.ends_with(r#"{"message":"hello"}"#), "{answer}");
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_is_not_allowed_405() {
    let site = Site::start(|_| {}).await;
    let answer = site.get("/nowhere").await;
    assert_eq!(status(&answer), "404");
    assert!(answer.ends_with(r#"{"message":"Not Found"}"#), "{answer}");
    let answer = site.get("/echo/acme/x").await;
    assert_eq!(status(&answer), "405");
    assert!(answer.ends_with(r#"{"message":"Method Not Allowed"}"#), "{answer}");
    assert!(answer.to_lowercase().contains("allow: "), "{answer}");
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_refused_before_its_first_byte() {
    let site = Site::start(|_| {}).await;
    let head = b"POST /echo/acme/x HTTP/1.1\r\nhost: x\r\ncontent-length: 7000000\r\n\r\n";
    let answer = site.talk(head).await;
    assert_eq!(status(&answer), "413");
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(answer.ends_with(r#"{"message":"Payload Too Large"}"#), "{answer}");
}

#[tokio::test]
async fn a_client_that_sends_too_much_at_once_still_gets_to_read_why() {
    let site = Site::start(|_| {}).await;
    let mut request =
        b"POST /echo/acme/x HTTP/1.1\r\nhost: x\r\ncontent-length: 7000000\r\n\r\n".to_vec();
    request.resize(request.len() + 7_000_000, b'x');
    let answer = site.talk(&request).await;
    assert_eq!(status(&answer), "413");
}

#[tokio::test]
async fn a_chunked_body_is_refused_as_soon_as_it_is_too_large() {
    let site = Site::start(|config| config.body_limit_bytes = 100_000).await;
    let mut stream = site.connect().await;
    let head = b"POST /echo/acme/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let mut chunk = b"4000\r\n".to_vec();
    chunk.resize(chunk.len() + 0x4000, b'x');
    chunk.extend_from_slice(b"\r\n");
    // Seven chunks are more than the limit; the end of the body never comes.
    for _ in 0..7 {
        stream.write_all(&chunk).await.unwrap();
    }
    assert_eq!(status(&rest(stream).await), "413");
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken() {
    let site = Site::start(|_| {}).await;
    let mut request = format!(
        "POST /echo/acme/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {BODY_LIMIT_BYTES}\r\n\r\n"
    )
    .into_bytes();
    request.resize(request.len() + BODY_LIMIT_BYTES, b'x');
    let answer = site.talk(&request).await;
    assert!(answer.contains(&format!(r#""bytes":"{BODY_LIMIT_BYTES}""#)), "{answer}");
}

#[tokio::test]
async fn a_client_that_dawdles_with_its_headers_is_cut_off() {
    let site = Site::start(|config| config.header_timeout_seconds = 1).await;
    let answer = site.talk(b"POST /echo/acme/x HTTP/1.1\r\nhost: x\r\n").await;
    assert!(answer.is_empty() || status(&answer) == "408", "{answer}");
    let idle = site.connect().await;
    assert!(rest(idle).await.is_empty(), "an idle connection is closed as well");
}

#[tokio::test]
async fn a_client_that_dawdles_with_its_body_is_answered_408() {
    let site = Site::start(|config| config.body_timeout_seconds = 1).await;
    let answer =
        site.talk(b"POST /echo/acme/x HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc").await;
    assert_eq!(status(&answer), "408");
    assert!(answer.ends_with(r#"{"message":"Request Timeout"}"#), "{answer}");
}

#[tokio::test]
async fn headers_of_more_than_10_240_bytes_are_431_and_of_exactly_that_are_taken() {
    let site = Site::start(|_| {}).await;
    let request = |size: usize| {
        let start = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-fill: ";
        format!("{start}{}\r\n\r\n", "x".repeat(size - start.len() - 4))
    };
    assert_eq!(status(&site.talk(request(10_240).as_bytes()).await), "200");
    assert_eq!(status(&site.talk(request(10_241).as_bytes()).await), "431");
}

#[tokio::test]
async fn what_two_parties_could_read_differently_is_refused_and_never_answered_twice() {
    let site = Site::start(|_| {}).await;
    let smuggled = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    for (headers, body, expected) in [
        ("content-length: 0\r\ncontent-length: 5\r\n", "hello", "400"),
        ("content-length: 0, 5\r\n", "hello", "400"),
        ("content-length: +5\r\n", "hello", "400"),
        ("content-length: 0x5\r\n", "hello", "400"),
        ("transfer-encoding : chunked\r\n", "0\r\n\r\n", "400"),
        ("transfer-encoding: xchunked\r\n", "0\r\n\r\n", "400"),
        ("transfer-encoding: chunked, identity\r\n", "0\r\n\r\n", "400"),
        ("transfer-encoding: chunked\r\n", "zz\r\n\r\n", "400"),
        ("x-folded: 1\r\n  2\r\ncontent-length: 0\r\n", "", "400"),
        ("host: y\r\ncontent-length: 0\r\nconnection: close\r\n", "", "400"),
        ("content-length: 5\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n", "400"),
        ("content-length: 0\r\ncontent-length: 0\r\n", "", "400"),
        ("x-bare: line feed\ncontent-length: 0\r\n", "", "400"),
        // What follows a chunked body is not looked at.
        ("transfer-encoding: chunked\r\n", "0\r\n\r\n", "200"),
    ] {
        let request =
            format!("POST /echo/acme/x HTTP/1.1\r\nhost: x\r\n{headers}\r\n{body}{smuggled}");
        let answer = site.talk(request.as_bytes()).await;
        assert_eq!(status(&answer), expected, "{headers:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{headers:?}: {answer}");
    }
}

#[tokio::test]
async fn a_path_that_is_not_utf8_is_refused() {
    let site = Site::start(|_| {}).await;
    let answer =
        site.talk(b"POST /echo/acme/%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert_eq!(status(&answer), "400");
    assert!(answer.ends_with(r#"{"message":"Bad Request"}"#), "{answer}");
}

#[tokio::test]
async fn readiness_follows_the_phase_and_the_database() {
    let site = Site::start(|_| {}).await;
    site.database.0.store(1, Ordering::SeqCst);
    let answer = site.get("/readyz").await;
    assert_eq!(status(&answer), "503");
    assert_eq!(status(&site.get("/healthz").await), "200", "the process lives all the same");
    assert!(site.get("/health").await.contains(r#""database":"does not answer""#));

    let site = Site::start(|_| {}).await;
    assert_eq!(status(&site.get("/readyz").await), "200");
    site.health.set(Phase::Draining);
    let answer = site.get("/readyz").await;
    assert_eq!(status(&answer), "503");
    assert!(answer.ends_with("draining"), "{answer}");
    site.health.set(Phase::Starting);
    assert!(site.get("/readyz").await.ends_with("starting"));
}

#[tokio::test]
async fn health_tells_people_the_version_the_database_and_the_queues() {
    let site = Site::start(|_| {}).await;
    let answer = site.get("/health").await;
    assert_eq!(status(&answer), "200");
    for part in [r#""app":"test""#, r#""version":""#, r#""database":"ok""#, r#""queues":[]"#] {
        assert!(answer.contains(part), "{part} in {answer}");
    }
}

#[tokio::test]
async fn a_stop_lets_a_request_in_hand_end_and_takes_no_other() {
    let site = Site::start(|_| {}).await;
    let mut stream = site.connect().await;
    let head = b"POST /echo/acme/x HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\na";
    stream.write_all(head).await.unwrap();
    // The server has begun on it when it has answered a later one.
    assert_eq!(status(&site.get("/healthz").await), "200");
    site.stop.cancel();
    stream.write_all(b"bc").await.unwrap();
    assert_eq!(status(&rest(stream).await), "200");
    site.task.await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", site.port)).await.is_err());
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_off() {
    let site = Site::start(|_| {}).await;
    let mut stream = site.connect().await;
    stream
        .write_all(b"POST /echo/acme/x HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\na")
        .await
        .unwrap();
    assert_eq!(status(&site.get("/healthz").await), "200");
    site.stop.cancel();
    site.cut.cancel();
    site.task.await.unwrap();
}

#[tokio::test]
async fn one_address_has_a_bounded_number_of_connections() {
    let site = Site::start(|config| config.max_connections_per_address = 1).await;
    let mut first = site.connect().await;
    first.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut byte = [0];
    first.read_exact(&mut byte).await.unwrap();
    assert_eq!(rest(site.connect().await).await, "", "the second is closed at once");
}

#[test]
fn a_path_that_belongs_to_the_host_is_refused() {
    struct Health;
    impl Handler for Health {
        type Event = Request;
        const NAME: &'static str = "mine";
        const TRIGGER: Route = Route::bearer(Method::Get, "/health");
        async fn handle(&self, _: &Context, _: Request) -> HandlerResult<Response> {
            Ok(Response::new(StatusCode::OK))
        }
    }
    let app = App::new("test").handler(Health);
    let memory = Memory::new("2026-01-01T00:00:00Z".parse().unwrap());
    let probe = Arc::new(Database(AtomicU16::new(0)));
    let health = crate::health::Health::new(&app, "here", Arc::new(memory.clone()), probe);
    let error = router(&app, &app.manifest(), memory.ports(), &health, &config::Http::default())
        .unwrap_err();
    assert!(error.to_string().contains("`mine`") && error.to_string().contains("/health"));
}

/// Takes one thing to do for each request.
struct Asker;

#[derive(serde::Serialize, serde::Deserialize)]
struct Errand;

impl twinhost::Payload for Errand {
    const TOPIC: &'static str = "errands";
    fn group(&self) -> String {
        "all".to_owned()
    }
}

impl Handler for Asker {
    type Event = Request;
    const NAME: &'static str = "asker";
    const TRIGGER: Route = Route::public_post("/errands/{tenant}");
    const GRANTS: &'static [twinhost::Grant] = &[twinhost::Grant::Publish("errands")];

    async fn handle(&self, ctx: &Context, _: Request) -> HandlerResult<Response> {
        ctx.publish(&Errand)?;
        Ok(Response::new(StatusCode::ACCEPTED))
    }
}

/// Has a queue, which nobody empties here.
struct Doer;

impl Handler for Doer {
    type Event = twinhost::Message<Errand>;
    const NAME: &'static str = "doer";
    const TRIGGER: twinhost::Consume = twinhost::Consume::DEFAULT;

    async fn handle(&self, _: &Context, _: twinhost::Message<Errand>) -> HandlerResult {
        Ok(())
    }
}

#[tokio::test]
async fn what_would_be_queued_is_refused_while_too_much_waits_and_all_else_is_served() {
    let app = App::new("test").handler(Echo).handler(Asker).handler(Doer);
    let site = Site::of(app, |http| http.max_backlog = Some(3)).await;
    let post =
        "POST /errands/acme HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let mut taken = 0;
    let refusal = loop {
        let answer = site.talk(post.as_bytes()).await;
        match status(&answer) {
            "202" => taken += 1,
            _ => break answer,
        }
        assert!(taken < 100_000, "nothing is ever refused");
    };
    assert!(taken >= 3, "{taken} were taken");
    assert_eq!(status(&refusal), "503", "{refusal}");
    assert!(refusal.contains("retry-after: 1"), "{refusal}");
    let other =
        b"POST /echo/acme/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(status(&site.talk(other).await), "200", "it sends nothing");
}
