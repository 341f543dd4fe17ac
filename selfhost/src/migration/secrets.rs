//! Sealed values in documents, which are bound to the key of their host and to their tenant.

use std::fmt;

use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::Value;
use twinhost::TenantId;
use twinhost::context::seal_context;
use twinhost::ports::{Keys, KeysError};

/// Where the documents of a collection hold a sealed value, and what it is sealed with.
#[derive(Clone, Copy, Debug)]
pub struct Sealed {
    /// The collection.
    pub collection: &'static str,
    /// The field, as a JSON pointer: `/credentials/secret`. A document need not have it.
    pub pointer: &'static str,
    /// What it is sealed with beside the tenant, by the document's key: what a handler gives to `seal` and `open`.
    pub context: fn(&str) -> Vec<(&str, &str)>,
}

/// A sealed value that does not open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Locked {
    /// The document: `collection/key`.
    pub document: String,
    /// The field, as a JSON pointer.
    pub field: &'static str,
    /// Why it does not open.
    pub why: String,
}

impl fmt::Display for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { document, field, why } = self;
        write!(f, "the secret `{field}` of `{document}` cannot be used: {why}")
    }
}

/// Keys, and whose secrets they hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder<'a> {
    pub(super) keys: &'a dyn Keys,
    pub(super) tenant: &'a TenantId,
}

/// The sealed values of a document, by where they are.
fn found<'a>(
    sealed: &'a [Sealed],
    collection: &'a str,
    body: &str,
) -> impl Iterator<Item = (&'a Sealed, String)> + use<'a> {
    let mut places = sealed.iter().filter(move |sealed| sealed.collection == collection).peekable();
    let value = match places.peek() {
        Some(_) => serde_json::from_str(body).unwrap_or(Value::Null),
        None => Value::Null,
    };
    places.filter_map(move |place| {
        let text = value.pointer(place.pointer)?.as_str()?;
        Some((place, text.to_owned()))
    })
}

/// The sealed values of a document that a holder cannot open.
pub(super) async fn locked(
    sealed: &[Sealed],
    collection: &str,
    (key, body): (&str, &str),
    holder: Holder<'_>,
) -> Vec<Locked> {
    let mut locked = Vec::new();
    for (place, value) in found(sealed, collection, body) {
        let context = seal_context(holder.tenant, &(place.context)(key));
        if let Err(error) = holder.keys.open(&value, &context).await {
            locked.push(lock(place, key, &error));
        }
    }
    locked
}

/// A document whose sealed values another holder can open. All else stays to the byte.
pub(super) async fn resealed(
    sealed: &[Sealed],
    collection: &str,
    (key, body): (&str, String),
    from: Holder<'_>,
    to: Holder<'_>,
) -> Result<String, Locked> {
    let mut body = body;
    let places: Vec<_> = found(sealed, collection, &body).collect();
    for (place, value) in places {
        let failed = |error: KeysError| lock(place, key, &error);
        let pairs = (place.context)(key);
        let plain = from.keys.open(&value, &seal_context(from.tenant, &pairs)).await;
        let plain = plain.map_err(failed)?;
        let context = seal_context(to.tenant, &pairs);
        let anew = to.keys.seal(plain.expose_secret(), &context).await.map_err(failed)?;
        // An envelope is unlike all else, and what opens is an envelope; JSON writes it as it is.
        body = body.replace(&format!("\"{value}\""), &format!("\"{anew}\""));
    }
    Ok(body)
}

fn lock(place: &Sealed, key: &str, error: &KeysError) -> Locked {
    let document = format!("{}/{key}", place.collection);
    Locked { document, field: place.pointer, why: error.to_string() }
}
