//! The promises of the ports, as tests that every host runs.
//!
//! A host implements [`Backend`] and calls [`port_suite!`](crate::port_suite); each promise becomes a
//! test of its own. Not a stable part of the public API: a release may add promises.
//!
//! The marks (T1, F3, V5, …) are those of `docs/semantics.md`.

pub mod commit;
pub mod documents;
pub mod hosts;
pub mod letters;
pub mod model;
pub mod options;
pub mod probe;
pub mod properties;
pub mod queue;
mod unit;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::manifest::{HandlerManifest, Manifest, Trigger};
use crate::ports::{
    Commit, CommitError, Committed, DeadLetters, Documents, Objects, Queue, Received, Stored,
};
use crate::unit::Unit;
use crate::{Consume, QueueOptions, TenantId};

/// A collection of the suite.
pub const THINGS: &str = "things";
/// Another one.
pub const OTHERS: &str = "others";
/// A queue of the suite.
pub const ORDERS: &str = "order-taker";
/// Another one.
pub const BILLS: &str = "bill-writer";
/// A queue without order that keeps messages for an hour.
pub const PHOTOS: &str = "photo-resizer";

/// A host under test, with nothing in it.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Its documents.
    fn documents(&self) -> Arc<dyn Documents>;
    /// Its commit.
    fn commit(&self) -> Arc<dyn Commit>;
    /// Its objects.
    fn objects(&self) -> Arc<dyn Objects>;
    /// Its queues.
    fn queue(&self) -> Arc<dyn Queue>;
    /// Lets time pass, for everything that is stored.
    async fn advance(&self, by: Duration);
}

/// A host under test that its operator looks after.
#[async_trait]
pub trait Operated: Backend {
    /// Its dead letters.
    fn letters(&self) -> Arc<dyn DeadLetters>;
    /// Deletes what has expired, as the host does now and then.
    async fn housekeep(&self);
}

/// What the suite needs of a host: two collections and three queues.
#[must_use]
pub fn manifest() -> Manifest {
    let consumer = |name: &'static str, queue| HandlerManifest {
        name,
        trigger: Trigger::Consume { topic: name.to_owned(), queue, consume: Consume::DEFAULT },
        grants: Vec::new(),
        timeout_seconds: 5,
        memory_mb: 128,
        concurrency: 1,
    };
    Manifest {
        app: "conformance".to_owned(),
        handlers: vec![
            consumer(BILLS, QueueOptions::ORDERED),
            consumer(ORDERS, QueueOptions::ORDERED),
            consumer(PHOTOS, PHOTO_QUEUE),
        ],
        collections: BTreeSet::from([THINGS.to_owned(), OTHERS.to_owned()]),
    }
}

/// The tenant of most tests.
fn acme() -> TenantId {
    tenant("acme")
}

fn tenant(name: &str) -> TenantId {
    name.parse().expect("a tenant's name")
}

/// How the queue of photos is.
const PHOTO_QUEUE: QueueOptions =
    QueueOptions { retention: Duration::from_secs(3600), ..QueueOptions::UNORDERED };

/// How long a receive of the suite hides a message.
const LEASE: Duration = Duration::from_secs(30);

/// Longer than a lease.
const PAST_LEASE: Duration = Duration::from_secs(31);

async fn commit(backend: &dyn Backend, unit: Unit) -> Result<Committed, CommitError> {
    backend.commit().commit(vec![unit]).await.map(|committed| committed[0])
}

async fn applied(backend: &dyn Backend, unit: Unit) {
    let committed = commit(backend, unit).await.expect("the unit commits");
    assert_eq!(committed, Committed::Applied);
}

async fn get(backend: &dyn Backend, key: &str) -> Option<Stored> {
    backend.documents().get(&acme(), THINGS, key).await.expect("a read succeeds")
}

async fn receive(backend: &dyn Backend, max: usize, per_group: usize) -> Vec<Received> {
    backend.queue().receive(ORDERS, max, per_group, LEASE).await.expect("a receive succeeds")
}

fn bodies(received: &[Received]) -> Vec<&str> {
    received.iter().map(|message| message.body.as_str()).collect()
}

