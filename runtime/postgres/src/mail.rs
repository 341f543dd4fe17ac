//! Mail through an SMTP relay.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use twinhost::ports::{Mail, Mailer, PortError};

/// How the connection to the relay is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// Plain at first, then TLS or nothing (port 587).
    #[default]
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
    /// None: only for a relay on this machine.
    None,
}

/// Where the relay is.
#[derive(Clone, Debug)]
pub struct SmtpOptions {
    /// Its host name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub encryption: Encryption,
    /// Name and password, if it wants any.
    pub credentials: Option<(String, SecretString)>,
    /// The sender's address: `Twinhost <alerts@example.com>`.
    pub from: String,
}

/// Sends mail through an SMTP relay.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    relay: String,
}

impl SmtpMailer {
    /// A mailer for a relay; it connects when it first sends.
    ///
    /// # Errors
    ///
    /// When the sender's address or the host name cannot be one.
    pub fn new(options: &SmtpOptions) -> Result<Self, PortError> {
        let SmtpOptions { host, port, encryption, credentials, from } = options;
        let from = from.parse().map_err(|_| {
            PortError::invalid(
                format!("the sender `{from}`"),
                "it is not an address; use `name@example.com` or `Name <name@example.com>`",
            )
        })?;
        let builder = match encryption {
            Encryption::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
            Encryption::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
            Encryption::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)),
        };
        let relay = format!("the mail relay {host}:{port}");
        let mut builder = builder.map_err(|error| PortError::invalid(&relay, error.to_string()))?;
        builder = builder.port(*port).timeout(Some(Duration::from_secs(10)));
        if let Some((user, password)) = credentials {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self { transport: builder.build(), from, relay })
    }

    fn message(&self, mail: &Mail, key: &str) -> Result<Message, PortError> {
        let domain = self.from.email.domain();
        // A Message-ID has no spaces or angle brackets; an event's id has none of its own, but may have other signs.
        let safe: String = key
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' })
            .collect();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(mail.subject.replace(['\r', '\n'], " "))
            .message_id(Some(format!("<{safe}@{domain}>")));
        if mail.to.is_empty() {
            return Err(PortError::invalid("a mail", "it has no recipient; give at least one"));
        }
        for address in &mail.to {
            let mailbox = address.parse().map_err(|_| {
                PortError::invalid(
                    format!("the recipient `{address}`"),
                    "it is not an address; use `name@example.com`",
                )
            })?;
            builder = builder.to(mailbox);
        }
        builder
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| PortError::invalid("a mail", error.to_string()))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail, key: &str) -> Result<(), PortError> {
        let message = self.message(mail, key)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(PortError::invalid(
                &self.relay,
                format!("it refuses the mail for good: {error}"),
            )),
            Err(error) => Err(PortError::unavailable(&self.relay, error)),
        }
    }
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpMailer").field("relay", &self.relay).field("from", &self.from).finish()
    }
}

/// Stands where no relay is configured, and says so to whoever wants to send.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _: &Mail, _: &str) -> Result<(), PortError> {
        Err(PortError::invalid(
            "mail",
            "no relay is configured; set `smtp.host` and `smtp.from`, then redrive the dead letters",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer() -> SmtpMailer {
        let options = SmtpOptions {
            host: "localhost".into(),
            port: 25,
            encryption: Encryption::None,
            credentials: None,
            from: "Twinhost <alerts@example.com>".into(),
        };
        SmtpMailer::new(&options).unwrap()
    }

    fn mail(to: &str) -> Mail {
        Mail {
            to: vec![to.into()], subject: "a\r\nBcc: x@evil.test".into(), text: "ü\n.\n".into()
        }
    }

    #[test]
    fn the_same_key_gives_the_same_message_id() {
        let text = |key: &str| {
            let message = mailer().message(&mail("ops@example.com"), key).unwrap();
            String::from_utf8(message.formatted()).unwrap()
        };
        let id = |key: &str| {
            let text = text(key);
            text.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned()
        };
        assert_eq!(id("a/b@2026"), "Message-ID: <a_b_2026@example.com>");
        assert_eq!(id("e.1"), id("e.1"));
        assert_ne!(id("e.1"), id("e.2"));
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let message = mailer().message(&mail("ops@example.com"), "k").unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
    }

    #[test]
    fn an_address_that_is_none_is_refused_with_its_value() {
        let error = mailer().message(&mail("nobody"), "k").unwrap_err().to_string();
        assert!(error.contains("`nobody`"), "{error}");
    }

    #[tokio::test]
    async fn a_relay_that_does_not_answer_may_work_later() {
        let options = SmtpOptions {
            host: "127.0.0.1".into(),
            port: 1,
            encryption: Encryption::None,
            credentials: None,
            from: "alerts@example.com".into(),
        };
        let sent = SmtpMailer::new(&options).unwrap().send(&mail("ops@example.com"), "k").await;
        assert!(matches!(sent, Err(PortError::Unavailable { .. })), "{sent:?}");
    }
}
