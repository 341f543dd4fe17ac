//! `export` and `import` as a shell runs them, killed in the middle.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sqlx::Connection as _;

use super::stores::Machine;

/// Enough for several parts of eight megabytes, so that there is a middle to be killed in.
const FILL: &str = "
    SELECT set_config('app.tenant', 'acme', false);
    INSERT INTO twinhost.documents (collection, tenant, key, version, body, expires_at)
    SELECT 'anomalies', 'acme', 'k' || lpad(n::text, 6, '0'), 1,
        jsonb_build_object('n', n, 'text', repeat(md5(n::text), 100)),
        CASE WHEN n % 2 = 0 THEN '2099-01-01'::timestamptz + n * interval '1 microsecond' END
    FROM generate_series(1, 12000) AS n;
    INSERT INTO twinhost.objects (tenant, key, size, bytes)
    SELECT 'acme', 'raw/' || encode(sha256(convert_to(n::text, 'UTF8')), 'hex'), length(n::text),
        convert_to(n::text, 'UTF8')
    FROM generate_series(1, 2000) AS n";

/// Rows of a tenant, as one checksum.
const CHECKSUM: &str = "
    SELECT md5(string_agg(row, '|' ORDER BY row)) FROM (
        SELECT concat_ws(',', collection, key, body::text, expires_at) AS row
        FROM twinhost.documents WHERE tenant = $1 AND collection <> 'sources'
        UNION ALL
        SELECT concat_ws(',', key, size, encode(bytes, 'hex')) FROM twinhost.objects WHERE tenant = $1) AS rows";

async fn checksum(machine: &Machine, tenant: &str) -> String {
    let mut connection = sqlx::PgConnection::connect(&machine.url()).await.unwrap();
    sqlx::query_scalar(CHECKSUM).bind(tenant).fetch_one(&mut connection).await.unwrap()
}

/// Runs a command and kills it as soon as `far_enough` says so.
async fn kill_when(machine: &Machine, args: &[&str], mut far_enough: impl AsyncFnMut() -> bool) {
    let mut child = machine.command(args).spawn().unwrap();
    while !far_enough().await {
        assert_eq!(child.try_wait().unwrap(), None, "{args:?} ended before it could be killed");
        tokio::task::yield_now().await;
    }
    // SIGKILL: it has no time for anything.
    child.start_kill().unwrap();
    assert_eq!(child.wait().await.unwrap().code(), None, "{args:?} ended before it was killed");
}

fn lines(path: &Path) -> usize {
    fs::read(path).map_or(0, |text| text.iter().filter(|byte| **byte == b'\n').count())
}

#[tokio::test]
async fn a_move_that_is_killed_goes_on_where_it_stopped_and_loses_nothing() {
    let machine = Machine::start().await;
    machine.json(&["sources", "add", "ci", "--tenant", "acme"]).await;
    let mut connection = sqlx::PgConnection::connect(&machine.url()).await.unwrap();
    sqlx::raw_sql(FILL).execute(&mut connection).await.unwrap();
    let folder = machine.path().join("acme-export");
    let path = folder.to_str().unwrap();
    let key = machine.path().join("way.key");
    let key = ["--secrets-key", key.to_str().unwrap()];

    let export = [&["export", "--tenant", "acme", path][..], &key].concat();
    let journal = folder.join("export.progress");
    // The first line is the export's own; each next is a part.
    kill_when(&machine, &export, async || lines(&journal) >= 3).await;
    let first = folder.join("documents/anomalies/00000.ndjson");
    let before = fs::metadata(&first).unwrap().modified().unwrap();
    let refused = machine.error(&[&["import", path][..], &key].concat()).await;
    assert!(refused.contains("not finished"), "{refused}");
    let exported = machine.json(&export).await;
    assert_eq!((&exported["documents"], &exported["objects"]), (&json!(12_001), &json!(2000)));
    assert_eq!(fs::metadata(&first).unwrap().modified().unwrap(), before, "it was written again");

    let import = [&["import", path, "--tenant", "copy"][..], &key].concat();
    let far = "SELECT (body ->> 'done')::int > 0 FROM twinhost.documents
        WHERE collection = 'imports' AND tenant = 'system' AND key = 'copy'";
    kill_when(&machine, &import, async || {
        let done: Option<bool> =
            sqlx::query_scalar(far).fetch_optional(&mut connection).await.unwrap();
        done == Some(true)
    })
    .await;
    let imported = machine.json(&import).await;
    assert!(imported["parts_done_before"].as_u64().unwrap() > 0, "{imported}");
    assert_eq!((&imported["documents"], &imported["locked"]), (&json!(12_001), &json!([])));
    assert_eq!(checksum(&machine, "copy").await, checksum(&machine, "acme").await);
    let tenants = machine.json(&["tenants", "list"]).await;
    assert_eq!(tenants[1]["name"], "copy", "the tenant is known");

    let again = machine.error(&import).await;
    assert!(again.contains("--merge"), "{again}");
    machine.stop().await;
}

#[tokio::test]
async fn a_moved_source_lets_its_sender_in_without_a_new_secret() {
    let machine = Machine::start().await;
    machine.json(&["sources", "add", "ci", "--tenant", "acme"]).await;
    let account = ["accounts", "add", "123456789012", "--tenant", "acme", "--regions", "us-east-1"];
    let keys = ["--access-key-id", "AKIAEXAMPLE", "--secret-file", "-"];
    machine.tell(&[&account[..], &keys[..]].concat(), "canary-access-key").await;
    let set = ["settings", "set", "--tenant", "acme", "--slack-webhook-file", "-"];
    machine.tell(&set, "https://hooks.example.com/canary-hook").await;
    let folder = machine.path().join("export");
    let path = folder.to_str().unwrap();
    let key = machine.path().join("way.key");
    let key = ["--secrets-key", key.to_str().unwrap()];

    // Without a key for the way nothing opens for another tenant, and each secret is named.
    machine.json(&["export", "--tenant", "acme", path]).await;
    let imported = machine.json(&["import", path, "--tenant", "locked"]).await;
    let locked: Vec<_> = imported["locked"].as_array().unwrap().iter().collect();
    let named: Vec<_> = locked.iter().map(|locked| locked["document"].as_str().unwrap()).collect();
    assert_eq!(named, ["cloud_accounts/123456789012", "settings/settings", "sources/ci"]);

    fs::remove_dir_all(&folder).unwrap();
    machine.json(&[&["export", "--tenant", "acme", path][..], &key].concat()).await;
    let imported = machine.json(&[&["import", path, "--tenant", "open"][..], &key].concat()).await;
    assert_eq!(imported["locked"], json!([]));
    // `send` opens the source's secret to sign with it: it gets as far as the receiver, who is away.
    let file = machine.path().join("event.json");
    fs::write(&file, "{}").unwrap();
    let send = ["send", file.to_str().unwrap(), "--source", "ci", "--retry-for", "1s", "--tenant"];
    let ended = machine.run(&[&send[..], &["open"]].concat()).await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["failed"], 1, "{report}");
    let ended = machine.run(&[&send[..], &["locked"]].concat()).await;
    assert!(ended.err.contains("the secret of source `ci`"), "{}", ended.err);
    machine.stop().await;
}

#[cfg(not(feature = "cloud"))]
#[tokio::test]
async fn a_build_without_aws_says_with_which_feature_it_would_have_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export");
    let ended =
        super::run(&["export", "--tenant", "acme", "--from", "aws", path.to_str().unwrap()]).await;
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("--features cloud"), "{}", ended.err);
    assert!(!path.exists());
}
