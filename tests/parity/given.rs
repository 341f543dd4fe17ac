//! Puts what a case says is there before into the stores of a host.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use twinhost::TenantId;
use twinhost::conformance::hosts::Host;
use twinhost::context::seal_context;
use twinhost::unit::{Change, Condition, NewObject, Unit, Write};

use crate::bytes::object_key;
use crate::case::Case;

/// The system tenant's list of tenants: schedules tick for each.
const TENANTS: &str = "tenants";

/// Stores a case's documents and objects, and makes its tenant known.
pub(crate) async fn prepare(
    host: &dyn Host,
    case: &Case,
    collections: &[&'static str],
) -> anyhow::Result<()> {
    let mut unit = Unit::new(case.tenant.clone(), "parity");
    for (name, documents) in &case.event.given.documents {
        let collection = collections.iter().find(|known| *known == name);
        let collection =
            collection.with_context(|| format!("no handler has a collection `{name}`"))?;
        for (key, document) in documents {
            let body = sealed(host, case, document.clone()).await?.to_string();
            unit.writes.push(put(collection, key, body));
        }
    }
    for object in &case.event.given.objects {
        let bytes = object.bytes()?;
        unit.objects.push(NewObject { key: object_key(&bytes), bytes: bytes.into() });
    }
    let known = json!({"name": case.tenant, "created_at": host.ports().clock.now()}).to_string();
    let mut system = Unit::new(TenantId::system(), "parity");
    system.writes.push(put(TENANTS, case.tenant.as_str(), known));
    for unit in [unit, system].into_iter().filter(|unit| !unit.is_empty()) {
        host.ports().commit.commit(vec![unit]).await?;
    }
    Ok(())
}

/// Lets schedules tick for the case's tenant no more: the next case fires them, too.
pub(crate) async fn retire(host: &dyn Host, case: &Case) -> anyhow::Result<()> {
    let mut unit = Unit::new(TenantId::system(), "parity");
    let key = case.tenant.to_string();
    unit.writes.push(Write {
        collection: TENANTS,
        key,
        condition: Condition::Any,
        change: Change::Delete,
    });
    host.ports().commit.commit(vec![unit]).await?;
    Ok(())
}

fn put(collection: &'static str, key: &str, body: String) -> Write {
    let change = Change::Put { body, expires_at: None };
    Write { collection, key: key.to_owned(), condition: Condition::Any, change }
}

/// The value with every `{"sealed": text, "with": {…}}` in it sealed for the case's tenant.
async fn sealed(host: &dyn Host, case: &Case, value: Value) -> anyhow::Result<Value> {
    match value {
        Value::Object(fields) => match (fields.get("sealed"), fields.get("with")) {
            (Some(Value::String(plain)), Some(Value::Object(with))) => {
                ensure!(fields.len() == 2, "beside `sealed` and `with` nothing can stand");
                let with: Vec<(&str, &str)> =
                    with.iter().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?))).collect();
                let context = seal_context(&case.tenant, &with);
                Ok(Value::String(host.ports().keys.seal(plain.as_bytes(), &context).await?))
            }
            _ => {
                let mut done = serde_json::Map::new();
                for (key, value) in fields {
                    done.insert(key, Box::pin(sealed(host, case, value)).await?);
                }
                Ok(Value::Object(done))
            }
        },
        other => Ok(other),
    }
}
