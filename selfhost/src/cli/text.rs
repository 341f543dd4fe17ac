//! Text for people: made harmless to a terminal, and short.

use std::borrow::Cow;

use events::money::usd;
use jiff::{SignedDuration, Timestamp};

/// Makes text from outside harmless to a terminal.
///
/// User agents, role names and queue bodies are whatever their sender likes:
/// escape sequences could rewrite the screen or the window's title, and marks
/// of writing direction or without width could make one name look like another.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let safe = |c: char| match c {
        '\n' | '\r' | '\t' => Some(' '),
        c if is_unsafe(c) => None,
        c => Some(c),
    };
    Cow::Owned(text.chars().filter_map(safe).collect())
}

/// Control characters (C0, DEL, C1), and marks that are invisible or change the writing direction.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// JSON whose strings hold no control character, not even DEL and C1, which JSON itself lets pass.
pub(crate) fn clean_json(json: &str) -> Cow<'_, str> {
    let passes = |c: char| ('\u{7f}'..='\u{9f}').contains(&c);
    if !json.contains(passes) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if passes(c) {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// An amount in dollars, or that it is not known: an unknown cost is not 0.
pub(crate) fn money(micro_usd: Option<i64>) -> String {
    micro_usd.map_or_else(|| "unknown".to_owned(), usd)
}

/// A time to the second, in UTC: `2026-01-31 08:00:00`.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A number with a comma between thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A span of time in its one or two largest units: `1d 4h`, `12s`.
pub(crate) fn span(seconds: u64) -> String {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (name, size) in units {
        let n = rest / size;
        rest %= size;
        if n > 0 {
            parts.push(format!("{n}{name}"));
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

/// A number of bytes in the largest fitting unit: `1.4 MB`.
pub(crate) fn bytes(number: u64) -> String {
    indicatif::DecimalBytes(number).to_string()
}

/// The number with its noun: `1 file`, `2 files`.
pub(crate) fn plural(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Reads `24h`, `7d`, a date, or a time with an offset, as the time it means.
///
/// # Errors
///
/// What is allowed, when it is none of these.
pub(crate) fn since(text: &str) -> Result<Timestamp, String> {
    let allowed = || {
        format!("`{text}` is not a time; use `24h`, `7d`, `2026-01-31` or `2026-01-31T08:00:00Z`")
    };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| allowed())?;
        return Ok(zoned.timestamp());
    }
    let ago = duration(text).map_err(|_| allowed())?;
    let ago = SignedDuration::try_from(ago).map_err(|_| allowed())?;
    Timestamp::now().checked_sub(ago).map_err(|_| allowed())
}

/// Reads `90s`, `5m`, `24h`, `7d`.
///
/// # Errors
///
/// What is allowed, when it is none of these.
pub(crate) fn duration(text: &str) -> Result<std::time::Duration, String> {
    let allowed = || format!("`{text}` is not a length of time; use `90s`, `5m`, `24h` or `7d`");
    let span: jiff::Span = text.parse().map_err(|_| allowed())?;
    // A day here is 24 hours, whatever a clock does that night.
    let total = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours());
    total.map_err(|_| allowed())?.try_into().map_err(|_| allowed())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn text_from_outside_cannot_steer_the_terminal() {
        assert_eq!(clean("\u{1b}]0;owned\u{7}\u{1b}[2Jname"), "]0;owned[2Jname");
        assert_eq!(clean("\u{9b}31mred\u{7f}"), "31mred");
        assert_eq!(clean("two\r\nlines\there"), "two  lines here");
        assert_eq!(clean("admin\u{202e}gpj.exe\u{200b}"), "admingpj.exe");
        assert_eq!(clean("Zoë 🦀 日本"), "Zoë 🦀 日本");
    }

    #[test]
    fn json_for_a_terminal_means_the_same_and_holds_no_control_character() {
        let name = "a\u{9b}31m\u{7f}\u{1b}[2Jé";
        let json = serde_json::to_string(name).unwrap();
        let safe = clean_json(&json);
        assert!(!safe.contains(char::is_control), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), name);
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!([0, 999, 1_000, 2_900_000].map(count), ["0", "999", "1,000", "2,900,000"]);
        assert_eq!([0, 59, 60, 3_661, 100_800].map(span), ["0s", "59s", "1m", "1h 1m", "1d 4h"]);
        assert_eq!([plural(1, "file"), plural(2_000, "file")], ["1 file", "2,000 files"]);
        assert_eq!([money(None), money(Some(45_000))], ["unknown", "$0.045"]);
    }

    #[test]
    fn lengths_of_time_and_moments_are_read_or_the_right_form_is_said() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("7d"), Ok(Duration::from_secs(7 * 86_400)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(since("2026-01-31").unwrap().to_string(), "2026-01-31T00:00:00Z");
        assert_eq!(since("2026-01-31T08:00:00Z").unwrap().to_string(), "2026-01-31T08:00:00Z");
        assert!(since("24h").unwrap() < Timestamp::now());
        for bad in ["", "soon", "-5s", "5", "2026-13-01", "999999999999d"] {
            assert!(duration(bad).unwrap_err().contains("`90s`"), "{bad}");
            assert!(since(bad).unwrap_err().contains("`24h`"), "{bad}");
        }
    }
}
