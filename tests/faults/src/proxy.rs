//! A network between two processes that can be made bad: slow, trickling, one-way, gone, cut at the worst moment.
//!
//! It is a relay of TCP connections in the test's own process, so it needs neither root nor a kernel module.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What is relayed at once at the most.
const CHUNK: usize = 64 * 1024;

/// How the first packet of a commit to Postgres is known: it prepares this function's call.
const FLUSH: &[u8] = b"twinhost.flush";

/// How bytes go in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// At once.
    #[default]
    Open,
    /// Each packet so much later.
    Slow(Duration),
    /// So many bytes, then a pause, and so on.
    Trickle(usize, Duration),
    /// Not at all; they come when the way is open again.
    Stopped,
}

/// The state of the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// From who connects.
    pub to_server: Way,
    /// To who connects.
    pub to_client: Way,
    /// Whether new connections are refused.
    pub refused: bool,
}

impl Weather {
    /// The same in both directions.
    #[must_use]
    pub const fn both(way: Way) -> Self {
        Self { to_server: way, to_client: way, refused: false }
    }

    /// New connections are refused, as by a firewall that says so.
    pub const REFUSED: Self = Self { to_server: Way::Open, to_client: Way::Open, refused: true };
}

/// Which replies are lost together with their connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Whatever the server says next.
    Any,
    /// Postgres's answer to a commit of ours, which is done by then.
    Commit,
}

/// What holds for connections, which are numbered from 1 as they come.
#[derive(Clone, Copy, Debug, Default)]
struct Conditions {
    weather: Weather,
    /// Those up to this one are closed.
    reset: u64,
    /// The server's side of those up to this one has been closed.
    half_closed: u64,
    /// Those up to this one are dead, and nobody is told.
    buried: u64,
}

#[derive(Debug)]
struct Shared {
    upstream: SocketAddr,
    conditions: watch::Sender<Conditions>,
    connections: AtomicU64,
    /// Replies that are still to be cut, of either kind.
    any: AtomicU64,
    commits: AtomicU64,
    cut: AtomicU64,
}

/// A relay to one address.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.reset();
        self.task.abort();
    }
}

impl Proxy {
    /// A relay in good weather.
    ///
    /// # Errors
    ///
    /// When loopback has no port left.
    pub async fn to(upstream: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            conditions: watch::Sender::default(),
            connections: AtomicU64::new(0),
            any: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            cut: AtomicU64::new(0),
        });
        let task = tokio::spawn(Arc::clone(&shared).accept(listener));
        Ok(Self { address, shared, task })
    }

    /// Changes the weather, for connections that there are, too.
    pub fn weather(&self, weather: Weather) {
        self.shared.conditions.send_modify(|conditions| conditions.weather = weather);
    }

    /// Closes every connection.
    pub fn reset(&self) {
        let last = self.connections();
        self.shared.conditions.send_modify(|conditions| conditions.reset = last);
    }

    /// Ends what the server says on every connection; what is said to it still arrives.
    pub fn half_close(&self) {
        let last = self.connections();
        self.shared.conditions.send_modify(|conditions| conditions.half_closed = last);
    }

    /// Lets every connection die without a word, as a router does that forgot them; new ones are good.
    pub fn bury(&self) {
        let last = self.connections();
        self.shared.conditions.send_modify(|conditions| conditions.buried = last);
    }

    /// Loses the next replies of this kind, each with its connection.
    pub fn cut(&self, which: Reply, times: u64) {
        match which {
            Reply::Any => self.shared.any.fetch_add(times, Ordering::SeqCst),
            Reply::Commit => self.shared.commits.fetch_add(times, Ordering::SeqCst),
        };
    }

    /// How many replies have been cut by now.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.shared.cut.load(Ordering::SeqCst)
    }

    /// How many connections there have been.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Shared {
    async fn accept(self: Arc<Self>, listener: TcpListener) {
        loop {
            let Ok((client, _)) = listener.accept().await else { continue };
            if self.conditions.borrow().weather.refused {
                continue;
            }
            let number = self.connections.fetch_add(1, Ordering::SeqCst) + 1;
            let shared = Arc::clone(&self);
            tokio::spawn(async move {
                // The client sees a close, as it would of a server that is not there.
                if let Ok(server) = TcpStream::connect(shared.upstream).await {
                    shared.relay(number, client, server).await;
                }
            });
        }
    }

    async fn relay(&self, number: u64, client: TcpStream, server: TcpStream) {
        let _best_effort = (client.set_nodelay(true), server.set_nodelay(true));
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let talk = Talk::default();
        let mut conditions = self.conditions.subscribe();
        let up = self.pump(number, from_client, to_server, &talk, Direction::Up);
        let down = self.pump(number, from_server, to_client, &talk, Direction::Down);
        tokio::select! {
            // Both halves are dropped with this, which closes the connections.
            _ = conditions.wait_for(|now| now.reset >= number) => {}
            () = talk.cut() => {}
            _ = async { tokio::join!(up, down) } => {}
        }
    }

    /// Relays one direction until it ends.
    async fn pump(
        &self,
        number: u64,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
        talk: &Talk,
        direction: Direction,
    ) {
        let mut conditions = self.conditions.subscribe();
        let mut buffer = vec![0; CHUNK];
        loop {
            let read = tokio::select! {
                read = from.read(&mut buffer) => read.unwrap_or(0),
                _ = conditions.wait_for(|now| now.half_closed >= number), if direction == Direction::Down => 0,
            };
            if read == 0 {
                let _closed = to.shutdown().await;
                return;
            }
            let chunk = &buffer[..read];
            match direction {
                Direction::Up => talk.hear(chunk),
                Direction::Down if self.is_to_be_cut(talk) => {
                    self.cut.fetch_add(1, Ordering::SeqCst);
                    return talk.end();
                }
                Direction::Down => {}
            }
            // Whoever is buried waits here for ever.
            let open = conditions
                .wait_for(|now| now.buried < number && now.way(direction) != Way::Stopped);
            let Ok(way) = open.await.map(|now| now.way(direction)) else { return };
            if pass(&mut to, chunk, way).await.is_err() {
                return;
            }
        }
    }

    fn is_to_be_cut(&self, talk: &Talk) -> bool {
        let take = |left: &AtomicU64| {
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok()
        };
        take(&self.any) || (talk.committing.swap(false, Ordering::SeqCst) && take(&self.commits))
    }
}

