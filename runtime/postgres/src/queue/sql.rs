//! The statements of a queue. Each names its table, so each queue has its own; `{q}` and `{dlq}` stand
//! for the queue's table and its dead-letter queue's, `{group}` for a message's order group.

use sqlx::AssertSqlSafe;

/// Takes messages by the prefix rule.
///
/// The index on (group, place) gives the head of each order group in one step: first the groups after
/// `$1`, the last one served, then the others, so that a busy group cannot starve the rest. Of each
/// group whose head is visible the first `$2` messages are locked; the locked rows are as they are
/// now, whatever another receive has done since this statement began, and of them the leading run that
/// is visible is taken. The scan stops when there are `$3`.
///
/// Receives of one queue take turns, under an advisory lock: each locks rows of many groups, and two would
/// wait for each other in a circle.
///
/// It need not be durable: after a crash the message is merely visible, and received, once more.
const RECEIVE: &str = r#"
WITH RECURSIVE
clock AS MATERIALIZED (
    SELECT pg_advisory_xact_lock('{q}'::regclass::oid::bigint), set_config('synchronous_commit', 'off', true),
        clock_timestamp() AS now),
ahead(name, vt) AS (
    (SELECT {group}, vt FROM {q} WHERE {group} > $1 ORDER BY {group}, msg_id LIMIT 1)
    UNION ALL
    SELECT next.name, next.vt FROM ahead CROSS JOIN LATERAL (
        SELECT {group} AS name, vt FROM {q} WHERE {group} > ahead.name ORDER BY {group}, msg_id LIMIT 1) AS next),
behind(name, vt) AS (
    (SELECT {group}, vt FROM {q} WHERE {group} > '' AND {group} <= $1 ORDER BY {group}, msg_id LIMIT 1)
    UNION ALL
    SELECT next.name, next.vt FROM behind CROSS JOIN LATERAL (
        SELECT {group} AS name, vt FROM {q} WHERE {group} > behind.name AND {group} <= $1
        ORDER BY {group}, msg_id LIMIT 1) AS next),
taken AS MATERIALIZED (
    SELECT run.msg_id
    FROM (SELECT * FROM ahead UNION ALL SELECT * FROM behind) AS head
    CROSS JOIN clock
    CROSS JOIN LATERAL (
        SELECT msg_id, bool_and(locked.vt <= clock.now) OVER (ORDER BY msg_id) AS leading
        FROM (SELECT msg_id, vt FROM {q} WHERE {group} = head.name ORDER BY msg_id LIMIT $2 FOR UPDATE) AS locked
    ) AS run
    WHERE head.vt <= clock.now AND run.leading
    LIMIT $3)
UPDATE {q} AS m
SET vt = clock_timestamp() + $4 * interval '1 microsecond', read_ct = read_ct + 1, last_read_at = clock_timestamp()
FROM taken WHERE m.msg_id = taken.msg_id
RETURNING m.msg_id, m.read_ct, (extract(epoch FROM m.enqueued_at) * 1000000)::bigint AS sent_at,
    m.headers ->> 'id' AS id, m.headers ->> 'tenant' AS tenant, {group} AS name, m.message #>> '{}' AS body"#;

/// Extends leases that are still good; answers which.
const EXTEND: &str = "
UPDATE {q} AS m SET vt = clock_timestamp() + $3 * interval '1 microsecond'
FROM unnest($1, $2) AS r(message, receives)
WHERE m.msg_id = r.message AND m.read_ct = r.receives AND m.vt > clock_timestamp()
RETURNING m.msg_id";

/// Gives deliveries back.
const RELEASE: &str = "
UPDATE {q} AS m
SET vt = clock_timestamp() + r.delay * interval '1 microsecond',
    read_ct = m.read_ct - (NOT r.attempted)::int,
    headers = CASE WHEN r.reason IS NULL THEN m.headers - 'reason'
        ELSE m.headers || jsonb_build_object('reason', r.reason) END
FROM unnest($1, $2, $3, $4, $5) AS r(message, receives, delay, attempted, reason)
WHERE m.msg_id = r.message AND m.read_ct = r.receives AND m.vt > clock_timestamp()";

/// Moves deliveries to the dead-letter queue.
const DEAD_LETTER: &str = "
WITH gone AS (
    DELETE FROM {q} AS m USING unnest($1, $2, $3) AS r(message, receives, reason)
    WHERE m.msg_id = r.message AND m.read_ct = r.receives AND m.vt > clock_timestamp()
    RETURNING m.*, r.reason)
