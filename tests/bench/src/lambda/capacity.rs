//! DynamoDB's units by its published rules, for the emulator knows none.
//!
//! An item's size is that of its attributes' names and values: a text its UTF-8, a number a byte for each two
//! significant digits and one more. A write unit is 1 KB of the larger of the item before and after, at least one, and
//! two in a transaction. A read unit is 4 KB read consistently, half of one otherwise; a query adds up its items first.
//! A change of an index's entry is a write of its own there, or two when its key changes.

use anyhow::{Context as _, bail};
use serde_json::Value;
use twinhost_aws::table::{OUTBOX_INDEX, OUTBOX_SINCE, PARTITION_KEY, SORT_KEY};

const WRITE_BYTES: u64 = 1024;
const READ_BYTES: u64 = 4096;

/// What each write of a transaction costs in comparison: it is prepared, then committed.
pub(super) const TRANSACTION: u64 = 2;

/// Bytes of an item, as the wire has it.
pub(super) fn bytes(item: &Value) -> anyhow::Result<u64> {
    let attributes = item.as_object().context("an item is an object")?;
    let mut all = 0;
    for (name, value) in attributes {
        all +=
            name.len() + attribute_bytes(value).with_context(|| format!("attribute `{name}`"))?;
    }
    Ok(all as u64)
}

/// Bytes of an attribute's value. The table holds texts and numbers only.
fn attribute_bytes(value: &Value) -> anyhow::Result<usize> {
    if let Some(text) = value["S"].as_str() {
        return Ok(text.len());
    }
    if let Some(number) = value["N"].as_str() {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let significant = digits.trim_matches('0').len();
        return Ok(significant.div_ceil(2) + 1);
    }
    bail!("{value} is neither a text nor a number; its size is not known here")
}

/// Units of a write to the table that is not in a transaction.
pub(super) fn write_units(before: Option<&Value>, after: Option<&Value>) -> anyhow::Result<u64> {
    let size = |item: Option<&Value>| item.map_or(Ok(0), bytes);
    Ok(size(before)?.max(size(after)?).div_ceil(WRITE_BYTES).max(1))
}

/// Units of what that write changes in the index, which holds keys only.
pub(super) fn index_units(before: Option<&Value>, after: Option<&Value>) -> u64 {
    match (before.and_then(index_entry), after.and_then(index_entry)) {
        (before, after) if before == after => 0,
        (Some(_), Some(_)) => 2,
        _ => 1,
    }
}

/// The item's place in the index, if it is there.
fn index_entry(item: &Value) -> Option<[&Value; 4]> {
    let names = [OUTBOX_INDEX, OUTBOX_SINCE, PARTITION_KEY, SORT_KEY];
    let entry = names.map(|name| item.get(name));
    entry.iter().all(Option::is_some).then(|| entry.map(|value| value.unwrap_or(&Value::Null)))
}

/// Units of reading so many bytes at once; reading nothing costs as much as the least.
pub(super) fn read_units(bytes: u64, consistent: bool) -> f64 {
    let units = bytes.div_ceil(READ_BYTES).max(1) as f64;
    if consistent { units } else { units / 2.0 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(text: usize) -> Value {
        json!({"pk": {"S": "p"}, "sk": {"S": "s"}, "body": {"S": "é".repeat(text)}})
    }

    #[test]
    fn an_item_is_as_large_as_its_names_and_values() {
        // Three names of 8 bytes in all, two keys of one each, and é is two.
        assert_eq!(bytes(&item(500)).unwrap(), 8 + 2 + 1000);
        for (number, size) in [("0", 1), ("7", 2), ("-1234", 3), ("1200", 2), ("1767225600123", 8)]
        {
            assert_eq!(bytes(&json!({"n": {"N": number}})).unwrap(), 1 + size, "{number}");
        }
        assert!(bytes(&json!({"b": {"B": "AAAA"}})).unwrap_err().to_string().contains("`b`"));
    }

    #[test]
    fn a_write_is_charged_by_the_larger_of_before_and_after() {
        let (small, large) = (item(10), item(600));
        for (before, after, units) in [
            (None, Some(&small), 1),
            (None, Some(&large), 2),
            (Some(&large), Some(&small), 2),
            (Some(&large), None, 2),
            (None, None, 1),
        ] {
            assert_eq!(write_units(before, after).unwrap(), units);
        }
    }

    #[test]
    fn an_index_is_written_when_its_entry_comes_goes_or_moves() {
        let plain = item(1);
        let mut indexed = item(1);
        indexed[OUTBOX_INDEX] = json!({"S": "handler"});
        indexed[OUTBOX_SINCE] = json!({"N": "1"});
        let mut moved = indexed.clone();
        moved[OUTBOX_SINCE] = json!({"N": "2"});
        for (before, after, units) in [
            (None, Some(&plain), 0),
            (None, Some(&indexed), 1),
            (Some(&indexed), Some(&plain), 1),
            (Some(&indexed), Some(&indexed), 0),
            (Some(&indexed), Some(&moved), 2),
        ] {
            assert_eq!(index_units(before, after), units);
        }
    }

    #[test]
    fn a_read_is_charged_by_four_kilobytes_and_half_when_it_may_be_old() {
        assert_eq!(
            (read_units(0, true), read_units(4096, true), read_units(4097, true)),
            (1.0, 1.0, 2.0)
        );
        assert_eq!(read_units(1, false), 0.5);
    }
}
