//! Text from outside, made fit to be read by people.
//!
//! Names, error messages and tags are chosen by whoever made the call, and may be an
//! attacker. What is told of them is one line of bounded length, shows what it contains, and
//! brings no link of its own. Escaping for a chat's markup is the [poster's](crate::chat).

/// Room for a name or an ARN.
pub(crate) const NAME: usize = 200;
/// Room for a sentence.
pub(crate) const SENTENCE: usize = 500;

/// One line of at most `most` characters: no control or invisible characters, no
/// direction overrides, no line ends, no working link.
pub(crate) fn line(text: &str, most: usize) -> String {
    let visible: String = text
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if c.is_control() || is_line_end(c) { ' ' } else { c })
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    // The usual way to write a link that nobody should follow by mistake.
    let text = words.join(" ").replace("://", "[:]//");
    if text.chars().count() <= most {
        return text;
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Unicode's line and paragraph separators, which are not controls.
const fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Characters that show nothing and change how others show: zero-width, direction, tags.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// `1 anomaly`, `2 anomalies`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_ordinary_text_stays_as_it_is() {
        let arn = "arn:aws:iam::123456789012:role/Développeur";
        assert_eq!(line(arn, NAME), arn);
        assert_eq!(line("10 × p2.xlarge", NAME), "10 × p2.xlarge");
    }

    #[test]
    fn a_link_and_a_forged_line_are_taken_apart() {
        assert_eq!(line("a\r\nSeverity: none\tb", NAME), "a Severity: none b");
        assert_eq!(line("see https://evil.example/x", NAME), "see https[:]//evil.example/x");
        assert_eq!(line("\u{202e}gpj.exe\u{200b}\u{2028}\x1b[31m", NAME), "gpj.exe [31m");
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(line("äöüß", 4), "äöüß");
        assert_eq!(line("äöüßx", 4), "äöü…");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_one_bounded_line_without_a_link(text in any::<String>(), most in 1_usize..80) {
            let line = line(&text, most);
            prop_assert!(line.chars().count() <= most);
            prop_assert!(!line.chars().any(|c| c.is_control() || is_line_end(c) || is_invisible(c)));
            prop_assert!(!line.contains("://"));
        }
    }
}
