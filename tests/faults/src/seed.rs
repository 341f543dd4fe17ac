//! What a run can be repeated with.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// The variable that fixes a run's seed.
pub const VARIABLE: &str = "FAULT_SEED";

/// The seed of a scenario's run.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The scenario.
    pub scenario: &'static str,
    /// What everything that is left to chance in it is derived from.
    pub value: u64,
}

impl Seed {
    /// The seed of this run: the one in `FAULT_SEED`, else a new one. Says how to run it again.
    #[must_use]
    pub fn of(scenario: &'static str) -> Self {
        let given = std::env::var(VARIABLE).ok().and_then(|text| text.parse().ok());
        let value = given.unwrap_or_else(|| rand::rng().random_range(0..1_000_000));
        println!(
            "{scenario}: seed {value}; again: {VARIABLE}={value} make test-faults TEST={scenario}"
        );
        Self { scenario, value }
    }

    /// A source of chance for one part of the scenario; the same for the same seed and name.
    #[must_use]
    pub fn source(&self, part: &str) -> StdRng {
        let bytes = self.scenario.bytes().chain([0]).chain(part.bytes());
        // FNV-1a, which unlike the standard library's hash is the same in every version.
        let mixed = bytes.fold(0xcbf2_9ce4_8422_2325_u64 ^ self.value, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        StdRng::seed_from_u64(mixed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_every_part_its_own_chance_and_the_same_again() {
        let seed = Seed { scenario: "some", value: 7 };
        let draw = |seed: &Seed, part| seed.source(part).random::<u64>();
        assert_eq!(draw(&seed, "load"), draw(&seed.clone(), "load"));
        assert_ne!(draw(&seed, "load"), draw(&seed, "network"));
        assert_ne!(draw(&seed, "load"), draw(&Seed { value: 8, ..seed.clone() }, "load"));
    }
}
