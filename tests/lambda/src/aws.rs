//! AWS's other services: moto, with AWS's rigour, as a child process.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

/// The emulator's program, file by file.
const PROGRAM: [(&str, &str); 4] = [
    ("emulator.py", include_str!("../../aws/emulator.py")),
    ("cloudformation.py", include_str!("../../aws/cloudformation.py")),
    ("queues.py", include_str!("../../aws/queues.py")),
    ("transactions.py", include_str!("../../aws/transactions.py")),
];

/// Python with moto, beside the project's own folders.
const VENV: &str = ".venv/bin/python";

/// The emulator of AWS on loopback; it ends with this value, or with this process.
#[derive(Debug)]
pub struct Aws {
    url: String,
    process: Child,
    talk: Mutex<(ChildStdin, Lines<BufReader<ChildStdout>>)>,
}

impl Aws {
    /// Starts it; `port` 0 is any free one. Its program and its log are put into `folder`.
    ///
    /// # Errors
    ///
    /// When it is not installed, or ends by itself; says why.
    pub async fn start(folder: &Path, port: u16) -> anyhow::Result<Self> {
        let python = python()?;
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        for (name, text) in PROGRAM {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        }
        let log = folder.join("aws.log");
        let mut process = Command::new(&python)
            // What it compiles would be left in the folder.
            .arg("-B")
            .arg(folder.join(PROGRAM[0].0))
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            // Ctrl-C is for whoever started it, who ends it when it is no longer needed.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {}", python.display()))?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let (input, output) = input.zip(output).context("the emulator has no pipes")?;
        let mut lines = BufReader::new(output).lines();
        let Some(url) = lines.next_line().await? else {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let said = said.trim().lines().last().unwrap_or("nothing").to_owned();
            bail!("the emulator of AWS did not start: {said} (all of it: {})", log.display());
        };
        Ok(Self { url, process, talk: Mutex::new((input, lines)) })
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until it has ended by itself; says how.
    pub async fn ended(&mut self) -> String {
        match self.process.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Lets time pass for what is in queues.
    ///
    /// # Errors
    ///
    /// When it has ended.
    pub async fn advance(&self, by: Duration) -> anyhow::Result<()> {
        self.tell(&json!({"advance": by.as_secs_f64()})).await.map(drop)
    }

    /// Gives it a command: see `tests/aws/emulator.py`.
    ///
    /// # Errors
    ///
    /// When it has ended, or does not know the command.
    pub async fn tell(&self, command: &Value) -> anyhow::Result<Value> {
        let (input, output) = &mut *self.talk.lock().await;
        input.write_all(format!("{command}\n").as_bytes()).await?;
        let answer = output.next_line().await?.context("the emulator of AWS has ended")?;
        Ok(serde_json::from_str(&answer)?)
    }
}

/// The Python that has moto: that of the project's virtual environment, or the one beside `moto_server`.
fn python() -> anyhow::Result<PathBuf> {
    let here = env::current_dir()?;
    let venv = here.ancestors().map(|folder| folder.join(VENV)).find(|path| path.exists());
    let beside = || {
        let path = env::var_os("PATH").unwrap_or_default();
        let folder = env::split_paths(&path).find(|folder| folder.join("moto_server").exists())?;
        Some(folder.join("python3")).filter(|path| path.exists())
    };
    let found = venv.or_else(beside);
    ensure!(
        found.is_some(),
        "there is no moto, which stands in for AWS; run `make setup` in the project's folder, or put `moto_server` \
         (pip install 'moto[server]') into PATH"
    );
    found.context("there is no moto")
}

/// Gives the emulator at an endpoint a command, over HTTP.
///
/// # Errors
///
/// When it does not answer, or is another.
pub(crate) async fn ask(endpoint: &str, command: &Value) -> anyhow::Result<Value> {
    let address = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let stream = TcpStream::connect(address).await.with_context(|| format!("reach {endpoint}"))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = http::Request::post("/_emulator").header(http::header::HOST, address);
    let request = request.body(Full::new(Bytes::from(command.to_string())))?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    connection.abort();
    ensure!(status.is_success(), "{endpoint} answers with {status}");
    Ok(serde_json::from_slice(&body)?)
}
