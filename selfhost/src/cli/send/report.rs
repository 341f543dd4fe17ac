//! What became of all files.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::sender::Sent;
use crate::cli::text::{bytes, count, plural};

/// How many failures people are shown; the rest is counted.
const FAILURES_SHOWN: usize = 20;

/// What became of all files.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    files: u64,
    accepted: u64,
    failed: u64,
    retries: u64,
    bytes: u64,
    seconds: f64,
    files_per_second: f64,
    bytes_per_second: f64,
    failures: Vec<Failure>,
}

#[derive(Debug, Serialize)]
struct Failure {
    file: String,
    reason: String,
}

impl Report {
    /// Counts one file.
    pub(super) fn add(&mut self, file: &Path, sent: Sent) {
        self.files += 1;
        match sent {
            Sent::Accepted { bytes, retries } => {
                self.accepted += 1;
                self.bytes += bytes;
                self.retries += u64::from(retries);
            }
            Sent::Failed(reason) => {
                self.failed += 1;
                self.failures.push(Failure { file: file.display().to_string(), reason });
            }
        }
    }

    /// Ends the count: works out the rates, and sorts the failures by file.
    pub(super) fn finish(mut self, took: Duration) -> Self {
        self.seconds = took.as_secs_f64();
        let per_second = |n: u64| n as f64 / self.seconds.max(0.001);
        self.files_per_second = per_second(self.accepted);
        self.bytes_per_second = per_second(self.bytes);
        self.failures.sort_by(|a, b| a.file.cmp(&b.file));
        self
    }

    /// Whether every file was accepted.
    pub(super) const fn is_success(&self) -> bool {
        self.failed == 0
    }

    /// The report for people.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "{} of {} accepted, {} in {:.1} s ({:.1} files/s, {}/s)",
            count(self.accepted),
            plural(self.files, "file"),
            bytes(self.bytes),
            self.seconds,
            self.files_per_second,
            bytes(self.bytes_per_second as u64),
        );
        if self.retries > 0 {
            let _ = write!(text, ", after {}", plural(self.retries, "repeat"));
        }
        if self.failed > 0 {
            let _ = write!(text, "\n{} failed:", count(self.failed));
        }
        for failure in self.failures.iter().take(FAILURES_SHOWN) {
            let _ = write!(text, "\n  {}: {}", failure.file, failure.reason);
        }
        if self.failures.len() > FAILURES_SHOWN {
            let _ = write!(text, "\n  and {} more", self.failures.len() - FAILURES_SHOWN);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_listed_by_file_with_their_reasons() {
        let mut report = Report::default();
        report.add(Path::new("b.json"), Sent::Failed("401 Unauthorized".to_owned()));
        report.add(Path::new("c.json"), Sent::Accepted { bytes: 2_000_000, retries: 2 });
        report.add(Path::new("a.json"), Sent::Failed("413 Payload Too Large".to_owned()));
        let report = report.finish(Duration::from_secs(2));
        assert!(!report.is_success());
        assert_eq!(
            report.text(),
            "1 of 3 files accepted, 2.00 MB in 2.0 s (0.5 files/s, 1.00 MB/s), after 2 repeats\n\
             2 failed:\n  a.json: 413 Payload Too Large\n  b.json: 401 Unauthorized"
        );
    }
}
