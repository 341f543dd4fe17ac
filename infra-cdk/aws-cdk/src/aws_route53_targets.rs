// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_route53_targets`.

use jsii::{Error, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_route53_targets.CloudFrontTarget`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53_targets.CloudFrontTarget.html).
    CloudFrontTarget = "aws-cdk-lib.aws_route53_targets.CloudFrontTarget" as [crate::aws_route53::IAliasRecordTarget]
}

impl CloudFrontTarget {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        distribution: impl Into<crate::aws_cloudfront::IDistribution>,
    ) -> Result<Self, Error> {
        let distribution: crate::aws_cloudfront::IDistribution = distribution.into();
        distribution
            .object()
            .kernel()
            .create(Self::CLASS, vec![Value::from(&distribution)])
            .map(Self::from)
    }
}
