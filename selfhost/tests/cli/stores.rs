//! Commands on the stores of a machine: one embedded Postgres, no runner.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use sqlx::Connection as _;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use twinhost_selfhost::embedded_postgres::{EmbeddedPostgres, Options};

use super::{Ended, twinhost};

/// A data folder whose Postgres runs for as long as the test, so that each command is quick.
pub(super) struct Machine {
    data: TempDir,
    postgres: EmbeddedPostgres,
}

impl Machine {
    pub(super) async fn start() -> Self {
        let data = tempfile::Builder::new().prefix("twinhost-test-").tempdir().unwrap();
        let postgres = EmbeddedPostgres::start(&Options::new(data.path())).await.unwrap();
        Self { data, postgres }
    }

    /// The folder of everything, which is gone with the test.
    pub(super) fn path(&self) -> &Path {
        self.data.path()
    }

    /// The superuser's way in, to look behind the scenes.
    pub(super) fn url(&self) -> String {
        self.postgres.url()
    }

    /// A command on these stores, yet to be run.
    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = twinhost(args);
        command.args(["--data-dir", self.data.path().to_str().unwrap(), "--json"]);
        // Nobody listens there: these tests are about the stores.
        command.env("TWINHOST__HTTP__LISTEN", "127.0.0.1:1");
        command
    }

    /// Runs a command with text on its standard input.
    pub(super) async fn tell(&self, args: &[&str], input: &str) -> Ended {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that asks for nothing may have ended already.
        let _unread = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await.unwrap().into()
    }

    pub(super) async fn run(&self, args: &[&str]) -> Ended {
        self.tell(args, "").await
    }

    /// Runs a command that succeeds, and reads what it printed.
    pub(super) async fn json(&self, args: &[&str]) -> Value {
        let ended = self.run(args).await;
        assert_eq!(ended.code, 0, "{args:?}: {}", ended.err);
        serde_json::from_str(&ended.out).unwrap()
    }

    /// Runs a command that fails, and answers why it did.
    pub(super) async fn error(&self, args: &[&str]) -> String {
        let ended = self.run(args).await;
        assert_eq!((ended.code, ended.out.as_str()), (1, ""), "{args:?}");
        let error: Value = serde_json::from_str(&ended.err).unwrap();
        error["error"].as_str().unwrap().to_owned()
    }

    /// Everything that is stored in documents, as text.
    async fn stored(&self) -> String {
        let mut connection = sqlx::PgConnection::connect(&self.postgres.url()).await.unwrap();
        let query = "SELECT coalesce(string_agg(body::text, ' '), '') FROM twinhost.documents";
        sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
    }

    pub(super) async fn stop(self) {
        self.postgres.stop().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_set_up_is_listed_and_no_secret_is_stored_or_listed_in_the_open() {
    let machine = Machine::start().await;
    let source = machine.json(&["sources", "add", "ci", "--tenant", "acme"]).await;
    let secret = source["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"), "{source}");
    assert_eq!(source["url"], "http://127.0.0.1:1/webhooks/acme/ci");
    let rotated = machine.json(&["sources", "rotate", "ci", "--tenant", "acme"]).await;
    assert_ne!(rotated["secret"], source["secret"]);
    let tenants = machine.json(&["tenants", "list"]).await;
    assert_eq!(tenants[0]["name"], "acme", "the first source makes the tenant known");

    let add = ["users", "add", "Ada@Example.com", "--tenant", "acme"];
    let added = machine.tell(&add, "correct horse\n").await;
    assert_eq!(added.code, 0, "{}", added.err);
    let users = machine.json(&["users", "list"]).await;
    assert_eq!(users[0]["email"], "ada@example.com");
    let token = machine.json(&["users", "token", "ada@example.com", "--lasting", "5m"]).await;
    assert_eq!(token["token"].as_str().unwrap().split('.').count(), 3, "{token}");
    assert_eq!(token["expires_in_seconds"], 300);

    let account = ["accounts", "add", "123456789012", "--tenant", "acme", "--regions", "us-east-1"];
    let keys = ["--access-key-id", "AKIAEXAMPLE", "--secret-file", "-"];
    let added = machine.tell(&[&account[..], &keys[..]].concat(), "canary-access-key").await;
    assert_eq!(added.code, 0, "{}", added.err);

    let set = ["settings", "set", "--tenant", "acme", "--alert-to", "ops@example.com"];
    let slack = ["--slack-webhook-file", "-"];
    let url = "https://hooks.example.com/canary-hook";
    let shown = machine.tell(&[&set[..], &slack[..]].concat(), url).await;
    assert_eq!(shown.code, 0, "{}", shown.err);
    let settings = machine.json(&["settings", "show", "--tenant", "acme"]).await;
    assert_eq!(settings["alert_to"], json!(["ops@example.com"]));
    assert_eq!(settings["has_slack_webhook"], true);

    let mut open = machine.stored().await;
    for list in [
        &["sources", "list", "--tenant", "acme"][..],
        &["accounts", "list", "--tenant", "acme"],
        &["users", "list"],
    ] {
        open.push_str(&machine.json(list).await.to_string());
    }
    let new = rotated["secret"].as_str().unwrap();
    for hidden in [&secret, new, "correct horse", "canary-access-key", "canary-hook"] {
        assert!(!open.contains(hidden), "{hidden} is in the open");
    }
    machine.stop().await;
}

