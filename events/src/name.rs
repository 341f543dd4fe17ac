//! Names that a queue accepts.

/// A queue's limit on the length of a group or de-duplication id.
const LONGEST: usize = 128;

/// Makes `text` a group or de-duplication id: 1 to 128 visible ASCII characters.
///
/// A text that is one already stays as it is; any other keeps what it can and
/// ends in a hash of the whole, so that different texts keep different names.
pub(crate) fn queue_name(text: &str) -> String {
    let visible = |c: char| c.is_ascii_graphic();
    if !text.is_empty() && text.len() <= LONGEST && text.chars().all(visible) {
        return text.to_owned();
    }
    let hash = format!("~{:016x}", fnv1a(text.as_bytes()));
    let kept: String =
        text.chars().map(|c| if visible(c) { c } else { '_' }).take(LONGEST - hash.len()).collect();
    kept + &hash
}

/// 64-bit FNV-1a: the same on every machine and version, which the standard library's hasher does not promise.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // Vectors of the FNV reference code.
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_fitting_name_stays_and_any_other_is_made_to_fit() {
        assert_eq!(queue_name("acme/evt_1"), "acme/evt_1");
        assert_eq!(queue_name(&"x".repeat(128)), "x".repeat(128));
        for odd in ["", "a b", "é", "tab\t", &"x".repeat(129), &"é".repeat(200)] {
            let name = queue_name(odd);
            assert!((1..=128).contains(&name.len()), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_graphic()), "{name}");
        }
        assert_ne!(queue_name("a b"), queue_name("a_b"));
        assert_ne!(queue_name(&"x".repeat(129)), queue_name(&"x".repeat(130)));
    }
}
