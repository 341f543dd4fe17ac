//! The statements of a queue. Each names its table, so each queue has its own; `{q}` and `{dlq}` stand
//! for the queue's table and its dead-letter queue's, `{group}` for a message's order group.

use sqlx::AssertSqlSafe;

/// Takes messages by the prefix rule.
///
/// The index on (group, place) gives the head of each order group in one step. They are gone through in the parts
/// that [`Turns`](super::turns::Turns) says, behind `$4` and up to `$6`, so that neither a busy tenant nor a busy
/// group can starve the rest. Of each group whose head is visible the first `$5` messages are locked; the locked rows
/// are as they are now, whatever another receive has done since this statement began, and of them the leading run
/// that is visible is taken. The scan stops when there are `$1`, or after `$7` heads, so that however many groups are
/// hidden a statement is short: [`STOPPED`] says at which.
///
/// Receives of one queue take turns, under an advisory lock: each locks rows of many groups, and two would
/// wait for each other in a circle. Of an empty queue nobody takes it.
const ORDERED: &str = r#"
WITH clock AS MATERIALIZED (
    SELECT turn.mine, set_config('synchronous_commit', 'off', true), clock_timestamp() AS now
    FROM (SELECT) AS once
    LEFT JOIN LATERAL (
        SELECT pg_advisory_xact_lock('{q}'::regclass::oid::bigint)::text AS mine
        FROM {q} ORDER BY msg_id LIMIT 1) AS turn ON true),
heads AS MATERIALIZED (
    SELECT head.name, head.vt
    FROM unnest($4::text[], $6::text[]) AS part(low, high)
    CROSS JOIN LATERAL (
        WITH RECURSIVE head(name, vt) AS (
            (SELECT {group}, vt FROM {q} WHERE {group} > part.low AND {group} <= part.high
            ORDER BY {group}, msg_id LIMIT 1)
            UNION ALL
            SELECT next.name, next.vt FROM head CROSS JOIN LATERAL (
                SELECT {group} AS name, vt FROM {q} WHERE {group} > head.name AND {group} <= part.high
                ORDER BY {group}, msg_id LIMIT 1) AS next)
        SELECT * FROM head) AS head
    LIMIT $7),
taken AS MATERIALIZED (
    SELECT run.msg_id, run.expired
    FROM heads AS head
    CROSS JOIN clock
    CROSS JOIN LATERAL (
        SELECT msg_id, enqueued_at <= clock.now - $3 * interval '1 microsecond' AS expired,
            bool_and(locked.vt <= clock.now) OVER (ORDER BY msg_id) AS leading
        FROM (
            SELECT msg_id, enqueued_at, vt FROM {q} WHERE {group} = head.name
            ORDER BY msg_id LIMIT $5 FOR UPDATE) AS locked
    ) AS run
    WHERE head.vt <= clock.now AND run.leading
    LIMIT $1)"#;

/// The group that the scan stopped at, if it was for the number of heads. Asked only when few were taken: then all heads
/// have been looked at anyway.
const STOPPED: &str = "CASE WHEN (SELECT count(*) FROM taken) < $1 THEN (SELECT name FROM heads OFFSET $7 - 1 LIMIT 1) END";

/// Takes of each tenant, in the parts that [`Turns`](super::turns::Turns) says, the messages that have been visible for
/// longest.
///
/// The index is led by the tenant and then the time of visibility, and a subquery in a condition is evaluated first:
/// what is hidden is never looked at. What another receive takes just now is passed over.
const UNORDERED: &str = "
WITH clock AS MATERIALIZED (
    SELECT set_config('synchronous_commit', 'off', true), clock_timestamp() AS now),
taken AS MATERIALIZED (
    SELECT run.msg_id, run.expired
    FROM unnest($4::text[], $5::text[]) AS part(low, high)
    CROSS JOIN LATERAL (
        WITH RECURSIVE tenant(name) AS (
            (SELECT {tenant} FROM {q} WHERE {tenant} > part.low AND {tenant} <= part.high ORDER BY {tenant} LIMIT 1)
            UNION ALL
            SELECT next.name FROM tenant CROSS JOIN LATERAL (
                SELECT {tenant} AS name FROM {q} WHERE {tenant} > tenant.name AND {tenant} <= part.high
                ORDER BY {tenant} LIMIT 1) AS next)
        SELECT * FROM tenant) AS tenant
    CROSS JOIN LATERAL (
        SELECT msg_id, enqueued_at <= (SELECT now FROM clock) - $3 * interval '1 microsecond' AS expired
        FROM {q} WHERE {tenant} = tenant.name AND vt <= (SELECT now FROM clock)
        ORDER BY vt LIMIT $1 FOR UPDATE SKIP LOCKED) AS run
    LIMIT $1)";

