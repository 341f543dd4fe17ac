//! Structured logs: for people on a terminal, a JSON object a line otherwise.
//!
//! The one line of an event is written by `dispatch`; nothing here or there
//! writes a body, a query, a token or an address of a database.

use std::fs::{File, OpenOptions};
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Mutex;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::{Log, LogFormat};

/// Why there are no logs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogsError {
    /// The levels cannot be read.
    #[error(
        "`log.level` is `{level}`; use a level (`info`) or levels for modules (`warn,twinhost=debug`): {why}"
    )]
    Level {
        /// What was given.
        level: String,
        /// What is wrong with it.
        why: String,
    },
    /// The log file cannot be opened.
    #[error("`log.file`: cannot open `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts logging to standard error, and to the file if there is one. Has no effect the second time.
///
/// # Errors
///
/// When the levels or the file cannot be used.
pub fn start(config: &Log) -> Result<(), LogsError> {
    let filter = EnvFilter::try_new(&config.level).map_err(|error| LogsError::Level {
        level: config.level.clone(),
        why: error.to_string(),
    })?;
    let human = match config.format {
        LogFormat::Human => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    // A log that cannot be written must not stop the work: such errors are dropped, not printed.
    let mut layers: Vec<BoxedLayer> = if human {
        let layer = fmt::layer().with_writer(std::io::stderr).with_target(false);
        let layer = layer.with_ansi(std::io::stderr().is_terminal());
        vec![layer.log_internal_errors(false).boxed()]
    } else {
        let layer = fmt::layer().with_writer(std::io::stderr).json().flatten_event(true);
        vec![layer.log_internal_errors(false).boxed()]
    };
    if let Some(path) = &config.file {
        let layer = fmt::layer().with_writer(Mutex::new(open(path)?)).json().flatten_event(true);
        layers.push(layer.log_internal_errors(false).boxed());
    }
    // Fails only when somebody has set up logging already, as a test or an embedding program may.
    let _already = Registry::default().with(layers.with_filter(filter)).try_init();
    Ok(())
}

fn open(path: &PathBuf) -> Result<File, LogsError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|source| LogsError::File { path: path.clone(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_files_that_cannot_be_are_refused_by_name() {
        let level = Log { level: "loud=very".to_owned(), ..Log::default() };
        assert!(start(&level).unwrap_err().to_string().contains("loud=very"));
        let file = Log { file: Some("/nowhere/at/all.log".into()), ..Log::default() };
        assert!(start(&file).unwrap_err().to_string().contains("/nowhere/at/all.log"));
    }
}
