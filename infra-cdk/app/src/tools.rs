//! The tools that `make setup-cdk` puts into `infra-cdk`.

use std::fs;
use std::path::{Path, PathBuf};

use jsii::{Kernel, Package, Runtime};

use crate::error::DeployError;

/// The folder `infra-cdk`.
#[must_use]
pub fn infra_cdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Starts the jsii runtime and loads the CDK into it.
///
/// # Errors
///
/// When they are not there: run `make setup-cdk`.
pub fn start() -> Result<Kernel, DeployError> {
    let home = infra_cdk();
    let path = home.join(".jsii/packages");
    let packages =
        fs::read_to_string(&path).map_err(|source| DeployError::NotSetUp { path, source })?;
    let kernel = Runtime::node(home.join("node_modules/@jsii/runtime/webpack/bin/jsii-runtime.js"))
        .cache(home.join(".jsii/cache"))
        // The one version it warns of is one that the CDK runs on.
        .env("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
        .start()?;
    for package in packages.lines().filter_map(|line| read(&home, line)) {
        kernel.load(&package)?;
    }
    Ok(kernel)
}

/// A line of `.jsii/packages`: name, version, tarball.
fn read(home: &Path, line: &str) -> Option<Package> {
    let mut words = line.split(' ');
    let (name, version, tarball) = (words.next()?, words.next()?, words.next()?);
    let tarball = home.join(".jsii").join(tarball);
    Some(Package { name: name.to_owned(), version: version.to_owned(), tarball })
}
