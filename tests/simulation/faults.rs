//! What can go wrong, and how often in one run.

use std::time::Duration;

use crate::rng::Rng;

/// How often each thing goes wrong, in permille of the calls; drawn for each seed, so that some runs have much of
/// one fault and none of the others, which finds what a mixture hides.
#[derive(Debug)]
pub(crate) struct Faults {
    /// A call fails and has had no effect.
    refused: u64,
    /// A call has its effect, and its answer is lost.
    lost: u64,
    /// A call is carried out twice: who made it tried again.
    twice: u64,
    /// A call takes up to a minute and a half, past any lease.
    slow: u64,
    /// Something happens to a node about this often.
    pub(crate) chaos: Duration,
    /// Whether the store's clock jumps, too.
    pub(crate) clock: bool,
}

/// What becomes of one call.
#[derive(Debug, Default)]
pub(crate) struct Fate {
    /// Until it has its effect.
    pub(crate) before: Duration,
    /// From its effect to the answer.
    pub(crate) after: Duration,
    pub(crate) refused: bool,
    pub(crate) lost: bool,
    pub(crate) twice: bool,
}

impl Faults {
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        let mut often = || if rng.chance(500) { rng.among(1..=120) } else { 0 };
        let (refused, lost, twice, slow) = (often(), often(), often(), often() / 4);
        let chaos = Duration::from_secs(rng.among(3..=30));
        Self { refused, lost, twice, slow, chaos, clock: rng.chance(300) }
    }

    pub(crate) fn fate(&self, rng: &mut Rng) -> Fate {
        let time = |rng: &mut Rng| match rng.among(0..=999) {
            slow if slow < self.slow => rng.millis(1_000..=90_000),
            usual if usual < 500 => rng.millis(1..=30),
            _ => Duration::ZERO,
        };
        Fate {
            before: time(rng),
            after: time(rng),
            refused: rng.chance(self.refused),
            lost: rng.chance(self.lost),
            twice: rng.chance(self.twice),
        }
    }
}
