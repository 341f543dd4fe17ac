//! Folders that are not as they should be: each is refused before anything is stored.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use twinhost_selfhost::migration::{Import, Side, import};

use crate::world::{
    All, OTHERS, THINGS, acme, back, collections, everything, into_same, memory, out,
};

/// A folder with an export of [`everything`].
async fn exported() -> (TempDir, PathBuf) {
    let side = memory();
    everything().put(&side, &acme()).await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("acme");
    out(&side, &folder).await.unwrap();
    (parent, folder)
}

/// Why an import is refused. It has stored nothing then.
async fn refused(folder: &Path) -> String {
    let side = memory();
    let error = back(&side, folder).await.unwrap_err();
    All::of(&side, &acme()).await.assert_is(&All::default(), &error.to_string());
    error.to_string()
}

/// Changes one thing in a folder's manifest.
fn edit(folder: &Path, change: impl FnOnce(&mut Value)) {
    let path = folder.join("manifest.json");
    let mut manifest = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    fs::write(&path, manifest.to_string()).unwrap();
}

/// Makes the manifest agree with a part that was rewritten.
fn reseal(folder: &Path, place: usize) {
    use sha2::{Digest as _, Sha256};
    edit(folder, |manifest| {
        let part = &mut manifest["parts"][place];
        let bytes = fs::read(folder.join(part["path"].as_str().unwrap())).unwrap();
        part["size"] = bytes.len().into();
        part["sha256"] = hex::encode(Sha256::digest(&bytes)).into();
    });
}

/// The file of some object that is not empty.
fn object_file(folder: &Path) -> PathBuf {
    let folders = fs::read_dir(folder.join("objects")).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|path| fs::read_dir(path).unwrap());
    let mut files = files.map(|entry| entry.unwrap().path());
    files.find(|path| path.metadata().unwrap().len() > 0).unwrap()
}

#[tokio::test]
async fn a_flipped_bit_is_found_by_its_checksum_and_the_file_is_named() {
    let (_parent, folder) = exported().await;
    for file in [
        folder.join("documents/things/00000.ndjson"),
        folder.join("objects/00000.ndjson"),
        object_file(&folder),
    ] {
        let good = fs::read(&file).unwrap();
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        fs::write(&file, &bad).unwrap();
        let error = refused(&folder).await;
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        assert!(error.contains(&name) && error.contains("SHA-256"), "{error}");
        fs::write(&file, &good).unwrap();
    }
    back(&memory(), &folder).await.unwrap();
}

#[tokio::test]
async fn a_folder_that_was_not_copied_whole_is_refused_and_what_is_missing_is_named() {
    let (_parent, folder) = exported().await;
    let part = folder.join("documents/others/00000.ndjson");
    let good = fs::read(&part).unwrap();
    fs::write(&part, &good[..good.len() - 1]).unwrap();
    let error = refused(&folder).await;
    assert!(error.contains("documents/others/00000.ndjson") && error.contains("bytes"), "{error}");
    fs::remove_file(&part).unwrap();
    let error = refused(&folder).await;
    assert!(error.contains("documents/others/00000.ndjson"), "{error}");
    fs::write(&part, &good).unwrap();

    let object = object_file(&folder);
    fs::remove_file(&object).unwrap();
    let error = refused(&folder).await;
    assert!(error.contains("objects/") && error.contains("copy the folder again"), "{error}");

    fs::remove_file(folder.join("manifest.json")).unwrap();
    let error = refused(&folder).await;
    assert!(error.contains("manifest.json"), "{error}");
    let error = refused(Path::new("/nowhere/at/all")).await;
    assert!(error.contains("/nowhere/at/all"), "{error}");
}

#[tokio::test]
async fn a_manifest_that_lies_is_refused() {
    type Lie = fn(&mut Value);
    let lies: [(Lie, &str); 12] = [
        (|m| m["format"] = 2.into(), "format 2"),
        (|m| m["app"] = "bakery".into(), "`bakery`"),
        (|m| m["tenant"] = "../acme".into(), "manifest.json"),
        (|m| m["documents"] = 5.into(), "5 documents"),
        (|m| m["bytes"] = 5.into(), "5 bytes"),
        (|m| m["parts"][0]["entries"] = 7.into(), "7 entries"),
        (|m| m["parts"][0]["content"] = 7.into(), "7"),
        (|m| m["parts"][0]["path"] = "../../etc/passwd".into(), "../../etc/passwd"),
        (|m| m["parts"][0]["path"] = "documents/secrets/00000.ndjson".into(), "documents/secrets"),
        (|m| m["parts"][0]["path"] = "documents/others/00001.ndjson".into(), "00001"),
        (|m| m["parts"][1] = m["parts"][0].clone(), "documents/others/00000.ndjson"),
        (|m| m["parts"] = json!([]), "there are 0"),
    ];
    let (_parent, folder) = exported().await;
    let good = fs::read(folder.join("manifest.json")).unwrap();
    for (lie, named) in lies {
        edit(&folder, lie);
        let error = refused(&folder).await;
        assert!(error.contains(named), "{named}: {error}");
        fs::write(folder.join("manifest.json"), &good).unwrap();
    }
    fs::write(folder.join("manifest.json"), &good[..good.len() / 2]).unwrap();
    assert!(refused(&folder).await.contains("manifest.json"));
}