impl Conditions {
    const fn way(&self, direction: Direction) -> Way {
        match direction {
            Direction::Up => self.weather.to_server,
            Direction::Down => self.weather.to_client,
        }
    }
}

async fn pass(to: &mut OwnedWriteHalf, chunk: &[u8], way: Way) -> std::io::Result<()> {
    match way {
        Way::Open | Way::Stopped => to.write_all(chunk).await,
        Way::Slow(delay) => {
            tokio::time::sleep(delay).await;
            to.write_all(chunk).await
        }
        Way::Trickle(bytes, pause) => {
            for part in chunk.chunks(bytes.max(1)) {
                to.write_all(part).await?;
                tokio::time::sleep(pause).await;
            }
            Ok(())
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// To the server.
    Up,
    /// To the client.
    Down,
}

/// What is known of a connection's talk.
#[derive(Debug, Default)]
struct Talk {
    /// The name under which it has prepared a commit. Connections are shared with reads, which prepare other names.
    commit: OnceLock<Vec<u8>>,
    /// Whether it is executing one.
    committing: AtomicBool,
    ended: tokio::sync::Notify,
}

impl Talk {
    /// Hears what a client says in [Postgres's protocol][messages]: `Parse` is `P`, a length, the statement's name and
    /// its text; `Bind` is `B`, a length, the portal's name and the statement's.
    ///
    /// [messages]: https://www.postgresql.org/docs/17/protocol-message-formats.html
    fn hear(&self, chunk: &[u8]) {
        let Some((kind, message)) = chunk.split_first_chunk::<5>() else { return };
        let mut strings = message.split(|&byte| byte == 0);
        let (Some(first), Some(second)) = (strings.next(), strings.next()) else { return };
        match kind[0] {
            b'P' if second.windows(FLUSH.len()).any(|part| part == FLUSH) => {
                let _known = self.commit.set(first.to_vec());
            }
            b'B' if self.commit.get().is_some_and(|commit| commit == second) => {
                self.committing.store(true, Ordering::SeqCst);
            }
            _ => {}
        }
    }

    fn end(&self) {
        self.ended.notify_one();
    }

    async fn cut(&self) {
        self.ended.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long is listened where nothing is to be heard.
    const SOON: Duration = Duration::from_millis(200);

    /// How long is waited for what must come.
    const PATIENCE: Duration = Duration::from_secs(30);

    /// A proxy before a server that says back what it hears.
    async fn echo() -> anyhow::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        Proxy::to(address).await
    }

    /// What comes back for a word: `None` when nothing does, empty when the connection is closed.
    async fn ask(stream: &mut TcpStream, word: &str) -> Option<String> {
        ask_within(PATIENCE, stream, word).await
    }

    async fn ask_within(limit: Duration, stream: &mut TcpStream, word: &str) -> Option<String> {
        let _closed = stream.write_all(word.as_bytes()).await;
        let mut answer = [0; 64];
        let read = tokio::time::timeout(limit, stream.read(&mut answer)).await.ok()?;
        Some(String::from_utf8_lossy(&answer[..read.unwrap_or(0)]).into_owned())
    }

    #[tokio::test]
    async fn a_stopped_way_holds_what_is_said_until_it_is_open_again() -> anyhow::Result<()> {
        let proxy = echo().await?;
        let mut stream = TcpStream::connect(proxy.address).await?;
        assert_eq!(ask(&mut stream, "one").await.as_deref(), Some("one"));
        proxy.weather(Weather { to_client: Way::Stopped, ..Weather::default() });
        assert_eq!(ask_within(SOON, &mut stream, "two").await, None);
        proxy.weather(Weather::default());
        assert_eq!(ask(&mut stream, "").await.as_deref(), Some("two"));
        Ok(())
    }

    #[tokio::test]
    async fn a_cut_reply_is_lost_with_its_connection_and_no_other() -> anyhow::Result<()> {
        let proxy = echo().await?;
        let mut first = TcpStream::connect(proxy.address).await?;
        let mut second = TcpStream::connect(proxy.address).await?;
        proxy.cut(Reply::Any, 1);
        assert_eq!(ask(&mut first, "one").await.as_deref(), Some(""));
        assert_eq!(ask(&mut second, "two").await.as_deref(), Some("two"));
        assert_eq!(proxy.cuts(), 1);
        Ok(())
    }

    #[tokio::test]
    async fn only_the_answer_to_a_commit_is_cut_when_a_commit_is_meant() -> anyhow::Result<()> {
        let proxy = echo().await?;
        let mut stream = TcpStream::connect(proxy.address).await?;
        proxy.cut(Reply::Commit, 1);
        let commit = "B0000\0flush_1\0";
        for harmless in [
            commit, // Nothing is prepared yet.
            "P0000read_2\0SELECT 1\0",
            "P0000flush_1\0SELECT twinhost.flush($1)\0",
            "S0000", // A ping.
            "B0000\0read_2\0",
        ] {
            assert_eq!(ask(&mut stream, harmless).await.as_deref(), Some(harmless));
        }
        assert_eq!(ask(&mut stream, commit).await.as_deref(), Some(""));
        Ok(())
    }

    #[tokio::test]
    async fn who_is_buried_hears_nothing_and_who_comes_then_is_served() -> anyhow::Result<()> {
        let proxy = echo().await?;
        let mut old = TcpStream::connect(proxy.address).await?;
        assert_eq!(ask(&mut old, "one").await.as_deref(), Some("one"));
        proxy.bury();
        assert_eq!(ask_within(SOON, &mut old, "two").await, None);
        let mut new = TcpStream::connect(proxy.address).await?;
        assert_eq!(ask(&mut new, "three").await.as_deref(), Some("three"));
        Ok(())
    }

    #[tokio::test]
    async fn a_half_closed_connection_ends_for_the_client_and_a_refused_one_at_once()
    -> anyhow::Result<()> {
        let proxy = echo().await?;
        let mut stream = TcpStream::connect(proxy.address).await?;
        assert_eq!(ask(&mut stream, "one").await.as_deref(), Some("one"));
        proxy.half_close();
        assert_eq!(ask(&mut stream, "two").await.as_deref(), Some(""));
        proxy.weather(Weather::REFUSED);
        let mut refused = TcpStream::connect(proxy.address).await?;
        assert_eq!(ask(&mut refused, "three").await.as_deref(), Some(""));
        Ok(())
    }
}
