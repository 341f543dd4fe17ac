// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `constructs`.

use jsii::{Error, Value};

jsii::object! {
    /// `constructs.Construct`.
    Construct = "constructs.Construct" as [crate::constructs::IConstruct]
}

impl Construct {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
    ) -> Result<Self, Error> {
        let scope: crate::constructs::Construct = scope.into();
        scope
            .object()
            .kernel()
            .create(Self::CLASS, vec![Value::from(&scope), Value::of::<String>(id)])
            .map(Self::from)
    }

    /// Reads `node`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn node(&self) -> Result<crate::constructs::Node, Error> {
        self.0.get("node")
    }
}

jsii::object! {
    /// `constructs.IConstruct`.
    IConstruct = "constructs.IConstruct" as []
}

jsii::object! {
    /// `constructs.Node`.
    Node = "constructs.Node" as []
}

impl Node {
    /// Calls `tryGetContext`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn try_get_context(&self, key: impl Into<String>) -> Result<Value, Error> {
        self.0.invoke("tryGetContext", vec![Value::of::<String>(key)])
    }
}
