//! Mail through SES.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_sesv2::error::ProvideErrorMetadata as _;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader};
use twinhost::ports::{Mail, Mailer, PortError};

use crate::clients::Clients;
use crate::error::{port, said};

/// The header that tells a mail sent again: SES gives each its own `Message-ID`.
const KEY_HEADER: &str = "X-Twinhost-Key";

/// Sends mail through SES.
#[derive(Debug)]
pub struct SesMailer {
    clients: Arc<Clients>,
    from: String,
}

impl SesMailer {
    pub(crate) const fn new(clients: Arc<Clients>, from: String) -> Self {
        Self { clients, from }
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, mail: &Mail, key: &str) -> Result<(), PortError> {
        if mail.to.is_empty() {
            return Err(PortError::invalid("a mail", "it has no recipient; give at least one"));
        }
        let what = format!("mail from `{}`", self.from);
        let invalid =
            |error: aws_sdk_sesv2::error::BuildError| PortError::invalid(&what, error.to_string());
        let content = |text: &str| Content::builder().charset("UTF-8").data(text).build();
        // A header has no line break and no letter beyond ASCII; an event's id may have any.
        let safe: String =
            key.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).collect();
        let header = MessageHeader::builder().name(KEY_HEADER).value(safe).build();
        let message = Message::builder()
            .subject(content(&mail.subject.replace(['\r', '\n'], " ")).map_err(invalid)?)
            .body(Body::builder().text(content(&mail.text).map_err(invalid)?).build())
            .headers(header.map_err(invalid)?)
            .build();
        let request = self
            .clients
            .ses()
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().set_to_addresses(Some(mail.to.clone())).build())
            .content(EmailContent::builder().simple(message).build());
        let Err(error) = request.send().await else { return Ok(()) };
        let code = error.as_service_error().and_then(|error| error.code()).unwrap_or_default();
        match code {
            "MessageRejected"
            | "MailFromDomainNotVerifiedException"
            | "BadRequestException"
            | "NotFoundException" => {
                Err(PortError::invalid(&what, format!("SES refuses it for good: {}", said(&error))))
            }
            _ => Err(port(&what, &error)),
        }
    }
}
