// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_cloudwatch_actions`.

use jsii::{Error, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudwatch_actions.SnsAction`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch_actions.SnsAction.html).
    SnsAction = "aws-cdk-lib.aws_cloudwatch_actions.SnsAction" as [crate::aws_cloudwatch::IAlarmAction]
}

impl SnsAction {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(topic: impl Into<crate::aws_sns::ITopic>) -> Result<Self, Error> {
        let topic: crate::aws_sns::ITopic = topic.into();
        topic.object().kernel().create(Self::CLASS, vec![Value::from(&topic)]).map(Self::from)
    }
}
