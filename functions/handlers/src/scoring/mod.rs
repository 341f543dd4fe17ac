//! Is this out of the ordinary, and how much does it matter?
//!
//! Each *series* (an account's calls of one name) has a [baseline](events::Baseline) of what
//! its events cost and of what its hours add up to, by Welford's method. What deviates
//! is held back from it until it has repeated, so that an attack does not teach the
//! baseline, and a new habit does. Beside that stand what was [never seen before](novelty())
//! and, while a series is young, floors in money. A deviation alone is no alarm: a
//! severity comes from the money at stake.
//!
//! What is *detected* does not depend on what is *told*: a tenant's alert threshold
//! is no input here. That a series is quiet for a day after an alarm is part of detection.
//!
//! Nothing here reads a clock: time is the event's own, so the same events give the
//! same anomalies whenever they are scored.

mod deviation;
mod familiarity;
pub mod policy;
mod verdict;
mod wording;

pub use familiarity::{Novelty, Sight, novelty, traits};
pub use verdict::{Verdict, score};
