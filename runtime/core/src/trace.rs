//! Which trace an event is part of: what ties a message to the request that caused it, over every hop.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::http::Request;

/// The context of a distributed trace.
///
/// Read and written in both forms that are in use, without loss between them: W3C's `traceparent`
/// (<https://www.w3.org/TR/trace-context/>), which [`Display`](fmt::Display) writes, and the tracing header of
/// AWS X-Ray, which SQS and Lambda hand on as `AWSTraceHeader`.
///
/// ```
/// use twinhost::Trace;
///
/// let trace: Trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".parse()?;
/// assert_eq!(trace.to_string(), "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
/// # Ok::<(), twinhost::trace::InvalidTrace>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    id: u128,
    parent: u64,
    sampled: bool,
}

/// A text that is no trace context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is no trace context; write `00-<32 hex digits>-<16 hex digits>-01`, or `Root=1-<8 hex digits>-<24 hex digits>;Parent=<16 hex digits>;Sampled=1`"
)]
pub struct InvalidTrace;

impl Trace {
    /// A new trace that begins with an event: the same at every delivery of it. Nobody asked for it to be
    /// recorded, so it is not sampled.
    #[must_use]
    pub(crate) fn root(event: &str, at: Timestamp) -> Self {
        let hash: [u8; 32] = Sha256::digest(event).into();
        let part =
            |bytes: &[u8]| bytes.iter().fold(0_u128, |all, byte| all << 8 | u128::from(*byte));
        // X-Ray wants the time in seconds in front.
        let seconds = u32::try_from(at.as_second()).unwrap_or(1);
        let parent = u64::from_be_bytes([
            hash[12],
            hash[13],
            hash[14],
            hash[15],
            hash[16],
            hash[17],
            hash[18],
            hash[19] | 1,
        ]);
        Self { id: u128::from(seconds) << 96 | part(&hash[..12]), parent, sampled: false }
    }

    /// What a request says of its trace: `traceparent`, or else `x-amzn-trace-id`.
    #[must_use]
    pub(crate) fn of_request(request: &Request) -> Option<Self> {
        ["traceparent", "x-amzn-trace-id"]
            .iter()
            .find_map(|name| request.headers.get(*name)?.to_str().ok()?.parse().ok())
    }

    /// As AWS X-Ray writes it: `Root=1-…;Parent=…;Sampled=1`.
    #[must_use]
    pub fn xray(&self) -> String {
        let id = format!("{:032x}", self.id);
        let (time, rest) = id.split_at(8);
        format!(
            "Root=1-{time}-{rest};Parent={:016x};Sampled={}",
            self.parent,
            u8::from(self.sampled)
        )
    }

    fn w3c(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, id, parent, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // A later version may have more behind; of this one we know that it has not.
        let known = hex(version, 2)? != 0xff && (version != "00" || parts.next().is_none());
        let (id, parent) = (hex(id, 32)?, hex(parent, 16)?);
        let sampled = hex(flags, 2)? & 1 == 1;
        let parent = u64::try_from(parent).ok()?;
        (known && id != 0 && parent != 0).then_some(Self { id, parent, sampled })
    }

    fn of_xray(text: &str) -> Option<Self> {
        let field = |name: &str| {
            text.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let (time, rest) = field("Root")?.strip_prefix("1-")?.split_once('-')?;
        let id = hex(time, 8)? << 96 | hex(rest, 24)?;
        let parent = match field("Parent") {
            Some(parent) => u64::try_from(hex(parent, 16)?).ok()?,
            // A gateway names the root alone.
            None => id as u64 | 1,
        };
        let sampled = field("Sampled") == Some("1");
        (id != 0 && parent != 0).then_some(Self { id, parent, sampled })
    }
}

/// A number of exactly so many lower-case hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let good = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == digits && text.bytes().all(good)).then(|| u128::from_str_radix(text, 16).ok())?
}

impl FromStr for Trace {
    type Err = InvalidTrace;

    fn from_str(text: &str) -> Result<Self, InvalidTrace> {
        Self::w3c(text).or_else(|| Self::of_xray(text)).ok_or(InvalidTrace)
    }
}

/// As `traceparent`.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.id, self.parent, u8::from(self.sampled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const W3C: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn both_forms_say_the_same() {
        let trace: Trace = W3C.parse().unwrap();
        assert_eq!(trace.to_string(), W3C);
        let xray = "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1";
        assert_eq!(trace.xray(), xray);
        assert_eq!(xray.parse(), Ok(trace));
        let mixed = "Self=1-1-2; Sampled=1;Parent=b7ad6b7169203331;Root=1-0af76519-16cd43dd8448eb211c80319c";
        assert_eq!(mixed.parse(), Ok(trace), "in any order, with what others put in");
    }

    #[test]
    fn a_gateways_root_alone_is_a_trace() {
        let trace: Trace = "Root=1-67891233-abcdef012345678912345678".parse().unwrap();
        assert!(trace.to_string().starts_with("00-67891233abcdef012345678912345678-"));
        assert_eq!(trace.xray().parse(), Ok(trace));
    }

    #[test]
    fn a_later_version_is_read_as_far_as_it_is_known() {
        let later = W3C.replacen("00", "cc", 1) + "-what-the-future-has";
        assert_eq!(later.parse::<Trace>().unwrap().to_string(), W3C);
    }

    #[test]
    fn what_is_no_trace_is_refused_with_the_cure() {
        let zero = format!("00-{}-b7ad6b7169203331-01", "0".repeat(32));
        let no_parent = format!("00-0af7651916cd43dd8448eb211c80319c-{}-01", "0".repeat(16));
        let (more, upper) = (format!("{W3C}-x"), W3C.to_uppercase());
        let version = W3C.replacen("00", "ff", 1);
        for bad in ["", "x", &zero, &no_parent, &more, &upper, &version, "Root=1-1-1", "Root=é"] {
            let error = bad.parse::<Trace>().unwrap_err().to_string();
            assert!(error.contains("Root=1-"), "{bad}");
        }
    }

    #[test]
    fn a_new_trace_is_its_events_and_of_its_time() {
        let at = Timestamp::constant(0x6789_1233, 0);
        let (a, b) = (Trace::root("a", at), Trace::root("b", at));
        assert_eq!(a, Trace::root("a", at));
        assert_ne!(a, b);
        assert!(a.xray().starts_with("Root=1-67891233-") && a.xray().ends_with("Sampled=0"));
        assert_eq!(a.to_string().parse(), Ok(a));
    }
}
