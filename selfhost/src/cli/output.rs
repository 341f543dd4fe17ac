//! Where results go: tables for people, JSON for scripts, and hints on the side.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Result;
use serde::Serialize;

use super::table::Table;
use super::text::{clean, clean_json};

/// Prints results on standard output; hints and errors go to standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// Prints JSON, or text for people.
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a script is reading.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Prints a list: a JSON array, or a table; `if_empty` says to people why there is none and what to do.
    pub(crate) fn list<T: Serialize, const N: usize>(
        self,
        items: &[T],
        if_empty: &str,
        table: impl FnOnce() -> Table<N>,
    ) -> Result<()> {
        if self.json {
            return self.value(&items, String::new);
        }
        if items.is_empty() {
            self.hint(if_empty);
            return Ok(());
        }
        print(&table().render(width()))
    }

    /// Prints one thing: as JSON, or as the text that people are to read.
    pub(crate) fn value<T: Serialize>(
        self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> Result<()> {
        if self.json {
            let json = serde_json::to_string_pretty(value)?;
            return print(&format!("{}\n", clean_json(&json)));
        }
        // Each line is cleaned by itself: the line ends are ours.
        let text = text();
        let lines: Vec<_> = text.lines().map(clean).collect();
        print(&format!("{}\n", lines.join("\n")))
    }

    /// Says that a change was made.
    pub(crate) fn done(self, what: &str) -> Result<()> {
        self.value(&serde_json::json!({ "done": what }), || what.to_owned())
    }

    /// Tells people what to do next; scripts are spared it.
    pub(crate) fn hint(self, text: &str) {
        if !self.json {
            let lines: Vec<_> = text.lines().map(clean).collect();
            // A closed standard error is no reason to fail.
            let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
        }
    }

    /// Says on the side how to get the next page, if there is one.
    pub(crate) fn next_page(self, cursor: Option<&str>) {
        let Some(cursor) = cursor else { return };
        if self.json {
            let _ = writeln!(io::stderr(), "{}", serde_json::json!({ "next": cursor }));
        } else {
            self.hint(&format!("more: add `--cursor {cursor}`"));
        }
    }

    /// Says that a command failed and why.
    pub(crate) fn error(self, message: &str) {
        let line = if self.json {
            let error = serde_json::json!({ "error": message }).to_string();
            clean_json(&error).into_owned()
        } else {
            let lines: Vec<_> = message.lines().map(clean).collect();
            format!("error: {}", lines.join("\n"))
        };
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// The width to fit tables to: the terminal's; none when a pipe or a file reads.
fn width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns))
}

/// Unlike `print!`, an error where a panic would be: `| head` closes the pipe early.
fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Whether a command failed only because nobody reads its output any more.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
