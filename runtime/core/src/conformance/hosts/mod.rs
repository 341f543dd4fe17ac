//! The promises of whole hosts, as tests that every host runs.
//!
//! A host implements [`Host`]: an application that runs on it, with its real front, queues and stores. It
//! starts with the [probe](super::probe) and calls [`host_suite!`](crate::host_suite); each promise becomes
//! a test of its own. The marks (Q1, F3, …) are the lines of `docs/semantics.md`.

pub mod delivery;
pub mod effects;
pub mod letters;
pub mod options;
pub mod order;
pub mod requests;
pub mod schedules;
mod site;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use crate::TenantId;
use crate::ports::{Peeked, Ports, Principal};
use crate::unit::{Outgoing, Unit};

pub use site::Site;

/// An application that runs on one host, and is stopped when this is dropped.
///
/// A queue is named by its consumer's handler. What is sent to a handler that does not run here stays
/// in its queue, to be [looked at](Self::waiting).
#[async_trait]
pub trait Host: Send + Sync {
    /// `memory`, `home` or `lambda`.
    fn name(&self) -> &'static str;

    /// The stores behind it: to put something there beforehand, and to look afterwards.
    fn ports(&self) -> Ports;

    /// A bearer token that speaks for this principal.
    async fn token(&self, principal: &Principal) -> anyhow::Result<String>;

    /// Makes a request of the front; the target is sent as it is, to the byte.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    async fn request(&self, request: http::Request<Bytes>)
    -> anyhow::Result<http::Response<Bytes>>;

    /// Sends messages as a producer's commit would, in order.
    ///
    /// # Errors
    ///
    /// When they are not accepted.
    async fn send(&self, tenant: &TenantId, messages: Vec<Outgoing>) -> anyhow::Result<()> {
        let mut unit = Unit::new(tenant.clone(), "conformance");
        unit.sends = messages;
        self.ports().commit.commit(vec![unit]).await?;
        Ok(())
    }

    /// Lets a schedule's occurrence fall due that was due then.
    ///
    /// # Errors
    ///
    /// When the handler has no schedule.
    async fn fire(&self, handler: &str, scheduled_at: Timestamp) -> anyhow::Result<()>;

    /// Waits until the queue has nothing to be worked on now: it is empty, or all that is in it failed
    /// and waits for another try, or waits behind such a message.
    ///
    /// # Errors
    ///
    /// When it takes too long.
    async fn settled(&self, handler: &str) -> anyhow::Result<()>;

    /// Waits until the queue is empty, all retries included.
    ///
    /// # Errors
    ///
    /// When it takes too long.
    async fn drained(&self, handler: &str) -> anyhow::Result<()>;

    /// The messages in its queue, oldest first; those in flight too.
    async fn waiting(&self, handler: &str) -> anyhow::Result<Vec<Peeked>>;

    /// Its dead letters, oldest first.
    async fn dead(&self, handler: &str) -> anyhow::Result<Vec<Peeked>>;

    /// Sends its dead letters back to its queue; answers how many.
    async fn redrive(&self, handler: &str) -> anyhow::Result<u64>;
}

/// Whether a promise is kept; the error says how it is not.
pub type Kept = anyhow::Result<()>;

/// Says what differs.
#[track_caller]
fn equal<T: PartialEq + std::fmt::Debug>(got: &T, wanted: &T) -> Kept {
    let place = std::panic::Location::caller();
    anyhow::ensure!(
        got == wanted,
        "it is not so ({}:{}):\n  got    {got:?}\n  wanted {wanted:?}",
        place.file(),
        place.line()
    );
    Ok(())
}

