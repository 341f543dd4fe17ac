//! Says the same thing at most once a minute.

use std::time::Duration;

use tokio::time::Instant;

/// The least time between two lines on one trouble.
const EVERY: Duration = Duration::from_secs(60);

/// Keeps a trouble that lasts from flooding the log.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    said: Option<Instant>,
    times: u64,
}

impl Quiet {
    /// Counts a failure and, once a minute, calls `say` with how often it was since the last line.
    pub(crate) fn warn(&mut self, say: impl FnOnce(u64)) {
        self.times += 1;
        if self.said.is_none_or(|said| said.elapsed() >= EVERY) {
            say(self.times);
            self.said = Some(Instant::now());
            self.times = 0;
        }
    }

    /// Notes that it works again, so that the next failure is told at once.
    pub(crate) fn recovered(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_told_at_once_and_then_once_a_minute() {
        let mut said = Vec::new();
        let mut quiet = Quiet::default();
        for _ in 0..100 {
            quiet.warn(|times| said.push(times));
        }
        assert_eq!(said, [1]);
        quiet.recovered();
        quiet.warn(|times| said.push(times));
        assert_eq!(said, [1, 1]);
    }
}
