//! Gzip, with an end to it.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::Reject;

/// Most bytes that a payload may inflate to.
pub const MAX_INFLATED: usize = 64 << 20;

/// Most bytes out for a byte in, once more than [`ALWAYS_FINE`] come out; log files give 10 to 20.
const MAX_RATIO: usize = 200;

/// Inflating to this much is fine at any ratio.
const ALWAYS_FINE: usize = 1 << 20;

/// The bytes, inflated if they are gzip.
///
/// # Errors
///
/// [`Reject::Gzip`] for a damaged stream, [`Reject::TooLarge`] for one that gives
/// more than it may; no more than that is ever held.
pub(super) fn inflated(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Reject> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let limit = bytes.len().saturating_mul(MAX_RATIO).clamp(ALWAYS_FINE, MAX_INFLATED);
    let mut out = Vec::new();
    let over = limit as u64 + 1;
    MultiGzDecoder::new(bytes).take(over).read_to_end(&mut out).map_err(|_| Reject::Gzip)?;
    if out.len() > limit { Err(Reject::TooLarge { limit }) } else { Ok(Cow::Owned(out)) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_inflated_and_anything_else_is_left_alone() {
        assert_eq!(inflated(&gzip(b"hello")).unwrap().as_ref(), b"hello");
        assert_eq!(inflated(b"hello").unwrap().as_ref(), b"hello");
        assert_eq!(inflated(b"").unwrap().as_ref(), b"");
    }

    #[test]
    fn the_members_of_a_concatenated_file_are_read_one_after_the_other() {
        let both = [gzip(b"hello "), gzip(b"world")].concat();
        assert_eq!(inflated(&both).unwrap().as_ref(), b"hello world");
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = gzip(&vec![0; 8 << 20]);
        assert!(bomb.len() < 10_000, "{}", bomb.len());
        let refused = inflated(&bomb).unwrap_err();
        assert!(matches!(refused, Reject::TooLarge { limit } if limit < 2 << 20), "{refused:?}");
        // At a ratio no log file has, and small all the same.
        assert_eq!(inflated(&gzip(&vec![b' '; ALWAYS_FINE])).unwrap().len(), ALWAYS_FINE);
    }

    #[test]
    fn a_damaged_or_cut_stream_is_refused() {
        let whole = gzip(&b"hello world ".repeat(50));
        for cut in 2..whole.len() {
            assert_eq!(inflated(&whole[..cut]), Err(Reject::Gzip), "cut at {cut}");
        }
        let mut damaged = whole;
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0xff;
        assert_eq!(inflated(&damaged), Err(Reject::Gzip));
    }
}
