//! Promises of documents.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::unit::{With as _, of, unit};
use super::{Backend, OTHERS, THINGS, acme, applied, commit, get, tenant};
use crate::ports::{CommitError, Committed, Order, Query, Stored};
use crate::unit::Condition::{Absent, Any, Version};

fn body(stored: &Stored) -> Value {
    serde_json::from_str(&stored.body).expect("a document is JSON")
}

async fn keys(backend: &dyn Backend, query: &Query) -> Vec<String> {
    let page = backend.documents().query(&acme(), THINGS, query).await.expect("a query succeeds");
    page.items.into_iter().map(|stored| stored.key).collect()
}

/// A document reads back; versions count from 1.
pub async fn a_document_reads_back_with_a_version_that_counts_its_writes(backend: &dyn Backend) {
    assert_eq!(get(backend, "a").await, None);
    applied(backend, unit().put(Absent, "a", r#"{"n":1}"#)).await;
    let first = get(backend, "a").await.expect("the document");
    assert_eq!((first.key.as_str(), first.version, body(&first)), ("a", 1, json!({"n": 1})));
    applied(backend, unit().put(Version(1), "a", r#"{"n":2}"#)).await;
    applied(backend, unit().put(Any, "a", r#"{"n":3}"#)).await;
    let third = get(backend, "a").await.expect("the document");
    assert_eq!((third.version, body(&third)), (3, json!({"n": 3})));
    let others = backend.documents().get(&acme(), OTHERS, "a").await.expect("a read succeeds");
    assert_eq!(others, None, "a collection is apart from the others");
}

/// T1: of concurrent writers of an absent document exactly one succeeds.
pub async fn of_a_hundred_writers_of_an_absent_document_one_wins(backend: &dyn Backend) {
    let writers =
        (0..100).map(|n| commit(backend, unit().put(Absent, "a", &format!("{{\"n\":{n}}}"))));
    let results = futures::future::join_all(writers).await;
    let winners = results.iter().filter(|result| result.is_ok()).count();
    let conflicts = results.iter().filter(|r| matches!(r, Err(CommitError::Conflict))).count();
    assert_eq!((winners, conflicts), (1, 99));
    assert_eq!(get(backend, "a").await.expect("the document").version, 1);
}

/// T2: N increments by M writers come to N·M.
pub async fn the_increments_of_many_writers_all_count(backend: &dyn Backend) {
    let (writers, increments) = (8, 10);
    applied(backend, unit().put(Absent, "a", r#"{"n":0}"#)).await;
    let work = (0..writers).map(|_| async {
        for _ in 0..increments {
            loop {
                let stored = get(backend, "a").await.expect("the document");
                let next = body(&stored)["n"].as_i64().expect("a number") + 1;
                let put = unit().put(Version(stored.version), "a", &format!("{{\"n\":{next}}}"));
                match commit(backend, put).await {
                    Ok(_) => break,
                    Err(CommitError::Conflict) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    });
    futures::future::join_all(work).await;
    let stored = get(backend, "a").await.expect("the document");
    assert_eq!(body(&stored)["n"], writers * increments);
}

/// A condition that does not hold is a conflict.
pub async fn a_write_on_an_old_version_conflicts_and_changes_nothing(backend: &dyn Backend) {
    applied(backend, unit().put(Absent, "a", r#"{"n":1}"#)).await;
    applied(backend, unit().put(Version(1), "a", r#"{"n":2}"#)).await;
    for stale in [Absent, Version(1), Version(3), Version(u64::MAX)] {
        let result = commit(backend, unit().put(stale, "a", r#"{"n":9}"#)).await;
        assert!(matches!(result, Err(CommitError::Conflict)), "{stale:?}: {result:?}");
    }
    let result = commit(backend, unit().put(Version(1), "b", r#"{"n":9}"#)).await;
    assert!(matches!(result, Err(CommitError::Conflict)), "there is no `b`: {result:?}");
    assert_eq!(get(backend, "a").await.map(|stored| stored.version), Some(2));
    assert_eq!(get(backend, "b").await, None);
}

/// A deletion is final.
pub async fn a_deleted_document_is_absent_and_begins_again(backend: &dyn Backend) {
    applied(backend, unit().put(Any, "a", "{}")).await;
    applied(backend, unit().put(Any, "a", "{}")).await;
    applied(backend, unit().delete(Any, "a")).await;
    assert_eq!(get(backend, "a").await, None);
    applied(backend, unit().delete(Any, "a")).await;
    applied(backend, unit().put(Absent, "a", "{}")).await;
    assert_eq!(get(backend, "a").await.map(|stored| stored.version), Some(1));
}

/// A deletion has conditions like a write.
pub async fn a_deletion_is_conditional_too(backend: &dyn Backend) {
    applied(backend, unit().put(Any, "a", "{}")).await;
    for wrong in [Absent, Version(2)] {
        let result = commit(backend, unit().delete(wrong, "a")).await;
        assert!(matches!(result, Err(CommitError::Conflict)), "{wrong:?}: {result:?}");
    }
    let result = commit(backend, unit().delete(Version(1), "b")).await;
    assert!(matches!(result, Err(CommitError::Conflict)), "there is no `b`: {result:?}");
    applied(backend, unit().delete(Absent, "b")).await;
    assert!(get(backend, "a").await.is_some());
    applied(backend, unit().delete(Version(1), "a")).await;
    assert_eq!(get(backend, "a").await, None);
}

fn in_an_hour() -> Timestamp {
    Timestamp::now() + Duration::from_secs(3600)
}

const TWO_HOURS: Duration = Duration::from_secs(7200);

/// T6: an expired document is not read.
pub async fn an_expired_document_is_absent_in_reads(backend: &dyn Backend) {
    applied(backend, unit().put_until(Any, "a", "{}", in_an_hour()).put(Any, "b", "{}")).await;
    assert!(get(backend, "a").await.is_some());
    assert_eq!(keys(backend, &Query::default()).await, ["a", "b"]);
    backend.advance(TWO_HOURS).await;
    assert_eq!(get(backend, "a").await, None);
    assert_eq!(keys(backend, &Query::default()).await, ["b"]);
}

/// T6: conditions treat an expired document as absent.
pub async fn an_expired_document_is_absent_in_conditions(backend: &dyn Backend) {
    let mut setup = unit();
    for key in ["a", "b", "c", "d"] {
        setup = setup.put_until(Any, key, "{}", in_an_hour());
    }
    applied(backend, setup).await;
    applied(backend, unit().put_until(Any, "c", "{}", in_an_hour())).await;
    backend.advance(TWO_HOURS).await;
    let result = commit(backend, unit().put(Version(1), "a", "{}")).await;
    assert!(matches!(result, Err(CommitError::Conflict)), "{result:?}");
    let result = commit(backend, unit().delete(Version(1), "a")).await;
    assert!(matches!(result, Err(CommitError::Conflict)), "{result:?}");
    applied(backend, unit().put(Absent, "b", "{}").put(Any, "c", "{}").delete(Absent, "d")).await;
    for key in ["b", "c"] {
        assert_eq!(get(backend, key).await.map(|stored| stored.version), Some(1), "{key}");
    }
}

/// T7: keys are ordered by their UTF-8 bytes.
pub async fn keys_are_ordered_by_their_bytes(backend: &dyn Backend) {
    let mut all = unit();
    for key in ["a", "B", "é", "_", "10", "9"] {
        all = all.put(Any, key, "{}");
    }
    applied(backend, all).await;
    assert_eq!(keys(backend, &Query::default()).await, ["10", "9", "B", "_", "a", "é"]);
}

/// Pages follow each other without gap or overlap.
pub async fn a_query_pages_with_a_cursor_in_both_orders(backend: &dyn Backend) {
    let mut all = unit();
    for n in 0..25 {
        all = all.put(Any, &format!("k{n:02}"), "{}");
    }
    applied(backend, all).await;
    for order in [Order::Ascending, Order::Descending] {
        let mut seen = Vec::new();
        let mut query = Query { limit: 10, order, ..Query::default() };
        let mut sizes = Vec::new();
        loop {
            let page = backend.documents().query(&acme(), THINGS, &query).await;
            let page = page.expect("a query succeeds");
            sizes.push(page.items.len());
            seen.extend(page.items.into_iter().map(|stored| stored.key));
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        let mut expected: Vec<String> = (0..25).map(|n| format!("k{n:02}")).collect();
        if order == Order::Descending {
            expected.reverse();
        }
        assert_eq!(seen, expected, "{order:?}");
        assert_eq!(sizes, [10, 10, 5], "{order:?}");
    }
    let exact = Query { limit: 25, ..Query::default() };
    let page = backend.documents().query(&acme(), THINGS, &exact).await.expect("a query succeeds");
    assert_eq!((page.items.len(), page.next), (25, None), "a full last page has no next");
}

/// A query selects by prefix and by the value of top-level fields.
pub async fn a_query_selects_by_prefix_and_by_fields(backend: &dyn Backend) {
    let all = unit()
        .put(Any, "x/1", r#"{"status":"open","n":1,"tags":["a"]}"#)
        .put(Any, "x/2", r#"{"status":"open","n":2,"tags":["a","b"]}"#)
        .put(Any, "x/3", r#"{"status":"done","n":1}"#)
        .put(Any, "x%", r#"{"status":"open"}"#)
        .put(Any, "y/1", r#"{"status":"open","n":1,"deep":{"status":"done"}}"#);
    applied(backend, all).await;
    let query = |prefix: &str, equals: &[(&str, Value)]| Query {
        prefix: prefix.to_owned(),
        equals: equals.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect(),
        ..Query::default()
    };
    assert_eq!(keys(backend, &query("x/", &[])).await, ["x/1", "x/2", "x/3"]);
    assert_eq!(keys(backend, &query("x%", &[])).await, ["x%"], "a prefix is no pattern");
    let descending = Query { order: Order::Descending, ..query("x/", &[]) };
    assert_eq!(keys(backend, &descending).await, ["x/3", "x/2", "x/1"]);
    let open = ("status", json!("open"));
    assert_eq!(keys(backend, &query("x/", std::slice::from_ref(&open))).await, ["x/1", "x/2"]);
    assert_eq!(keys(backend, &query("", &[open.clone(), ("n", json!(1))])).await, ["x/1", "y/1"]);
    assert_eq!(
        keys(backend, &query("", &[("tags", json!(["a"]))])).await,
        ["x/1"],
        "the whole value"
    );
    assert_eq!(keys(backend, &query("", &[open, ("status", json!("done"))])).await.len(), 0);
    assert_eq!(keys(backend, &query("", &[("none", Value::Null)])).await.len(), 0);
}

/// A tenant's documents are nobody else's.
pub async fn no_read_crosses_a_tenant(backend: &dyn Backend) {
    let (acme, other) = (acme(), tenant("other"));
    applied(backend, unit().put(Absent, "a", r#"{"of":"acme"}"#)).await;
    assert_eq!(backend.documents().get(&other, THINGS, "a").await.expect("a read succeeds"), None);
    applied(backend, of(other.clone()).put(Absent, "a", r#"{"of":"other"}"#)).await;
    for (tenant, name) in [(&acme, "acme"), (&other, "other")] {
        let page = backend.documents().query(tenant, THINGS, &Query::default()).await;
        let page = page.expect("a query succeeds");
        let owners: Vec<_> = page.items.iter().map(|stored| body(stored)["of"].clone()).collect();
        assert_eq!(owners, [name]);
    }
}

/// T10: what was written as a number reads as the same number.
pub async fn numbers_keep_every_digit(backend: &dyn Backend) {
    let text = r#"{"big":9223372036854775807,"decimal":0.30,"negative":-1}"#;
    applied(backend, unit().put(Any, "a", text)).await;
    let stored = get(backend, "a").await.expect("the document");
    assert!(stored.body.contains("9223372036854775807"), "{}", stored.body);
    assert!(stored.body.contains("0.3") && !stored.body.contains("0.30000"), "{}", stored.body);
    assert_eq!(body(&stored)["negative"], -1);
}

/// However reads are put together on the way, each gets its own answer.
pub async fn concurrent_reads_each_get_their_own_document(backend: &dyn Backend) {
    let tenants: Vec<_> = ["t0", "t1", "t2", "t3"].map(tenant).into();
    for owner in &tenants {
        let mut all = of(owner.clone());
        for n in 0..20 {
            all = all.put(Any, &format!("k{n}"), &format!(r#"{{"is":"{owner}/k{n}"}}"#));
        }
        let committed = commit(backend, all).await.expect("the unit commits");
        assert_eq!(committed, Committed::Applied);
    }
    let documents = backend.documents();
    let reads = (0..200).map(|n| {
        let (owner, key) = (&tenants[n % 4], format!("k{}", n % 23));
        let documents = &documents;
        async move {
            let stored = documents.get(owner, THINGS, &key).await.expect("a read succeeds");
            let is = stored.map(|stored| body(&stored)["is"].clone());
            let expected = (n % 23 < 20).then(|| json!(format!("{owner}/{key}")));
            assert_eq!(is, expected);
        }
    });
    futures::future::join_all(reads).await;
}
