// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_sns_subscriptions`.

use jsii::{Error, Kernel, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_sns_subscriptions.EmailSubscription`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns_subscriptions.EmailSubscription.html).
    EmailSubscription = "aws-cdk-lib.aws_sns_subscriptions.EmailSubscription" as [crate::aws_sns::ITopicSubscription]
}

impl EmailSubscription {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        kernel: &Kernel,
        email_address: impl Into<String>,
        props: crate::aws_sns_subscriptions::EmailSubscriptionProps,
    ) -> Result<Self, Error> {
        kernel
            .create(Self::CLASS, vec![Value::of::<String>(email_address), Value::from(props)])
            .map(Self::from)
    }
}

/// [`aws-cdk-lib.aws_sns_subscriptions.EmailSubscriptionProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns_subscriptions.EmailSubscriptionProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct EmailSubscriptionProps(Struct);

impl EmailSubscriptionProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_sns_subscriptions.EmailSubscriptionProps"))
    }

    /// Sets `deadLetterQueue`.
    pub fn dead_letter_queue(self, dead_letter_queue: impl Into<crate::aws_sqs::IQueue>) -> Self {
        Self(self.0.with("deadLetterQueue", Value::of::<crate::aws_sqs::IQueue>(dead_letter_queue)))
    }

    /// Sets `json`.
    pub fn json(self, json: bool) -> Self {
        Self(self.0.with("json", Value::from(json)))
    }
}

impl Default for EmailSubscriptionProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<EmailSubscriptionProps> for Value {
    fn from(it: EmailSubscriptionProps) -> Self {
        Self::from(it.0)
    }
}
