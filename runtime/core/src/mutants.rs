//! Seeded divergences: faults that a test build can be told to have, to show that the suites would notice.
//!
//! A suite that never fails proves nothing. In a build with the feature `mutants` the variable
//! `TWINHOST_MUTANT` gives a process the one fault that it names; `make mutants` tries each and wants a red test for it.
//! Without the feature [`Mutant::on`] is `false` when the code is compiled, and nothing is left of it.

/// Defines [`Mutant`] from a table of names.
macro_rules! mutants {
    ($($(#[doc = $what:literal])+ $name:ident = $text:literal,)+) => {
        /// A fault that a process can be told to have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mutant {
            $($(#[doc = $what])+ $name,)+
        }

        impl Mutant {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// What it is called in `TWINHOST_MUTANT` and in `tests/mutants.tsv`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

mutants! {
    /// Goes on in an order group after a message of it has failed.
    RunPastAFailure = "run-past-a-failure",
    /// Acknowledges a message whose handler failed.
    AcknowledgeAFailure = "acknowledge-a-failure",
    /// Acknowledges a message before its effects are committed.
    AcknowledgeFirst = "acknowledge-first",
    /// Lets a handler run for ever.
    NoDeadline = "no-deadline",
    /// Takes a panic for the input's fault.
    PanicIsAReject = "panic-is-a-reject",
    /// Tells a caller what only the log may say.
    TellThePrivateReason = "tell-the-private-reason",
    /// Gives every tenant the same data.
    ForgetTheTenant = "forget-the-tenant",
    /// Counts deliveries from 0.
    CountFromZero = "count-from-zero",
    /// Does not let a message see what the one before it in its run has staged.
    ForgetTheRun = "forget-the-run",
    /// Commits a request as often as it comes.
    ForgetTheOnceKey = "forget-the-once-key",
    /// Lets a handler do what it has not declared.
    ForgetTheGrants = "forget-the-grants",
    /// Seals for no tenant in particular.
    SealForAnyTenant = "seal-for-any-tenant",
    /// Overwrites a document that has changed since it was read.
    IgnoreVersions = "ignore-versions",
    /// In memory, commits by a receipt that is no longer good.
    IgnoreTheLeaseInMemory = "ignore-the-lease-in-memory",
    /// At home, swaps two messages of an order group.
    SwapTwoAtHome = "swap-two-at-home",
    /// At home, forgets the sender's id for de-duplication.
    ForgetDeduplicationAtHome = "forget-deduplication-at-home",
    /// At home, counts a delivery that no handler has seen.
    CountTheUntouchedAtHome = "count-the-untouched-at-home",
    /// At home, gives a message up one delivery too early.
    GiveUpEarlyAtHome = "give-up-early-at-home",
    /// At home, lets leases run out under a handler.
    NoHeartbeatAtHome = "no-heartbeat-at-home",
    /// At home, goes on in an order group though what is to be given up before it could not be moved.
    RunPastTheSpentAtHome = "run-past-the-spent-at-home",
    /// At home, says of a tick that it was due when it was fired.
    TickOfNowAtHome = "tick-of-now-at-home",
    /// On Lambda, swaps two messages of an order group.
    SwapTwoOnLambda = "swap-two-on-lambda",
    /// On Lambda, takes a message that failed for one that is done.
    TakeAFailureForDoneOnLambda = "take-a-failure-for-done-on-lambda",
    /// On Lambda, reports every message of a batch as done.
    ReportNothingOnLambda = "report-nothing-on-lambda",
    /// On Lambda, gives a message up one delivery too early.
    GiveUpEarlyOnLambda = "give-up-early-on-lambda",
    /// On Lambda, decodes a body twice.
    DecodeTwiceOnLambda = "decode-twice-on-lambda",
    /// On Lambda, loses cookies.
    LoseCookiesOnLambda = "lose-cookies-on-lambda",
    /// On Lambda, takes a repeated event of a schedule for another occurrence.
    RepeatTheTickOnLambda = "repeat-the-tick-on-lambda",
    /// On AWS, commits a unit without a record of its event.
    KeepNoRecordOnAws = "keep-no-record-on-aws",
    /// On AWS, commits the outbox and does not send it.
    LeaveTheOutboxOnAws = "leave-the-outbox-on-aws",
    /// On AWS, forgets the sender's id for de-duplication.
    ForgetDeduplicationOnAws = "forget-deduplication-on-aws",
    /// On AWS, reads what has expired.
    ReadTheExpiredOnAws = "read-the-expired-on-aws",
}

impl Mutant {
    /// Whether this process is to have the fault.
    #[cfg(feature = "mutants")]
    #[must_use]
    pub fn on(self) -> bool {
        static NAMED: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        let named = NAMED.get_or_init(|| std::env::var("TWINHOST_MUTANT").ok());
        named.as_deref() == Some(self.name())
    }

    /// Never: this build has no faults to be told to have.
    #[cfg(not(feature = "mutants"))]
    #[must_use]
    pub const fn on(self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mutant_has_a_line_that_says_which_tests_catch_it() {
        let table = include_str!("../../../tests/mutants.tsv");
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        let named: Vec<&str> = lines.filter_map(|line| line.split('\t').next()).collect();
        let known: Vec<&str> = Mutant::ALL.iter().map(|mutant| mutant.name()).collect();
        assert_eq!(named, known);
    }
}
