//! The report: a Markdown table for each thing measured.

use std::fmt;
use std::time::Duration;

use crate::server::Server;

/// The whole report.
#[derive(Debug)]
pub(crate) struct Report {
    conditions: String,
    sections: Vec<Section>,
}

/// One table.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// What was done, for whoever doubts.
    pub(crate) how: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) aims: Vec<Aim>,
}

/// What was wanted, and whether it was reached.
#[derive(Debug)]
pub(crate) struct Aim {
    pub(crate) wanted: String,
    pub(crate) got: String,
    pub(crate) met: bool,
}

impl Aim {
    /// At least so many times as much as somebody else.
    pub(crate) fn ratio(of: &str, got: f64, than: f64, at_least: f64) -> Self {
        let ratio = got / than;
        Self {
            wanted: format!("{of}: at least {at_least} ×"),
            got: format!("{ratio:.2} ×"),
            met: ratio >= at_least,
        }
    }
}

impl Report {
    pub(crate) async fn new(server: &Server, rounds: u32) -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism()?;
        let postgres = server.describe().await?;
        Ok(Self {
            conditions: format!(
                "{cores} cores, shared by load, contestants and database; {postgres}; medians of {rounds} rounds. \
                 Absolute figures say as much about the machine as about the code: read the ratios. \
                 The log is at `warn`; metrics are collected."
            ),
            sections: Vec::new(),
        })
    }

    pub(crate) fn add(&mut self, section: Section) {
        // A run takes minutes; what is known is told at once.
        eprintln!("{section}");
        self.sections.push(section);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Benchmarks\n\nBy `make bench`. {}\n", self.conditions)?;
        self.sections.iter().try_for_each(|section| write!(f, "{section}"))
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{}\n", self.title, self.how)?;
        writeln!(f, "| {} |", self.columns.join(" | "))?;
        writeln!(f, "|{}", "---|".repeat(self.columns.len()))?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        writeln!(f)?;
        for Aim { wanted, got, met } in &self.aims {
            writeln!(f, "- {wanted}: **{}** ({got})", if *met { "met" } else { "not met" })?;
        }
        if !self.aims.is_empty() {
            writeln!(f)?;
        }
        Ok(())
    }
}

/// The one in the middle.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A number with its thousands set apart.
pub(crate) fn count(value: f64) -> String {
    let digits = format!("{value:.0}");
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(",")
}

pub(crate) fn ms(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}