INSERT INTO {dlq} (read_ct, enqueued_at, last_read_at, vt, message, headers)
SELECT read_ct, enqueued_at, last_read_at, clock_timestamp(), message, headers || jsonb_build_object('reason', reason)
FROM gone ORDER BY msg_id";

/// Counts up to 100,000 messages, which takes milliseconds; beyond that the backlog is the planner's estimate.
const STATS: &str = "
SELECT CASE WHEN counted.backlog < 100000 THEN counted.backlog
        ELSE greatest(counted.backlog, (SELECT reltuples::bigint FROM pg_class WHERE oid = '{q}'::regclass)) END,
    counted.in_flight,
    coalesce((SELECT extract(epoch FROM clock_timestamp() - enqueued_at)::bigint FROM {q} ORDER BY msg_id LIMIT 1), 0),
    (SELECT count(*) FROM (SELECT FROM {dlq} LIMIT 100000) AS dead)
FROM (
    SELECT count(*) AS backlog, count(*) FILTER (WHERE vt > clock_timestamp()) AS in_flight
    FROM (SELECT vt FROM {q} ORDER BY msg_id LIMIT 100000) AS first) AS counted";

/// Looks at messages, oldest first.
const PEEK: &str = "
SELECT headers ->> 'id' AS id, headers ->> 'tenant' AS tenant, {group} AS name, message #>> '{}' AS body, read_ct,
    (extract(epoch FROM enqueued_at) * 1000000)::bigint AS sent_at,
    (extract(epoch FROM vt) * 1000000)::bigint AS visible_at, headers ->> 'reason' AS reason
FROM {q} ORDER BY msg_id LIMIT $1";

/// How many messages one statement of a redrive or purge moves: each is a transaction of its own, within
/// the time a statement may take.
pub(super) const MOVE_BATCH: u64 = 10_000;

/// Sends dead letters back, oldest first, all or those of the ids in `$1`; `$2` at the most.
const REDRIVE: &str = "
WITH gone AS (
    DELETE FROM {dlq} WHERE msg_id IN (
        SELECT msg_id FROM {dlq} WHERE $1::text[] IS NULL OR headers ->> 'id' = ANY ($1) ORDER BY msg_id LIMIT $2)
    RETURNING *),
sent AS (
    INSERT INTO {q} (vt, message, headers)
    SELECT clock_timestamp(), message, headers - 'reason' FROM gone ORDER BY msg_id RETURNING 1)
SELECT count(*) FROM sent";

/// Deletes the oldest `$2` messages, and the memory of de-duplication ids of the queue `$1`.
const PURGE: &str = "
WITH gone AS (DELETE FROM {q} WHERE msg_id IN (SELECT msg_id FROM {q} ORDER BY msg_id LIMIT $2) RETURNING 1)
SELECT (SELECT count(*) FROM gone) FROM twinhost.forget_deduplication($1)";

/// Deletes the oldest `$2` dead letters, of the queue `$1`.
const PURGE_DEAD: &str = "
WITH gone AS (DELETE FROM {dlq} WHERE msg_id IN (SELECT msg_id FROM {dlq} ORDER BY msg_id LIMIT $2) RETURNING 1)
SELECT count(*) FROM gone WHERE $1::text IS NOT NULL";

/// The statements of one queue.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) receive: String,
    pub(super) extend: String,
    pub(super) release: String,
    pub(super) dead_letter: String,
    pub(super) stats: String,
    pub(super) peek: String,
    pub(super) peek_dead: String,
    pub(super) redrive: String,
    pub(super) purge: String,
    pub(super) purge_dead: String,
}

impl Statements {
    /// The statements of a queue whose name [`queue_name`](super::queue_name) made.
    pub(super) fn of(name: &str) -> Self {
        let (queue, dead) = (format!("pgmq.\"q_{name}\""), format!("pgmq.\"q_{name}_dlq\""));
        let text = |template: &str| {
            template
                .replace("{group}", "((headers ->> 'x-pgmq-group') COLLATE \"C\")")
                .replace("{q}", &queue)
                .replace("{dlq}", &dead)
        };
        Self {
            receive: text(RECEIVE),
            extend: text(EXTEND),
            release: text(RELEASE),
            dead_letter: text(DEAD_LETTER),
            stats: text(STATS),
            peek: text(PEEK),
            peek_dead: text(&PEEK.replace("{q}", "{dlq}")),
            redrive: text(REDRIVE),
            purge: text(PURGE),
            purge_dead: text(PURGE_DEAD),
        }
    }
}

/// A statement of [`Statements`], which hold no text but ours and a checked name.
pub(super) fn checked(statement: &str) -> AssertSqlSafe<&str> {
    AssertSqlSafe(statement)
}
