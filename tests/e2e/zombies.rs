//! The daily hunt for idle resources, by its schedule, in emulated AWS accounts.
//!
//! Whoever waits for a resource to grow old waits for months, so the runner, its Postgres and AWS share a clock that
//! the test sets.

mod expected;

use std::process::Stdio;

use anyhow::{Context as _, ensure};
use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};
use tests::eventually;
use tests::home::Home;
use tests::python::{Server, python};
use tokio::io::AsyncWriteExt as _;

use self::expected::{ACCOUNT, OTHER_ACCOUNT};
use faults::clock::Clock;

/// Old enough for every rule; the longest look-back is that of snapshots, 90 days.
const AGE_DAYS: i64 = 100;

/// Shortly before the schedule is due.
const BEFORE: Time = time(7, 59, 57, 0);

/// The same for a start that has missed ticks to make up for: it must have looked before the next is due.
const LONG_BEFORE: Time = time(7, 59, 40, 0);

#[tokio::test]
async fn the_scheduled_hunt_finds_what_a_seeded_account_holds_and_nothing_else()
-> anyhow::Result<()> {
    let mut world = World::new().await?;
    world.seed("old").await?;
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let first = today.checked_add(AGE_DAYS.days())?;
    world.clock.set(at(first, time(7, 50, 0, 0))?)?;
    world.seed("young").await?;
    world.let_the_hunter_in().await?;

    world.hunt(first, BEFORE).await?;
    let observed = [
        ("volume", "observed"),
        ("spare_volume", "observed"),
        ("address", "observed"),
        ("stopped", "observed"),
        ("spare_stopped", "observed"),
        ("balancer", "observed"),
        ("snapshot", "observed"),
        ("database", "observed"),
        ("gateway", "observed"),
        ("volume_elsewhere", "observed"),
    ];
    world.assert_report(first, &observed).await?;
    world.assert_found("acme", &observed).await?;
    world.assert_found("globex", &[("other_address", "observed")]).await?;
    world.home.stop().await?;

    // Seen again on a later day, and known to have been idle for as long as the rule looks back: open. AWS does not
    // tell how long volumes and addresses have been idle, so they are watched.
    let second = first.tomorrow()?;
    world.hunt(second, BEFORE).await?;
    let confirmed = [
        ("volume", "observed"),
        ("spare_volume", "observed"),
        ("address", "observed"),
        ("stopped", "open"),
        ("spare_stopped", "open"),
        ("balancer", "open"),
        ("snapshot", "open"),
        ("database", "open"),
        ("gateway", "open"),
        ("volume_elsewhere", "observed"),
    ];
    world.assert_report(second, &confirmed).await?;
    world.assert_found("acme", &confirmed).await?;
    world.assert_found("globex", &[("other_address", "observed")]).await?;
    world.home.stop().await?;

    // A week later two are in use again, and two that were too young are old enough to be seen for the first time.
    world.seed("use").await?;
    let last = first.checked_add(8.days())?;
    world.hunt(last, LONG_BEFORE).await?;
    let still_there = [
        ("volume", "open"),
        ("address", "open"),
        ("stopped", "open"),
        ("balancer", "open"),
        ("snapshot", "open"),
        ("database", "open"),
        ("gateway", "open"),
        ("volume_elsewhere", "open"),
        ("young_volume", "observed"),
        ("young_balancer", "observed"),
    ];
    let known = [&still_there[..], &[("spare_stopped", "gone")]].concat();
    world.assert_report(last, &still_there).await?;
    world.assert_found("acme", &known).await?;
    world.assert_found("globex", &[("other_address", "open")]).await?;

    // Six ticks were missed while the runner was down. The newest was made up for, and stood for the others.
    let mut ticks = world.ticks().await?;
    ticks.reverse();
    let expected = [(first, 0), (second, 0), (last.yesterday()?, 5), (last, 0)];
    assert_eq!(ticks, expected);
    world.home.stop().await
}

/// An emulated AWS, a home, and the clock that both go by.
struct World {
    clock: Clock,
    aws: Server,
    home: Home,
    /// What was made in the accounts, by the names of `seed_account.py`.
    made: Value,
}

