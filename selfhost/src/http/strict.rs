//! A connection on which a request can be read in one way only.
//!
//! Where two servers in a row disagree about where a request ends, the rest of
//! it is a request of its own to one of them: smuggling (RFC 9112, 11.2). The
//! parser behind this is lenient as the RFC allows, and forgets what it was
//! lenient about. So heads are watched on their way in, and these are refused:
//!
//! - a line that ends without CR (2.2),
//! - `content-length` beside `transfer-encoding`, or twice, or not a number (6.3).
//!
//! A refused head gets a NUL in the place of its last good byte, which no
//! parser takes: it answers 400 and closes. What follows a chunked body is not
//! watched; its request must be the last of its connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is kept of a line: more than `content-length` and the longest length have.
const LINE_BYTES: usize = 64;

/// A stream whose requests are watched.
#[derive(Debug)]
pub(super) struct Strict<S> {
    stream: S,
    watch: Watch,
}

impl<S> Strict<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, watch: Watch::default() }
    }
}

/// Follows the bytes of one connection.
#[derive(Debug, Default)]
struct Watch {
    place: Place,
    /// The beginning of the line, and how long it is.
    line: Vec<u8>,
    length: usize,
    /// Whether the last byte was a CR.
    cr: bool,
    /// Whether the request line is over.
    begun: bool,
    content_length: Option<u64>,
    chunked: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    /// In the head of a request.
    #[default]
    Head,
    /// In a body of which so many bytes are to come.
    Body(u64),
    /// Behind the last head of the connection.
    Over,
}

/// A head that can be read in two ways.
#[derive(Debug, PartialEq, Eq)]
struct Ambiguous;

impl Watch {
    /// Follows `bytes`; answers the place of the byte that makes a head ambiguous.
    fn follow(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            match self.place {
                Place::Over => return None,
                Place::Body(left) => {
                    let rest = (bytes.len() - at) as u64;
                    at += usize::try_from(left.min(rest)).unwrap_or(usize::MAX);
                    self.place = if left > rest { Place::Body(left - rest) } else { Place::Head };
                }
                Place::Head => {
                    if self.head(bytes[at]).is_err() {
                        self.place = Place::Over;
                        return Some(at);
                    }
                    at += 1;
                }
            }
        }
        None
    }

    fn head(&mut self, byte: u8) -> Result<(), Ambiguous> {
        if byte != b'\n' {
            if self.line.len() < LINE_BYTES {
                self.line.push(byte);
            }
            self.length += 1;
            self.cr = byte == b'\r';
            return Ok(());
        }
        if !self.cr {
            return Err(Ambiguous);
        }
        let is_empty = self.length == 1;
        match (self.begun, is_empty) {
            // Before a request an empty line is passed over (2.2).
            (false, _) => self.begun = !is_empty,
            (true, false) => self.field()?,
            (true, true) => self.end(),
        }
        self.line.clear();
        (self.length, self.cr) = (0, false);
        Ok(())
    }

    /// Reads a header.
    fn field(&mut self) -> Result<(), Ambiguous> {
        let mut parts = self.line.splitn(2, |byte| *byte == b':');
        let name = parts.next().unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let digits = parts.next().unwrap_or_default().trim_ascii();
            let is_whole = self.length <= LINE_BYTES && digits.iter().all(u8::is_ascii_digit);
            let length = str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
            if self.content_length.is_some() || !is_whole {
                return Err(Ambiguous);
            }
            self.content_length = Some(length.ok_or(Ambiguous)?);
        }
        if self.chunked && self.content_length.is_some() { Err(Ambiguous) } else { Ok(()) }
    }

    /// The head is over.
    fn end(&mut self) {
        self.place = match self.content_length.take() {
            _ if self.chunked => Place::Over,
            Some(length @ 1..) => Place::Body(length),
            Some(0) | None => Place::Head,
        };
        self.begun = false;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Strict<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if let Some(at) = self.watch.follow(&buffer.filled()[before..]) {
            tracing::debug!("A request could be read in two ways");
            buffer.filled_mut()[before + at] = b'\0';
            buffer.set_filled(before + at + 1);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Strict<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a text is refused, the same whether it comes at once or byte by byte.
    fn refused(text: &str) -> Option<usize> {
        let at_once = Watch::default().follow(text.as_bytes());
        let mut watch = Watch::default();
        let bytes = text.as_bytes().chunks(1).enumerate();
        let singly = bytes.filter_map(|(at, byte)| watch.follow(byte).map(|_| at)).next();
        assert_eq!(at_once, singly, "{text:?}");
        at_once
    }

    #[test]
    fn requests_one_after_the_other_are_let_through() {
        let get = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        let post = "POST / HTTP/1.1\r\nContent-Length:  3 \r\n\r\na\nb";
        let empty = "POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n";
        let chunked = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n";
        assert_eq!(refused(&[get, "\r\n", post, empty, get, post, chunked].concat()), None);
    }

    #[test]
    fn a_head_that_can_be_read_in_two_ways_is_refused_at_its_line() {
        for head in [
            "\n",
            "GET / HTTP/1.1\n",
            "GET / HTTP/1.1\r\nhost: x\n",
            "GET / HTTP/1.1\r\nhost: x\r\n\n",
            "POST / HTTP/1.1\r\ncontent-length: 1\r\nTransfer-Encoding: chunked\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding : identity\r\nContent-Length: 1\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 1\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 1, 1\r\n",
            "POST / HTTP/1.1\r\ncontent-length: +1\r\n",
            "POST / HTTP/1.1\r\ncontent-length:\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n",
        ] {
            assert_eq!(refused(head), Some(head.len() - 1), "{head:?}");
            let later = format!("POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n\n\n{head}");
            assert_eq!(refused(&later), Some(later.len() - 1), "{later:?}");
        }
        let long = format!("POST / HTTP/1.1\r\ncontent-length:{}1\r\n", " ".repeat(LINE_BYTES));
        assert_eq!(refused(&long), Some(long.len() - 1));
    }
}
