//! The emulator of AWS as a child process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

/// `tests/aws/emulator.py` on a free port of loopback; ends with this value, or with the test process.
pub(crate) struct Emulator {
    process: Child,
    talk: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    pub(crate) url: String,
}

impl Emulator {
    pub(crate) fn start() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = here.join("../../.venv/bin/python");
        assert!(python.exists(), "no `.venv` in the project's folder; run `make setup`");
        let mut process = Command::new(python)
            .arg(here.join("../../tests/aws/emulator.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut url = String::new();
        output.read_line(&mut url).unwrap();
        assert!(url.starts_with("http://"), "the emulator did not start; run `make setup`");
        Self { process, talk: Mutex::new((input, output)), url: url.trim().to_owned() }
    }

    /// Lets time pass for what is in queues.
    pub(crate) fn advance(&self, by: Duration) {
        self.tell(&json!({"advance": by.as_secs_f64()}));
    }

    /// Lets something go wrong: see `Fault` in `emulator.py`.
    pub(crate) fn fault(&self, fault: &Value) {
        self.tell(&json!({"fault": fault}));
    }

    /// How often an operation was called since this was last asked.
    pub(crate) fn calls(&self) -> Value {
        self.tell(&json!({"calls": null}))
    }

    /// The body of the last call of an operation.
    pub(crate) fn last(&self, operation: &str) -> Value {
        self.tell(&json!({"last": operation}))
    }

    fn tell(&self, command: &Value) -> Value {
        let mut talk = self.talk.lock().unwrap();
        let (input, output) = &mut *talk;
        writeln!(input, "{command}").unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).unwrap();
    }
}
