//! A load generator that costs little itself: keep-alive HTTP/1.1 over plain sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::report::median;

/// What a load of requests came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

impl Measured {
    /// Of several measurements, the median of each figure.
    pub(crate) fn median(all: &[Self]) -> Self {
        let seconds = |of: fn(&Self) -> Duration| {
            Duration::from_secs_f64(median(all.iter().map(|one| of(one).as_secs_f64())))
        };
        Self {
            per_second: median(all.iter().map(|one| one.per_second)),
            p50: seconds(|one| one.p50),
            p99: seconds(|one| one.p99),
        }
    }
}

/// Makes the bytes of the `n`th request.
pub(crate) type MakeRequest = Arc<dyn Fn(u64) -> anyhow::Result<Vec<u8>> + Send + Sync>;

/// Sends requests over so many connections for so long; every answer must be a 2xx.
pub(crate) async fn run(
    address: SocketAddr,
    connections: usize,
    lasting: Duration,
    make: &MakeRequest,
) -> anyhow::Result<Measured> {
    let counter = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut clients = Vec::with_capacity(connections);
    for _ in 0..connections {
        let (make, counter) = (Arc::clone(make), Arc::clone(&counter));
        clients.push(tokio::spawn(client(address, began + lasting, make, counter)));
    }
    let mut latencies = Vec::new();
    for client in clients {
        latencies.extend(client.await??);
    }
    let took = began.elapsed();
    latencies.sort_unstable();
    ensure!(!latencies.is_empty(), "no request was answered");
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    let per_second = latencies.len() as f64 / took.as_secs_f64();
    Ok(Measured { per_second, p50: at(0.5), p99: at(0.99) })
}

async fn client(
    address: SocketAddr,
    until: Instant,
    make: MakeRequest,
    counter: Arc<AtomicU64>,
) -> anyhow::Result<Vec<Duration>> {
    let mut socket = TcpStream::connect(address).await.context("connect to the server")?;
    socket.set_nodelay(true)?;
    let mut latencies = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    while Instant::now() < until {
        let request = make(counter.fetch_add(1, Ordering::Relaxed))?;
        let began = Instant::now();
        socket.write_all(&request).await?;
        answer(&mut socket, &mut buffer).await?;
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

/// Reads one answer and checks that it is a 2xx.
async fn answer(socket: &mut TcpStream, buffer: &mut [u8]) -> anyhow::Result<()> {
    let mut filled = 0;
    loop {
        let read = socket.read(&mut buffer[filled..]).await?;
        ensure!(read > 0, "the server closed the connection");
        filled += read;
        let Some(end) = buffer[..filled].windows(4).position(|w| w == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&buffer[..end])?;
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned)
            })
            .map_or(Ok(0), |text| text.trim().parse::<usize>())?;
        if filled >= end + 4 + length {
            ensure!(
                head.starts_with("HTTP/1.1 2"),
                "the server answered {}",
                head.lines().next().unwrap_or("")
            );
            return Ok(());
        }
    }
}

/// The bytes of a `POST`.
pub(crate) fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// Sends one request on a connection of its own; an answer other than 2xx is an error.
pub(crate) async fn once(address: SocketAddr, request: &[u8]) -> anyhow::Result<()> {
    let mut socket = TcpStream::connect(address).await?;
    socket.write_all(request).await?;
    answer(&mut socket, &mut vec![0; 16 * 1024]).await
}
