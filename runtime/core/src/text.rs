//! Text that every store and queue can hold, and pages seen through staged writes.

use std::cmp::Ordering;

use crate::ports::{Order, Page, Query, Stored};

/// Replaces the NUL character in JSON text by U+FFFD.
///
/// Postgres cannot store it in `jsonb`; every host does the same, so that a
/// document reads alike everywhere.
pub(crate) fn without_nul(json: String) -> String {
    if !json.contains("\\u0000") {
        return json;
    }
    let mut clean = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        clean.push_str(before);
        if let Some(after) = escape.strip_prefix("\\u0000") {
            clean.push_str("\\ufffd");
            rest = after;
        } else {
            // An escape is two characters at least; the second may be a backslash itself.
            clean.push_str(&escape[..2]);
            rest = &escape[2..];
        }
    }
    clean.push_str(rest);
    clean
}

/// Escapes the two characters that JSON allows and SQS refuses.
pub(crate) fn sendable(json: String) -> String {
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
    } else {
        json
    }
}

/// Whether this can be an order group or an id for de-duplication: SQS's rule for `MessageGroupId` and
/// `MessageDeduplicationId`.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=128).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Lays staged documents (`None`: deleted) over a page that the store answered.
pub(crate) fn overlay(
    page: &mut Page<Stored>,
    staged: Vec<(String, Option<String>)>,
    query: &Query,
) {
    let before = |a: &str, b: &str| match query.order {
        Order::Ascending => a.cmp(b),
        Order::Descending => b.cmp(a),
    };
    let end = page.next.as_ref().and(page.items.last()).map(|last| last.key.clone());
    for (key, body) in staged {
        page.items.retain(|stored| stored.key != key);
        let Some(body) = body else { continue };
        let in_page = query.cursor.as_deref().is_none_or(|c| before(&key, c) == Ordering::Greater)
            && end.as_deref().is_none_or(|end| before(&key, end) != Ordering::Greater);
        if in_page && key.starts_with(&query.prefix) && matches(&body, query) {
            page.items.push(Stored { key, body, version: 0 });
        }
    }
    page.items.sort_by(|a, b| before(&a.key, &b.key));
}

/// Whether a document has the top-level values that a query asks for.
pub(crate) fn matches(body: &str, query: &Query) -> bool {
    if query.equals.is_empty() {
        return true;
    }
    let Ok(document) = serde_json::from_str::<serde_json::Value>(body) else { return false };
    query.equals.iter().all(|(field, value)| document.get(field) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_becomes_the_replacement_character_and_an_escaped_backslash_stays() {
        let text = serde_json::to_string("a\0b\\u0000\n\0").unwrap();
        let clean: String = serde_json::from_str(&without_nul(text)).unwrap();
        assert_eq!(clean, "a\u{fffd}b\\u0000\n\u{fffd}");
    }

    #[test]
    fn what_sqs_refuses_is_escaped_and_reads_the_same() {
        let text = serde_json::to_string("x\u{ffff}y\u{fffe}").unwrap();
        let safe = sendable(text);
        assert!(!safe.contains(['\u{fffe}', '\u{ffff}']));
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), "x\u{ffff}y\u{fffe}");
    }
}
