//! Sealed values on the way from one key to another.

use std::fs;
use std::path::Path;

use secrecy::ExposeSecret as _;
use serde_json::Value;
use twinhost::TenantId;
use twinhost::context::seal_context;
use twinhost::ports::Keys;
use twinhost_postgres::key_file::KeyFile;
use twinhost_selfhost::migration::{
    Export, Import, Imported, MigrationError, Sealed, Side, export, import,
};

use crate::aws::Aws;
use crate::world::{All, THINGS, acme, collections, into_same, memory};

const SEALED: [Sealed; 2] = [
    Sealed { collection: THINGS, pointer: "/secret", context: |key| vec![("thing", key)] },
    Sealed { collection: THINGS, pointer: "/deep/secret", context: |_| vec![("deep", "yes")] },
];

/// A host in memory with a key file of its own.
fn home(folder: &Path, name: &str) -> Side {
    let mut side = memory();
    let keys = KeyFile::load_or_create(&folder.join(name)).unwrap();
    side.ports.keys = std::sync::Arc::new(keys);
    side
}

/// Two documents with secrets and one without.
async fn fill(side: &Side, tenant: &TenantId) {
    let keys = &side.ports.keys;
    let context = seal_context(tenant, &[("thing", "a")]);
    let one = keys.seal(b"hunter2", &context).await.unwrap();
    let context = seal_context(tenant, &[("deep", "yes")]);
    let two = keys.seal(b"hunter3", &context).await.unwrap();
    All::default()
        .document(THINGS, "a", &format!("{{ \"secret\" :\"{one}\", \"n\":1e2 }}"))
        .document(THINGS, "b", &format!("{{\"deep\":{{\"secret\":\"{two}\"}},\"secret\":null}}"))
        .document(THINGS, "c", "{\"n\": 1}")
        .put(side, tenant)
        .await;
}

/// What is sealed in the documents of [`fill`], opened.
async fn opened(side: &Side, tenant: &TenantId) -> [String; 2] {
    let all = All::of(side, tenant).await;
    let open = async |key: &str, pointer: &str, pair: (&str, &str)| {
        let body: Value =
            serde_json::from_str(&all.documents[&(THINGS, key.to_owned())].0).unwrap();
        let sealed = body.pointer(pointer).unwrap().as_str().unwrap();
        let plain = side.ports.keys.open(sealed, &seal_context(tenant, &[pair])).await.unwrap();
        String::from_utf8(plain.expose_secret().to_vec()).unwrap()
    };
    let one = open("a", "/secret", ("thing", "a")).await;
    [one, open("b", "/deep/secret", ("deep", "yes")).await]
}

async fn out(side: &Side, keys: Option<&dyn Keys>, folder: &Path) -> Result<(), MigrationError> {
    let (tenant, collections) = (acme(), collections());
    let (sealed, collections) = (&SEALED, &collections);
    let what = Export { app: "tests", collections, sealed, keys, tenant: &tenant, folder };
    export(side, &what, &|_| {}).await.map(drop)
}

async fn back(
    side: &Side,
    keys: Option<&dyn Keys>,
    tenant: Option<&TenantId>,
    folder: &Path,
) -> Result<Imported, MigrationError> {
    let collections = collections();
    let what = Import { sealed: &SEALED, keys, tenant, ..into_same(&collections, folder) };
    import(side, &what, &|_| {}, &|_| {}).await
}

#[tokio::test]
async fn without_a_key_for_the_way_secrets_stay_as_they_are_and_those_that_do_not_open_are_named() {
    let parent = tempfile::tempdir().unwrap();
    let (one, other) = (home(parent.path(), "one.key"), home(parent.path(), "other.key"));
    fill(&one, &acme()).await;
    let folder = parent.path().join("acme");
    out(&one, None, &folder).await.unwrap();

    let imported = back(&other, None, None, &folder).await.unwrap();
    let locked: Vec<_> =
        imported.locked.iter().map(|locked| (locked.document.as_str(), locked.field)).collect();
    assert_eq!(locked, [("things/a", "/secret"), ("things/b", "/deep/secret")]);
    All::of(&other, &acme()).await.assert_is(&All::of(&one, &acme()).await, "to the byte");

    // On a host with the same key all is well, but not for another tenant.
    let same = home(parent.path(), "one.key");
    assert_eq!(back(&same, None, None, &folder).await.unwrap().locked, []);
    assert_eq!(opened(&same, &acme()).await, ["hunter2", "hunter3"]);
    let another = "another".parse().unwrap();
    assert_eq!(back(&same, None, Some(&another), &folder).await.unwrap().locked.len(), 2);
}

#[tokio::test]
async fn with_a_key_for_the_way_secrets_open_on_the_other_host_and_never_lie_open() {
    let parent = tempfile::tempdir().unwrap();
    let (one, aws) = (home(parent.path(), "one.key"), Aws::start().await);
    fill(&one, &acme()).await;
    let folder = parent.path().join("acme");
    let way = KeyFile::load_or_create(&parent.path().join("way.key")).unwrap();
    out(&one, Some(&way), &folder).await.unwrap();
    let line = fs::read_to_string(folder.join("documents/things/00000.ndjson")).unwrap();
    assert!(!line.contains("hunter"), "{line}");
    assert!(line.contains(r#", \"n\":1e2 }"#), "all else is to the byte: {line}");

    let another = "another".parse().unwrap();
    let imported = back(&aws.side, Some(&way), Some(&another), &folder).await.unwrap();
    assert_eq!(imported.locked, []);
    assert_eq!(opened(&aws.side, &another).await, ["hunter2", "hunter3"]);

    let error = back(&aws.side, None, None, &folder).await.unwrap_err().to_string();
    assert!(error.contains("key file"), "{error}");
    let wrong = KeyFile::load_or_create(&parent.path().join("wrong.key")).unwrap();
    let error = back(&aws.side, Some(&wrong), None, &folder).await.unwrap_err().to_string();
    assert!(error.contains("things/a") && error.contains("key"), "{error}");
    All::of(&aws.side, &acme()).await.assert_is(&All::default(), "nothing was stored");
}

#[tokio::test]
async fn a_secret_that_does_not_open_is_not_sealed_for_the_way_but_named() {
    let parent = tempfile::tempdir().unwrap();
    let one = home(parent.path(), "one.key");
    fill(&one, &acme()).await;
    let changed = home(parent.path(), "other.key");
    All::of(&one, &acme()).await.put(&changed, &acme()).await;
    let way = KeyFile::load_or_create(&parent.path().join("way.key")).unwrap();
    let folder = parent.path().join("acme");
    let error = out(&changed, Some(&way), &folder).await.unwrap_err().to_string();
    assert!(error.contains("`/secret` of `things/a`"), "{error}");
}
