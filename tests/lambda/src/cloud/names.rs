//! What an application's resources are called. The one place that says it.

use twinhost::manifest::HandlerManifest;

/// The names of an application's resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    app: String,
}

impl Names {
    /// The names for an application of this name.
    #[must_use]
    pub fn of(app: &str) -> Self {
        Self { app: app.to_owned() }
    }

    /// The DynamoDB table.
    #[must_use]
    pub fn table(&self) -> String {
        self.app.clone()
    }

    /// The S3 bucket.
    #[must_use]
    pub fn bucket(&self) -> String {
        format!("{}-objects", self.app)
    }

    /// The alias of the KMS key.
    #[must_use]
    pub fn key(&self) -> String {
        format!("alias/{}", self.app)
    }

    /// The queue of a handler.
    #[must_use]
    pub fn queue(&self, handler: &HandlerManifest) -> String {
        format!("{}-{}{}", self.app, handler.name, fifo(handler))
    }

    /// The dead-letter queue of a handler.
    #[must_use]
    pub fn dead_letters(&self, handler: &HandlerManifest) -> String {
        format!("{}-{}-dead{}", self.app, handler.name, fifo(handler))
    }
}

/// SQS wants a FIFO queue's name to end so.
fn fifo(handler: &HandlerManifest) -> &'static str {
    if handler.trigger.queue().is_none_or(|queue| queue.ordered) { ".fifo" } else { "" }
}
