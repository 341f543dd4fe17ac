// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `cx_api`.

use jsii::Error;

jsii::object! {
    /// [`aws-cdk-lib.cx_api.CloudAssembly`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cx_api.CloudAssembly.html).
    CloudAssembly = "aws-cdk-lib.cx_api.CloudAssembly" as []
}

impl CloudAssembly {
    /// Reads `directory`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn directory(&self) -> Result<String, Error> {
        self.0.get("directory")
    }
}
