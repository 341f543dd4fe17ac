//! Secrets stay where they are.

use std::fs;

use anyhow::{Context as _, ensure};
use http::HeaderValue;
use http::header::{AUTHORIZATION, COOKIE};
use secrecy::ExposeSecret as _;
use serde_json::json;
use tests::database::Database;
use tests::home::Home;
use tests::sender::{Sender, record};
use tests::{Port, eventually, wire};

const JWT: &str = "canary-jwt-secret-0123456789abcdef0123456789abcdef";
const DATABASE: &str = "canary-database-password";
const SMTP: &str = "canary-smtp-password";
const QUERY: &str = "canary-in-the-query";
const HEADER: &str = "canary-in-a-header";
const BODY: &str = "canary-in-a-body";

/// The canaries, by what they are.
type Canaries = Vec<(&'static str, String)>;

fn assert_silent(canaries: &Canaries, place: &str, text: &str) {
    for (what, canary) in canaries {
        if let Some(at) = text.find(canary.as_str()) {
            let begin = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let line = text[begin..].lines().next().unwrap_or_default();
            panic!("{what} is told in {place}: {line}");
        }
    }
}

/// What an attacker and a sender with a mistake would do.
async fn provoke(home: &Home, sender: &Sender) -> anyhow::Result<String> {
    let mut told = String::new();
    let broken = format!(r#"{{"Records":[{{"{BODY}":"#);
    let wrong = [&br#"{"hello":"#[..], BODY.as_bytes(), b"}"].concat();
    let mut costly = record("costly");
    costly["userAgent"] = BODY.into();
    let machine = json!({"instanceId": "i-0", "instanceType": "p3.16xlarge"});
    costly["responseElements"]["instancesSet"]["items"] = vec![machine; 4].into();
    let costly = json!({ "Records": [costly] }).to_string().into_bytes();
    for (id, body) in [("costly", costly), ("broken", broken.into_bytes()), ("wrong", wrong)] {
        let mut headers = sender.signed(id, &body)?;
        headers.insert(AUTHORIZATION, HeaderValue::from_static(HEADER));
        headers.insert(COOKIE, HeaderValue::from_static(HEADER));
        told += &sender.post_with(headers.clone(), &body).await.body;
        headers.insert("webhook-signature", HeaderValue::from_static(HEADER));
        told += &sender.post_with(headers, &body).await.body;
    }
    for request in [
        format!("GET /health?{QUERY} HTTP/1.1\r\nauthorization: Bearer {HEADER}\r\n"),
        format!("POST {}?{QUERY} HTTP/1.1\r\nx: {HEADER}\r\n", sender.path),
        format!("GET /nowhere?{QUERY} HTTP/1.1\r\nx: {HEADER}\r\n"),
        format!("POST /nowhere HTTP/1.1\r\nx: {HEADER}\r\n{BODY}\r\n"),
    ] {
        let request = format!("{request}host: x\r\nconnection: close\r\n\r\n");
        told += &wire::talk(home, request.as_bytes()).await?;
    }
    for page in ["/health", "/readyz", "/healthz", "/metrics"] {
        told += &reqwest::get(home.admin_url(page)).await?.text().await?;
    }
    Ok(told)
}

#[tokio::test]
async fn no_secret_is_told_in_logs_answers_metrics_or_commands() -> anyhow::Result<()> {
    let database = Database::create().await?;
    let nobody = Port::take()?;
    let mut home = Home::empty()?
        .with("DATABASE_URL", database.url_with_password(DATABASE))
        .with("JWT_SECRET", JWT)
        .with("TWINHOST__LOG__LEVEL", "trace")
        .with("TWINHOST__SMTP__HOST", "127.0.0.1")
        // Nobody is there, so that every mail fails.
        .with("TWINHOST__SMTP__PORT", nobody.to_string())
        .with("TWINHOST__SMTP__ENCRYPTION", "none")
        .with("TWINHOST__SMTP__USERNAME", "mailer")
        .with("TWINHOST__SMTP__PASSWORD", SMTP)
        .with("TWINHOST__SMTP__FROM", "costs@example.com");
    home.start().await?;
    let sender = Sender::add(&home, "acme", "trail").await?;
    let secret = |name: &str| -> anyhow::Result<String> {
        let path = home.data().join("secrets").join(name);
        Ok(fs::read_to_string(&path).with_context(|| path.display().to_string())?.trim().to_owned())
    };
    let mut canaries: Canaries = vec![
        ("the JWT secret", JWT.to_owned()),
        ("the database's password", DATABASE.to_owned()),
        ("the relay's password", SMTP.to_owned()),
        ("the admin token", secret("admin-token")?),
        (
            "the source's secret",
            sender.secret.expose_secret().trim_start_matches("whsec_").to_owned(),
        ),
    ];
    // A key a line, behind its name.
    for word in secret("keys")?.split_whitespace().filter(|word| word.len() >= 32) {
        canaries.push(("a key", word.to_owned()));
    }
    ensure!(canaries.len() > 5, "the key file has no key: {:?}", secret("keys")?.len());
    let of_requests = [("a query", QUERY), ("a header", HEADER), ("a body", BODY)];

    home.run(&["settings", "set", "--tenant", "acme", "--alert-to", "ops@example.com"]).await?;
    let told = provoke(&home, &sender).await?;
    eventually("the mail of the anomaly has failed", async || {
        let queue = home.json(&["queues", "peek", "notifier"]).await?;
        Ok(queue[0]["reason"].is_string().then_some(()))
    })
    .await?;
    assert_silent(&canaries, "an answer", &told);

    for command in [
        &["sources", "list", "--tenant", "acme"][..],
        &["tenants", "list"],
        &["settings", "show", "--tenant", "acme"],
        &["queues", "peek", "notifier"],
        &["anomalies", "list", "--tenant", "acme"],
        &["doctor"],
        &["schedules", "list"],
    ] {
        for form in [&[][..], &["--json"]] {
            let output = home.output(&[command, form].concat()).await?;
            let text = [output.stdout, output.stderr].concat();
            assert_silent(&canaries, &command.join(" "), &String::from_utf8_lossy(&text));
        }
    }

    // A database that goes away is complained about, without its password.
    let mut connection = database.connect().await?;
    // Only this home's: others share the server.
    let sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::query(sessions).execute(&mut connection).await?;
    drop(connection);
    provoke(&home, &sender).await?;
    home.stop().await?;
    let log = home.log();
    ensure!(log.len() > 10_000, "this is not all that was logged:\n{log}");
    canaries.extend(of_requests.map(|(what, canary)| (what, canary.to_owned())));
    assert_silent(&canaries, "the log", &log);
    Ok(())
}

#[tokio::test]
async fn a_start_that_fails_tells_no_secret() -> anyhow::Result<()> {
    let port = Port::take()?;
    let canaries: Canaries = vec![("the secret", "canary".to_owned())];
    for (what, name, value) in [
        ("nobody is there", "DATABASE_URL", format!("postgres://me:canary@127.0.0.1:{port}/x")),
        ("the port is none", "DATABASE_URL", "postgres://me:canary@127.0.0.1:port/x".to_owned()),
        ("it is no URL", "DATABASE_URL", "me:canary".to_owned()),
        ("it is too short", "JWT_SECRET", "canary".to_owned()),
        ("it is alone", "TWINHOST__SMTP__PASSWORD", "canary".to_owned()),
        ("it is in the wrong place", "TWINHOST__AUTH__JWT_SECRETS", "canary".to_owned()),
    ] {
        let home = Home::empty()?.with(name, value);
        let output = home.output(&["up"]).await?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(!output.status.success(), "{what}: {text}");
        assert!(text.len() > 40, "{what} is not told: {text}");
        assert_silent(&canaries, what, &text);
    }
    Ok(())
}
