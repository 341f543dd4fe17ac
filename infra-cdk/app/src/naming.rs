//! Names that more than one place must agree on: with AWS, with the functions' own reading of their environment, with
//! the table's layout. A test holds them equal to `twinhost-aws`, whose SDKs a deployment has no use for.

use twinhost::manifest::HandlerManifest;

/// The variable of a function's environment that names the table.
pub const TABLE: &str = "TWINHOST_TABLE";
/// … the bucket.
pub const BUCKET: &str = "TWINHOST_BUCKET";
/// … the KMS key.
pub const KMS_KEY: &str = "TWINHOST_KMS_KEY";
/// … the sender of mail.
pub const MAIL_FROM: &str = "TWINHOST_MAIL_FROM";
/// … the issuer of tokens.
pub const ISSUER: &str = "TWINHOST_COGNITO_ISSUER";
/// … the client that tokens are for.
pub const CLIENT: &str = "TWINHOST_COGNITO_CLIENT";
/// With a handler's name in upper case, its queue.
pub const QUEUE: &str = "TWINHOST_QUEUE_";
/// With a handler's name in upper case, its dead-letter queue.
pub const DEAD_LETTERS: &str = "TWINHOST_DEAD_LETTERS_";

/// The table's partition key.
pub const PARTITION_KEY: &str = "pk";
/// The table's sort key.
pub const SORT_KEY: &str = "sk";
/// The attribute that says when an item expires.
pub const TTL: &str = "ttl";
/// The index of outboxes, and its partition key.
pub const OUTBOX_INDEX: &str = "outbox_of";
/// The sort key of that index.
pub const OUTBOX_SINCE: &str = "outbox_since";

/// How much longer than its handler a function may take in seconds: for the commit and the answer.
pub const MARGIN_SECONDS: u64 = 11;
/// The longest timeout of a function in seconds (Lambda).
pub const LONGEST_SECONDS: u64 = 900;

/// The variable that names a handler's queue or dead-letter queue.
#[must_use]
pub fn variable(prefix: &str, handler: &str) -> String {
    format!("{prefix}{}", handler.to_ascii_uppercase().replace('-', "_"))
}

/// The timeout of a handler's function in seconds.
#[must_use]
pub fn function_timeout(handler: &HandlerManifest) -> u64 {
    (handler.timeout_seconds + MARGIN_SECONDS).min(LONGEST_SECONDS)
}

/// How long a received message stays invisible in seconds: six timeouts of the function, and the time that its batch
/// may wait for others, as AWS advises.
#[must_use]
pub fn visibility(handler: &HandlerManifest) -> u64 {
    function_timeout(handler) * 6 + u64::from(handler.trigger.batch_window_seconds())
}

/// Deliveries before SQS itself gives a message up.
///
/// The function does that after `max_receives`, with its reason; SQS must only for a process that can say nothing, again
/// and again. It counts deliveries of what waited behind others in its batch, too: up to `max_receives` for each.
#[must_use]
pub fn most_receives(handler: &HandlerManifest) -> u32 {
    let receives = handler.trigger.max_receives().unwrap_or(1);
    receives.saturating_mul(handler.trigger.batch().max(1)).clamp(1, 1000)
}

/// Whether a handler's queue has order: is a FIFO queue, and not a standard one.
#[must_use]
pub fn is_ordered(handler: &HandlerManifest) -> bool {
    handler.trigger.queue().is_none_or(|queue| queue.ordered)
}

fn fifo(handler: &HandlerManifest) -> &'static str {
    if is_ordered(handler) { ".fifo" } else { "" }
}

/// An application in one stage: the beginning of all its names.
#[derive(Clone, Debug)]
pub struct Names(String);

impl Names {
    /// The names of `app` in `stage`.
    #[must_use]
    pub fn new(app: &str, stage: &str) -> Self {
        Self(format!("{app}-{stage}"))
    }

    /// The stack of what can be made anew, and the beginning of all names.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.0
    }

    /// The stack of what must not be lost.
    #[must_use]
    pub fn data(&self) -> String {
        format!("{}-data", self.0)
    }

    /// The stack of what the world sees.
    #[must_use]
    pub fn edge(&self) -> String {
        format!("{}-edge", self.0)
    }

    /// A handler's function, and its schedule.
    #[must_use]
    pub fn function(&self, handler: &str) -> String {
        format!("{}-{handler}", self.0)
    }

    /// A handler's queue. SQS wants a FIFO queue's name to end with `.fifo`.
    #[must_use]
    pub fn queue(&self, handler: &HandlerManifest) -> String {
        format!("{}-{}{}", self.0, handler.name, fifo(handler))
    }

    /// A handler's dead-letter queue.
    #[must_use]
    pub fn dead_letters(&self, handler: &HandlerManifest) -> String {
        format!("{}-{}-dead{}", self.0, handler.name, fifo(handler))
    }

    /// Where a schedule's events go that never reached their function.
    #[must_use]
    pub fn unfired(&self, handler: &str) -> String {
        format!("{}-{handler}-unfired", self.0)
    }
}
