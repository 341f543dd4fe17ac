//! The promises of the ports, each a test.
//!
//! Three promises of the commit are those of a host that owns its queues; here Lambda deletes a
//! message, and the commit knows of a lease only when somebody else has committed. What holds instead
//! is in `records.rs`:
//!
//! - `an_acknowledgement_after_the_lease_has_no_effect`
//! - `an_acknowledgement_by_an_older_receipt_has_no_effect`
//! - `one_lost_lease_undoes_the_whole_run`

use crate::aws::aws;

twinhost::port_suite!(@module documents, aws:
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
twinhost::port_suite!(@module commit, aws:
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
    an_acknowledgement_after_an_extension_succeeds,
    a_rejected_message_moves_with_its_id_count_and_reason,
    objects_read_back_whether_small_or_large,
    what_touches_the_same_document_is_committed_one_after_the_other,
);
