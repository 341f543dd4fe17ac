//! What an application's resources are called. The one place that says it.

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
    pub fn queue(&self, handler: &str) -> String {
        format!("{}-{handler}.fifo", self.app)
    }

    /// The dead-letter queue of a handler.
    #[must_use]
    pub fn dead_letters(&self, handler: &str) -> String {
        format!("{}-{handler}-dead.fifo", self.app)
    }
}
