//! moto as a child process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// moto on a free port of loopback; ends with this value, or with the test process.
pub(super) struct Moto {
    process: Child,
    pub(super) url: String,
}

impl Moto {
    pub(super) fn start() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = here.join("../../.venv/bin/python");
        assert!(python.exists(), "no `.venv` in the project's folder; run `make setup`");
        let mut process = Command::new(python)
            .arg(here.join("tests/moto_server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("http://"), "moto did not start; run `make setup`");
        Self { process, url: url.trim().to_owned() }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).unwrap();
    }
}
