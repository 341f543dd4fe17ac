//! Messages that cannot be read.

use anyhow::Context as _;
use events::{Body, RawPayload};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::Executor as _;
use tests::eventually;
use tests::sender::{log_file, record};

use super::World;

impl World {
    /// Puts a row into the normalizer's queue, past everything that checks.
    async fn smuggle(&self, id: &str, message: &Value, headers: &Value) -> anyhow::Result<()> {
        let mut headers = headers.clone();
        if let Some(headers) = headers.as_object_mut().filter(|_| !id.is_empty()) {
            headers.insert("id".to_owned(), id.into());
        }
        let insert = sqlx::query(
            "INSERT INTO pgmq.q_normalizer (vt, message, headers)
            VALUES (clock_timestamp(), $1::text::jsonb, $2::text::jsonb)",
        );
        let insert = insert.bind(message.to_string()).bind(headers.to_string());
        self.database.connect().await?.execute(insert).await?;
        Ok(())
    }

    /// The dead letters of the normalizer, once there are so many.
    async fn dead_letters(&self, count: usize) -> anyhow::Result<Vec<Value>> {
        eventually("they are dead letters", async || {
            let list = self.home.json(&["queues", "dlq", "list", "normalizer"]).await?;
            let list = list.as_array().context("a list")?.clone();
            Ok((list.len() == count).then_some(list))
        })
        .await
    }
}

fn headers(tenant: &str) -> Value {
    json!({"tenant": tenant, "x-pgmq-group": format!("{tenant}/{}", uuid::Uuid::new_v4())})
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_a_dead_letter_with_its_reason() -> anyhow::Result<()> {
    let mut world = World::new().await?;
    let group = json!({"x-pgmq-group": "acme/all"});
    let garbage = [
        ("not-json", json!("hello"), headers("acme"), "expected value"),
        ("cut", json!("{\"id\":\"x\""), headers("acme"), "EOF"),
        ("another-type", json!("{\"id\":\"x\"}"), headers("acme"), "missing field"),
        ("no-text", json!([1, 2]), headers("acme"), "invalid type"),
        ("no-body", Value::Null, headers("acme"), "no body"),
        ("bad-tenant", json!("{}"), headers("No Tenant"), "not a message of this host"),
        ("no-tenant", json!("{}"), group.clone(), "no tenant"),
        ("", json!("{}"), headers("acme"), "no id"),
    ];
    for (id, message, headers, _) in &garbage {
        world.smuggle(id, message, headers).await?;
    }
    // What comes beside and behind them is not held up.
    for id in ["beside-1", "beside-2"] {
        assert!(world.sender.post(id, &log_file(id)).await?.is_accepted());
    }
    let dead = world.dead_letters(garbage.len()).await?;
    for (id, _, _, reason) in &garbage {
        let letter = dead.iter().find(|letter| letter["id"] == *id);
        let letter = letter.with_context(|| format!("`{id}` is not in {dead:?}"))?;
        let told = letter["reason"].as_str().unwrap_or_default();
        assert!(told.contains(reason), "{id}: {told}");
        assert_eq!(letter["receive_count"], 1, "{id}: given up at once");
    }
    assert_eq!(world.reads(2).await?["cost_events"], 2);
    let metrics = reqwest::get(world.home.admin_url("/metrics")).await?.text().await?;
    let line = format!(r#"twinhost_queue_dead_letters{{queue="normalizer"}} {}"#, garbage.len());
    assert!(metrics.contains(&line), "{metrics}");

    // Sent back unchanged they come back, and can be thrown away.
    let all = world.home.json(&["queues", "dlq", "redrive", "normalizer"]).await?;
    assert_eq!(all["moved"], garbage.len());
    world.dead_letters(garbage.len()).await?;
    let purged = world.home.json(&["queues", "purge", "normalizer", "--dead", "--yes"]).await?;
    assert_eq!(purged["purged"], garbage.len());
    world.dead_letters(0).await?;
    world.home.stop().await
}

#[tokio::test]
async fn a_dead_letter_whose_cause_is_gone_is_redriven() -> anyhow::Result<()> {
    let mut world = World::new().await?;
    // A payload too large for its message, of which the archive has lost the bytes.
    let mut big = record("big");
    big["requestParameters"]["userData"] = "x".repeat(RawPayload::INLINE_LIMIT).into();
    let body = json!({ "Records": [big] }).to_string().into_bytes();
    let lost = RawPayload {
        id: "lost".to_owned(),
        source: "trail".to_owned(),
        content_type: None,
        received_at: jiff::Timestamp::now(),
        object: format!("raw/{}", hex::encode(Sha256::digest(&body))),
        length: body.len() as u64,
        body: Body::Archived,
        offset: 0,
    };
    let message = json!(serde_json::to_string(&lost)?);
    world.smuggle("lost", &message, &headers("acme")).await?;
    let dead = world.dead_letters(1).await?;
    let reason = dead[0]["reason"].as_str().context("a reason")?;
    assert!(reason.contains("not in the archive; restore it and redrive"), "{reason}");

    // The same bytes under another id bring the object back.
    assert!(world.sender.post("restored", &body).await?.is_accepted());
    world.reads(1).await?;
    let output =
        world.home.output(&["queues", "dlq", "redrive", "normalizer", "--id", "nobody"]).await?;
    assert!(!output.status.success(), "there is no such dead letter");
    let redriven =
        world.home.json(&["queues", "dlq", "redrive", "normalizer", "--id", "lost"]).await?;
    assert_eq!(redriven["moved"], 1);
    let summary = world.reads(2).await?;
    assert_eq!(summary["dead_letters"], json!({}), "{summary}");
    // The same event in both: one cost event and a duplicate.
    assert_eq!(
        (&summary["cost_events"], &summary["duplicates"]),
        (&json!(1), &json!(1)),
        "{summary}"
    );
    world.home.stop().await
}
