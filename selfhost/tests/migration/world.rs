//! What the tests move: documents and objects of every kind, and how they are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use twinhost::TenantId;
use twinhost::memory::Memory;
use twinhost::ports::Exported;
use twinhost::unit::{NewObject, Unit};
use twinhost_selfhost::migration::{
    Export, Import, Imported, Manifest, MigrationError, Side, export, import,
};

pub(crate) const THINGS: &str = "things";
pub(crate) const OTHERS: &str = "others";

pub(crate) fn acme() -> TenantId {
    "acme".parse().unwrap()
}

pub(crate) fn collections() -> BTreeSet<&'static str> {
    BTreeSet::from([OTHERS, THINGS])
}

/// A host in memory.
pub(crate) fn memory() -> Side {
    let memory = Memory::new(Timestamp::now());
    Side { name: "memory".to_owned(), ports: memory.ports(), transfer: Arc::new(memory) }
}

/// Everything that a tenant has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct All {
    pub(crate) documents: BTreeMap<(&'static str, String), (String, Option<Timestamp>)>,
    pub(crate) objects: BTreeMap<String, Bytes>,
}

impl All {
    pub(crate) fn document(mut self, collection: &'static str, key: &str, body: &str) -> Self {
        self.documents.insert((collection, key.to_owned()), (body.to_owned(), None));
        self
    }

    pub(crate) fn expiring(mut self, key: &str, body: &str, at: Timestamp) -> Self {
        self.documents.insert((THINGS, key.to_owned()), (body.to_owned(), Some(at)));
        self
    }

    pub(crate) fn object(mut self, key: &str, bytes: impl Into<Bytes>) -> Self {
        self.objects.insert(key.to_owned(), bytes.into());
        self
    }

    /// An object under the key that a handler would get for it.
    pub(crate) fn named_object(self, prefix: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let key = format!("{prefix}/{}", hex::encode(Sha256::digest(&bytes)));
        self.object(&key, bytes)
    }

    /// Puts it all into a host, whatever is there.
    pub(crate) async fn put(&self, side: &Side, tenant: &TenantId) {
        for ((collection, key), (body, expires_at)) in &self.documents {
            let (key, body, expires_at) = (key.clone(), body.clone(), *expires_at);
            let document = Exported { key, body, expires_at };
            side.transfer.restore(tenant, collection, vec![document]).await.unwrap();
        }
        for (key, bytes) in &self.objects {
            let mut unit = Unit::new(tenant.clone(), "test");
            unit.objects.push(NewObject { key: key.clone(), bytes: bytes.clone() });
            side.ports.commit.commit(vec![unit]).await.unwrap();
        }
    }

    /// Fails unless both are equal to the last byte, and says which entries are not.
    #[track_caller]
    pub(crate) fn assert_is(&self, expected: &Self, what: &str) {
        fn differing<K: Ord + Clone, V: PartialEq>(
            one: &BTreeMap<K, V>,
            other: &BTreeMap<K, V>,
        ) -> Vec<K> {
            let keys = one.keys().chain(other.keys()).collect::<BTreeSet<_>>();
            keys.into_iter().filter(|key| one.get(key) != other.get(key)).cloned().collect()
        }
        let documents = differing(&self.documents, &expected.documents);
        let objects = differing(&self.objects, &expected.objects);
        assert!(self == expected, "{what}: these differ: {documents:?} {objects:?}");
    }

    /// All that a tenant has on a host.
    pub(crate) async fn of(side: &Side, tenant: &TenantId) -> Self {
        let mut all = Self::default();
        for collection in collections() {
            let mut after = None;
            loop {
                let page = side.transfer.documents(tenant, collection, after.as_deref()).await;
                let page = page.unwrap();
                for Exported { key, body, expires_at } in page.items {
                    let before = all.documents.insert((collection, key), (body, expires_at));
                    assert_eq!(before, None, "a document is in two pages");
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        let mut after = None;
        loop {
            let page = side.transfer.objects(tenant, after.as_deref()).await.unwrap();
            for entry in page.items {
                let bytes = side.ports.objects.get(tenant, &entry.key).await.unwrap().unwrap();
                assert_eq!(bytes.len() as u64, entry.size);
                assert_eq!(all.objects.insert(entry.key, bytes), None);
            }
            after = page.next;
            if after.is_none() {
                return all;
            }
        }
    }
}

/// What every host can hold and what is easily lost: spaces, the order of fields, ways to write a number, Unicode, times
/// within a second, keys that look like paths; and sizes on both sides of every limit.
pub(crate) fn everything() -> All {
    let whole: Timestamp = "2099-01-31T08:00:00Z".parse().unwrap();
    let within: Timestamp = "2099-01-31T08:00:00.123456Z".parse().unwrap();
    let large = format!("{{\"text\": \"{}\"}}", "ä".repeat(195_000));
    All::default()
        .document(THINGS, "a", r#"{"b":1,"a":2}"#)
        .document(THINGS, "spaces", "{ \"long\" : 1.10 ,\n\t\"a\":[ ] }")
        .document(THINGS, "numbers", r#"{"n":[1e2,100,1.0,-0.5e-7,12345678901234567890123456789]}"#)
        .document(THINGS, "twice", r#"{"a":1,"a":2}"#)
        .document(THINGS, "escapes", r#"{"\u00e9":"\u2028 \" \\ \/ é 😀"}"#)
        .document(THINGS, "../../etc/passwd", "{}")
        .document(THINGS, "é/ü \u{1f600}\n\"'%00", r#"{"severity":"high"}"#)
        .document(THINGS, &"k".repeat(1024), "[1,2]")
        .document(OTHERS, "large", &large)
        .expiring("whole", r#"{"a":1}"#, whole)
        .expiring("within", r#"{"a":1}"#, within)
        .named_object("raw", Vec::new())
        .named_object("raw", "small")
        .named_object("raw", vec![7; 128 * 1024 + 1])
        .named_object(
            "mail",
            (0..6_000_000_u32).map(|i| (i.wrapping_mul(i) >> 3) as u8).collect::<Vec<_>>(),
        )
}

pub(crate) async fn out(side: &Side, folder: &Path) -> Result<Manifest, MigrationError> {
    let (tenant, collections) = (acme(), collections());
    let what = Export {
        app: "tests",
        collections: &collections,
        sealed: &[],
        keys: None,
        tenant: &tenant,
        folder,
    };
    export(side, &what, &|_| {}).await
}

/// An import as it is by default, to be changed.
pub(crate) fn into_same<'a>(
    collections: &'a BTreeSet<&'static str>,
    folder: &'a Path,
) -> Import<'a> {
    Import {
        app: "tests",
        collections,
        sealed: &[],
        keys: None,
        tenant: None,
        merge: false,
        folder,
    }
}

pub(crate) async fn back(side: &Side, folder: &Path) -> Result<Imported, MigrationError> {
    import(side, &into_same(&collections(), folder), &|_| {}, &|_| {}).await
}
