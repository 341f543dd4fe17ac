//! The application: the list of its handlers.

use std::sync::Arc;

use twinhost::App;

use crate::chat::ChatPoster;
use crate::zombies::CloudReader;
use crate::{
    Digest, Normalizer, Notifier, Scorer, WebhookIngestion, ZombieHunter, ZombieRecorder,
    ZombieScanner,
};

/// What the handlers reach outside their host.
#[derive(Clone, Debug)]
pub struct Outside {
    /// Reads customers' AWS accounts.
    pub cloud: Arc<dyn CloudReader>,
    /// Posts to customers' chats.
    pub chat: Arc<dyn ChatPoster>,
}

/// The cost watcher.
#[must_use]
pub fn app(outside: Outside) -> App {
    App::new("cost-watcher")
        .handler(WebhookIngestion)
        .handler(Normalizer)
        .handler(Scorer)
        .handler(Notifier::new(outside.chat))
        .handler(Digest)
        .handler(ZombieHunter)
        .handler(ZombieScanner::new(outside.cloud))
        .handler(ZombieRecorder)
}
