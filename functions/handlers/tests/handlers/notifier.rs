//! `notifier`: who is told, how often, and in which words.

use std::sync::Arc;
use std::time::Duration;

use events::{Anomaly, Notification, Settings, Severity};
use functions::Notifier;
use functions::chat::ChatError;
use twinhost::dispatch::Disposition;
use twinhost::{Handler, TestHost};

use crate::support::{FakeChat, anomaly, settings};

const AT: &str = "2026-01-01T12:30:00Z";

fn host(chat: &Arc<FakeChat>) -> TestHost {
    TestHost::of(Notifier::new(chat.clone()))
}

fn told(anomaly: Anomaly) -> Notification {
    Notification::Anomaly(Box::new(anomaly))
}

fn recipients(host: &TestHost) -> Vec<String> {
    host.mails().into_iter().flat_map(|mail| mail.to).collect()
}

#[tokio::test]
async fn an_anomaly_reaches_every_address_and_the_chat_once() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example", "ada@acme.example"], true).await).await;
    let notification = told(anomaly("e1", AT, Severity::High));
    host.send(&notification).await;
    host.send(&notification).await;
    assert_eq!(recipients(&host), ["ops@acme.example", "ada@acme.example"]);
    let posts = chat.posts();
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].0, "anomaly/2026-01-01T12:30:00Z/e1");
    assert!(posts[0].1.title.starts_with("High: bert started 10"), "{posts:?}");
}

#[tokio::test]
async fn a_mail_says_what_happened_who_where_at_what_cost_and_why() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    let berlin = Settings {
        time_zone: "Europe/Berlin".to_owned(),
        ..settings(&host, &["ops@acme.example"], false).await
    };
    host.given(&berlin).await;
    let mut anomaly = anomaly("e1", AT, Severity::High);
    anomaly.suppressed_before = 3;
    host.send(&told(anomaly)).await;
    let mail = host.mails().remove(0);
    assert_eq!(mail.subject, "High: bert started 10 × p2.xlarge in us-east-1");
    assert_eq!(
        mail.text,
        "bert started 10 × p2.xlarge in us-east-1

Cost: $9.00 an hour, $6570.00 a month
Severity: high
Who: arn:aws:iam::123456789012:user/bert
Where: account 123456789012, us-east-1
Call: ec2 RunInstances
When: 2026-01-01 13:30 CET

Why it stands out:
- adds $9.00 an hour
- bert was never seen before

3 more like it were not told since the last one.

Event: e1"
    );
}

#[tokio::test]
async fn what_is_not_known_is_not_said_to_be_free() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], false).await).await;
    let unknown = Anomaly {
        impact_micro_usd_per_hour: None,
        impact_micro_usd_per_month: None,
        ..anomaly("e1", AT, Severity::High)
    };
    let refused = Anomaly { attempt: true, ..anomaly("e2", AT, Severity::High) };
    host.send(&told(unknown)).await;
    host.send(&told(refused)).await;
    let mails = host.mails();
    assert!(mails[0].text.contains("Cost: unknown\n"), "{}", mails[0].text);
    let refused = "Cost: none; it would have been $9.00 an hour";
    assert!(mails[1].text.contains(refused), "{}", mails[1].text);
}

#[tokio::test]
async fn what_is_below_the_threshold_is_told_to_nobody_at_once() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], true).await).await;
    let low = host.send(&told(anomaly("e1", AT, Severity::Low))).await;
    assert_eq!(low, [Disposition::Done]);
    assert!(host.mails().is_empty() && chat.posts().is_empty());
    host.send(&told(anomaly("e2", AT, Severity::Medium))).await;
    assert_eq!((host.mails().len(), chat.posts().len()), (1, 1));
}

#[tokio::test]
async fn without_a_recipient_there_is_nothing_to_do() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    let done = host.send(&told(anomaly("e1", AT, Severity::Critical))).await;
    assert_eq!(done, [Disposition::Done]);
    assert!(host.mails().is_empty() && host.dead_letters(Notifier::NAME).await.is_empty());
}

#[tokio::test]
async fn a_chat_that_is_down_is_tried_again_without_a_second_mail() {
    let down = ChatError::Retry { reason: "HTTP 503".to_owned(), after: None };
    let chat = Arc::new(FakeChat::failing([down.clone(), down]));
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], true).await).await;
    host.send(&told(anomaly("e1", AT, Severity::High))).await;
    assert_eq!((host.mails().len(), chat.posts().len()), (1, 0));
    for _ in 0..2 {
        host.memory().clock().advance(Duration::from_mins(5));
        host.run().await;
    }
    assert_eq!((host.mails().len(), chat.posts().len()), (1, 1));
    assert!(host.peek(Notifier::NAME).await.is_empty());
}

#[tokio::test]
async fn a_chat_that_refuses_for_good_is_a_dead_letter_that_says_why_and_not_where() {
    let gone = ChatError::Permanent { reason: "no_service; set the webhook again".to_owned() };
    let chat = Arc::new(FakeChat::failing([gone]));
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], true).await).await;
    host.send(&told(anomaly("e1", AT, Severity::High))).await;
    assert_eq!(recipients(&host), ["ops@acme.example"]);
    let dead = host.dead_letters(Notifier::NAME).await;
    let reason = dead[0].reason.as_deref().unwrap();
    assert!(reason.contains("no_service; set the webhook again"), "{reason}");
    assert!(!reason.contains("s3cret") && !dead[0].body.contains("s3cret"));
}

#[tokio::test]
async fn an_attackers_text_is_one_line_without_a_working_link() {
    let chat = Arc::new(FakeChat::default());
    let host = host(&chat);
    host.given(&settings(&host, &["ops@acme.example"], true).await).await;
    let text = "x\r\nBcc: all@acme.example\n\nSeverity: info\u{202e} https://evil.example/ <!here>";
    let hostile = Anomaly {
        what: text.to_owned(),
        why: vec![text.repeat(100)],
        actor: text.to_owned(),
        region: text.to_owned(),
        ..anomaly("e1", AT, Severity::High)
    };
    host.send(&told(hostile)).await;
    let mail = host.mails().remove(0);
    assert!(!mail.subject.contains(['\r', '\n', '\u{202e}']), "{:?}", mail.subject);
    assert!(!mail.text.contains("://") && !mail.text.contains('\r'));
    let severities = mail.text.lines().filter(|line| line.starts_with("Severity:"));
    assert_eq!(severities.collect::<Vec<_>>(), ["Severity: high"]);
    assert!(mail.text.lines().all(|line| line.chars().count() < 600));
    let (_, message) = chat.posts().remove(0);
    assert_eq!(message.lines.join("\n"), mail.text);
}
