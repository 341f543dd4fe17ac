//! An application's resources on an emulator of AWS.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region};
use twinhost::TenantId;
use twinhost::ports::SystemClock;
use twinhost_aws::table::create_table;
use twinhost_aws::{AwsHost, AwsOptions, Clients};
use twinhost_selfhost::migration::Side;

const TABLE: &str = "app";
const BUCKET: &str = "objects";

pub(crate) struct Aws {
    /// Ends with its standard input, which it has of us.
    emulator: Child,
    clients: Arc<Clients>,
    pub(crate) side: Side,
}

impl Aws {
    pub(crate) async fn start() -> Self {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let python = project.join(".venv/bin/python");
        assert!(python.exists(), "no `.venv` in the project's folder; run `make setup`");
        let mut emulator = Command::new(python)
            .arg(project.join("tests/aws/emulator.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(emulator.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("http://"), "the emulator did not start; run `make setup`");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(url.trim())
            .region(Region::new("us-east-1"))
            .test_credentials();
        let clients = Arc::new(Clients::load(config).await);
        create_table(clients.dynamodb(), TABLE).await.unwrap();
        clients.s3().create_bucket().bucket(BUCKET).send().await.unwrap();
        let key = clients.kms().create_key().send().await.unwrap();
        let options = AwsOptions {
            table: Some(TABLE.to_owned()),
            bucket: Some(BUCKET.to_owned()),
            kms_key: Some(key.key_metadata.unwrap().key_id),
            ..AwsOptions::default()
        };
        let host = AwsHost::new(Arc::clone(&clients), &options, Arc::new(SystemClock)).unwrap();
        let side = Side { name: "aws".to_owned(), ports: host.ports(), transfer: host.transfer() };
        Self { emulator, clients, side }
    }

    /// A tenant's items as they are, whatever the ports say of them: each attribute but the version.
    pub(crate) async fn items(
        &self,
        tenant: &TenantId,
    ) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut all = BTreeMap::new();
        let mut pages = self.clients.dynamodb().scan().table_name(TABLE).into_paginator().send();
        while let Some(page) = pages.next().await {
            for item in page.unwrap().items.unwrap() {
                let pk = item["pk"].as_s().unwrap().clone();
                if !pk.starts_with(&format!("TENANT#{tenant}#")) {
                    continue;
                }
                let attributes = item.iter().filter(|(name, _)| *name != "version");
                let attributes =
                    attributes.map(|(name, value)| (name.clone(), format!("{value:?}")));
                all.insert(format!("{pk} {:?}", item["sk"]), attributes.collect());
            }
        }
        all
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.emulator.kill().and_then(|()| self.emulator.wait()).unwrap();
    }
}
