//! The runtime's process: lines in, lines out, and its end.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use crate::error::Cause;
use crate::runtime::{Output, Stream};

/// How long the process may take to end once it is asked to.
const GRACE: Duration = Duration::from_secs(5);

/// A process of ours. It is ended when this is dropped, and does not outlive this process either: it
/// ends when its standard input does.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// `None` once it has been told to end.
    input: Option<ChildStdin>,
    /// What it writes; closed when it has closed its end.
    lines: Receiver<io::Result<String>>,
    printer: Option<JoinHandle<()>>,
    limit: Duration,
}

impl Process {
    /// Starts a process and the two threads that read what it writes.
    pub(crate) fn start(
        mut command: Command,
        limit: Duration,
        output: Output,
    ) -> Result<Self, Cause> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command.spawn().map_err(|source| Cause::Start { program, source })?;
        let (sender, lines) = channel();
        if let Some(written) = child.stdout.take() {
            thread::spawn(move || {
                // An error is sent like a line; who waits for a line gets it.
                BufReader::new(written).lines().try_for_each(|line| sender.send(line))
            });
        }
        let printer =
            child.stderr.take().map(|errors| thread::spawn(move || print(errors, output)));
        Ok(Self { input: child.stdin.take(), child, lines, printer, limit })
    }

    /// Writes a line.
    pub(crate) fn send(&mut self, mut line: String) -> Result<(), Cause> {
        line.push('\n');
        let Some(input) = &mut self.input else { return Err(Cause::Ended(None)) };
        match input.write_all(line.as_bytes()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(self.ended()),
            Err(error) => Err(Cause::Write(error)),
        }
    }

    /// Waits for the next line.
    ///
    /// Ends the process if there is none in time: an answer that comes later would be taken for
    /// that of the next request.
    pub(crate) fn receive(&mut self) -> Result<String, Cause> {
        match self.lines.recv_timeout(self.limit) {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(error)) => Err(Cause::Protocol {
                line: String::new(),
                why: format!("it cannot be read: {error}"),
            }),
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
            Err(RecvTimeoutError::Timeout) => {
                self.kill();
                Err(Cause::Silent(self.limit))
            }
        }
    }

    fn ended(&mut self) -> Cause {
        Cause::Ended(self.end())
    }

    /// Asks the process to end, waits for it, and ends it by force if it does not.
    pub(crate) fn end(&mut self) -> Option<ExitStatus> {
        if let Some(mut input) = self.input.take() {
            // It may be gone already; closing its input ends it too.
            let _ = input.write_all(b"{\"exit\":0}\n");
        }
        // It closes its output when it ends, which can be waited for with a limit.
        loop {
            match self.lines.recv_timeout(GRACE) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.kill();
                    return None;
                }
            }
        }
        let status = self.child.wait().ok();
        if let Some(printer) = self.printer.take() {
            let _ = printer.join();
        }
        status
    }

    /// Ends the process by force. What reads its output is left to end by itself: a process that
    /// the runtime had started may hold the pipes.
    fn kill(&mut self) {
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.printer = None;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.input.is_some() {
            self.end();
        }
    }
}

/// The runtime writes what the program prints as JSON with base64, so that it does not mix with the
/// protocol.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Printed {
    stdout: Option<String>,
    stderr: Option<String>,
}

/// Gives what is printed to `output`, and what is no such line as it is.
fn print(errors: impl Read, mut output: Output) {
    for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
        let Ok(Printed { stdout, stderr }) = serde_json::from_slice(&line) else {
            output(Stream::Error, &[&*line, b"\n"].concat());
            continue;
        };
        for (stream, text) in [(Stream::Output, stdout), (Stream::Error, stderr)] {
            if let Some(bytes) = text.and_then(|text| BASE64_STANDARD.decode(text).ok()) {
                output(stream, &bytes);
            }
        }
    }
}