#[tokio::test]
async fn a_tick_waits_in_its_queue_until_it_is_purged_with_a_yes() {
    let machine = Machine::start().await;
    machine.json(&["tenants", "add", "acme"]).await;
    let fired = machine.json(&["schedules", "run", "zombie-hunter"]).await;
    assert_eq!(fired["ticks"], 1);
    let history = machine.json(&["schedules", "history", "zombie-hunter"]).await;
    assert_eq!(history.as_array().unwrap().len(), 1);
    let waiting = machine.json(&["queues", "peek", "zombie-hunter"]).await;
    assert_eq!(waiting[0]["tenant"], "acme", "{waiting}");

    let purge = ["queues", "purge", "zombie-hunter"];
    let refused = machine.error(&purge).await;
    assert!(refused.contains("deletes the 1 messages") && refused.contains("--yes"), "{refused}");
    let purged = machine.json(&[&purge[..], &["--yes"]].concat()).await;
    assert_eq!(purged["purged"], 1);
    let waiting = machine.json(&["queues", "peek", "zombie-hunter"]).await;
    assert_eq!(waiting, json!([]));
    machine.stop().await;
}

#[tokio::test]
async fn an_invoked_handler_commits_what_it_does() {
    let machine = Machine::start().await;
    let invoked = machine.json(&["invoke", "zombie-hunter", "--tenant", "acme"]).await;
    assert_eq!(invoked["outcome"], "done");
    let waiting = machine.json(&["queues", "peek", "zombie-scanner"]).await;
    assert_eq!(waiting.as_array().unwrap().len(), 1, "{waiting}");

    let rejected =
        machine.tell(&["invoke", "scorer", "--event", "-", "--tenant", "acme"], "{}").await;
    assert_eq!(rejected.code, 1);
    let rejected: Value = serde_json::from_str(&rejected.out).unwrap();
    assert!(rejected["reason"].as_str().unwrap().contains("missing field"), "{rejected}");
    machine.stop().await;
}

#[tokio::test]
async fn doctor_names_what_is_wrong_with_its_cure_and_makes_no_data_folder() {
    let machine = Machine::start().await;
    machine.json(&["tenants", "add", "acme"]).await;
    let ended = machine.run(&["doctor"]).await;
    assert_eq!(ended.code, 1);
    let problems: Value = serde_json::from_str(&ended.out).unwrap();
    let checks: Vec<_> = problems.as_array().unwrap().iter().map(|p| &p["check"]).collect();
    assert_eq!(checks, ["runner", "sources"], "{problems}");
    machine.stop().await;

    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-such-data-folder");
    let ended = super::run(&["doctor", "--data-dir", nowhere.to_str().unwrap()]).await;
    assert_eq!(ended.code, 1);
    assert!(ended.out.starts_with("data: there is no folder"), "{}", ended.out);
    assert!(!nowhere.exists());
}
