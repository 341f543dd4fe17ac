//! What can break, one thing at a time, under load: the faults of `docs/testing.md`.

mod clocks;
mod crashes;
mod delivery;
mod deploy;
mod disk;
mod limits;
mod network;
mod power;
mod ticks;