impl World {
    async fn new() -> anyhow::Result<Self> {
        let mut home = Home::empty()?;
        let clock = Clock::new(home.folder())?;
        let aws = Server::aws(&clock.variables()).await?;
        for (name, value) in clock.variables() {
            home = home.with(name, value);
        }
        home = home
            .with("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", aws.port))
            .with("AWS_ACCESS_KEY_ID", "AKIAHOME")
            .with("AWS_SECRET_ACCESS_KEY", "home");
        Ok(Self { clock, aws, home, made: json!({}) })
    }

    /// Lets the hunter read one account of each of two tenants, before its schedule is due for the first time.
    async fn let_the_hunter_in(&mut self) -> anyhow::Result<()> {
        self.home.start().await?;
        let secret = self.home.folder().join("secret");
        std::fs::write(&secret, "hunter\n")?;
        let secret = secret.to_str().context("a path in UTF-8")?;
        let by_key = ["--access-key-id", "AKIAHUNTER", "--secret-file", secret];
        let where_to = ["--regions", "us-east-1,eu-central-1", "--exclude-tag", "finops:exempt"];
        let add = ["accounts", "add", ACCOUNT, "--tenant", "acme"];
        self.home.run(&[&add[..], &by_key, &where_to].concat()).await?;
        let role = format!("arn:aws:iam::{OTHER_ACCOUNT}:role/twinhost");
        let by_role = ["--role-arn", &role, "--external-id", "globex-1", "--regions", "us-east-1"];
        let add = ["accounts", "add", OTHER_ACCOUNT, "--tenant", "globex"];
        self.home.run(&[&add[..], &by_role].concat()).await?;
        assert_eq!(self.ticks().await?, []);
        self.home.stop().await
    }

    /// Makes a step of `seed_account.py`.
    async fn seed(&mut self, step: &str) -> anyhow::Result<()> {
        let mut command = python()?;
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/e2e/seed_account.py"));
        command.arg(format!("http://127.0.0.1:{}", self.aws.port)).arg(step);
        command.envs(self.clock.variables()).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut input = child.stdin.take().context("no standard input")?;
        input.write_all(self.made.to_string().as_bytes()).await?;
        drop(input);
        let output = child.wait_with_output().await?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "seed_account.py {step}: {errors}");
        self.made = serde_json::from_slice(&output.stdout)?;
        Ok(())
    }

    /// Starts the runner shortly before a day's hunt is due, and waits until that has been recorded.
    async fn hunt(&mut self, date: Date, before: Time) -> anyhow::Result<()> {
        self.clock.set(at(date, before)?)?;
        self.seed("measure").await?;
        self.clock.set(at(date, before)?)?;
        self.home.start().await?;
        let home = &self.home;
        let ended = eventually("the day's hunt is recorded", async || {
            for tenant in ["acme", "globex"] {
                let hunts = home.json(&["zombies", "hunts", "--tenant", tenant]).await?;
                let hunts = hunts.as_array().context("no list")?;
                let of_day = hunts.iter().find(|hunt| hunt["date"] == json!(date));
                // A region that could not be read is read, too: the report says why not.
                if of_day.is_none_or(|hunt| hunt["missing"].to_string().contains("not read yet")) {
                    return Ok(None);
                }
            }
            let queues = home.json(&["queues", "list"]).await?;
            let queues = queues.as_array().context("no list")?;
            Ok(queues.iter().all(|queue| queue["backlog"] == 0).then_some(()))
        });
        ended.await.with_context(|| self.home.log_tail())
    }

    /// When the hunter's schedule was due, and how many ticks before it were missed; the latest first.
    async fn ticks(&self) -> anyhow::Result<Vec<(Date, u64)>> {
        let ticks = self.home.json(&["schedules", "history", "zombie-hunter"]).await?;
        let tick = |tick: &Value| {
            let (due, fired) = (timestamp(&tick["scheduled_at"])?, timestamp(&tick["fired_at"])?);
            ensure!(due <= fired, "early: {tick}");
            let date = due.to_zoned(TimeZone::UTC).date();
            ensure!(due == at(date, time(8, 0, 0, 0))?, "not as scheduled: {tick}");
            Ok((date, tick["missed"].as_u64().context("no number")?))
        };
        ticks.as_array().context("no list")?.iter().map(tick).collect()
    }

    /// Asserts that exactly these resources are known as zombies, each with all that is said of it.
    async fn assert_found(&self, tenant: &str, known: &[(&str, &str)]) -> anyhow::Result<()> {
        let list = ["zombies", "list", "--tenant", tenant, "--limit", "1000"];
        let mut found = self.home.json(&list).await?;
        let found = found.as_array_mut().context("no list")?;
        for zombie in &mut *found {
            ensure!(zombie["cost_basis"].as_str().is_some_and(|basis| !basis.is_empty()));
            let zombie = zombie.as_object_mut().context("no object")?;
            for name in ["cost_basis", "first_seen", "last_seen", "opened_at", "severity"] {
                zombie.remove(name);
            }
        }
        let expected = known.iter().map(|(name, status)| {
            let mut zombie = expected::zombie(&self.made, name)?;
            zombie["status"] = json!(status);
            Ok(zombie)
        });
        let expected = expected.collect::<anyhow::Result<Vec<Value>>>()?;
        let unexpected = found.iter().filter(|zombie| !expected.contains(zombie)).collect();
        let missing = expected.iter().filter(|zombie| !found.contains(zombie)).collect();
        let nothing: Vec<&Value> = Vec::new();
        assert_eq!((unexpected, missing), (nothing.clone(), nothing), "unexpected, and missing");
        assert_eq!(found.len(), expected.len());
        Ok(())
    }

    /// Asserts that the report of a day is that all was read, and that exactly these were found.
    async fn assert_report(&self, date: Date, found: &[(&str, &str)]) -> anyhow::Result<()> {
        let hunts = self.home.json(&["zombies", "hunts", "--tenant", "acme"]).await?;
        let hunts = hunts.as_array().context("no list")?;
        let of_day = hunts.iter().find(|hunt| hunt["date"] == json!(date));
        let mut report = of_day.context("no report")?.clone();
        report.as_object_mut().context("no object")?.remove("started_at");
        let mut counts = Map::new();
        let mut cost = 0;
        for (name, _) in found {
            let zombie = expected::zombie(&self.made, name)?;
            let count =
                counts.entry(zombie["rule"].as_str().context("no rule")?).or_insert(json!(0));
            *count = json!(count.as_u64().context("no number")? + 1);
            cost += zombie["monthly_micro_usd"].as_u64().context("no cost")?;
        }
        let expected = json!({
            "date": date,
            "account_id": ACCOUNT,
            "regions": ["eu-central-1", "us-east-1"],
            "status": "complete",
            "found": counts,
            "monthly_micro_usd": cost,
            "unpriced": 0,
        });
        assert_eq!(report, expected);
        Ok(())
    }
}

fn at(date: Date, time: Time) -> anyhow::Result<Timestamp> {
    Ok(date.to_datetime(time).to_zoned(TimeZone::UTC)?.timestamp())
}

fn timestamp(text: &Value) -> anyhow::Result<Timestamp> {
    Ok(text.as_str().context("no time")?.parse()?)
}
