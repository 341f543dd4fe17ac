//! Where a running `cloud-local` is, for the commands that work on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use lambda_emulator::{Cloud, CloudQueues, clients};
use serde::{Deserialize, Serialize};
use twinhost::ports::{Ports, Queue, SystemClock};
use twinhost_aws::{AwsHost, AwsOptions};

/// The folder, in the data folder, of everything that `cloud-local` keeps.
pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join("cloud-local")
}

/// Where the application's API and resources are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    /// The API: `http://127.0.0.1:8080`.
    pub(crate) api: String,
    /// The emulator of AWS.
    pub(crate) endpoint: String,
    table: Option<String>,
    bucket: Option<String>,
    kms_key: Option<String>,
    mail_from: Option<String>,
    queues: BTreeMap<String, String>,
    dead_letters: BTreeMap<String, String>,
}

/// What commands work on.
pub(crate) struct Remote {
    pub(crate) ports: Ports,
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) api: String,
}

impl State {
    pub(crate) fn of(cloud: &Cloud, endpoint: &str) -> Self {
        let AwsOptions { table, bucket, kms_key, mail_from, queues, dead_letters, .. } =
            cloud.options().clone();
        Self {
            api: format!("http://{}", cloud.address()),
            endpoint: endpoint.to_owned(),
            table,
            bucket,
            kms_key,
            mail_from,
            queues,
            dead_letters,
        }
    }

    /// Reads what a running `cloud-local` has written.
    ///
    /// # Errors
    ///
    /// When none runs with this data folder.
    pub(crate) fn load(data: &Path) -> Result<Self> {
        let path = path(data);
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "no `cloud-local` runs with the data folder {}; start one: twinhost cloud-local",
                data.display()
            )
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} cannot be read", path.display()))
    }

    pub(crate) fn save(&self, data: &Path) -> Result<Saved> {
        let path = path(data);
        let text = serde_json::to_string_pretty(self)?;
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        Ok(Saved(path))
    }

    /// Opens what commands work on. Nothing is sent yet.
    pub(crate) async fn open(self) -> Result<Remote> {
        let clients = Arc::new(clients(&self.endpoint).await);
        let options = AwsOptions {
            table: self.table,
            bucket: self.bucket,
            kms_key: self.kms_key,
            mail_from: self.mail_from,
            queues: self.queues,
            dead_letters: self.dead_letters,
            cognito: None,
        };
        let queue = Arc::new(CloudQueues::new(Arc::clone(&clients), &self.endpoint, &options));
        let host = AwsHost::new(clients, &options, Arc::new(SystemClock))?;
        Ok(Remote { ports: host.ports(), queue, api: self.api })
    }
}

/// The file of a state that holds; it is removed with this value.
#[derive(Debug)]
pub(crate) struct Saved(PathBuf);

impl Drop for Saved {
    fn drop(&mut self) {
        // Should it stay behind, commands find nobody there and say so.
        let _ = fs::remove_file(&self.0);
    }
}

fn path(data: &Path) -> PathBuf {
    folder(data).join("state.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_one_that_runs_the_cure_is_said() {
        let data = tempfile::tempdir().unwrap();
        let error = format!("{:#}", State::load(data.path()).unwrap_err());
        assert!(error.contains("twinhost cloud-local"), "{error}");
    }

    #[test]
    fn a_state_is_read_as_it_was_written_and_goes_with_its_owner() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder(data.path())).unwrap();
        let json = serde_json::json!({
            "api": "http://127.0.0.1:8080", "endpoint": "http://127.0.0.1:5000", "table": "app", "bucket": "b",
            "kms_key": "k", "mail_from": "a@b", "queues": {"scorer": "http://q"}, "dead_letters": {},
        });
        let state: State = serde_json::from_value(json.clone()).unwrap();
        let saved = state.save(data.path()).unwrap();
        let read = serde_json::to_value(State::load(data.path()).unwrap()).unwrap();
        assert_eq!(read, json);
        drop(saved);
        State::load(data.path()).unwrap_err();
    }
}
