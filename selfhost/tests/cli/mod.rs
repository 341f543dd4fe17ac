//! The command `twinhost`, as a shell runs it.

mod help;
mod letters;
mod moving;
mod send;
mod stores;

use std::process::{Output, Stdio};

use tokio::process::Command;

/// A `twinhost` that sees nothing of this machine's settings, not even its certificates, which
/// nothing here needs; it is killed with its test.
fn twinhost(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twinhost"));
    command
        .args(args)
        .env_clear()
        .envs(
            ["PATH", "TWINHOST_PG_BINDIR"]
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .env("COLUMNS", "100")
        .env("SSL_CERT_FILE", "/nonexistent")
        .env("SSL_CERT_DIR", "/nonexistent")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// What a command printed, and the code it ended with.
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it was not killed"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

async fn run(args: &[&str]) -> Ended {
    twinhost(args).output().await.expect("the command starts").into()
}
