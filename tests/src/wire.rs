//! HTTP as bytes on a socket, for what no proper client would send.

use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::home::Home;

/// How long a server may take to close a connection.
const PATIENCE: Duration = Duration::from_secs(20);

/// Connects to the public side.
///
/// # Errors
///
/// When nothing listens there.
pub async fn connect(home: &Home) -> anyhow::Result<TcpStream> {
    Ok(TcpStream::connect(("127.0.0.1", home.port())).await?)
}

/// Sends bytes and answers all that comes until the other end closes.
///
/// # Errors
///
/// When it does not close.
pub async fn talk(home: &Home, bytes: &[u8]) -> anyhow::Result<String> {
    let mut stream = connect(home).await?;
    // Who is refused in the middle cannot be sent the rest.
    let _refused = stream.write_all(bytes).await;
    rest(&mut stream).await
}

/// All that comes until the other end closes.
///
/// # Errors
///
/// When it does not close.
pub async fn rest(stream: &mut TcpStream) -> anyhow::Result<String> {
    let mut answer = Vec::new();
    // A reset after the answer is as good as an end.
    let _end = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.context("it stays open")?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Sends a byte now and then until the other end closes; answers what it said.
///
/// # Errors
///
/// When it does not close.
pub async fn trickle(mut stream: TcpStream, byte: u8, every: Duration) -> anyhow::Result<String> {
    let (mut reader, mut writer) = stream.split();
    let sending = async {
        while writer.write_all(&[byte]).await.is_ok() {
            tokio::time::sleep(every).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let reading = timeout(PATIENCE, reader.read_to_end(&mut answer));
    tokio::select! {
        () = sending => {}
        end = reading => drop(end.context("it stays open")?),
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The status of the first answer, as text.
#[must_use]
pub fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}
