//! Keys, mail and secrets.

use secrecy::ExposeSecret as _;
use serde_json::json;
use twinhost::ports::{KeysError, Mail, PortError, SealContext};

use aws_sdk_ssm::types::ParameterType;
use twinhost_aws::secret;

use crate::aws::{SENDER, aws};

fn context(pairs: &[(&str, &str)]) -> SealContext {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// K1: the same names and values, in any order, to the letter.
#[tokio::test]
async fn a_secret_opens_only_in_the_context_it_was_sealed_in() {
    let aws = aws().await;
    let keys = aws.ports().keys;
    let sealed_in = context(&[("tenant", "acme"), ("source", "trail")]);
    let sealed = keys.seal(b"hunter2", &sealed_in).await.unwrap();
    assert!(!sealed.contains("hunter2"));
    let opened = keys.open(&sealed, &context(&[("source", "trail"), ("tenant", "acme")])).await;
    assert_eq!(opened.unwrap().expose_secret(), b"hunter2");
    for other in [
        context(&[]),
        context(&[("tenant", "acme")]),
        context(&[("tenant", "Acme"), ("source", "trail")]),
        context(&[("tenant", "globex"), ("source", "trail")]),
        context(&[("tenant", "acme"), ("source", "trail"), ("more", "")]),
    ] {
        let opened = keys.open(&sealed, &other).await;
        assert!(matches!(opened, Err(KeysError::Invalid)), "{other:?}");
    }
}

/// Direct encryption ends at 4,096 bytes (K1); an envelope does not.
#[tokio::test]
async fn a_secret_of_any_size_is_sealed_each_time_anew() {
    let aws = aws().await;
    let keys = aws.ports().keys;
    let context = context(&[("tenant", "acme")]);
    for size in [0, 1, 4096, 4097, 100_000] {
        let plain = vec![7; size];
        let sealed = keys.seal(&plain, &context).await.unwrap();
        assert_eq!(keys.open(&sealed, &context).await.unwrap().expose_secret(), plain);
        assert_ne!(keys.seal(&plain, &context).await.unwrap(), sealed);
    }
}

#[tokio::test]
async fn a_changed_or_shortened_envelope_does_not_open() {
    let aws = aws().await;
    let keys = aws.ports().keys;
    let context = context(&[("tenant", "acme")]);
    let sealed = keys.seal(b"hunter2", &context).await.unwrap();
    let other = keys.seal(b"hunter3", &context).await.unwrap();
    // Another envelope's data key with this one's secret.
    let crossed =
        format!("{}.{}", other.rsplit_once('.').unwrap().0, sealed.rsplit_once('.').unwrap().1);
    let cut = &sealed[..sealed.len() - 1];
    let swapped = |at: usize| {
        let mut bytes = sealed.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    // The version, the data key, the secret, the tag. (The last letter of base64 may hold spare bits.)
    let places = [0, 4, 60, sealed.rfind('.').unwrap() + 2, sealed.len() - 3];
    let changed = places.map(swapped);
    let forms = ["", "kms1", "kms1.", "kms1..", "kms1.AA.AA.AA", "v1.a.b", &crossed, cut];
    for bad in forms.into_iter().chain(changed.iter().map(String::as_str)) {
        let opened = keys.open(bad, &context).await;
        assert!(matches!(opened, Err(KeysError::Invalid)), "{bad}: {opened:?}");
    }
}

#[tokio::test]
async fn a_key_service_that_fails_may_work_later() {
    let aws = aws().await;
    let context = context(&[("tenant", "acme")]);
    let body = json!({"__type": "AccessDeniedException", "message": "a fault was asked for"});
    aws.emulator.fault(&json!({"operation": "GenerateDataKey", "status": 400, "body": body}));
    let sealed = aws.ports().keys.seal(b"a", &context).await;
    assert!(matches!(sealed, Err(KeysError::Unavailable(_))), "{sealed:?}");
    assert!(aws.ports().keys.seal(b"a", &context).await.is_ok());
}

fn mail(to: &str) -> Mail {
    let to = to.split(',').filter(|to| !to.is_empty()).map(str::to_owned).collect();
    Mail { to, subject: "A cost is\r\nodd".into(), text: "€ 40,000 an hour".into() }
}

#[tokio::test]
async fn a_mail_is_handed_to_ses() {
    let aws = aws().await;
    let mailer = aws.ports().mail;
    mailer.send(&mail("ada@example.com,bob@example.com"), "event é.1").await.unwrap();
    let sent = aws.emulator.last("POST v2");
    assert_eq!(sent["FromEmailAddress"], SENDER);
    assert_eq!(sent["Destination"]["ToAddresses"], json!(["ada@example.com", "bob@example.com"]));
    let simple = &sent["Content"]["Simple"];
    assert_eq!(simple["Subject"]["Data"], "A cost is  odd");
    assert_eq!(simple["Body"]["Text"]["Data"], "€ 40,000 an hour");
    let headers = json!([{"Name": "X-Twinhost-Key", "Value": "event__.1"}]);
    assert_eq!(simple["Headers"], headers);
}

#[tokio::test]
async fn a_mail_that_ses_refuses_for_good_is_invalid_and_others_may_go_later() {
    let aws = aws().await;
    let mailer = aws.ports().mail;
    let refused = mailer.send(&mail(""), "k").await;
    assert!(matches!(refused, Err(PortError::Invalid { .. })), "{refused:?}");
    for (status, kind, permanent) in [
        (400, "MessageRejected", true),
        (400, "BadRequestException", true),
        (400, "MailFromDomainNotVerifiedException", true),
        (400, "AccountSuspendedException", false),
        (400, "SendingPausedException", false),
    ] {
        let body = json!({"__type": kind, "message": "a fault was asked for"});
        aws.emulator.fault(&json!({"operation": "POST v2", "status": status, "body": body}));
        let refused = mailer.send(&mail("ada@example.com"), "k").await;
        assert_eq!(
            matches!(refused, Err(PortError::Invalid { .. })),
            permanent,
            "{kind}: {refused:?}"
        );
        assert!(refused.is_err());
    }
    mailer.send(&mail("ada@example.com"), "k").await.unwrap();
}

#[tokio::test]
async fn a_secret_is_read_by_reference_and_never_taken_from_the_environment() {
    let aws = aws().await;
    for (name, kind) in
        [("/app/safe", ParameterType::SecureString), ("/app/open", ParameterType::String)]
    {
        let request = aws.clients.ssm().put_parameter().name(name).value("hunter2");
        // Under load the first answer may be lost, and the call is made again.
        let request = request.r#type(kind).overwrite(true);
        request.send().await.unwrap();
    }
    let read = secret(&aws.clients, "APP_TOKEN", "ssm:/app/safe").await.unwrap();
    assert_eq!(read.expose_secret(), "hunter2");
    for (reference, said) in [
        ("hunter2", "ssm:/its/name"),
        ("ssm:", "ssm:/its/name"),
        ("ssm:/app/open", "`SecureString`"),
        ("ssm:/app/none", "`/app/none`"),
    ] {
        let error = secret(&aws.clients, "APP_TOKEN", reference).await.unwrap_err().to_string();
        assert!(error.contains("APP_TOKEN") && error.contains(said), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
