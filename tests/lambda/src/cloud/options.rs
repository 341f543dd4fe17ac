//! What of an application is run, and how.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use twinhost_aws::CognitoOptions;

/// Where the executables of functions are.
#[derive(Clone, Debug)]
pub enum Executables {
    /// In a folder, by their handlers' names.
    Folder(PathBuf),
    /// One that is all of them: it looks at `AWS_LAMBDA_FUNCTION_NAME`.
    One(PathBuf),
}

impl Executables {
    /// The executable of a handler.
    pub(super) fn of(&self, handler: &str) -> anyhow::Result<PathBuf> {
        let path = match self {
            Self::Folder(folder) => folder.join(handler),
            Self::One(path) => path.clone(),
        };
        ensure!(
            path.is_file(),
            "{} is missing, the executable of `{handler}`; build it: cargo build -p functions-lambda --bins",
            path.display()
        );
        // Functions are started in no particular folder.
        path.canonicalize().with_context(|| format!("find {}", path.display()))
    }
}

/// What is run, and how.
#[derive(Clone, Debug)]
pub struct CloudOptions {
    /// The emulator of AWS: `http://127.0.0.1:5000`.
    pub endpoint: String,
    /// Where the executables are.
    pub executables: Executables,
    /// The handlers that run; all, if none is named. What is sent to the others stays in their queues.
    pub only: BTreeSet<String>,
    /// How long a received message stays invisible, instead of what AWS advises.
    pub visibility_timeout: Option<Duration>,
    /// Whether schedules fire by themselves.
    pub schedules: bool,
    /// Where the API listens; a loopback address, port 0 for any free one.
    pub listen: SocketAddr,
    /// The API's stage; paths begin with any but `$default`.
    pub stage: String,
    /// Whose tokens are good, if a route asks for one.
    pub cognito: Option<CognitoOptions>,
    /// Variables for every function, beside those it needs.
    pub variables: BTreeMap<String, String>,
    /// A folder for the functions' logs: `<handler>.log`.
    pub logs: PathBuf,
}

impl CloudOptions {
    /// Everything of an application, on any free port, as it would be on AWS.
    #[must_use]
    pub fn new(endpoint: &str, executables: Executables, logs: impl Into<PathBuf>) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            executables,
            only: BTreeSet::new(),
            visibility_timeout: None,
            schedules: true,
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            stage: "$default".to_owned(),
            cognito: None,
            variables: BTreeMap::new(),
            logs: logs.into(),
        }
    }
}