/// Runs every promise of the ports against a host, each as a test of its own.
///
/// `$fresh` is an `async fn() -> impl Backend`; it is called once a test.
#[macro_export]
macro_rules! port_suite {
    ($fresh:ident) => {
        $crate::port_suite!(@module documents, $fresh:
            a_document_reads_back_with_a_version_that_counts_its_writes,
            of_a_hundred_writers_of_an_absent_document_one_wins,
            the_increments_of_many_writers_all_count,
            a_write_on_an_old_version_conflicts_and_changes_nothing,
            a_deleted_document_is_absent_and_begins_again,
            a_deletion_is_conditional_too,
            an_expired_document_is_absent_in_reads,
            an_expired_document_is_absent_in_conditions,
            keys_are_ordered_by_their_bytes,
            a_query_pages_with_a_cursor_in_both_orders,
            a_query_selects_by_prefix_and_by_fields,
            no_read_crosses_a_tenant,
            numbers_keep_every_digit,
            concurrent_reads_each_get_their_own_document,
        );
        $crate::port_suite!(@module commit, $fresh:
            a_unit_is_committed_whole_or_not_at_all,
            units_are_committed_in_order_and_the_last_write_stands,
            a_key_commits_once_and_its_duplicate_has_no_effect,
            a_key_is_of_its_tenant_and_handler,
            a_key_is_forgotten_in_time,
            of_concurrent_units_with_one_key_one_is_applied,
            in_one_commit_the_second_use_of_a_key_is_a_duplicate,
            a_duplicate_among_units_loses_its_effects_alone,
            a_conflict_hurts_only_its_own_request,
            an_acknowledged_message_is_gone,
            an_acknowledgement_after_the_lease_has_no_effect,
            an_acknowledgement_by_an_older_receipt_has_no_effect,
            an_acknowledgement_by_a_receipt_given_back_uncounted_has_no_effect,
            an_acknowledgement_after_an_extension_succeeds,
            one_lost_lease_undoes_the_whole_run,
            a_rejected_message_moves_with_its_id_count_and_reason,
            objects_read_back_whether_small_or_large,
            what_touches_the_same_document_is_committed_one_after_the_other,
        );
        $crate::port_suite!(@module queue, $fresh:
            a_body_is_delivered_to_the_byte,
            a_message_is_hidden_for_its_lease_and_then_delivered_again,
            an_extension_counts_from_the_call,
            a_lease_of_nothing_counts_and_hides_nothing,
            when_the_first_is_hidden_nothing_of_its_group_is_delivered,
            when_a_later_one_is_hidden_only_those_before_it_are_delivered,
            one_receive_takes_much_of_a_group_in_order,
            deleting_the_head_makes_the_next_deliverable_and_part_of_a_run_does_not,
            after_a_timeout_the_same_run_comes_in_the_same_order,
            groups_do_not_wait_for_each_other,
            groups_of_the_same_name_are_distinct_between_tenants,
            a_long_group_does_not_starve_a_short_one,
            concurrent_receivers_never_get_the_same_message,
            a_release_makes_a_message_visible_after_its_delay,
            a_release_without_an_attempt_does_not_count,
            a_stale_release_is_passed_over,
            a_delivery_that_nobody_answered_is_known,
            a_dead_letter_keeps_its_count_and_lets_its_group_go_on,
            looking_at_a_message_is_not_a_receive,
            a_duplicate_is_accepted_and_has_no_effect,
            a_duplicate_is_known_within_one_unit,
            after_five_minutes_a_duplicate_is_delivered,
            purging_empties_a_queue_and_forgets_duplicates,
            dead_letters_are_sent_back_as_new_messages,
            figures_tell_what_is_in_a_queue,
            a_send_wakes_who_waits_for_it,
        );
        $crate::port_suite!(@module options, $fresh:
            without_order_no_message_waits_for_another,
            without_order_receivers_share_the_messages,
            without_order_an_acknowledgement_after_the_lease_has_no_effect,
            a_message_that_is_put_off_comes_when_its_time_has_come,
            what_was_sent_too_long_ago_is_not_delivered,
            a_message_in_hand_can_be_finished_when_its_time_is_over,
            what_is_kept_too_long_is_deleted,
            a_dead_letter_is_kept_from_its_move_or_without_order_from_its_send,
            nobody_keeps_a_message_for_more_than_twelve_hours,
            a_trace_travels_with_its_message,
        );
        $crate::port_suite!(@module letters, $fresh:
            a_redrive_sends_every_dead_letter_back,
            a_dead_letter_that_is_sent_back_is_kept_anew,
            a_redrive_takes_what_it_selects,
            a_redrive_keeps_to_its_rate,
            a_redrive_goes_on_where_its_process_left_it,
            a_cancelled_redrive_moves_nothing_more,
            a_queue_has_one_redrive_at_a_time,
            what_dies_again_during_a_redrive_is_left_alone,
            a_replay_sends_another_body_and_is_noted,
        );
    };
    (@module $module:ident, $fresh:ident: $($promise:ident,)*) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    let backend = super::$fresh().await;
                    $crate::conformance::$module::$promise(&backend).await;
                }
            )*
        }
    };
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::memory::Memory;

    #[async_trait]
    impl Backend for Memory {
        fn documents(&self) -> Arc<dyn Documents> {
            self.ports().documents
        }

        fn commit(&self) -> Arc<dyn Commit> {
            self.ports().commit
        }

        fn objects(&self) -> Arc<dyn Objects> {
            self.ports().objects
        }

        fn queue(&self) -> Arc<dyn Queue> {
            Arc::new(self.clone())
        }

        async fn advance(&self, by: Duration) {
            self.clock().advance(by);
        }
    }

    #[async_trait]
    impl Operated for Memory {
        fn letters(&self) -> Arc<dyn DeadLetters> {
            Arc::new(self.clone())
        }

        /// It deletes what has expired whenever it is asked for something.
        async fn housekeep(&self) {}
    }

    async fn memory() -> Memory {
        let memory = Memory::new(Timestamp::now());
        memory.declare(&manifest());
        memory
    }

    port_suite!(memory);
}
