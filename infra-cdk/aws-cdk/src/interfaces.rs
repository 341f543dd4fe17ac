// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `interfaces`.

/// Types inside of `aws_certificatemanager`.
pub mod aws_certificatemanager {
    jsii::object! {
        /// [`aws-cdk-lib.interfaces.aws_certificatemanager.ICertificateRef`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.interfaces.aws_certificatemanager.ICertificateRef.html).
        ICertificateRef = "aws-cdk-lib.interfaces.aws_certificatemanager.ICertificateRef" as [crate::constructs::IConstruct]
    }
}
/// Types inside of `aws_cloudfront`.
pub mod aws_cloudfront {
    jsii::object! {
        /// [`aws-cdk-lib.interfaces.aws_cloudfront.ICachePolicyRef`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.interfaces.aws_cloudfront.ICachePolicyRef.html).
        ICachePolicyRef = "aws-cdk-lib.interfaces.aws_cloudfront.ICachePolicyRef" as [crate::constructs::IConstruct]
    }

    jsii::object! {
        /// [`aws-cdk-lib.interfaces.aws_cloudfront.IOriginRequestPolicyRef`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.interfaces.aws_cloudfront.IOriginRequestPolicyRef.html).
        IOriginRequestPolicyRef = "aws-cdk-lib.interfaces.aws_cloudfront.IOriginRequestPolicyRef" as [crate::constructs::IConstruct]
    }

    jsii::object! {
        /// [`aws-cdk-lib.interfaces.aws_cloudfront.IResponseHeadersPolicyRef`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.interfaces.aws_cloudfront.IResponseHeadersPolicyRef.html).
        IResponseHeadersPolicyRef = "aws-cdk-lib.interfaces.aws_cloudfront.IResponseHeadersPolicyRef" as [crate::constructs::IConstruct]
    }
}
/// Types inside of `aws_iam`.
pub mod aws_iam {
    jsii::object! {
        /// [`aws-cdk-lib.interfaces.aws_iam.IRoleRef`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.interfaces.aws_iam.IRoleRef.html).
        IRoleRef = "aws-cdk-lib.interfaces.aws_iam.IRoleRef" as [crate::constructs::IConstruct]
    }
}
/// Types inside of `aws_kms`.
pub mod aws_kms {
    jsii::object! {
        /// [`aws-cdk-lib.interfaces.aws_kms.IKeyRef`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.interfaces.aws_kms.IKeyRef.html).
        IKeyRef = "aws-cdk-lib.interfaces.aws_kms.IKeyRef" as [crate::constructs::IConstruct]
    }
}
/// Types inside of `aws_logs`.
pub mod aws_logs {
    jsii::object! {
        /// [`aws-cdk-lib.interfaces.aws_logs.ILogGroupRef`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.interfaces.aws_logs.ILogGroupRef.html).
        ILogGroupRef = "aws-cdk-lib.interfaces.aws_logs.ILogGroupRef" as [crate::constructs::IConstruct]
    }
}
