//! The figures of a run: a line of a table, for who runs many.

use std::fmt;
use std::fs::File;
use std::io::Write as _;
use std::time::Duration;

use crate::checker::{Invariant, Violation};
use crate::history::History;
use crate::seed::Seed;

/// The variable that names the table to append to.
pub const VARIABLE: &str = "FAULT_COUNTS";

/// What happened in a run.
#[derive(Clone, Debug)]
pub struct Report {
    seed: Seed,
    /// Faults that were injected.
    pub injected: u64,
    /// Tasks that were sent.
    sent: usize,
    /// Of which so many were acknowledged.
    acknowledged: usize,
    lost: usize,
    doubled: usize,
    out_of_order: usize,
    dead_letters: usize,
    /// The longest from the end of a fault until all was well again.
    recovery: Duration,
}

impl Report {
    /// Nothing has happened yet.
    #[must_use]
    pub const fn new(seed: Seed) -> Self {
        Self {
            seed,
            injected: 0,
            sent: 0,
            acknowledged: 0,
            lost: 0,
            doubled: 0,
            out_of_order: 0,
            dead_letters: 0,
            recovery: Duration::ZERO,
        }
    }

    /// Notes how long it took until all was well again.
    pub fn recovered(&mut self, took: Duration) {
        self.recovery = self.recovery.max(took);
    }

    /// Notes what came of it all.
    pub fn judged(&mut self, history: &History, violations: &[Violation]) {
        let count = |invariant| violations.iter().filter(|v| v.invariant == invariant).count();
        self.sent += history.sent.len();
        self.acknowledged += history.sent.iter().filter(|sent| sent.acknowledged).count();
        self.lost += count(Invariant::NothingLost);
        self.doubled += count(Invariant::EffectOnce) + count(Invariant::TickOnce);
        self.out_of_order += count(Invariant::GroupOrder);
        self.dead_letters += history.dead.len();
        self.recovered(history.drained.unwrap_or_default());
    }

    /// Prints it, and appends it to the table if there is one.
    ///
    /// # Errors
    ///
    /// When the table cannot be written.
    pub fn write(&self) -> anyhow::Result<()> {
        println!("{self}");
        if let Some(path) = std::env::var_os(VARIABLE) {
            let mut table = File::options().create(true).append(true).open(path)?;
            // One write of one line: scenarios side by side do not mix.
            table.write_all(format!("{}\n", self.line()).as_bytes())?;
        }
        Ok(())
    }

    /// What was counted, each with its word.
    fn counts(&self) -> [(u64, &'static str); 7] {
        [
            (self.injected, "faults"),
            (self.sent as u64, "sent"),
            (self.acknowledged as u64, "acknowledged"),
            (self.lost as u64, "lost"),
            (self.doubled as u64, "doubled"),
            (self.out_of_order as u64, "out of order"),
            (self.dead_letters as u64, "dead letters"),
        ]
    }

    /// Scenario, seed, what was counted, recovery in seconds.
    fn line(&self) -> String {
        let Seed { scenario, value, .. } = &self.seed;
        let counts = self.counts().map(|(count, _)| count.to_string()).join("\t");
        format!("{scenario}\t{value}\t{counts}\t{:.1}", self.recovery.as_secs_f64())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Seed { scenario, value, .. } = &self.seed;
        let counts = self.counts().map(|(count, what)| format!("{count} {what}")).join(", ");
        let recovery = self.recovery;
        write!(f, "{scenario}: seed {value}, {counts}, longest recovery {recovery:.1?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_line_of_ten_columns() {
        let mut report = Report::new(Seed { scenario: "some", value: 7 });
        report.injected = 3;
        report.recovered(Duration::from_millis(1500));
        report.recovered(Duration::from_millis(200));
        assert_eq!(report.line(), "some\t7\t3\t0\t0\t0\t0\t0\t0\t1.5");
    }
}
