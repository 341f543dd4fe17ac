//! How the runtime is started.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::Write as _;
use std::panic::Location;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::error::Error;
use crate::kernel::Kernel;
use crate::process::Process;

/// Takes what the JavaScript program prints.
pub(crate) type Output = Box<dyn FnMut(Stream, &[u8]) + Send>;

/// A stream of the JavaScript program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Its standard output.
    Output,
    /// Its standard error, and what Node.js itself has to say.
    Error,
}

/// A JavaScript package to load: one that is a jsii assembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name, as in `package.json`.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The tarball that `npm pack` makes of it.
    pub tarball: PathBuf,
}

/// A jsii runtime that is yet to be started.
pub struct Runtime {
    command: Command,
    limit: Duration,
    output: Output,
}

impl Runtime {
    /// The longest wait for one answer, if none is given: JavaScript hashes large files within a call, and may run a build.
    pub const LIMIT: Duration = Duration::from_mins(5);

    /// The runtime of the npm package `@jsii/runtime`, on the `node` that is in the path.
    ///
    /// `script` is its `webpack/bin/jsii-runtime.js`, which holds all it needs.
    pub fn node(script: impl Into<OsString>) -> Self {
        Self::command("node").arg(script.into())
    }

    /// A program that speaks the runtime's protocol.
    pub fn command(program: impl AsRef<OsStr>) -> Self {
        Self { command: Command::new(program), limit: Self::LIMIT, output: Box::new(forward) }
    }

    /// Gives the program an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Sets a variable of the program's environment; the rest is this process's.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Keeps packages unpacked in this folder, so that only the first load of one takes long.
    #[must_use]
    pub fn cache(self, folder: impl AsRef<OsStr>) -> Self {
        self.env("JSII_RUNTIME_PACKAGE_CACHE_ROOT", folder)
    }

    /// Waits this long for one answer, and then ends the runtime; [`LIMIT`](Self::LIMIT) by default.
    #[must_use]
    pub const fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Gives what the JavaScript program prints to `output`, which runs on a thread of its own; by
    /// default it is printed to the same stream of this process.
    #[must_use]
    pub fn output(mut self, output: impl FnMut(Stream, &[u8]) + Send + 'static) -> Self {
        self.output = Box::new(output);
        self
    }

    /// Starts the runtime and reads its greeting.
    ///
    /// # Errors
    ///
    /// When the program is not there, or is no jsii runtime.
    #[track_caller]
    pub fn start(self) -> Result<Kernel, Error> {
        let at = Location::caller();
        let Self { command, limit, output } = self;
        let call = command.get_program().to_string_lossy().into_owned();
        let started = Process::start(command, limit, output).and_then(Kernel::greet);
        started.map_err(|cause| Error::new(cause, call, at))
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, limit, output: _ } = self;
        f.debug_struct("Runtime")
            .field("command", command)
            .field("limit", limit)
            .finish_non_exhaustive()
    }
}

/// Prints to the same stream of this process. That nobody reads it is no reason to fail.
fn forward(stream: Stream, bytes: &[u8]) {
    let _ = match stream {
        Stream::Output => std::io::stdout().lock().write_all(bytes),
        Stream::Error => std::io::stderr().lock().write_all(bytes),
    };
}
