//! Payloads too large for a row, kept in a bucket.

use std::io::Read as _;

use anyhow::{Context as _, ensure};
use flate2::read::GzDecoder;
use reqwest::header::AUTHORIZATION;
use reqwest::{Client, Method};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tests::database::Database;
use tests::home::Home;
use tests::python::Server;
use tests::sender::{Sender, log_file};
use tests::{corpus, eventually};

/// Tells the emulator that a request is for S3. It checks no signature here.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=any/20260131/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/// The longest log file of the corpus, unpacked: half a megabyte.
fn long_log_file() -> anyhow::Result<Vec<u8>> {
    let entries = std::fs::read_dir(corpus())?.collect::<Result<Vec<_>, _>>()?;
    let longest = entries.iter().max_by_key(|entry| entry.metadata().map_or(0, |data| data.len()));
    let file = std::fs::File::open(longest.context("the corpus is empty")?.path())?;
    let mut text = Vec::new();
    GzDecoder::new(file).read_to_end(&mut text)?;
    ensure!(text.len() > 500_000, "the longest has {} bytes", text.len());
    Ok(text)
}

/// Asks the emulator's S3.
async fn s3(server: &Server, method: Method, path: &str) -> anyhow::Result<Vec<u8>> {
    let client = Client::builder().no_proxy().build()?;
    let url = format!("http://127.0.0.1:{}/{path}", server.port);
    let answer = client.request(method, url).header(AUTHORIZATION, SIGNED).send().await?;
    Ok(answer.error_for_status()?.bytes().await?.to_vec())
}

/// Everything that a delivery leaves in the database.
async fn traces(database: &Database) -> anyhow::Result<i64> {
    let count = "SELECT (SELECT count(*) FROM twinhost.objects)
        + (SELECT count(*) FROM twinhost.once_keys) + (SELECT count(*) FROM pgmq.q_normalizer)";
    Ok(sqlx::query_scalar(count).fetch_one(&mut database.connect().await?).await?)
}

/// Waits until so many payloads have been read to their end.
async fn read(home: &Home, payloads: u64) -> anyhow::Result<Value> {
    eventually("the payloads are read", async || {
        let summary = home.json(&["events", "summary", "--tenant", "acme"]).await?;
        let done = summary["payloads"] == payloads && summary["complete"] == true;
        Ok(done.then_some(summary))
    })
    .await
}

#[tokio::test]
async fn a_large_payload_goes_through_a_bucket_and_is_refused_whole_while_that_is_away()
-> anyhow::Result<()> {
    let server = Server::aws(&[]).await?;
    s3(&server, Method::PUT, "large").await?;
    let database = Database::create().await?;
    let mut home = Home::empty()?
        .with("DATABASE_URL", database.url())
        .with("TWINHOST__OBJECTS__BUCKET", "large")
        .with("TWINHOST__OBJECTS__ENDPOINT", format!("http://127.0.0.1:{}", server.port))
        .with("TWINHOST__OBJECTS__PREFIX", "home")
        .with("TWINHOST__OBJECTS__ACCESS_KEY_ID", "AKIAEXAMPLE")
        .with("TWINHOST__OBJECTS__SECRET_ACCESS_KEY", "canary-secret");
    home.start().await?;
    let sender = Sender::add(&home, "acme", "trail").await?;
    assert_eq!(home.run(&["doctor"]).await?, "");
    let place = format!("the bucket `large` at http://127.0.0.1:{}, under `home`", server.port);
    ensure!(home.log().contains(&place), "{}", home.log_tail());

    let mut body = long_log_file()?;
    assert!(sender.post("long", &body).await?.is_accepted());
    let summary = read(&home, 1).await?;
    assert_eq!(
        (&summary["accounted"], &summary["dead_letters"]),
        (&summary["records"], &Value::from(serde_json::Map::new()))
    );
    ensure!(summary["records"].as_u64() > Some(100), "{summary}");
    let key = format!("large/home/acme/raw/{}", hex::encode(Sha256::digest(&body)));
    ensure!(s3(&server, Method::GET, &key).await? == body, "another object is at {key}");
    ensure!(!home.data().join("objects").exists(), "a folder for nothing");

    drop(server);
    let before = traces(&database).await?;
    body.push(b' ');
    let answer = sender.post("longer", &body).await?;
    assert_eq!(answer.status.map(|status| status.as_u16()), Some(503), "{answer:?}");
    assert_eq!(traces(&database).await?, before);
    // Who sends little does not notice.
    assert!(sender.post("short", &log_file("short")).await?.is_accepted());
    read(&home, 2).await?;

    let doctor = home.output(&["doctor"]).await?;
    let said = String::from_utf8(doctor.stdout)?;
    ensure!(!doctor.status.success() && said.lines().count() == 1, "{said}");
    ensure!(said.starts_with(&format!("objects: {place} is not available: ")), "{said}");
    ensure!(said.contains("; check the endpoint"), "{said}");
    let told = format!("{said}{}", home.log());
    ensure!(told.contains("is not available") && !told.contains("canary-secret"), "{told}");
    home.stop().await
}
