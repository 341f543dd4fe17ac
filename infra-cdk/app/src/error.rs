//! Why there is no deployment.

use std::path::PathBuf;

/// Why an application cannot be deployed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The CDK refused something.
    #[error(transparent)]
    Cdk(#[from] jsii::Error),
    /// The tools are not set up.
    #[error("`{}` cannot be read ({source}); run `make setup-cdk`, which needs Node.js", path.display())]
    NotSetUp {
        /// What should be there.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The stand-ins of functions that are not built cannot be written.
    #[error(
        "`infra-cdk/cdk.out` cannot be written ({0}); make it writable, or run `make lambda` first"
    )]
    NoRoom(#[from] std::io::Error),
    /// A setting has a value that it cannot have.
    #[error("setting `{name}` is `{value}`; use {allowed}, such as `-c {name}={example}`")]
    Setting {
        /// Its name in the context.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it can be.
        allowed: &'static str,
        /// One that would do.
        example: &'static str,
    },
    /// A setting is missing that another one or the application calls for.
    #[error("setting `{name}` is missing: {why}; give it with `-c {name}={example}`")]
    Missing {
        /// Its name in the context.
        name: &'static str,
        /// What calls for it.
        why: String,
        /// One that would do.
        example: &'static str,
    },
    /// The application asks for what AWS does not have.
    #[error("the application cannot be deployed:\n{}", .0.join("\n"))]
    Impossible(Vec<String>),
}