/// Runs every promise of hosts, each as a test of its own.
///
/// `$start` is an `async fn() -> anyhow::Result<Site>`; it is called once a test.
#[macro_export]
macro_rules! host_suite {
    ($start:ident) => {
        $crate::host_suite!(@module delivery, $start:
            a_body_is_delivered_to_the_byte,
            a_message_as_large_as_allowed_arrives_and_a_larger_one_is_a_fault,
            characters_that_a_queue_cannot_hold_arrive_all_the_same,
            a_message_whose_handler_fails_is_delivered_again_with_a_higher_attempt,
            a_message_that_is_handled_is_gone,
            of_several_groups_only_what_failed_comes_again,
            a_handler_that_overruns_is_stopped_and_its_message_comes_again,
            a_handler_is_told_its_event_its_attempt_and_its_time,
            every_consumer_of_a_topic_gets_each_message,
            what_no_filter_wants_is_deleted_unseen_and_its_group_goes_on,
            a_malformed_body_is_a_dead_letter_at_once_and_the_next_is_handled,
        );
        $crate::host_suite!(@module order, $start:
            messages_of_a_group_are_handled_in_the_order_sent,
            a_failure_stops_its_group_and_no_other,
            what_is_behind_a_message_that_waits_is_not_delivered,
            a_group_goes_on_past_a_dead_letter,
            messages_of_a_group_are_never_handled_side_by_side,
            groups_are_handled_side_by_side,
            waiting_for_a_turn_costs_no_delivery,
            groups_of_the_same_name_are_distinct_between_tenants,
            a_duplicate_is_accepted_and_has_no_effect,
            an_id_for_deduplication_is_of_its_queue_and_tenant,
            messages_that_say_the_same_are_two,
            what_a_retried_message_publishes_is_sent_once,
            a_group_that_a_queue_cannot_have_is_a_fault,
            an_id_that_a_queue_cannot_have_is_a_fault,
        );
        $crate::host_suite!(@module options, $start:
            a_message_that_is_put_off_comes_later_and_holds_nothing_up,
            a_topic_can_put_off_all_of_its_messages,
            an_id_for_deduplication_can_be_of_its_group,
            without_order_a_failure_holds_nothing_up,
            what_a_topic_does_not_have_is_a_fault,
            a_trace_goes_on_over_every_hop,
        );
        $crate::host_suite!(@module letters, $start:
            a_message_that_keeps_failing_is_a_dead_letter_after_its_last_delivery,
            each_way_to_fail_has_the_same_outcome,
            the_largest_message_can_be_a_dead_letter,
            looking_at_a_dead_letter_changes_nothing,
            a_dead_letter_that_is_sent_back_is_handled_anew,
        );
        $crate::host_suite!(@module effects, $start:
            a_handler_that_fails_has_no_effect,
            effects_happen_once_however_often_a_message_is_delivered,
            increments_of_concurrent_handlers_all_count,
            a_handler_sees_its_own_writes_and_those_before_it,
            no_handler_sees_the_data_of_another_tenant,
            objects_read_back_whether_small_or_large,
            what_is_not_granted_is_a_fault,
            a_unit_that_is_too_large_is_refused_alike,
            a_request_with_a_key_has_its_effects_once,
            a_secret_opens_only_in_the_context_it_was_sealed_in,
        );
        $crate::host_suite!(@module requests, $start:
            headers_are_lower_case_and_repeated_ones_are_joined,
            a_query_is_handed_on_untouched,
            cookies_arrive_whole_in_both_directions,
            a_body_arrives_to_the_byte_whatever_its_type,
            an_answer_is_the_handlers_status_headers_and_bytes,
            a_failure_is_answered_without_its_reason_unless_it_is_the_callers,
            a_request_that_takes_too_long_is_answered_and_has_no_effect,
            a_path_that_is_no_route_is_not_found,
            a_method_that_is_no_route_reaches_no_handler,
            a_path_without_a_tenant_is_unauthorized,
            a_header_does_not_change_the_address_that_a_handler_sees,
            a_path_is_handed_on_encoded_and_its_values_decoded,
            a_body_that_is_too_large_is_refused,
            headers_that_are_too_large_are_refused,
            a_bearer_route_is_for_who_has_a_good_token,
        );
        $crate::host_suite!(@module schedules, $start:
            a_tick_says_when_it_was_due,
            a_schedule_ticks_for_each_tenant,
            an_occurrence_has_its_effects_once,
            a_tick_that_fails_comes_again_and_is_the_same,
            each_way_to_fail_ends_as_for_a_message,
            a_tick_that_overruns_comes_again,
        );
    };
    (@module $module:ident, $start:ident: $($promise:ident,)*) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() -> anyhow::Result<()> {
                    let site = super::$start().await?;
                    $crate::conformance::hosts::$module::$promise(&site).await
                }
            )*
        }
    };
}
