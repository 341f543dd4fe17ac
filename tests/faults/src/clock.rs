//! A wall clock that the test sets, for the processes that it starts.

use std::path::Path;

use jiff::Timestamp;

use crate::preload::Preload;

/// A wall clock for processes that are started with its [variables](Self::variables). It goes at the usual pace.
#[derive(Debug)]
pub struct Clock(Preload);

impl Clock {
    /// A clock that is right; what it needs is put into `folder`.
    ///
    /// # Errors
    ///
    /// When there is no C compiler or no PostgreSQL, with the cure.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        Preload::new(folder, "clock", "CLOCK_OFFSET", &0_i64.to_ne_bytes(), &[]).map(Self)
    }

    /// What puts a process under this clock, and the embedded Postgres of one that runs `twinhost`.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        self.0.variables()
    }

    /// Sets it, for all at once.
    ///
    /// # Errors
    ///
    /// When its file cannot be written.
    pub fn set(&self, time: Timestamp) -> anyhow::Result<()> {
        self.set_offset(time.as_second() - Timestamp::now().as_second())
    }

    /// Sets it so many seconds before or behind the real one, for all at once.
    ///
    /// # Errors
    ///
    /// When its file cannot be written.
    pub fn set_offset(&self, seconds: i64) -> anyhow::Result<()> {
        self.0.tell(&seconds.to_ne_bytes())
    }
}