/// Hides what was taken for `$2`, but deletes what was sent more than `$3` ago. One row more than was
/// received says how many those were, and where the scan stopped. By an array, lest the planner, which cannot know how few they are, reads it all.
///
/// It need not be durable: after a crash the message is merely visible, and received, once more.
const RECEIVE: &str = r#",
gone AS (
    DELETE FROM {q} WHERE msg_id = ANY (ARRAY(SELECT msg_id FROM taken WHERE expired)) RETURNING 1),
received AS (
    UPDATE {q} AS m
    SET vt = clock_timestamp() + $2 * interval '1 microsecond', read_ct = read_ct + 1, last_read_at = clock_timestamp()
    WHERE m.msg_id = ANY (ARRAY(SELECT msg_id FROM taken WHERE NOT expired))
    RETURNING m.msg_id, m.read_ct, m.enqueued_at, m.headers, m.message)
SELECT NULL::bigint AS expired, msg_id, read_ct, read_ct - {uncounted} AS receive_count,
    read_ct - {uncounted} - 1 > {answered} AS unanswered, (extract(epoch FROM enqueued_at) * 1000000)::bigint AS sent_at,
    headers ->> 'id' AS id, headers ->> 'tenant' AS tenant, {group} AS name, message #>> '{}' AS body,
    headers ->> 'trace' AS trace
FROM received
UNION ALL
SELECT count(*), 0, 0, 0, false, 0, NULL, NULL, {stopped}, NULL, NULL FROM gone"#;

/// Extends leases that are still good, unless the message would be hidden for more than `$4` since it was
/// received; answers which are good, and whether they could be extended.
const EXTEND: &str = "
UPDATE {q} AS m
SET vt = CASE WHEN may.be THEN clock_timestamp() + $3 * interval '1 microsecond' ELSE m.vt END
FROM unnest($1, $2) AS r(message, receives), {q} AS same
CROSS JOIN LATERAL (
    SELECT clock_timestamp() + ($3 - $4) * interval '1 microsecond' <= same.last_read_at AS be) AS may
WHERE m.msg_id = r.message AND m.read_ct = r.receives AND m.vt > clock_timestamp() AND same.msg_id = m.msg_id
RETURNING m.msg_id, may.be";

/// Gives deliveries back.
///
/// `read_ct` never goes down, and a receipt is good while it stands. A delivery that does not count raises it by one more,
/// so that its receipt is spent; beside it is noted how many of it do not count. Of one that counts is noted that it was
/// answered, and of which message: a dead letter that is sent back has its headers, and another place.
const RELEASE: &str = "
UPDATE {q} AS m
SET vt = clock_timestamp() + r.delay * interval '1 microsecond',
    read_ct = m.read_ct + (NOT r.attempted)::int,
    headers = CASE WHEN r.reason IS NULL THEN m.headers - 'reason'
            ELSE m.headers || jsonb_build_object('reason', r.reason) END
        || CASE WHEN r.attempted THEN jsonb_build_object('answered', jsonb_build_array(m.msg_id, m.read_ct - {uncounted})) ELSE jsonb_build_object('uncounted', {uncounted} + 2) END
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
SELECT headers ->> 'id' AS id, headers ->> 'tenant' AS tenant, {group} AS name, message #>> '{}' AS body,
    read_ct - {uncounted} AS receive_count,
    (extract(epoch FROM enqueued_at) * 1000000)::bigint AS sent_at,
    (extract(epoch FROM vt) * 1000000)::bigint AS visible_at, headers ->> 'reason' AS reason
FROM {q} ORDER BY msg_id LIMIT $1";

/// How many messages one statement of a redrive or purge moves: each is a transaction of its own, within
/// the time a statement may take.
pub(super) const MOVE_BATCH: u64 = 10_000;

/// Deletes what was sent more than `$3` ago and nobody has, of the oldest `$2` messages after place `$1`. Answers how
/// many those were, the last place, and whether it was a full page of such messages: then there may be more.
const EXPIRE: &str = "
WITH page AS MATERIALIZED (
    SELECT msg_id, enqueued_at <= clock_timestamp() - $3 * interval '1 microsecond' AS expired
    FROM {q} WHERE msg_id > $1 ORDER BY msg_id LIMIT $2),
gone AS (
    DELETE FROM {q} AS m USING page
    WHERE m.msg_id = page.msg_id AND page.expired AND m.vt <= clock_timestamp() RETURNING 1)
