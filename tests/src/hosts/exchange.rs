//! One request over a connection of its own, its target as it is, to the byte.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderValue, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Makes a request of a server and answers what it answers.
pub(super) async fn exchange(
    address: SocketAddr,
    mut request: http::Request<Bytes>,
) -> anyhow::Result<http::Response<Bytes>> {
    let name = HeaderValue::from_str(&address.to_string())?;
    request.headers_mut().entry(header::HOST).or_insert(name);
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request.map(Full::new)).await?;
    let (head, body) = answer.into_parts();
    let body = body.collect().await?.to_bytes();
    connection.abort();
    Ok(http::Response::from_parts(head, body))
}
