//! There and back: between the hosts as they are.

use twinhost::unit::{Change, Condition, Unit, Write};

use crate::aws::Aws;
use crate::home::Home;
use crate::world::{All, THINGS, acme, back, everything, memory, out};

#[tokio::test]
async fn from_home_to_aws_and_back_everything_is_equal_to_the_last_byte() {
    let (home, aws, again) = (Home::start().await, Aws::start().await, Home::start().await);
    everything().put(&home.side, &acme()).await;
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));

    let exported = out(&home.side, &first).await.unwrap();
    let imported = back(&aws.side, &first).await.unwrap();
    assert_eq!((imported.documents, imported.objects), (exported.documents, exported.objects));
    assert_eq!((imported.expired, imported.parts_done_before), (0, 0));
    All::of(&aws.side, &acme()).await.assert_is(&everything(), "what came");
    out(&aws.side, &second).await.unwrap();
    back(&again.side, &second).await.unwrap();

    All::of(&again.side, &acme()).await.assert_is(&everything(), "what came");
    assert_eq!(again.rows(&acme()).await, home.rows(&acme()).await, "the rows themselves");
    for part in ["documents/things/00000.ndjson", "objects/00000.ndjson"] {
        let [first, second] = [&first, &second].map(|path| std::fs::read(path.join(part)).unwrap());
        assert_eq!(first, second, "{part}");
    }
    let system = "system".parse().unwrap();
    assert_eq!(again.rows(&system).await, [], "nothing is left of the import itself");
    assert!(aws.items(&system).await.is_empty(), "nothing is left of the import itself");
}

#[tokio::test]
async fn from_aws_to_home_and_back_everything_is_equal_to_the_last_byte() {
    let (aws, home, again) = (Aws::start().await, Home::start().await, Aws::start().await);
    everything().put(&aws.side, &acme()).await;
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));

    out(&aws.side, &first).await.unwrap();
    back(&home.side, &first).await.unwrap();
    All::of(&home.side, &acme()).await.assert_is(&everything(), "what came");
    out(&home.side, &second).await.unwrap();
    back(&again.side, &second).await.unwrap();

    All::of(&again.side, &acme()).await.assert_is(&everything(), "what came");
    assert_eq!(again.items(&acme()).await, aws.items(&acme()).await, "the items themselves");
}

#[tokio::test]
async fn hosts_list_in_pages_what_they_hold_and_nothing_of_another_tenant() {
    let mut all = All::default();
    for number in 0..1100 {
        let key = format!("{number:04}");
        if number < 150 {
            all = all.document(THINGS, &key, &format!("{{\"n\":{number}}}"));
        }
        all = all.object(&format!("raw/{key}"), key.clone());
    }
    let other = All::default().document(THINGS, "other", "{}").object("raw/other", "other");
    let (home, aws) = (Home::start().await, Aws::start().await);
    for side in [&home.side, &aws.side, &memory()] {
        all.put(side, &acme()).await;
        // Names of which one begins with the other.
        other.put(side, &"acme-2".parse().unwrap()).await;
        for (tenant, expected) in [("acme", &all), ("acme-2", &other), ("acm", &All::default())] {
            let found = All::of(side, &tenant.parse().unwrap()).await;
            found.assert_is(expected, &format!("{tenant} on {}", side.name));
        }
    }
}

#[tokio::test]
async fn a_document_that_was_moved_counts_its_writes_anew_and_is_what_is_written_next() {
    let (home, aws) = (Home::start().await, Aws::start().await);
    for side in [&home.side, &aws.side] {
        All::default().document(THINGS, "a", "{ \"n\" : 1 }").put(side, &acme()).await;
        let stored = side.ports.documents.get(&acme(), THINGS, "a").await.unwrap().unwrap();
        assert_eq!(stored.version, 1, "{}", side.name);
        for (condition, body) in
            [(Condition::Version(1), r#"{"n": 2}"#), (Condition::Any, r#"{"n": 1}"#)]
        {
            let mut unit = Unit::new(acme(), "test");
            let change = Change::Put { body: body.to_owned(), expires_at: None };
            unit.writes.push(Write { collection: THINGS, key: "a".to_owned(), condition, change });
            side.ports.commit.commit(vec![unit]).await.unwrap();
            let all = All::of(side, &acme()).await;
            let expected = All::default().document(THINGS, "a", body);
            assert_eq!(all, expected, "{}: the old text is forgotten", side.name);
        }
    }
}
