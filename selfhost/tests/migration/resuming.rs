//! Moves that are cut short at every step there is, and go on.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use twinhost::TenantId;
use twinhost::ports::{
    Commit, CommitError, Committed, Exported, ObjectEntry, Objects, Page, PortError, Ports,
    Transfer,
};
use twinhost::unit::Unit;
use twinhost_selfhost::migration::Side;

use crate::world::{All, OTHERS, THINGS, acme, back, memory, out};

/// A host that does so much and then nothing more.
#[derive(Debug)]
struct Dying {
    inner: Side,
    left: AtomicUsize,
}

impl Dying {
    fn side(inner: &Side, steps: usize) -> Side {
        let dying = Arc::new(Self { inner: inner.clone(), left: AtomicUsize::new(steps) });
        let ports = Ports {
            objects: Arc::<Self>::clone(&dying),
            commit: Arc::<Self>::clone(&dying),
            ..inner.ports.clone()
        };
        Side { name: inner.name.clone(), ports, transfer: dying }
    }

    fn step(&self) -> Result<(), PortError> {
        let step = |left: usize| left.checked_sub(1);
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step);
        left.map(drop).map_err(|_| PortError::unavailable("the host", "it is gone"))
    }
}

#[async_trait]
impl Transfer for Dying {
    async fn documents(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        after: Option<&str>,
    ) -> Result<Page<Exported>, PortError> {
        self.step()?;
        self.inner.transfer.documents(tenant, collection, after).await
    }

    async fn objects(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
    ) -> Result<Page<ObjectEntry>, PortError> {
        self.step()?;
        self.inner.transfer.objects(tenant, after).await
    }

    async fn restore(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        documents: Vec<Exported>,
    ) -> Result<(), PortError> {
        self.step()?;
        self.inner.transfer.restore(tenant, collection, documents).await
    }
}

#[async_trait]
impl Objects for Dying {
    async fn get(&self, tenant: &TenantId, key: &str) -> Result<Option<Bytes>, PortError> {
        self.step()?;
        self.inner.ports.objects.get(tenant, key).await
    }
}

#[async_trait]
impl Commit for Dying {
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        self.step()?;
        self.inner.ports.commit.commit(units).await
    }
}

/// Three parts of documents and two of the list of objects.
fn several_parts() -> All {
    let mut all = All::default().document(OTHERS, "one", "{}");
    for number in 0..105 {
        let body = format!("{{\"n\":{number},\"text\":\"{}\"}}", "x".repeat(100_000));
        all = all.document(THINGS, &format!("{number:03}"), &body);
    }
    for number in 0..300 {
        all = all.named_object("raw", format!("object {number}"));
    }
    all
}

#[tokio::test]
async fn an_export_that_is_cut_short_goes_on_and_writes_the_same_as_one_that_is_not() {
    let side = memory();
    several_parts().put(&side, &acme()).await;
    let parent = tempfile::tempdir().unwrap();
    let (whole, folder) = (parent.path().join("whole"), parent.path().join("cut"));
    let whole = out(&side, &whole).await.unwrap();

    let (mut steps, mut cuts) = (0, 0);
    let resumed = loop {
        // Each run gets a little further than what it takes to get where the one before was.
        steps += 20;
        match out(&Dying::side(&side, steps), &folder).await {
            Ok(manifest) => break manifest,
            Err(error) => assert!(error.to_string().contains("cannot"), "{error}"),
        }
        cuts += 1;
        assert!(!folder.join("manifest.json").exists());
        let error = back(&memory(), &folder).await.unwrap_err().to_string();
        assert!(error.contains("not finished"), "{error}");
    };
    assert!(cuts > 3, "it was cut {cuts} times only");
    let parts = |manifest| serde_json::to_value(manifest).unwrap()["parts"].take();
    assert_eq!(parts(&resumed), parts(&whole));
    let other = memory();
    back(&other, &folder).await.unwrap();
    All::of(&other, &acme()).await.assert_is(&several_parts(), "what came");
}

#[tokio::test]
async fn a_part_that_is_done_is_not_read_again_nor_an_object_that_is_there() {
    let side = memory();
    several_parts().put(&side, &acme()).await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("acme");
    // Pages of a hundred: the first documents' part is done, and so are some objects.
    out(&Dying::side(&side, 100), &folder).await.unwrap_err();
    let (part, journal) =
        (folder.join("documents/things/00000.ndjson"), folder.join("export.progress"));
    let (before, lines) = (fs::metadata(&part).unwrap(), fs::read(&journal).unwrap());

    // As after a loss of power in the middle of a line.
    let mut torn = lines.clone();
    torn.extend_from_slice(b"{\"part\":{\"path\":\"docum");
    fs::write(&journal, torn).unwrap();
    // 300 objects less those that are there, and a few pages.
    out(&Dying::side(&side, 300), &folder).await.unwrap();
    let after = fs::metadata(&part).unwrap();
    assert_eq!(after.modified().unwrap(), before.modified().unwrap());

    // Exported once more: new documents, and only the new object is fetched.
    All::default()
        .document(OTHERS, "two", "{}")
        .named_object("raw", "new")
        .put(&side, &acme())
        .await;
    let manifest = out(&Dying::side(&side, 20), &folder).await.unwrap();
    assert_eq!((manifest.documents, manifest.objects), (107, 301));
    back(&memory(), &folder).await.unwrap();
}

#[tokio::test]
async fn an_import_that_is_cut_short_goes_on_where_it_stopped() {
    let side = memory();
    several_parts().put(&side, &acme()).await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("acme");
    out(&side, &folder).await.unwrap();

    let other = memory();
    let (mut steps, mut cuts) = (2, 0);
    let imported = loop {
        match back(&Dying::side(&other, steps), &folder).await {
            Ok(imported) => break imported,
            Err(error) => assert!(error.to_string().contains("cannot"), "{error}"),
        }
        (steps, cuts) = (steps + 7, cuts + 1);
    };
    assert!(cuts > 3, "it was cut {cuts} times only");
    assert!(imported.parts_done_before > 0, "{imported:?}");
    assert_eq!((imported.documents, imported.objects), (106, 300));
    All::of(&other, &acme()).await.assert_is(&several_parts(), "what came");
    let error = back(&other, &folder).await.unwrap_err().to_string();
    assert!(error.contains("--merge"), "it is finished, so the tenant has something: {error}");
}

#[tokio::test]
async fn an_unfinished_import_is_not_taken_over_by_another_export() {
    let side = memory();
    several_parts().put(&side, &acme()).await;
    let parent = tempfile::tempdir().unwrap();
    let (one, two) = (parent.path().join("one"), parent.path().join("two"));
    out(&side, &one).await.unwrap();
    All::default().document(OTHERS, "two", "{}").put(&side, &acme()).await;
    out(&side, &two).await.unwrap();
    let other = memory();
    back(&Dying::side(&other, 5), &one).await.unwrap_err();
    let error = back(&other, &two).await.unwrap_err().to_string();
    assert!(error.contains("not finished"), "{error}");
    back(&other, &one).await.unwrap();
}

#[tokio::test]
async fn two_exports_do_not_write_to_one_folder_at_a_time() {
    let side = memory();
    several_parts().put(&side, &acme()).await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("acme");
    out(&Dying::side(&side, 30), &folder).await.unwrap_err();
    let journal = fs::File::open(folder.join("export.progress")).unwrap();
    journal.lock().unwrap();
    let error = out(&side, &folder).await.unwrap_err().to_string();
    assert!(error.contains("another `export`"), "{error}");
    drop(journal);
    out(&side, &folder).await.unwrap();
}
