//! Serves a router on a listener, within limits of time, size and number.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, StatusCode, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use crate::config;
use crate::quiet::Quiet;

use super::strict::Strict;

/// Bytes of request line and headers, the API gateway's limit.
const HEAD_BYTES: usize = 10_240;

/// What is read ahead on one connection at the most.
const BUFFER_BYTES: usize = 64 * 1024;

/// Pause after a connection could not be accepted: too many open files pass by themselves.
const PAUSE: Duration = Duration::from_millis(200);

/// The other end of a connection, as the socket says.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// A listener and its limits.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    header_timeout: Duration,
    max_connections: usize,
    max_per_address: usize,
    trusted_proxies: config::Addresses,
}

impl Server {
    /// A server with the limits of the configuration.
    #[must_use]
    pub fn new(listener: TcpListener, config: &config::Http) -> Self {
        Self {
            listener,
            header_timeout: Duration::from_secs(config.header_timeout_seconds),
            max_connections: config.max_connections,
            max_per_address: config.max_connections_per_address,
            trusted_proxies: config.trusted_proxies.clone(),
        }
    }

    /// Serves until `stop`; then accepts nothing more and lets requests in hand end, until `cut`.
    pub async fn serve(self, router: Router, stop: CancellationToken, cut: CancellationToken) {
        let slots = Arc::new(Semaphore::new(self.max_connections));
        let addresses = Arc::<PerAddress>::default();
        let mut connections = JoinSet::new();
        let mut quiet = Quiet::default();
        loop {
            // Connections beyond the limit wait in the kernel, not in our memory.
            let accepted = async {
                let slot = Arc::clone(&slots).acquire_owned().await;
                (slot, self.listener.accept().await)
            };
            let (slot, (stream, peer)) = tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = connections.join_next() => continue,
                (slot, accepted) = accepted => match accepted {
                    Ok(accepted) => (slot, accepted),
                    Err(error) => {
                        quiet.warn(|times| tracing::warn!(%error, times, "Cannot accept connections"));
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                },
            };
            let peer = peer.ip().to_canonical();
            let most =
                if self.trusted_proxies.contains(peer) { usize::MAX } else { self.max_per_address };
            let Some(place) = addresses.admit(peer, most) else { continue };
            let connection = self.connection(stream, peer, router.clone(), stop.clone());
            let cut = cut.clone();
            connections.spawn(async move {
                let _held = (slot, place);
                tokio::select! {
                    () = connection => {}
                    () = cut.cancelled() => {}
                }
            });
        }
        drop(self.listener);
        while connections.join_next().await.is_some() {}
    }

    fn connection(
        &self,
        stream: TcpStream,
        peer: IpAddr,
        router: Router,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + use<> {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_header_size(HEAD_BYTES)
            .max_buf_size(BUFFER_BYTES);
        let service = hyper::service::service_fn(move |mut request: http::Request<_>| {
            request.extensions_mut().insert(Peer(peer));
            let mut router = router.clone();
            async move {
                let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
                let mut response = if request.headers().get_all(header::HOST).iter().count() > 1 {
                    // Two parties could each believe another one (RFC 9112, 3.2).
                    super::refuse(StatusCode::BAD_REQUEST)
                } else {
                    router.call(request.map(Body::new)).await?
                };
                if chunked {
                    // What comes behind it is not watched.
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(header::CONNECTION, close);
                }
                Ok::<_, Infallible>(response)
            }
        });
        async move {
            // Answers are small and whole: waiting to fill a packet only adds delay.
            let _best_effort = stream.set_nodelay(true);
            let mut connection =
                pin!(builder.serve_connection(TokioIo::new(Strict::new(stream)), service));
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "A connection ended badly");
            }
        }
    }
}

/// How many connections each address has.
#[derive(Debug, Default)]
struct PerAddress(Mutex<HashMap<IpAddr, usize>>);

impl PerAddress {
    /// Takes a place for an address; `None` if it has the most already.
    fn admit(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Place> {
        let address = household(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { counts: Arc::clone(self), address })
    }
}

/// A place that is given back when it is dropped.
#[derive(Debug)]
struct Place {
    counts: Arc<PerAddress>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// One for all addresses that one customer of a provider can choose from: in IPv6 a /64.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_bounded_number_of_places_and_gives_them_back() {
        let all = Arc::<PerAddress>::default();
        let [a, same_64, b] = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"]
            .map(|text| text.parse::<IpAddr>().unwrap());
        let first = all.admit(a, 2).unwrap();
        let _second = all.admit(same_64, 2).unwrap();
        assert!(all.admit(a, 2).is_none());
        assert!(all.admit(b, 2).is_some());
        drop(first);
        assert!(all.admit(a, 2).is_some());
    }
}
