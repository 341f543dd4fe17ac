//! Crash points: named places in the delivery of an event at which a test build can be told to die.
//!
//! What a process promises must hold wherever it is killed, and the moments that matter last microseconds. In a build
//! with the feature `crash` the variable `TWINHOST_CRASH=before-commit:3` ends a process, with no more ado than
//! `kill -9` has, when it comes to that point for the third time. `make test-faults` tries each. Without the feature
//! [`CrashPoint::reached`] is nothing when the code is compiled; `make boundaries` proves that no release has it.

/// Defines [`CrashPoint`] from a table of names.
macro_rules! crash_points {
    ($($(#[doc = $what:literal])+ $name:ident = $text:literal,)+) => {
        /// A moment at which a process can be told to die.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CrashPoint {
            $($(#[doc = $what])+ $name,)+
        }

        impl CrashPoint {
            /// All there are, in the order in which an event comes to them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// What it is called in `TWINHOST_CRASH`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

crash_points! {
    /// An event is in hand, and its handler has not begun.
    BeforeEffect = "before-effect",
    /// The leases of what is in hand are about to be renewed.
    InHeartbeat = "in-heartbeat",
    /// The handler is done, and nothing of it is stored.
    BeforeCommit = "before-commit",
    /// All of it is stored, and nobody has been told.
    AfterCommit = "after-commit",
    /// A message is about to be moved to the dead letters.
    BeforeDeadLetter = "before-dead-letter",
    /// It has been moved, and nobody has been told.
    AfterDeadLetter = "after-dead-letter",
}

impl CrashPoint {
    /// Ends the process if it was told to die here.
    #[cfg(feature = "crash")]
    pub fn reached(self) {
        use std::sync::OnceLock;
        use std::sync::atomic::{AtomicU64, Ordering};

        static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
        static TIMES: AtomicU64 = AtomicU64::new(0);
        let plan = PLAN.get_or_init(|| Plan::read(&std::env::var("TWINHOST_CRASH").ok()?));
        let Some(plan) = plan.as_ref().filter(|plan| plan.point == self) else { return };
        if TIMES.fetch_add(1, Ordering::SeqCst) + 1 == plan.time {
            tracing::error!(point = self.name(), time = plan.time, "Told to die here");
            std::process::abort();
        }
    }

    /// Nothing: this build cannot be told to die.
    #[cfg(not(feature = "crash"))]
    pub const fn reached(self) {}
}

/// Where to die, and at which time of coming there, from 1.
#[cfg(any(test, feature = "crash"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    point: CrashPoint,
    time: u64,
}

#[cfg(any(test, feature = "crash"))]
impl Plan {
    /// Reads `point:time`; what cannot be read is told, for a test that kills nobody proves nothing.
    fn read(text: &str) -> Option<Self> {
        let read = text.split_once(':').and_then(|(name, time)| {
            let point = *CrashPoint::ALL.iter().find(|point| point.name() == name)?;
            Some(Self { point, time: time.parse().ok().filter(|time| *time > 0)? })
        });
        if read.is_none() {
            let known: Vec<&str> = CrashPoint::ALL.iter().map(|point| point.name()).collect();
            tracing::error!(
                "`TWINHOST_CRASH` is `{text}`; write it as `point:time`, as in `{}:1`; points are: {}",
                CrashPoint::BeforeCommit.name(),
                known.join(", ")
            );
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_a_point_and_a_time() {
        let plan = Plan { point: CrashPoint::AfterCommit, time: 12 };
        assert_eq!(Plan::read("after-commit:12"), Some(plan));
    }

    #[test]
    fn what_names_no_point_or_no_time_is_no_plan() {
        for text in ["", "after-commit", "after-commit:0", "after-commit:soon", "elsewhere:1"] {
            assert_eq!(Plan::read(text), None, "{text}");
        }
    }
}
