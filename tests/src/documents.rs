//! All documents of a tenant, to be compared between hosts.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::Value;
use twinhost::TenantId;
use twinhost::ports::{Documents, Query};

/// Documents by collection and key: `cost_events/…`.
pub type All = BTreeMap<String, Value>;

/// Reads all documents of a tenant in these collections.
///
/// # Errors
///
/// When the store does not answer, or a document is no JSON.
pub async fn all(
    documents: &dyn Documents,
    tenant: &TenantId,
    collections: &[&'static str],
) -> anyhow::Result<All> {
    let mut found = All::new();
    for collection in collections {
        let mut query = Query { limit: 1000, ..Query::default() };
        loop {
            let page = documents.query(tenant, collection, &query).await?;
            for stored in page.items {
                let name = format!("{collection}/{}", stored.key);
                let document = serde_json::from_str(&stored.body).with_context(|| name.clone())?;
                found.insert(name, document);
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
    }
    Ok(found)
}

/// What differs, a line each: documents that only one has, and fields that are not the same.
#[must_use]
pub fn differences(left: &All, right: &All) -> Vec<String> {
    let mut lines = Vec::new();
    for name in left.keys().chain(right.keys().filter(|name| !left.contains_key(*name))) {
        match (left.get(name), right.get(name)) {
            (Some(left), Some(right)) => compare(name, left, right, &mut lines),
            (Some(_), None) => lines.push(format!("{name}: only the first has it")),
            (None, _) => lines.push(format!("{name}: only the second has it")),
        }
    }
    lines
}

fn compare(path: &str, left: &Value, right: &Value, lines: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left.keys().chain(right.keys().filter(|name| !left.contains_key(*name)));
            for name in names {
                let (left, right) = (left.get(name), right.get(name));
                let [left, right] = [left, right].map(|value| value.unwrap_or(&Value::Null));
                compare(&format!("{path}.{name}"), left, right, lines);
            }
        }
        _ if left == right => {}
        _ => lines.push(format!("{path}: {left} and {right}")),
    }
}
