//! An application on each of the three hosts, behind one [`Host`]: what the suite of promises and the
//! parity cases run over.
//!
//! The trait and the promises are in `twinhost::conformance::hosts` (`runtime/core`); here is what starts a host.

mod home;
mod memory;

pub use home::HomeHost;
pub use memory::MemoryHost;
pub use twinhost::conformance::hosts::Host;
