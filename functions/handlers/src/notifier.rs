//! `notifier`: tells people.

use std::sync::Arc;

use events::{Anomaly, Delivery, Notification, Recipient, Settings};
use secrecy::{ExposeSecret, SecretString};
use twinhost::{
    Consume, Context, Document, Grant, Handler, HandlerError, HandlerResult, Limits, Mail, Message,
    Payload,
};

use crate::chat::{ChatError, ChatMessage, ChatPoster};
use crate::telling;

/// Turns an anomaly above the tenant's threshold into one message for each
/// recipient, and sends those.
///
/// Mail and chat are at-least-once. As each recipient has a message of their own,
/// one who refuses is tried again without a second mail to another.
#[derive(Clone, Debug)]
pub struct Notifier {
    chat: Arc<dyn ChatPoster>,
}

impl Notifier {
    /// A notifier that reaches chats by `chat`.
    #[must_use]
    pub const fn new(chat: Arc<dyn ChatPoster>) -> Self {
        Self { chat }
    }

    async fn post(&self, ctx: &Context, delivery: &Delivery) -> HandlerResult {
        // The chat may have been removed since.
        let Some(sealed) = settings(ctx).await?.slack_webhook else { return Ok(()) };
        let url = ctx.open(&sealed, &Settings::SEAL_CONTEXT).await?;
        let Ok(url) = std::str::from_utf8(url.expose_secret()).map(SecretString::from) else {
            return Err(HandlerError::fault("the chat's URL is not text; set it again"));
        };
        let message = ChatMessage { title: delivery.title.clone(), lines: delivery.lines.clone() };
        self.chat.post(&url, &message, &delivery.about).await.map_err(|error| match error {
            ChatError::Retry { .. } => error.into(),
            ChatError::Permanent { .. } => HandlerError::fault(error.to_string()),
        })
    }
}

impl Handler for Notifier {
    type Event = Message<Notification>;
    const NAME: &'static str = "notifier";
    /// With the pauses between them, 60 deliveries outlast four hours without a mail relay.
    const TRIGGER: Consume = Consume { max_receives: 60, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] = &[
        Grant::Read(Settings::COLLECTION),
        Grant::Publish(Notification::TOPIC),
        Grant::Open,
        Grant::SendMail,
    ];
    const LIMITS: Limits = Limits { concurrency: 4, ..Limits::DEFAULT };

    async fn handle(&self, ctx: &Context, event: Message<Notification>) -> HandlerResult {
        match event.0 {
            Notification::Anomaly(anomaly) => announce(ctx, &anomaly).await,
            Notification::Delivery(delivery) => match &delivery.to {
                Recipient::Chat => self.post(ctx, &delivery).await,
                Recipient::Mail { address } => {
                    let mail = Mail {
                        to: vec![address.clone()],
                        text: delivery.lines.join("\n"),
                        subject: delivery.title,
                    };
                    ctx.send_mail(&mail).await
                }
            },
        }
    }
}

/// Addresses an anomaly to whoever wants to know of its like at once.
async fn announce(ctx: &Context, anomaly: &Anomaly) -> HandlerResult {
    let settings = settings(ctx).await?;
    if anomaly.severity < settings.alert_threshold {
        return Ok(());
    }
    telling::anomaly(anomaly, &settings).tell(ctx, &settings, &settings.alert_to)
}

async fn settings(ctx: &Context) -> HandlerResult<Settings> {
    Ok(ctx.get(Settings::KEY).await?.unwrap_or_default())
}