#[tokio::test]
async fn lines_that_no_export_writes_are_refused_even_under_a_good_checksum() {
    let (_parent, folder) = exported().await;
    let part = folder.join("documents/others/00000.ndjson");
    let huge = format!("{{\"key\":\"a\",\"body\":\"\\\"{}\\\"\"}}", "x".repeat(400_000));
    let endless = "x".repeat(5_000_000);
    for (lines, named) in [
        ("{\"key\":\"a\",\"body\":\"{}\"}\n{\"key\":\"a\",\"body\":\"{}\"}\n", "line 2"),
        ("{\"key\":\"b\",\"body\":\"{}\"}\n{\"key\":\"a\",\"body\":\"{}\"}\n", "line 2"),
        ("{\"key\":\"\",\"body\":\"{}\"}\n", "1 to 1024 bytes"),
        ("{\"key\":\"a\\u0000\",\"body\":\"{}\"}\n", "NUL"),
        ("{\"key\":\"a\",\"body\":\"{\"}\n", "body"),
        ("{\"key\":\"a\",\"body\":{}}\n", "line 1"),
        ("{\"key\":\"a\",\"body\":\"{}\",\"more\":1}\n", "more"),
        ("{\"key\":\"a\",\"body\":\"{}\",\"expires_at\":\"soon\"}\n", "line 1"),
        ("\n", "line 1"),
        (&huge, "400000 bytes"),
        (&endless, "line 1"),
    ] {
        fs::write(&part, lines).unwrap();
        reseal(&folder, 0);
        let error = refused(&folder).await;
        assert!(error.contains("documents/others/00000.ndjson"), "{error}");
        assert!(error.contains(named), "{named}: {error}");
    }
}

#[tokio::test]
async fn keys_that_look_like_paths_stay_inside_of_the_folder_and_come_back() {
    let side = memory();
    let keys = ["../../escape", "/etc/passwd", "a", "a/b", "A", "..", ".", "raw/é\0\n", "~", "con"];
    let mut all = All::default().document(THINGS, "../../escape", "{}");
    for key in keys {
        all = all.object(key, key.to_owned());
    }
    all.put(&side, &acme()).await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("acme");
    out(&side, &folder).await.unwrap();
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "nothing beside the folder");
    let other = memory();
    back(&other, &folder).await.unwrap();
    All::of(&other, &acme()).await.assert_is(&all, "what came");
}

#[tokio::test]
async fn a_tenant_that_has_something_is_refused_unless_it_is_merged_into() {
    let (_parent, folder) = exported().await;
    let collections = collections();
    let (wanted, another) = (into_same(&collections, &folder), "another".parse().unwrap());
    let run = async |side: &Side, what: &Import<'_>| import(side, what, &|_| {}, &|_| {}).await;
    for (own, named) in [
        (All::default().document(OTHERS, "own", "{}"), "`others`"),
        (All::default().object("raw/own", "own"), "objects"),
    ] {
        let side = memory();
        let own = own.document(THINGS, "own", "{\"n\":1}");
        own.put(&side, &acme()).await;
        let error = run(&side, &wanted).await.unwrap_err().to_string();
        assert!(error.contains("--merge") && error.contains("--tenant"), "{error}");
        assert!(error.contains(named) || error.contains("`things`"), "{named}: {error}");
        All::of(&side, &acme()).await.assert_is(&own, "nothing was changed");

        run(&side, &Import { tenant: Some(&another), ..wanted }).await.unwrap();
        All::of(&side, &another).await.assert_is(&everything(), "what came");

        run(&side, &Import { merge: true, ..wanted }).await.unwrap();
        let mut both = everything();
        both.documents.extend(own.documents);
        both.objects.extend(own.objects);
        All::of(&side, &acme()).await.assert_is(&both, "what came");
    }
}

#[tokio::test]
async fn an_object_of_other_bytes_is_not_merged_over() {
    let (_parent, folder) = exported().await;
    let collections = collections();
    let wanted = Import { merge: true, ..into_same(&collections, &folder) };
    let side = memory();
    let key = everything().objects.keys().next_back().unwrap().clone();
    All::default().object(&key, "other").put(&side, &acme()).await;
    let error = import(&side, &wanted, &|_| {}, &|_| {}).await.unwrap_err().to_string();
    assert!(error.contains(&key), "{error}");
}

#[tokio::test]
async fn what_expires_on_the_way_is_left_out_and_counted() {
    let side = memory();
    let soon = Timestamp::now() + SignedDuration::from_millis(300);
    let lasting = All::default().document(THINGS, "lasting", "{}");
    lasting.clone().expiring("soon", "{}", soon).put(&side, &acme()).await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("acme");
    assert_eq!(out(&side, &folder).await.unwrap().documents, 2);
    // The folder keeps it; a host whose clock is past it does not take it.
    let late = twinhost::memory::Memory::new(soon);
    let late =
        Side { name: "late".into(), ports: late.ports(), transfer: std::sync::Arc::new(late) };
    let imported = back(&late, &folder).await.unwrap();
    assert_eq!((imported.documents, imported.expired), (2, 1));
    All::of(&late, &acme()).await.assert_is(&lasting, "what came");
}

#[tokio::test]
async fn a_folder_of_something_else_is_not_written_to() {
    let side = memory();
    everything().put(&side, &acme()).await;
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("thesis.txt"), "years of work").unwrap();
    let error = out(&side, parent.path()).await.unwrap_err().to_string();
    assert!(error.contains("something else"), "{error}");
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);

    let folder = parent.path().join("acme");
    out(&side, &folder).await.unwrap();
    let before = fs::read(folder.join("manifest.json")).unwrap();
    let other = Side { name: "other".to_owned(), ..side.clone() };
    let error = out(&other, &folder).await.unwrap_err().to_string();
    assert!(error.contains("another export"), "{error}");
    assert_eq!(fs::read(folder.join("manifest.json")).unwrap(), before);
}

#[tokio::test]
async fn a_tenant_that_has_nothing_is_not_exported() {
    let parent = tempfile::tempdir().unwrap();
    let error = out(&memory(), &parent.path().join("acme")).await.unwrap_err().to_string();
    assert!(error.contains("check the name"), "{error}");
}