SELECT (SELECT count(*) FROM gone), coalesce(max(msg_id), 0), count(*) FILTER (WHERE expired) = $2 FROM page";

/// Deletes the `$1` dead letters that were kept for longest, of those kept for more than `$2`.
const EXPIRE_DEAD: &str = "
WITH gone AS (
    DELETE FROM {dlq} WHERE msg_id IN (
        SELECT msg_id FROM {dlq} WHERE {since} <= (SELECT clock_timestamp() - $2 * interval '1 microsecond')
        ORDER BY {since} LIMIT $1)
    RETURNING 1)
SELECT count(*) FROM gone";

/// Sends the oldest dead letter of the id `$2` back with the body `$3`, in the name of `$4`, and notes it for queue `$1`.
const REPLAY: &str = "
WITH turn AS MATERIALIZED (SELECT twinhost.take_turns('{q}')),
gone AS (
    DELETE FROM {dlq} WHERE msg_id = (
        SELECT msg_id FROM turn CROSS JOIN {dlq} WHERE headers ->> 'id' = $2 ORDER BY msg_id LIMIT 1)
    RETURNING message #>> '{}' AS body, headers),
sent AS (
    INSERT INTO {q} (vt, message, headers)
    SELECT clock_timestamp(), to_jsonb($3::text), headers - '{reason,uncounted}'::text[] FROM gone)
INSERT INTO twinhost.replays (queue, message, of_tenant, by, old_sha256, new_sha256)
SELECT $1, $2, coalesce(headers ->> 'tenant', ''), $4, encode(sha256(convert_to(body, 'UTF8')), 'hex'),
    encode(sha256(convert_to($3::text, 'UTF8')), 'hex')
FROM gone
RETURNING message, of_tenant, by, (extract(epoch FROM at) * 1000000)::bigint AS at, old_sha256, new_sha256";

/// Sends dead letters back, oldest first, all or those of the ids in `$1`; `$2` at the most.
const REDRIVE: &str = "
WITH turn AS MATERIALIZED (SELECT twinhost.take_turns('{q}')),
gone AS (
    DELETE FROM {dlq} WHERE msg_id IN (
        SELECT msg_id FROM turn CROSS JOIN {dlq} WHERE $1::text[] IS NULL OR headers ->> 'id' = ANY ($1) ORDER BY msg_id LIMIT $2)
    RETURNING *),
sent AS (
    INSERT INTO {q} (vt, message, headers)
    SELECT clock_timestamp(), message, headers - '{reason,uncounted}'::text[] FROM gone ORDER BY msg_id RETURNING 1)
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
    pub(super) expire: String,
    pub(super) expire_dead: String,
    pub(super) replay: String,
}

impl Statements {
    /// The statements of a queue whose name [`queue_name`](super::queue_name) made.
    pub(super) fn of(name: &str, ordered: bool) -> Self {
        let (queue, dead) = (format!("pgmq.\"q_{name}\""), format!("pgmq.\"q_{name}_dlq\""));
        let since = if ordered { "vt" } else { "enqueued_at" };
        let text = |template: &str| {
            template
                .replace("{stopped}", if ordered { STOPPED } else { "NULL" })
                .replace("{since}", since)
                .replace("{uncounted}", "coalesce((headers ->> 'uncounted')::int, 0)")
                .replace("{answered}", "CASE WHEN headers #>> '{answered,0}' = msg_id::text THEN (headers #>> '{answered,1}')::int ELSE 0 END")
                .replace("{tenant}", "((coalesce(headers ->> 'tenant', ' ') || '/') COLLATE \"C\")")
                .replace("{group}", "((headers ->> 'x-pgmq-group') COLLATE \"C\")")
                .replace("{q}", &queue)
                .replace("{dlq}", &dead)
        };
        Self {
            receive: text(&[if ordered { ORDERED } else { UNORDERED }, RECEIVE].concat()),
            extend: text(EXTEND),
            release: text(RELEASE),
            dead_letter: text(DEAD_LETTER),
            stats: text(STATS),
            peek: text(PEEK),
            peek_dead: text(&PEEK.replace("{q}", "{dlq}")),
            redrive: text(REDRIVE),
            purge: text(PURGE),
            purge_dead: text(PURGE_DEAD),
            expire: text(EXPIRE),
            expire_dead: text(EXPIRE_DEAD),
            replay: text(REPLAY),
        }
    }
}

/// A statement of [`Statements`], which hold no text but ours and a checked name.
pub(super) fn checked(statement: &str) -> AssertSqlSafe<&str> {
    AssertSqlSafe(statement)
}
